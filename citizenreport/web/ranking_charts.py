"""Agencies or areas side by side as a chart with their intervals; the same on pages and papers."""

from collections.abc import Sequence

from flask_babel import format_decimal

from citizenreport.cities.rules import City
from citizenreport.documents.charts import PAGE, Point, Theme, bars
from citizenreport.indicators.models import PublishedRanking
from citizenreport.web.locale import page_language
from citizenreport.web.rankings import subject_name
from citizenreport.web.translate import _


def ranking_chart(
    city: City, rows: Sequence[PublishedRanking], *, name: str, theme: Theme = PAGE
) -> str:
    """Return those with a place and a value, the best first; "" where fewer than two have them."""
    points = tuple(
        _point(city, row) for row in rows if row.first is not None and row.value is not None
    )
    if len(points) < 2:
        return ""
    words = _(
        "%(name)s, %(year)s, dari %(first)s (%(first_value)s) sampai %(last)s (%(last_value)s). "
        "Angkanya ada di tabel.",
        name=name,
        year=str(rows[0].year),
        first=points[0].label,
        first_value=_written(points[0].value),
        last=points[-1].label,
        last_value=_written(points[-1].value),
    )
    return bars(points, alt_text=words, theme=theme, comma=page_language() != "en")


def _point(city: City, row: PublishedRanking) -> Point:
    has_interval = row.low is not None and row.high is not None
    return Point(
        label=subject_name(city, row),
        value=None if row.value is None else float(row.value),
        low=float(row.low) if has_interval and row.low is not None else None,
        high=float(row.high) if has_interval and row.high is not None else None,
    )


def _written(number: float | None) -> str:
    return str(format_decimal(number, format="#,##0.0"))
