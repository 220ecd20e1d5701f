"""The fixed grid that the public sees instead of a point. Pure."""

from math import floor

from citizenreport.geo.frame import metric_frame
from citizenreport.geo.position import Position

CELL_M = 100.0
"""Side of a cell. Source: protection.md, section 3 (`100m`)."""


def cell_centre(position: Position, *, metric_crs: int, cell_m: float = CELL_M) -> Position:
    """Return the centre of the cell that holds the position.

    The grid is fixed: its corners are the multiples of `cell_m` in the city's metric frame, so
    that every report of a cell gets the same point and repeated reports tell nothing more.

    Raises:
        ValueError: the frame does not reach the position.
    """
    frame = metric_frame(metric_crs)
    x, y = frame.to_metres(position)
    try:
        column, row = floor(x / cell_m), floor(y / cell_m)
    except OverflowError:
        raise ValueError("the metric frame does not reach this position") from None
    return frame.to_position((column + 0.5) * cell_m, (row + 0.5) * cell_m)
