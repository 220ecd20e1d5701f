"""Papers as PDF, set by Typst from the templates in `papers/`.

What people wrote is passed as data and stays text: no template evaluates it. A template reads
nothing outside its folder and imports no package, so nothing is fetched. The same data give the
same bytes.
"""

import base64
import html
import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import segno
import typst
from PIL import Image

PAPERS: Final = Path(__file__).parent / "papers"
PHOTO_EDGE_PX: Final = 1200  # at most, on paper: about 300 dots per inch at 10 cm
PHOTO_QUALITY: Final = 80

FONTS: Final = typst.Fonts(include_system_fonts=False)
"""Those that Typst carries with it: the same on every machine."""

Value = str | bool | int | Sequence["Value"] | Mapping[str, "Value"]


def paper(template: str, data: Mapping[str, Value], *, made_at: datetime) -> bytes:
    """Return the PDF of a template (`work_order`, …) filled with data.

    `made_at` is what the file says of its own making; aware.
    """
    compiler = typst.Compiler(
        input=PAPERS / f"{template}.typ",
        root=PAPERS,
        font_paths=FONTS,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(_printable(data), ensure_ascii=False)},
        package_path=PAPERS,
        package_cache_path=PAPERS,
    )
    content = compiler.compile(format="pdf", timestamp=int(made_at.timestamp()))
    assert isinstance(content, bytes)
    return content


def qr_drawing(address: str) -> str:
    """Return a QR code of an address as SVG (error correction M: a creased paper still reads)."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False)
    return out.getvalue().decode()


def photo_drawing(photo: bytes) -> str:
    """Return one of our own JPEGs as an SVG that holds it, small enough for paper."""
    with Image.open(io.BytesIO(photo), formats=["JPEG"]) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((PHOTO_EDGE_PX, PHOTO_EDGE_PX))
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=PHOTO_QUALITY)
    width, height = picture.size
    encoded = base64.b64encode(content.getvalue()).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/jpeg;base64,{encoded}"/></svg>'
    )


def svg_text(text: str) -> str:
    """Return text that may stand inside an element of an SVG."""
    return html.escape(_clean(text))


def _printable(value: Value) -> Value:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, Mapping):
        return {key: _printable(one) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [_printable(one) for one in value]
    return value


def _clean(text: str) -> str:
    """Return the text without control characters, which no paper shows."""
    return "".join(one for one in text.replace("\r\n", "\n") if one.isprintable() or one == "\n")
