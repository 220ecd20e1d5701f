"""The area of a point among 83,000 polygons, in process."""

import random
import statistics
import time
from collections.abc import Iterator

from shapely import box

from citizenreport.geo.areas import AreaIndex
from citizenreport.geo.position import Position

COLUMNS, ROWS = 415, 200  # 83,000 cells, about as many as Indonesia has villages
CELL_DEGREES = 0.01
WEST, SOUTH = 106.0, -8.0
POINTS = 20_000


def figures() -> Iterator[dict[str, object]]:
    """Yield percentiles of one look-up, in milliseconds."""
    areas = {
        f"{column}.{row}": box(
            WEST + column * CELL_DEGREES,
            SOUTH + row * CELL_DEGREES,
            WEST + (column + 1) * CELL_DEGREES,
            SOUTH + (row + 1) * CELL_DEGREES,
        )
        for column in range(COLUMNS)
        for row in range(ROWS)
    }
    index = AreaIndex(areas, metric_crs=32749)
    dice = random.Random(20261124)
    took: list[float] = []
    for _ in range(POINTS):
        here = Position(
            lon=WEST + dice.random() * COLUMNS * CELL_DEGREES,
            lat=SOUTH + dice.random() * ROWS * CELL_DEGREES,
        )
        started = time.perf_counter()
        found = index.locate(here)
        took.append((time.perf_counter() - started) * 1_000)
        assert found.area_code is not None
    cuts = statistics.quantiles(took, n=100)
    yield {"figure": "area_of_a_point_p50_ms", "value": round(cuts[49], 4), "polygons": len(areas)}
    yield {"figure": "area_of_a_point_p99_ms", "value": round(cuts[98], 4), "goal": "< 1"}
