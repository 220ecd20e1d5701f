"""Read what a PDF shows: its pages, their size in points, and their words.

Enough for what Chromium and Typst write: objects, streams of objects, Flate, fonts with a ToUnicode
table. Words that were drawn in pieces are put together without blanks: compare with `squeezed`.
"""

import re
import zlib
from dataclasses import dataclass
from typing import Final

A4: Final = (595, 842)
OBJECT = re.compile(rb"(?:^|[\r\n])(\d+) 0 obj\b(.*?)\bendobj", re.DOTALL)
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
NUMBERS = re.compile(rb"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, kw_only=True)
class PdfPage:
    """`size`: width and height in whole points; `text`: its letters without blanks."""

    size: tuple[int, int]
    text: str


def squeezed(words: str) -> str:
    """Return words without blanks and hyphens of line ends, as the pages' texts are."""
    return re.sub(r"[\s\u00ad]+", "", words)


def pages_of(content: bytes) -> list[PdfPage]:
    """Return the pages of a PDF in their order."""
    return [
        _page(objects, number) for objects in [_objects(content)] for number in _leaves(objects)
    ]


def _objects(content: bytes) -> dict[int, bytes]:
    found = {int(match[1]): match[2] for match in OBJECT.finditer(content)}
    for body in list(found.values()):
        if re.search(rb"/Type\s*/ObjStm", body):
            found |= _packed(body)
    return found


def _packed(body: bytes) -> dict[int, bytes]:
    """Return the objects in a stream of objects."""
    first = re.search(rb"/First\s+(\d+)", body)
    assert first is not None
    content, start = _stream(body), int(first[1])
    places = [int(number) for number in content[:start].split()]
    numbers, offsets = places[::2], [*places[1::2], len(content) - start]
    return {
        number: content[start + offsets[i] : start + offsets[i + 1]]
        for i, number in enumerate(numbers)
    }


def _stream(body: bytes) -> bytes:
    found = STREAM.search(body)
    assert found is not None
    return zlib.decompressobj().decompress(found[1]) if b"/FlateDecode" in body else found[1]


def _leaves(objects: dict[int, bytes]) -> list[int]:
    """Return the numbers of the pages, in the order of the tree of pages."""
    roots = [n for n, body in objects.items() if re.search(rb"/Type\s*/Pages\b", body)]
    below = {kid for root in roots for kid in _refs(objects[root], b"Kids")}
    found, open_ = [], [root for root in roots if root not in below]
    while open_:
        number = open_.pop(0)
        if number in roots:
            open_ = [*_refs(objects[number], b"Kids"), *open_]
        else:
            found.append(number)
    return found


def _refs(body: bytes, name: bytes) -> list[int]:
    """Return the numbers an entry refers to, whether one or a list."""
    found = re.search(rb"/" + name + rb"\s*(\[[^\]]*\]|\d+ 0 R)", body)
    return [int(number) for number in re.findall(rb"(\d+) 0 R", found[1])] if found else []


def _page(objects: dict[int, bytes], number: int) -> PdfPage:
    body = objects[number]
    box = re.search(rb"/MediaBox\s*\[([^\]]*)\]", body)
    assert box is not None
    left, bottom, right, top = (float(value) for value in NUMBERS.findall(box[1]))
    content = b"\n".join(_stream(objects[ref]) for ref in _refs(body, b"Contents"))
    fonts = _fonts(objects, body)
    return PdfPage(size=(round(right - left), round(top - bottom)), text=_text(content, fonts))


def _fonts(objects: dict[int, bytes], body: bytes) -> dict[bytes, dict[int, str]]:
    """Return, for each font of a page by its name there, what its glyphs mean."""
    reach = body + b"".join(objects[ref] for ref in _refs(body, b"Resources"))
    listed = re.search(rb"/Font\s*(<<.*?>>|\d+ 0 R)", reach, re.DOTALL)
    if listed is None:
        return {}
    entries = listed[1] if listed[1].startswith(b"<<") else objects[int(listed[1].split()[0])]
    return {
        name: _meaning(_stream(objects[ref]))
        for name, font in re.findall(rb"/([\w.+-]+)\s+(\d+) 0 R", entries)
        for ref in _refs(objects[int(font)], b"ToUnicode")
    }


def _meaning(table: bytes) -> dict[int, str]:
    """Read a ToUnicode table."""
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, letters in re.findall(rb"<(\w+)>\s*<(\w+)>", block):
            found[int(code, 16)] = _letters(letters)
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for low, high, letters in re.findall(rb"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            for step, code in enumerate(range(int(low, 16), int(high, 16) + 1)):
                found[code] = chr(int(letters, 16) + step)
        for low, _high, many in re.findall(rb"<(\w+)>\s*<(\w+)>\s*\[([^\]]*)\]", block):
            for step, letters in enumerate(re.findall(rb"<(\w+)>", many)):
                found[int(low, 16) + step] = _letters(letters)
    return found


def _letters(code: bytes) -> str:
    return bytes.fromhex(code.decode()).decode("utf-16-be")


def _text(content: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    shown: list[str] = []
    font: dict[int, str] = {}
    pieces = rb"/([\w.+-]+)\s+[-\d.]+\s+Tf|<([0-9A-Fa-f]+)>|\(((?:\\.|[^\\)])*)\)"
    for name, glyphs, plain in re.findall(pieces, content, re.DOTALL):
        if name:
            font = fonts.get(name, {})
            continue
        raw = bytes.fromhex(glyphs.decode()) if glyphs else _unescaped(plain)
        codes = (int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2))
        shown.append("".join(font.get(code, "") for code in codes))
    return squeezed("".join(shown))


def _unescaped(literal: bytes) -> bytes:
    def real(match: re.Match[bytes]) -> bytes:
        escaped = match[1]
        if escaped[:1].isdigit():
            return bytes([int(escaped, 8)])
        return {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}.get(
            escaped, escaped
        )

    return re.sub(rb"\\([0-7]{1,3}|.)", real, literal, flags=re.DOTALL)
