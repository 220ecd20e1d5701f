"""Faces and number plates made unrecognisable in the public copy of a photo. Pure.

A covered cell becomes one flat colour, the mean of what it showed: nothing of its content can be
worked back, as it can from a blur. Source: protection.md, section 2.
"""

import io
from collections.abc import Collection
from typing import Final

from PIL import Image

COLUMNS: Final = 12
ROWS: Final = 9
CELLS: Final = COLUMNS * ROWS
QUALITY: Final = 85


def covered(photo: bytes, cells: Collection[int]) -> bytes:
    """Return a JPEG, without metadata, in which the given cells of the grid are flat.

    Cells are numbered from 0 at the top left, row by row. `photo` is one of our own JPEGs.

    Raises:
        ValueError: there is no such cell.
    """
    if any(not 0 <= cell < CELLS for cell in cells):
        raise ValueError("no such cell")
    with Image.open(io.BytesIO(photo), formats=["JPEG"]) as opened:
        picture = opened.convert("RGB")
    for cell in cells:
        box = _box(cell, picture.size)
        mean = picture.crop(box).resize((1, 1), Image.Resampling.BOX)
        picture.paste(mean.resize((box[2] - box[0], box[3] - box[1])), box)
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=QUALITY, optimize=True)
    return content.getvalue()


def _box(cell: int, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom in pixels; neighbours overlap rather than leave a gap."""
    row, column = divmod(cell, COLUMNS)
    width, height = size
    return (
        column * width // COLUMNS,
        row * height // ROWS,
        -(-(column + 1) * width // COLUMNS),
        -(-(row + 1) * height // ROWS),
    )
