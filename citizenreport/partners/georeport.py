"""GeoReport v2 as XML and JSON, from one document. Pure.

A document is a root with a name and what it holds. In JSON the name of the root is dropped: a
container of repeated elements is a list, always, also with one or none; an empty element is null.
Source: GeoReport v2 (http://wiki.open311.org/GeoReport_v2), "JSON and XML conversion".
"""

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A container of elements of one name, each with its own content."""

    item: str
    items: "Sequence[Content]"


Content = Scalar | Mapping[str, "Content"] | Repeated


class Form(StrEnum):
    """The form a client asks for by the suffix of the address."""

    XML = "xml"
    JSON = "json"


MEDIA_TYPES: Final = {
    Form.XML: "text/xml; charset=utf-8",
    Form.JSON: "application/json; charset=utf-8",
}


def render(root: str, content: Content, form: Form) -> bytes:
    """Return a document as UTF-8."""
    if form is Form.JSON:
        return json.dumps(_plain(content), ensure_ascii=False, separators=(",", ":")).encode()
    element = ET.Element(root)
    _fill(element, content)
    written: bytes = ET.tostring(element, encoding="utf-8", xml_declaration=True)
    return written


def _plain(content: Content) -> object:
    if isinstance(content, Repeated):
        return [_plain(item) for item in content.items]
    if isinstance(content, Mapping):
        return {name: _plain(inner) for name, inner in content.items()}
    return None if content == "" else content


def _fill(element: ET.Element, content: Content) -> None:
    if isinstance(content, Repeated):
        for item in content.items:
            _fill(ET.SubElement(element, content.item), item)
    elif isinstance(content, Mapping):
        for name, inner in content.items():
            _fill(ET.SubElement(element, name), inner)
    elif isinstance(content, bool):
        element.text = "true" if content else "false"
    elif content is not None and content != "":
        element.text = _printable(str(content))


def _printable(text: str) -> str:
    """Return the text without what XML 1.0 cannot hold. Source: XML 1.0, production 2 (Char)."""
    return "".join(one for one in text if one in "\t\n\r" or (ord(one) >= 0x20 and _is_char(one)))


def _is_char(one: str) -> bool:
    return not 0xD800 <= ord(one) <= 0xDFFF and ord(one) not in (0xFFFE, 0xFFFF)
