"""A small map for paper: borders of areas, their names, landmarks and one point. Pure, no tiles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Final

from citizenreport.documents.pdf import svg_text

WIDTH: Final = 600
HEIGHT: Final = 480
REACH_M: Final = 900.0  # from the point to the left and right edge
M_PER_DEG: Final = 111_320.0
SCALE_BAR_M: Final = 200

Place = tuple[float, float]  # longitude, latitude; WGS 84 degrees


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """An area as rings of places, with its name and where the name fits."""

    name: str
    rings: Sequence[Sequence[Place]]
    label: Place
    holds_point: bool = False


def draw(outlines: Iterable[Outline], landmarks: Iterable[tuple[str, Place]], mark: Place) -> str:
    """Return the map as SVG, north up, the mark in its middle, with a bar of SCALE_BAR_M metres."""
    frame = _Frame(mark)
    shapes, names = [], []
    for outline in outlines:
        if not any(frame.shows(frame.at(place)) for ring in outline.rings for place in ring) and (
            not outline.holds_point
        ):
            continue
        path = " ".join(frame.path(ring) for ring in outline.rings)
        fill = "#e4f0ee" if outline.holds_point else "#ffffff"
        shapes.append(
            f'<path d="{path}" fill="{fill}" stroke="#5d564c" stroke-width="2" fill-rule="evenodd"/>'
        )
        names.append(_name(frame.inside(outline.label), outline.name, size=19, ink="#5d564c"))
    for name, place in landmarks:
        x, y = frame.at(place)
        if frame.shows((x, y)):
            names.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#24211d"/>')
            names.append(_name((x, y - 9), name, size=15, ink="#24211d"))
    inside = "".join([*shapes, *names, _MARK, _scale(frame)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#f4f1ea"/>{inside}'
        f'<rect x="1" y="1" width="{WIDTH - 2}" height="{HEIGHT - 2}" fill="none" stroke="#24211d"'
        ' stroke-width="2"/></svg>'
    )


_MARK: Final = (
    f'<path d="M{WIDTH / 2} {HEIGHT / 2} l-17 -36 a19 19 0 1 1 34 0 z" fill="#a3262a"'
    f' stroke="#ffffff" stroke-width="2"/>'
    f'<circle cx="{WIDTH / 2}" cy="{HEIGHT / 2 - 44}" r="7" fill="#ffffff"/>'
)


class _Frame:
    """Degrees to drawing units around a middle; flat, which is right to a metre at this size."""

    def __init__(self, middle: Place) -> None:
        self._lon, self._lat = middle
        self.per_m = WIDTH / (2 * REACH_M)
        self._per_lon = M_PER_DEG * cos(radians(self._lat)) * self.per_m
        self._per_lat = M_PER_DEG * self.per_m

    def at(self, place: Place) -> tuple[float, float]:
        lon, lat = place
        return (
            WIDTH / 2 + (lon - self._lon) * self._per_lon,
            HEIGHT / 2 - (lat - self._lat) * self._per_lat,
        )

    def path(self, ring: Sequence[Place]) -> str:
        points = " L".join(f"{x:.1f} {y:.1f}" for x, y in map(self.at, ring))
        return f"M{points} Z"

    def shows(self, point: tuple[float, float]) -> bool:
        return 0 <= point[0] <= WIDTH and 0 <= point[1] <= HEIGHT

    def inside(self, place: Place) -> tuple[float, float]:
        """Return where a name goes: at its place, or at the edge nearest to it."""
        x, y = self.at(place)
        return min(max(x, 90), WIDTH - 90), min(max(y, 26), HEIGHT - 46)


def _name(point: tuple[float, float], text: str, *, size: int, ink: str) -> str:
    x, y = point
    usual = (
        f'x="{x:.1f}" y="{y:.1f}" font-family="Libertinus Serif" font-size="{size}"'
        ' text-anchor="middle"'
    )
    words = svg_text(text)
    halo = f'<text {usual} fill="#ffffff" stroke="#ffffff" stroke-width="4">{words}</text>'
    return f'{halo}<text {usual} fill="{ink}">{words}</text>'


def _scale(frame: _Frame) -> str:
    long = SCALE_BAR_M * frame.per_m
    y = HEIGHT - 18
    return (
        f'<path d="M16 {y - 6} V{y} H{16 + long:.1f} V{y - 6}" fill="none" stroke="#24211d"'
        f' stroke-width="2"/>'
        + _name((16 + long / 2, y - 10), f"{SCALE_BAR_M} m", size=15, ink="#24211d")
    )
