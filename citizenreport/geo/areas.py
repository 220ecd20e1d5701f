"""Which area a point lies in, and what lies around it. Pure and in process: no query per report."""

from dataclasses import dataclass

from citizenreport.geo.position import Position

BORDER_TOLERANCE_M = 50.0
"""Up to this far outside the city a point is accepted and marked. Source: architecture.md."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """What a point says about areas.

    `area_code`: the smallest area of the city that holds the point, or the nearest one when it
    lies outside by at most `BORDER_TOLERANCE_M`; None further out.
    `outside_m`: metres outside the city, 0 inside.
    `edge_m`: metres to the nearest edge of that area (inside only), None otherwise.
    `neighbour_name`: the neighbouring area outside the city that holds the point, when known.
    """

    area_code: str | None
    outside_m: float
    edge_m: float | None
    neighbour_code: str | None
    neighbour_name: str | None


class AreaIndex:
    """An STRtree over the smallest areas and the neighbours, in the city's metric frame."""

    def locate(self, position: Position) -> Located:
        """Return where a position lies. p99 below 1 ms among 83,000 polygons."""
        raise NotImplementedError
