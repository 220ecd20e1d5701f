"""Published values as charts and maps, each with the words that stand for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from flask_babel import format_date, format_decimal

from citizenreport.cities.ground import SmallOutline, small_outlines
from citizenreport.cities.rules import City
from citizenreport.documents.charts import (
    PAGE,
    Point,
    Shape,
    Theme,
    choropleth,
    classes_of,
    line,
    spark,
    step_of,
)
from citizenreport.indicators.definitions import definition_at
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.rules.periods import Period, PeriodKind
from citizenreport.indicators.rules.values import ValueStatus
from citizenreport.web.indicators import WAITS, area_name, interval_of, period_of
from citizenreport.web.locale import page_language
from citizenreport.web.translate import _

QUARTERS: Final = ("I", "II", "III", "IV")
SPARK_PERIODS: Final = 12
COMPARABLE_N: Final = 10
"""An area with fewer cases gets no colour: one report more or less would change its class."""

Row = PublishedIndicatorValue
_outlines: dict[str, dict[str, SmallOutline]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaLine:
    """One area of the map's table. `step` is its class from 0, None where it has no colour."""

    mark: str
    area_code: str
    name: str
    value: str
    interval: str
    denominator: str
    step: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaMap:
    """A map with its table twin and the classes it is coloured by: from, to, how many areas."""

    svg: str
    period: str
    lines: Sequence[AreaLine]
    classes: Sequence[tuple[str, str]]


def number_of(row: Row) -> float | None:
    """Return what a chart shows: the value, or the median of a wait; None where it is not known."""
    if row.unit in WAITS:
        try:
            return float(Decimal(str(row.extra.get("median", ""))))
        except InvalidOperation:  # "> 96": not reached
            return None
    return None if row.value is None else float(row.value)


def points_of(rows: Iterable[Row]) -> tuple[Point, ...]:
    """Return published values of one indicator and one area as points, in their order."""
    points = []
    for row in rows:
        interval = None if row.unit in WAITS else interval_of(row)
        points.append(
            Point(
                label=short_period(period_of(row)),
                value=number_of(row),
                low=float(interval[0]) if interval else None,
                high=float(interval[1]) if interval else None,
                is_final=row.status == ValueStatus.FINAL.value,
            )
        )
    return tuple(points)


def short_period(period: Period) -> str:
    """Return a period short enough for an axis, in the reader's language."""
    year = f"{period.start_on.year % 100:02d}"
    if period.kind is PeriodKind.MONTH:
        return f"{format_date(period.start_on, 'MMM')} {year}"
    if period.kind is PeriodKind.QUARTER:
        return f"{QUARTERS[(period.start_on.month - 1) // 3]} {year}"
    return str(period.start_on.year)


def trend_chart(rows: Sequence[Row], *, name: str, theme: Theme = PAGE) -> str:
    """Return values over time as a chart; "" where fewer than two are known."""
    points = points_of(rows)
    known = [point for point in points if point.value is not None]
    if len(known) < 2:
        return ""
    words = _(
        "%(name)s, %(first)s sampai %(last)s: dari %(from_value)s ke %(to_value)s. Angkanya ada di tabel.",
        name=name,
        first=known[0].label,
        last=known[-1].label,
        from_value=_written(known[0].value),
        to_value=_written(known[-1].value),
    )
    return line(points, alt_text=words, theme=theme, comma=page_language() != "en")


def small_trend(rows: Sequence[Row], *, name: str) -> str:
    """Return the last SPARK_PERIODS values as a small line; "" where fewer than two are known."""
    points = points_of(rows[-SPARK_PERIODS:])
    if not points:
        return ""
    first, last = points[0].label, points[-1].label
    words = _("Arah %(name)s, %(first)s sampai %(last)s", name=name, first=first, last=last)
    return spark(points, alt_text=words)


def area_map(
    city: City, rows: Sequence[Row], *, name: str, period: str, theme: Theme = PAGE
) -> AreaMap | None:
    """Return the values of one period for the smallest areas as a map; None without any."""
    by_area = {row.area_code: row for row in rows}
    outlines = outlines_of(city)
    known = [code for code in outlines if code in by_area]
    if not known:
        return None
    comparable = {
        code: number
        for code in known
        if (number := number_of(by_area[code])) is not None and _has_enough(by_area[code])
    }
    ends = classes_of(sorted(comparable.values()))
    steps = {code: step_of(number, ends) for code, number in comparable.items()}
    ordered = sorted(outlines, key=lambda code: area_name(city, code))
    lines = [
        _area_line(city, str(number), code, by_area.get(code), steps.get(code))
        for number, code in enumerate(ordered, start=1)
    ]
    shapes = tuple(
        Shape(
            mark=one.mark,
            rings=outlines[one.area_code].rings,
            label=outlines[one.area_code].label,
            step=one.step,
        )
        for one in lines
    )
    words = _(
        "Peta %(name)s menurut kelurahan, %(period)s. Angkanya ada di tabel.",
        name=name,
        period=period,
    )
    svg = choropleth(shapes, alt_text=words, theme=theme)
    return AreaMap(svg=svg, period=period, lines=lines, classes=_class_words(comparable, ends))


def outlines_of(city: City) -> dict[str, SmallOutline]:
    """Return the areas' borders for drawings, worked out once for each state of the city."""
    if city.digest not in _outlines:
        _outlines.clear()
        _outlines[city.digest] = dict(small_outlines(city))
    return _outlines[city.digest]


def _has_enough(row: Row) -> bool:
    return row.denominator is None or row.denominator >= COMPARABLE_N


def _area_line(city: City, mark: str, code: str, row: Row | None, step: int | None) -> AreaLine:
    number = None if row is None else number_of(row)
    interval = None if row is None or row.unit in WAITS else interval_of(row)
    places = 0 if row is None else definition_at(row.code, row.definition_version).decimals
    return AreaLine(
        mark=mark,
        area_code=code,
        name=_(area_name(city, code)),
        value="–" if number is None else _written(number, places),
        interval=f"{format_decimal(interval[0])}–{format_decimal(interval[1])}"
        if interval
        else "–",
        denominator="–"
        if row is None or row.denominator is None
        else format_decimal(row.denominator),
        step=step,
    )


def _class_words(known: dict[str, float], ends: Sequence[float]) -> list[tuple[str, str]]:
    """Return each class as its lower and its upper end in words."""
    if not ends:
        return []
    starts = [min(known.values()), *ends[:-1]]
    return [(_written(low), _written(high)) for low, high in zip(starts, ends, strict=True)]


def _written(number: float | None, places: int = 1) -> str:
    if number is None:
        return "–"
    pattern = f"#,##0.{'0' * places}" if places else "#,##0"
    return str(format_decimal(Decimal(str(number)), format=pattern))
