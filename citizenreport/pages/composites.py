"""/indikator/komposit: one number per aspect, never without its parts."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, render_template
from flask_babel import format_decimal

from citizenreport.core.db import public_reading
from citizenreport.core.text import _n
from citizenreport.indicators.composites import AspectComposite, aspect_composites
from citizenreport.indicators.definitions import all_definitions
from citizenreport.indicators.rules.composites import Composite
from citizenreport.indicators.rules.sensitivity import Choice, Span
from citizenreport.pages.indicator_meaning import ASPECT_NAMES
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.indicator_lines import name_of
from citizenreport.web.indicators import UNIT_NAMES
from citizenreport.web.translate import _

bp = Blueprint(
    "composites", __name__, url_prefix="/indikator/komposit", template_folder="templates"
)

CHOICE_NAMES: Final = {
    Choice.WEIGHTS: _n("bobot dibagi dua atau dikali dua"),
    Choice.AGGREGATION: _n("rata-rata geometrik"),
    Choice.NORMALISATION: _n("skor z (urutan saja)"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A part in a year: as published, and between 0 and 100; empty where it is missing."""

    value: str
    normalised: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A year, ready to be read; `value` is empty where a part is missing.

    `choices`: what is chosen otherwise, the range and the places that it gives.
    """

    year: int
    value: str
    geometric: str
    interval: str
    places: str
    choices: list[tuple[str, str, str]]
    parts: list[Cell]
    missing: str


@bp.get("")
@public
def show() -> str:
    """Show the composite of each aspect with its parts, by year."""
    with public_reading() as session:
        found = aspect_composites(session, current_city())
    return render_template("pages/composites.html", sections=[_section(one) for one in found])


def _section(one: AspectComposite) -> dict[str, object]:
    definitions = [all_definitions()[part.code] for part in one.parts]
    total = sum(part.weight for part in one.parts)
    lines = [_line(one, year) for year in one.years]
    return {
        "code": one.aspect,
        "aspect": _(ASPECT_NAMES[one.aspect]),
        "parts": [(d.code, name_of(d), _(UNIT_NAMES[d.unit])) for d in definitions],
        "weights": [f"{float(part.weight / total):.0%}" for part in one.parts],
        "lines": lines,
        "has_choices": any(line.choices for line in lines),
    }


def _line(one: AspectComposite, found: Composite) -> Line:
    published = one.values[found.year]
    interval, places = _said(found.spans.get(Choice.ALL))
    return Line(
        year=found.year,
        value=_tenths(found.value),
        geometric=_tenths(found.geometric),
        interval=interval,
        places=places,
        choices=[
            _choice(choice, span) for choice, span in found.spans.items() if choice in CHOICE_NAMES
        ],
        parts=[
            Cell(
                value=_number(published.get(part.code)),
                normalised=_tenths(found.parts.get(part.code)),
            )
            for part in one.parts
        ],
        missing=", ".join(found.missing),
    )


def _choice(choice: Choice, span: Span) -> tuple[str, str, str]:
    """Return what is chosen otherwise, its range (z-scores have none from 0 to 100), its places."""
    interval, places = _said(span)
    return _(CHOICE_NAMES[choice]), "–" if choice is Choice.NORMALISATION else interval, places


def _said(span: Span | None) -> tuple[str, str]:
    """Return range and places of a span; empty where there is none."""
    if span is None:
        return "", ""
    is_one = span.first == span.last
    places = str(span.first) if is_one else f"{span.first}–{span.last}"
    return f"{_tenths(span.low)}–{_tenths(span.high)}", places


def _tenths(number: object) -> str:
    return "" if number is None else str(format_decimal(number, format="#,##0.0"))


def _number(number: object) -> str:
    return "" if number is None else str(format_decimal(number, format="#,##0.###"))
