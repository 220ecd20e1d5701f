"""Charts as SVG, from one Vega-Lite specification each: the same on pages, in PDF, and as pictures of
those SVG in workbooks, which know no SVG.

Pure: a chart draws what it is given and fetches nothing. The same data give the same bytes. A chart
is a picture with one sentence for those who cannot see it; whoever shows it puts its table beside it.
"""

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import altair as alt
import vl_convert

from citizenreport.documents.pdf import svg_text

WIDTH: Final = 460  # drawing units; the page scales it
LINE_HEIGHT: Final = 190
BAR_HEIGHT: Final = 26
SPARK_SIZE: Final = (150, 36)
MAP_SIZE: Final = (420, 460)
FONT: Final = "Libertinus Serif, sans-serif"
CLASSES: Final = 5
PICTURE_SCALE: Final = 2.0  # pixels for each drawing unit
PADDING: Final = 4
NAME_WIDTH: Final = 190  # of names beside bars, as the drawing's own font has them
NAME_ROOM: Final = 44  # more than that, where the reader's font is wider
KEPT: Final = 256  # charts of a kind kept drawn, by what is in them: so none is out of date
DECIMAL_COMMA: Final = {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["Rp", ""]}
DECIMAL_POINT: Final = {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["Rp", ""]}

Place = tuple[float, float]  # longitude, latitude; WGS 84 degrees


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Colours. On a page they are the page's own, so that a chart follows its light and dark."""

    ink: str
    soft: str
    line: str
    accent: str
    provisional: str
    empty: str
    classes: tuple[str, ...]  # CLASSES of them, from few to many


PAGE: Final = Theme(
    ink="var(--ink)",
    soft="var(--ink-soft)",
    line="var(--line)",
    accent="var(--accent)",
    provisional="var(--warn)",
    empty="var(--sunken)",
    classes=tuple(f"var(--class-{number})" for number in range(1, CLASSES + 1)),
)
PAPER: Final = Theme(
    ink="#24211d",
    soft="#5d564c",
    line="#d9d1c3",
    accent="#0b6156",
    provisional="#8a4b00",
    empty="#f1ece2",
    classes=("#dcefe9", "#a9d5ca", "#6db3a5", "#35877a", "#0b5148"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A value of one period or one group. `low` and `high` are its interval, if it has one."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    is_final: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """An area of a map: rings of places, outer ones first; `mark` stands in it and in its table.

    `step` is its class from 0; None where there is no number to show.
    """

    mark: str
    rings: tuple[tuple[Place, ...], ...]
    label: Place
    step: int | None = None


@lru_cache(maxsize=KEPT)
def line(
    points: tuple[Point, ...], *, alt_text: str, theme: Theme = PAGE, comma: bool = True
) -> str:
    """Return values over time with their intervals as a band; provisional ones are hollow.

    `points` oldest first. The axis begins at zero: a small change looks small.
    """
    base = _chart(_rows(points)).encode(x=_x_axis(points))
    layers: list[alt.Chart] = []
    if any(p.low is not None for p in points):
        band = base.transform_filter("datum.low != null").mark_area(color=theme.accent, opacity=0.2)
        layers.append(band.encode(y=_y_axis("low"), y2="high:Q"))
    known = base.transform_filter("datum.value != null")
    layers.append(known.mark_line(color=theme.accent, strokeWidth=2.5).encode(y=_y_axis("value")))
    for is_final, fill in ((True, theme.accent), (False, "none")):
        colour = theme.accent if is_final else theme.provisional
        dots = known.transform_filter(f"datum.is_final == {json.dumps(is_final)}").mark_point(
            fill=fill, stroke=colour, size=55, strokeWidth=2, opacity=1
        )
        layers.append(dots.encode(y=_y_axis("value")))
    whole = alt.layer(*layers).properties(width=WIDTH, height=LINE_HEIGHT)
    return _svg(whole, alt_text=alt_text, theme=theme, comma=comma)


@lru_cache(maxsize=KEPT)
def bars(
    points: tuple[Point, ...], *, alt_text: str, theme: Theme = PAGE, comma: bool = True
) -> str:
    """Return lying bars in the order given, with their intervals as whiskers."""
    order = [point.label for point in points]
    base = _chart(_rows(points)).encode(
        y=alt.Y(
            "label:N", sort=order, title=None, axis=alt.Axis(ticks=False, labelLimit=NAME_WIDTH)
        )
    )
    known = base.transform_filter("datum.value != null")
    layers = [known.mark_bar(color=theme.accent, height=14).encode(x=_x_length("value"))]
    if any(p.low is not None for p in points):
        whiskers = base.transform_filter("datum.low != null").mark_rule(
            color=theme.ink, strokeWidth=1.5
        )
        layers.append(whiskers.encode(x=_x_length("low"), x2="high:Q"))
    whole = alt.layer(*layers).properties(
        width=300,
        height=BAR_HEIGHT * max(len(points), 1),
        padding={"left": NAME_ROOM, "top": PADDING, "right": PADDING, "bottom": PADDING},
    )
    return _svg(whole, alt_text=alt_text, theme=theme, comma=comma)


@lru_cache(maxsize=KEPT)
def spark(points: tuple[Point, ...], *, alt_text: str, theme: Theme = PAGE) -> str:
    """Return a small line without axes, its last value marked; "" with fewer than two values."""
    known = [point for point in points if point.value is not None]
    if len(known) < 2:
        return ""
    rows = [{"place": place, "value": point.value} for place, point in enumerate(known)]
    axis = alt.X("place:Q", axis=None)
    up = alt.Y("value:Q", axis=None, scale=alt.Scale(zero=False))
    drawn = _chart(rows).mark_line(color=theme.accent, strokeWidth=2).encode(x=axis, y=up)
    last = _chart(rows[-1:]).mark_point(fill=theme.accent, stroke=theme.accent, size=40, opacity=1)
    width, height = SPARK_SIZE
    whole = alt.layer(drawn, last.encode(x=axis, y=up)).properties(width=width, height=height)
    return _svg(whole, alt_text=alt_text, theme=theme, comma=True)


@lru_cache(maxsize=KEPT)
def choropleth(shapes: tuple[Shape, ...], *, alt_text: str, theme: Theme = PAGE) -> str:
    """Return a map of areas by class, north up, each with the mark that its table has."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "MultiPolygon", "coordinates": [[_closed(r)] for r in s.rings]},
            "properties": {},
            "step": "none" if s.step is None else str(s.step),
        }
        for s in shapes
    ]
    steps = [str(number) for number in range(len(theme.classes))]
    colour = alt.Color(
        "step:N",
        legend=None,
        scale=alt.Scale(domain=["none", *steps], range=[theme.empty, *theme.classes]),
    )
    ground = _chart(features).mark_geoshape(stroke=theme.soft, strokeWidth=0.8).encode(color=colour)
    marks = [
        {
            "lon": s.label[0],
            "lat": s.label[1],
            "mark": s.mark,
            "is_dark": s.step is not None and s.step >= CLASSES - 2,
        }
        for s in shapes
    ]
    layers: list[alt.Chart] = [ground]
    for is_dark, ink in ((False, theme.ink), (True, _over_dark(theme))):
        some = _chart([mark for mark in marks if mark["is_dark"] is is_dark])
        text = some.mark_text(fontSize=15, fontWeight="bold", color=ink)
        layers.append(text.encode(longitude="lon:Q", latitude="lat:Q", text="mark:N"))
    width, height = MAP_SIZE
    whole = alt.layer(*layers).properties(width=width, height=height).project("mercator")
    return _svg(whole, alt_text=alt_text, theme=theme, comma=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A chart as PNG, its size in drawing units, and the sentence for those who cannot see it."""

    png: bytes
    width: float
    height: float
    words: str


def picture_of(svg: str) -> Picture:
    """Return a chart drawn with PAPER as a picture, for programs that show no SVG."""
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    words = re.search(r'aria-label="([^"]*)"', svg)
    assert size is not None
    assert words is not None
    png = vl_convert.svg_to_png(svg, scale=PICTURE_SCALE)
    return Picture(
        png=png, width=float(size[1]), height=float(size[2]), words=html.unescape(words[1])
    )


def classes_of(values: Sequence[float], *, count: int = CLASSES) -> list[float]:
    """Return the upper ends of `count` classes of equal width over the values, ascending.

    One class where all values are equal; none without values.
    """
    if not values:
        return []
    low, high = min(values), max(values)
    if low == high:
        return [high]
    return [low + (high - low) * number / count for number in range(1, count)] + [high]


def step_of(value: float, ends: Sequence[float]) -> int:
    """Return the class, from 0, that a value falls into: the first whose upper end it does not pass."""
    return next((n for n, end in enumerate(ends) if value <= end), len(ends) - 1)


def _rows(points: Sequence[Point]) -> list[dict[str, Any]]:
    return [
        {
            "label": point.label,
            "value": point.value,
            "low": point.low,
            "high": point.high,
            "is_final": point.is_final,
        }
        for point in points
    ]


def _chart(rows: Sequence[Mapping[str, Any]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=list(rows)))


def _x_axis(points: Sequence[Point]) -> alt.X:
    axis = alt.Axis(labelAngle=0, labelOverlap="greedy", labelPadding=6, labelFlush=True)
    order = alt.Scale(domain=[point.label for point in points])
    return alt.X("label:O", sort=None, title=None, axis=axis, scale=order)


def _y_axis(field: str) -> alt.Y:
    axis = alt.Axis(tickCount=4, domain=False, ticks=False, labelPadding=6, format="~r")
    return alt.Y(f"{field}:Q", title=None, axis=axis, scale=alt.Scale(zero=True))


def _x_length(field: str) -> alt.X:
    axis = alt.Axis(tickCount=4, domain=False, ticks=False, format="~r")
    return alt.X(f"{field}:Q", title=None, axis=axis, scale=alt.Scale(zero=True))


def _closed(ring: Sequence[Place]) -> list[list[float]]:
    """Return a ring as Vega draws it: clockwise on the globe, closed."""
    turn = sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in pairwise(ring))
    ordered = list(ring) if turn > 0 else list(reversed(ring))
    return [[round(x, 6), round(y, 6)] for x, y in ordered]


def _over_dark(theme: Theme) -> str:
    return "var(--over-class)" if theme is PAGE else "#ffffff"


def _svg(
    chart: alt.LayerChart | alt.FacetChart, *, alt_text: str, theme: Theme, comma: bool
) -> str:
    drawn = (
        chart.configure(background="transparent", font=FONT, padding=PADDING)
        .configure_axis(
            labelColor=theme.soft,
            labelFontSize=14,
            gridColor=theme.line,
            domainColor=theme.soft,
            tickColor=theme.soft,
        )
        .configure_view(stroke=None)
    )
    svg: str = vl_convert.vegalite_to_svg(
        json.dumps(drawn.to_dict(validate=False), sort_keys=True),
        format_locale=DECIMAL_COMMA if comma else DECIMAL_POINT,
        allowed_base_urls=[],  # it fetches nothing
    )
    return _named(svg, svg_text(alt_text))


def _named(svg: str, words: str) -> str:
    """Return the SVG as one picture with a name, as wide as the place it is put in."""
    size = re.search(r'viewBox="[^"]+"', svg)
    assert size is not None
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="{words}"'
        f" {size[0]}>"
    )
    return re.sub(r"^<svg[^>]*>", lambda _found: opening, svg, count=1)
