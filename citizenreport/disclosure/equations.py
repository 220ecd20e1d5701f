"""The sums that hold among cells of linked tables, as suppression sees them. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from citizenreport.disclosure.cells import Cell, Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A cell is the sum of others; all by their index."""

    whole: int
    parts: tuple[int, ...]


def sums(frame: Frame, cells: Sequence[Cell]) -> list[Sum]:
    """Return every sum along one dimension whose parts are all among the cells."""
    index = {cell: n for n, cell in enumerate(cells)}
    found: list[Sum] = []
    for cell, n in index.items():
        for axis in range(len(frame.dimensions)):
            parts = _parts(frame, index.keys(), cell, axis)
            if parts:
                found.append(Sum(whole=n, parts=tuple(index[part] for part in parts)))
    return found


def _parts(frame: Frame, known: Iterable[Cell], cell: Cell, axis: int) -> list[Cell]:
    """Return what a cell is the sum of along an axis, as fine as need be; empty when unknown."""
    parts: list[Cell] = []
    for value in frame.dimensions[axis].children.get(cell[axis], ()):
        part = (*cell[:axis], value, *cell[axis + 1 :])
        finer = [part] if part in known else _parts(frame, known, part, axis)
        if not finer:
            return []
        parts += finer
    return parts
