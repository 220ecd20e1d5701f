"""The share picture as it is drawn: whatever the words and the photo are."""

import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from citizenreport.documents.share_pictures import MAX_BYTES, SIZE, ShareCard, draw

USUAL = {
    "site": "Lapor Kota Magelang",
    "title": "Penerangan jalan umum mati/kurang",
    "place": "Panjang",
    "state": "Ditindaklanjuti",
    "footer": "lapor.example.go.id",
}


def jpeg_of_noise(width: int, height: int) -> bytes:
    out = io.BytesIO()
    noise = Image.frombytes("RGB", (width, height), os.urandom(width * height * 3))
    noise.save(out, "JPEG", quality=95)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.load()
    assert (picture.format, picture.size) == ("PNG", SIZE)
    return picture


@pytest.mark.parametrize("size", [(2560, 1440), (1440, 2560), (40, 30), (1, 1), (2560, 3)])
def test_the_worst_photo_stays_within_the_limit(size: tuple[int, int]) -> None:
    content = draw(ShareCard(**USUAL), jpeg_of_noise(*size))
    opened(content)
    assert len(content) <= MAX_BYTES


def test_it_carries_no_metadata() -> None:
    content = draw(ShareCard(**USUAL), jpeg_of_noise(100, 100))
    chunks, at = set(), 8
    while at < len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        chunks.add(content[at + 4 : at + 8])
        at += 12 + length
    assert chunks == {b"IHDR", b"PLTE", b"IDAT", b"IEND"}


def test_the_same_facts_make_the_same_bytes() -> None:
    assert draw(ShareCard(**USUAL), None) == draw(ShareCard(**USUAL), None)
    other = ShareCard(**(USUAL | {"state": "Ditutup"}))
    assert draw(other, None) != draw(ShareCard(**USUAL), None)


@given(text=st.text(max_size=300))
def test_any_words_can_be_drawn(text: str) -> None:
    card = ShareCard(site=text, title=text, place=text, state=text, footer=text, mark=text)
    opened(draw(card, None))


def test_long_words_do_not_leave_their_column() -> None:
    long = "Pertanggungjawabanpenyelenggaraanpemerintahandaerah " * 5
    card = ShareCard(site=long, title=long, place=long, state=long, footer=long, mark=long)
    white = io.BytesIO()
    Image.new("RGB", (600, 630), "white").save(white, "JPEG")
    picture = opened(draw(card, white.getvalue())).convert("RGB")
    beside = picture.crop((650, 0, 1200, 630))
    assert beside.getextrema() == ((255, 255), (255, 255), (255, 255))
