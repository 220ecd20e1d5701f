"""The picture that goes with a shared link: what happened, where, how far, and a photo. Pure."""

import io
import unicodedata
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, ImageFont, ImageOps

SIZE: Final = (1200, 630)
"""Pixels. Source: the 1.91:1 that Open Graph and Twitter cards show whole."""
MAX_BYTES: Final = 600_000
"""Messengers show no picture above this. 256 colours keep any picture of SIZE below it."""
COLOURS: Final = (256, 128, 64)
TEXT_PX: Final = 640  # width of the column of words beside a photo
MARGIN_PX: Final = 56
MAX_LINES: Final = 3
PAPER, INK, SOFT, ACCENT = "#faf7f1", "#24211d", "#5d564c", "#0b6156"
REPLACED: Final = str.maketrans({"–": "-", "—": "-", "×": "x", "•": "·", "\u00a0": " "})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareCard:
    """What the picture says, in the reader's language. `mark` stands over it, as on a made-up report."""

    site: str
    title: str
    place: str
    state: str
    footer: str
    mark: str = ""


def draw(card: ShareCard, photo: bytes | None) -> bytes:
    """Return a PNG of SIZE without any metadata, at most MAX_BYTES; the photo fills the right side."""
    picture = Image.new("RGB", SIZE, PAPER)
    width = SIZE[0]
    if photo is not None:
        width = TEXT_PX
        picture.paste(_cover(photo, (SIZE[0] - TEXT_PX, SIZE[1])), (TEXT_PX, 0))
    _write(ImageDraw.Draw(picture), card, width=width)
    return _packed(picture)


def _cover(photo: bytes, size: tuple[int, int]) -> Image.Image:
    """Return the middle of a photo, filling the size."""
    with Image.open(io.BytesIO(photo), formats=["JPEG"]) as opened:
        opened.draft("RGB", (size[0] * 2, size[1] * 2))  # decoded smaller: four times as quick
        return ImageOps.fit(opened.convert("RGB"), size)


def _write(pen: ImageDraw.ImageDraw, card: ShareCard, *, width: int) -> None:
    room = width - 2 * MARGIN_PX
    pen.rectangle((0, 0, width, 18), fill=ACCENT)
    pen.text((MARGIN_PX, 58), _fit(card.site, 30, room), font=_font(30), fill=SOFT)
    y = 130
    for line in _lines(card.title, 58, room):
        pen.text((MARGIN_PX, y), line, font=_font(58), fill=INK, stroke_width=1, stroke_fill=INK)
        y += 70
    pen.text((MARGIN_PX, y + 14), _fit(card.place, 38, room), font=_font(38), fill=INK)
    _pill(pen, card.state, y=y + 86, room=room)
    if card.mark:
        pen.text(
            (MARGIN_PX, SIZE[1] - 130), _fit(card.mark, 30, room), font=_font(30), fill="#8a4b00"
        )
    pen.text((MARGIN_PX, SIZE[1] - 76), _fit(card.footer, 28, room), font=_font(28), fill=SOFT)


def _pill(pen: ImageDraw.ImageDraw, text: str, *, y: int, room: int) -> None:
    words = _fit(text, 34, room - 48)
    wide = round(_font(34).getlength(words)) + 48
    pen.rounded_rectangle((MARGIN_PX, y, MARGIN_PX + wide, y + 64), radius=32, fill=ACCENT)
    pen.text((MARGIN_PX + 24, y + 32), words, font=_font(34), fill="#ffffff", anchor="lm")


def _lines(text: str, size: int, room: int) -> list[str]:
    """Return the text in lines that fit, at most MAX_LINES; what is too much ends in an ellipsis."""
    lines: list[str] = []
    words = _plain(text).split()
    while words and len(lines) < MAX_LINES:
        taken = 1
        while taken < len(words) and _fits(" ".join(words[: taken + 1]), size, room):
            taken += 1
        is_last = len(lines) == MAX_LINES - 1
        rest = words if is_last else words[:taken]
        lines.append(_fit(" ".join(rest), size, room))
        words = [] if is_last else words[taken:]
    return lines


def _fit(text: str, size: int, room: int) -> str:
    """Return the text, cut short with an ellipsis where it is too long."""
    shown = _plain(text)
    if _fits(shown, size, room):
        return shown
    while shown and not _fits(f"{shown}…", size, room):
        shown = shown[:-1]
    return f"{shown.rstrip()}…"


def _fits(text: str, size: int, room: int) -> bool:
    return _font(size).getlength(text) <= room


def _font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font that comes with Pillow: no file of ours, the same on every machine."""
    font = ImageFont.load_default(size=size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def _plain(text: str) -> str:
    """Return the text in letters the font has: without accents, in one line."""
    letters = unicodedata.normalize("NFKD", text.translate(REPLACED))
    kept = (one for one in letters if not unicodedata.combining(one))
    return " ".join("".join(one if one.isprintable() else " " for one in kept).split())


def _packed(picture: Image.Image) -> bytes:
    content = b""
    for colours in COLOURS:
        out = io.BytesIO()
        picture.quantize(colours).save(out, "PNG", optimize=True)
        content = out.getvalue()
        if len(content) <= MAX_BYTES:
            break
    return content
