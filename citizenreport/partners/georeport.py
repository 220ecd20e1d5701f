"""GeoReport v2 as XML and JSON, from one document. Pure.

A document is a root with a name and what it holds. In JSON the name of the root is dropped: a
container of repeated elements is a list, always, also with one or none; an empty element is null.
Source: GeoReport v2 (http://wiki.open311.org/GeoReport_v2), "JSON and XML conversion".
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from xml.sax.saxutils import escape

SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"

DECLARATION: Final = '<?xml version="1.0" encoding="utf-8"?>\n'
UNPRINTABLE: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold. Source: XML 1.0, production 2 (Char)."""

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A container of elements of one name, each with its own content."""

    item: str
    items: "Sequence[Content]"


Content = Scalar | dict[str, "Content"] | Repeated


class Form(StrEnum):
    """The form a client asks for by the suffix of the address."""

    XML = "xml"
    JSON = "json"


MEDIA_TYPES: Final = {
    Form.XML: "text/xml; charset=utf-8",
    Form.JSON: "application/json; charset=utf-8",
}


def render(root: str, content: Content, form: Form) -> bytes:
    """Return a document as UTF-8. Names of elements are ours; what they hold is escaped."""
    if form is Form.JSON:
        return json.dumps(_plain(content), ensure_ascii=False, separators=(",", ":")).encode()
    out = [DECLARATION]
    _write(root, content, out)
    return "".join(out).encode()


def _plain(content: Content) -> object:
    if isinstance(content, str):  # first: most are
        return content or None
    if isinstance(content, dict):
        return {name: _plain(inner) for name, inner in content.items()}
    if isinstance(content, Repeated):
        return [_plain(item) for item in content.items]
    return content


def _write(name: str, content: Content, out: list[str]) -> None:
    if content is None or content == "":
        out.append(f"<{name}/>")
        return
    out.append(f"<{name}>")
    if isinstance(content, str):
        out.append(escape(UNPRINTABLE.sub("", content)))
    elif isinstance(content, dict):
        for inner_name, inner in content.items():
            _write(inner_name, inner, out)
    elif isinstance(content, Repeated):
        for item in content.items:
            _write(content.item, item, out)
    elif isinstance(content, bool):
        out.append("true" if content else "false")
    else:
        out.append(str(content))
    out.append(f"</{name}>")
