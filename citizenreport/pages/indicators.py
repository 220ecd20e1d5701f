"""/indikator: what the city publishes about itself, in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask import Blueprint, render_template, request, url_for
from flask_babel import format_date
from sqlalchemy.orm import Session

from citizenreport.cities.rules import AreaLevel, City
from citizenreport.core.db import public_reading
from citizenreport.core.text import _n
from citizenreport.indicators.definitions import all_definitions, all_versions
from citizenreport.indicators.imported import ImportedValue, imported_values
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.queries import (
    ValuesWanted,
    published_values,
    values_of_area,
)
from citizenreport.indicators.rules.definitions import (
    CohortEvent,
    Definition,
    Unit,
    UniverseName,
)
from citizenreport.indicators.rules.periods import Period, PeriodKind, last_day_before
from citizenreport.indicators.rules.values import NOT_STATED
from citizenreport.pages.finding import absolute
from citizenreport.pages.indicator_meaning import ASPECT_NAMES, DIRECTION_NAMES, meaning_of
from citizenreport.publication.snapshots.models import PublishedSnapshot
from citizenreport.publication.snapshots.queries import published_holding
from citizenreport.publication.snapshots.rules import kinds_within
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.headers import allow_framing
from citizenreport.web.indicator_charts import AreaMap, area_map, small_trend, trend_chart
from citizenreport.web.indicator_lines import Line, line_of, name_of, period_name
from citizenreport.web.indicators import (
    NOT_STATED_NAME,
    STATUS_NAMES,
    UNIT_NAMES,
    WAITS,
    area_name,
    definition_of,
    imported_number,
    period_of,
    producer_of,
)
from citizenreport.web.translate import _

bp = Blueprint("indicator_pages", __name__, url_prefix="/indikator", template_folder="templates")

SHOWN_PERIODS: Final = 36
TREND_DAYS: Final = 3 * 366  # what a card looks back
KIND_NAMES: Final = {
    PeriodKind.MONTH: _n("Bulan"),
    PeriodKind.QUARTER: _n("Triwulan"),
    PeriodKind.YEAR: _n("Tahun"),
}
LEVELS: Final = (AreaLevel.CITY, AreaLevel.DISTRICT, AreaLevel.VILLAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One indicator in the list, with its latest yearly value for the city."""

    definition: Definition
    name: str
    status: str
    latest: Line | None
    trend: str = ""


@bp.get("")
@public
def index() -> str:
    """List all indicators; those that are computed with their latest value and where it goes."""
    city = current_city()
    definitions = all_definitions()
    with public_reading() as session:
        found = _latest_values(session, city, definitions)
        foreign = {value.code: value for value in imported_values(session)}  # the newest year
        session.expunge_all()  # drawn without holding the database
    entries = [_entry(d, found.get(d.code, [])) for d in definitions.values()]
    computed = [entry for entry in entries if entry.definition.is_computed]
    cut_offs = [rows[-1].cut_off_at for rows in found.values()]
    last_day = last_day_before(max(cut_offs), city.calendar.time_zone) if cut_offs else None
    return render_template(
        "pages/indicators.html",
        groups=_by_aspect(computed),
        others=[
            (e, foreign.get(e.definition.code)) for e in entries if not e.definition.is_computed
        ],
        imported_number=imported_number,
        unit_names=UNIT_NAMES,
        last_day=format_date(last_day, "d MMMM y") if last_day else None,
    )


@bp.get("/<code>")
@public
def show(code: str) -> str:
    """Explain one indicator and show its values by period, for one area, and by area on a map."""
    city, definition = current_city(), definition_of(code)
    view = _read(city, definition)
    return render_template(
        "pages/indicator.html",
        definition=definition,
        name=view.name,
        unit=_(UNIT_NAMES[definition.unit]),
        direction=_(DIRECTION_NAMES[definition.direction]),
        status=_(STATUS_NAMES[definition.status]),
        producer=producer_of(city, definition),
        is_wait=definition.unit in WAITS,
        has_interval=definition.unit is Unit.PERCENT or definition.universe is UniverseName.SURVEY,
        view=view,
        foreign=[
            (value, imported_number(value), view.release_of(year_of(value.year)))
            for value in reversed(view.foreign)
        ],
        lines=[
            (line_of(row), _reports_of(city, definition, row), view.release_of(period_of(row)))
            for row in reversed(view.rows[-SHOWN_PERIODS:])
        ],
        kinds=[(k.value, _(KIND_NAMES[k]), k is view.kind) for k in _kinds(definition)],
        areas=_area_choices(city, view.area_code, definition),
        meaning=meaning_of(city, definition),
        versions=[
            (d.version, format_date(d.valid_from, "d MMMM y"))
            for d in all_versions()[definition.code]
        ],
        here=absolute(url_for("indicator_pages.show", code=definition.code, **view.chosen)),
        frame=absolute(url_for("indicator_pages.embed", code=definition.code, **view.chosen)),
    )


@bp.get("/<code>/sematkan")
@public
def embed(code: str) -> str:
    """Show the chart and the latest value alone, to be framed by other sites: no cookie, no script."""
    city, definition = current_city(), definition_of(code)
    view = _read(city, definition)
    allow_framing()
    return render_template(
        "pages/indicator_embed.html",
        definition=definition,
        view=view,
        unit=_(UNIT_NAMES[definition.unit]),
        latest=line_of(view.rows[-1]) if view.rows else None,
        here=absolute(url_for("indicator_pages.show", code=definition.code, **view.chosen)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is shown of one indicator: the values of one area and one kind of period, oldest first.

    `release`: number and period of the newest release that holds the indicator; `releases`: of all.
    """

    name: str
    area: str
    area_code: str
    kind: PeriodKind
    chosen: dict[str, Any]
    rows: Sequence[PublishedIndicatorValue]
    chart: str
    areas: AreaMap | None
    last_day: str | None
    has_demo: bool
    foreign: Sequence[ImportedValue]
    release: tuple[int, str] | None
    releases: Sequence[tuple[int, Period]]

    def release_of(self, period: Period) -> int | None:
        """Return the newest release that holds the value of a period; None without one."""
        for number, over in self.releases:
            is_within = over.start_on <= period.start_on and period.end_on <= over.end_on
            if is_within and period.kind in kinds_within(over):
                return number
        return None


def _read(city: City, definition: Definition) -> View:
    """Return the values that the address asks for."""
    kind = _chosen_kind(request.args.get("jenis", ""), _kinds(definition))
    area_code = _chosen_area(city, request.args.get("wilayah", ""))
    wanted = ValuesWanted(code=definition.code, period_kind=kind, area_code=area_code)
    name = name_of(definition)
    with public_reading() as session:
        rows = published_values(session, wanted) if definition.is_computed else []
        by_area = _by_area(session, definition, rows)
        foreign = [] if definition.is_computed else imported_values(session, definition.code)
        releases = published_holding(session, definition.code)
        session.expunge_all()  # drawn without holding the database
    last_day = last_day_before(rows[-1].cut_off_at, city.calendar.time_zone) if rows else None
    period = period_name(period_of(rows[-1])) if rows else ""
    return View(
        name=name,
        area=_(area_name(city, area_code)),
        area_code=area_code,
        kind=kind,
        chosen={"jenis": kind.value, "wilayah": area_code},
        rows=rows,
        chart=trend_chart(rows[-SHOWN_PERIODS:], name=name),
        areas=area_map(city, by_area, name=name, period=period) if by_area else None,
        last_day=format_date(last_day, "d MMMM y") if last_day else None,
        has_demo=any(row.extra.get("demo") for row in rows),
        foreign=foreign,
        release=(releases[0].number, period_name(_period_of(releases[0]))) if releases else None,
        releases=[(one.number, _period_of(one)) for one in releases],
    )


def year_of(year: int) -> Period:
    return Period(start_on=date(year, 1, 1), kind=PeriodKind.YEAR)


def _period_of(release: PublishedSnapshot) -> Period:
    return Period(start_on=release.period_start_on, kind=PeriodKind(release.period_kind))


def _by_area(
    session: Session, definition: Definition, rows: Sequence[PublishedIndicatorValue]
) -> Sequence[PublishedIndicatorValue]:
    """Return the smallest areas' values of the last period that is shown."""
    if not rows or AreaLevel.VILLAGE.value not in definition.disaggregations:
        return []
    period = period_of(rows[-1])
    wanted = ValuesWanted(code=definition.code, period=period, area_level=AreaLevel.VILLAGE.value)
    return published_values(session, wanted)


def _reports_of(city: City, definition: Definition, row: PublishedIndicatorValue) -> str | None:
    """Return where the public reports of a period and an area are listed; None where it is no list."""
    is_list = (
        definition.cohort_event is CohortEvent.RECEIVED
        and definition.universe is UniverseName.PUBLIC
    )
    level = city.areas[row.area_code].level if row.area_code in city.areas else None
    if not is_list or (row.area_code != city.city_code and level is not AreaLevel.VILLAGE):
        return None
    period = period_of(row)
    return url_for(
        "published.index",
        kelurahan=row.area_code if level is AreaLevel.VILLAGE else None,
        dari=period.start_on.isoformat(),
        sampai=period.end_on.isoformat(),
    )


def _kinds(definition: Definition) -> list[PeriodKind]:
    kinds = [kind for kind in PeriodKind if kind.value in definition.disaggregations]
    return kinds or [PeriodKind.YEAR]


def _latest_values(
    session: Session, city: City, definitions: Mapping[str, Definition]
) -> dict[str, list[PublishedIndicatorValue]]:
    """Return the city's values of the last TREND_DAYS, by indicator, in one query."""
    codes = [code for code, definition in definitions.items() if definition.is_computed]
    found: dict[str, list[PublishedIndicatorValue]] = {}
    for row in values_of_area(session, codes, city.city_code, days=TREND_DAYS):
        found.setdefault(row.code, []).append(row)
    return found


def _entry(definition: Definition, rows: Sequence[PublishedIndicatorValue]) -> Entry:
    years = [row for row in rows if row.period_kind == PeriodKind.YEAR.value]
    months = [row for row in rows if row.period_kind == PeriodKind.MONTH.value]
    name = name_of(definition)
    return Entry(
        definition=definition,
        name=name,
        status=_(STATUS_NAMES[definition.status]),
        latest=line_of(years[-1]) if years else None,
        trend=small_trend(months or years, name=name),
    )


def _by_aspect(entries: Sequence[Entry]) -> list[tuple[str, list[Entry]]]:
    """Return computed indicators by aspect, in the order of ASPECT_NAMES; the city's own come first."""
    ordered = sorted(entries, key=lambda entry: not entry.definition.code.startswith("I"))
    groups = [
        (_(name), [entry for entry in ordered if entry.definition.aspect == aspect])
        for aspect, name in ASPECT_NAMES.items()
    ]
    return [(name, inside) for name, inside in groups if inside]


def _chosen_kind(text: str, kinds: Sequence[PeriodKind]) -> PeriodKind:
    """Return the kind asked for; the shortest there is when it is none: no address is wrong."""
    return next((kind for kind in kinds if kind.value == text), kinds[0])


def _chosen_area(city: City, text: str) -> str:
    return text if text in city.areas or text == NOT_STATED else city.city_code


def _area_choices(city: City, chosen: str, definition: Definition) -> list[tuple[str, str, bool]]:
    """Return (code, name, whether it is the chosen one): the city, larger areas, smaller ones."""
    choices = [(city.city_code, city.name)]
    levels = [level for level in LEVELS[1:] if level.value in definition.disaggregations]
    for level in levels:
        inside = [area for area in city.areas.values() if area.level is level]
        choices += [(a.area_code, a.name) for a in sorted(inside, key=lambda area: area.name)]
    if levels:
        choices.append((NOT_STATED, _(NOT_STATED_NAME)))
    return [(code, name, code == chosen) for code, name in choices]
