"""What is covered in a photo is gone from it."""

import io

import exifread
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from citizenreport.documents.covering import CELLS, COLUMNS, covered

SIZE = (1200, 900)


def photo(size: tuple[int, int] = SIZE, mode: str = "RGB") -> bytes:
    noise = Image.effect_noise(size, 90).convert(mode)
    content = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "Rumah Budi"
    noise.save(content, "JPEG", quality=95, exif=exif)
    return content.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("L")


def spread(picture: Image.Image, cell: int) -> int:
    """Return how far apart darkest and lightest are inside a cell, away from its edge."""
    row, column = divmod(cell, COLUMNS)
    inner = (column * 100 + 12, row * 100 + 12, column * 100 + 88, row * 100 + 88)
    darkest, lightest = picture.crop(inner).getextrema()
    return int(lightest) - int(darkest)  # type: ignore[arg-type]


def test_a_covered_cell_is_flat_and_the_others_are_not() -> None:
    picture = opened(covered(photo(), {0, 37, CELLS - 1}))
    assert picture.size == SIZE
    for cell in (0, 37, CELLS - 1):
        assert spread(picture, cell) <= 2
    for cell in (1, 36, 38, CELLS - 2):
        assert spread(picture, cell) > 50


def test_nothing_of_what_the_file_said_stays() -> None:
    content = covered(photo(), {5})
    assert exifread.process_file(io.BytesIO(content)) == {}
    assert b"Budi" not in content


@pytest.mark.parametrize("cell", [-1, CELLS])
def test_there_is_no_cell_outside_the_picture(cell: int) -> None:
    with pytest.raises(ValueError, match="no such cell"):
        covered(photo((40, 30)), {cell})


@given(st.integers(1, 60), st.integers(1, 60))
def test_all_cells_together_cover_a_picture_of_any_size(width: int, height: int) -> None:
    content = io.BytesIO()
    half = Image.new("L", (width, height), 255)
    half.paste(0, (0, 0, width, height // 2))
    half.convert("RGB").save(content, "JPEG", quality=95)
    assert opened(covered(content.getvalue(), range(CELLS))).size == (width, height)


def test_a_grey_photo_is_covered_too() -> None:
    assert spread(opened(covered(photo(mode="L"), {3})), 3) <= 2
