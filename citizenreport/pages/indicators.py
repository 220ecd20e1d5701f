"""/indikator: what the city publishes about itself, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from flask import Blueprint, render_template, request
from flask_babel import format_date, format_decimal
from sqlalchemy.orm import Session

from citizenreport.cities.rules import AreaLevel, City
from citizenreport.core.db import public_reading
from citizenreport.core.text import _n
from citizenreport.indicators.definitions import all_definitions, all_versions, definition_at
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.queries import ValuesWanted, published_values
from citizenreport.indicators.rules.definitions import (
    CohortEvent,
    Definition,
    Direction,
    Unit,
    UniverseName,
)
from citizenreport.indicators.rules.periods import Period, PeriodKind, last_day_before
from citizenreport.indicators.rules.values import NOT_STATED, ValueStatus
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.indicators import (
    NOT_STATED_NAME,
    STATUS_NAMES,
    SURVEY_WORDS,
    UNIT_NAMES,
    VALUE_STATUS_NAMES,
    WAITS,
    apart_words,
    area_name,
    definition_of,
    interval_of,
    period_of,
    producer_of,
)
from citizenreport.web.locale import page_language
from citizenreport.web.translate import _

bp = Blueprint("indicator_pages", __name__, url_prefix="/indikator", template_folder="templates")

SHOWN_PERIODS: Final = 36
QUARTERS: Final = ("I", "II", "III", "IV")
KIND_NAMES: Final = {
    PeriodKind.MONTH: _n("Bulan"),
    PeriodKind.QUARTER: _n("Triwulan"),
    PeriodKind.YEAR: _n("Tahun"),
}
COHORT_NAMES: Final = {
    CohortEvent.RECEIVED: _n("tanggal laporan diterima"),
    CohortEvent.DUE: _n("tanggal tenggat jatuh"),
    CohortEvent.ASSIGNED: _n("tanggal laporan ditugaskan"),
    CohortEvent.CLOSED: _n("tanggal laporan dinyatakan selesai"),
    CohortEvent.ENDED: _n("tanggal berakhir"),
    CohortEvent.RECORDED: _n("tanggal dicatat"),
    CohortEvent.SURVEY: _n("tanggal survei dijawab"),
    CohortEvent.ASSESSMENT: _n("tahun penilaian"),
}
UNIVERSE_NAMES: Final = {
    UniverseName.PUBLIC: _n("laporan publik yang sudah ditayangkan"),
    UniverseName.WHOLE: _n("semua laporan, juga yang terbatas dan rahasia"),
    UniverseName.SURVEY: _n("jawaban survei dari pelapor laporan publik"),
    UniverseName.PROGRAMME: _n("register program dan inovasi kota"),
    UniverseName.EXTERNAL: _n("data lembaga lain"),
}
LEVEL_NAMES: Final = {
    "kota": _n("kota"),
    "kecamatan": _n("kecamatan"),
    "kelurahan": _n("kelurahan"),
}
ASPECT_NAMES: Final = {
    "semua": _n("semua aspek"),
    "aman": _n("aman"),
    "nyaman": _n("nyaman"),
    "toleransi": _n("toleransi"),
    "harmoni": _n("harmoni"),
}
DIRECTION_NAMES: Final = {
    Direction.HIGHER: _n("makin tinggi makin baik"),
    Direction.LOWER: _n("makin rendah makin baik"),
    Direction.NEUTRAL: _n("naik atau turun tidak berarti baik atau buruk"),
}
LEVELS: Final = (AreaLevel.CITY, AreaLevel.DISTRICT, AreaLevel.VILLAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the table, ready to be read."""

    period: str
    value: str
    second: str  # the 90th percentile of a wait
    interval: str
    numerator: str
    denominator: str
    status: str
    is_final: bool
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One indicator in the list, with its latest yearly value for the city."""

    definition: Definition
    name: str
    status: str
    latest: Line | None


@bp.get("")
@public
def index() -> str:
    """List all indicators; those that are computed with their latest value."""
    city = current_city()
    with public_reading() as session:
        entries = [_entry(session, city, d) for d in all_definitions().values()]
    computed = [entry for entry in entries if entry.definition.is_computed]
    others = [entry for entry in entries if not entry.definition.is_computed]
    return render_template(
        "pages/indicators.html", computed=computed, others=others, unit_names=UNIT_NAMES
    )


@bp.get("/<code>")
@public
def show(code: str) -> str:
    """Explain one indicator and show its values by period, for one area."""
    city, definition = current_city(), definition_of(code)
    kinds = [kind for kind in PeriodKind if kind.value in definition.disaggregations]
    kind = _chosen_kind(request.args.get("jenis", ""), kinds)
    area_code = _chosen_area(city, request.args.get("wilayah", ""))
    with public_reading() as session:
        rows = published_values(
            session, ValuesWanted(code=definition.code, period_kind=kind, area_code=area_code)
        )
        lines = [line_of(row) for row in reversed(rows[-SHOWN_PERIODS:])]
        last_day = last_day_before(rows[-1].cut_off_at, city.calendar.time_zone) if rows else None
        has_demo = any(row.extra.get("demo") for row in rows)
    return render_template(
        "pages/indicator.html",
        definition=definition,
        name=name_of(definition),
        unit=_(UNIT_NAMES[definition.unit]),
        direction=_(DIRECTION_NAMES[definition.direction]),
        status=_(STATUS_NAMES[definition.status]),
        producer=producer_of(city, definition),
        is_wait=definition.unit in WAITS,
        has_interval=definition.unit is Unit.PERCENT or definition.universe is UniverseName.SURVEY,
        lines=lines,
        has_demo=has_demo,
        last_day=format_date(last_day, "d MMMM y") if last_day else None,
        kinds=[(k.value, _(KIND_NAMES[k]), k is kind) for k in kinds],
        areas=_area_choices(city, area_code, definition),
        area=_(area_name(city, area_code)),
        meaning=_meaning(city, definition),
        versions=[
            (d.version, format_date(d.valid_from, "d MMMM y"))
            for d in all_versions()[definition.code]
        ],
        filters={"period_kind": kind.value, "area": area_code},
    )


def _meaning(city: City, definition: Definition) -> dict[str, str]:
    """Return what an indicator is, in words: for its page."""
    language = page_language()
    dimensions = {dimension.dimension_code: dimension for dimension in city.dimensions}
    dimension = dimensions.get(definition.dimension)
    names = dimension.names if dimension else {}
    return {
        "language": language if language in definition.translations else "id",
        "definition": definition.said("definition", language),
        "interpretation": definition.said("interpretation", language),
        "aspect": _(ASPECT_NAMES.get(definition.aspect, definition.aspect)),
        "dimension": names.get(language) or names.get("id") or definition.dimension,
        "cohort": _(COHORT_NAMES[definition.cohort_event]),
        "universe": _(UNIVERSE_NAMES[definition.universe]),
        "levels": ", ".join(_(LEVEL_NAMES[level]) for level in definition.estimation_levels),
    }


def name_of(definition: Definition) -> str:
    """Return the name in the reader's language."""
    return definition.names.get(page_language(), definition.names["id"])


def line_of(row: PublishedIndicatorValue) -> Line:
    """Return a published value as words and localised numbers."""
    interval = interval_of(row)
    return Line(
        period=period_name(period_of(row)),
        value=_value_words(row),
        second=_quantile_words(row, "p90"),
        interval=f"{format_decimal(interval[0])}–{format_decimal(interval[1])}"
        if interval
        else "–",
        numerator=format_decimal(row.numerator),
        denominator="–" if row.denominator is None else format_decimal(row.denominator),
        status=_(VALUE_STATUS_NAMES[ValueStatus(row.status)]),
        is_final=row.status == ValueStatus.FINAL.value,
        remark=_remark(row.extra, row.unit),
    )


def period_name(period: Period) -> str:
    """Return a period in the reader's language."""
    if period.kind is PeriodKind.MONTH:
        return str(format_date(period.start_on, "MMMM y"))
    if period.kind is PeriodKind.QUARTER:
        number = QUARTERS[(period.start_on.month - 1) // 3]
        return _("Triwulan %(number)s %(year)s", number=number, year=str(period.start_on.year))
    return str(period.start_on.year)


def _quantile_words(row: PublishedIndicatorValue, name: str) -> str:
    said = str(row.extra.get(name, ""))
    mark = "> " if said.startswith("> ") else ""
    number = said.removeprefix(mark)
    return f"{mark}{format_decimal(Decimal(number))}" if number else "–"


def _value_words(row: PublishedIndicatorValue) -> str:
    if row.unit in WAITS:
        return _quantile_words(row, "median")
    if row.value is None:
        return "–"
    places = definition_at(row.code, row.definition_version).decimals
    return str(format_decimal(row.value, format=f"#,##0.{'0' * places}"))


def _remark(extra: dict[str, Any], unit: str) -> str:
    parts = []
    if extra.get("missing") == "population":
        parts.append(_("belum ada angka penduduk"))
    if "population_year" in extra:
        parts.append(_("penduduk %(year)s", year=str(extra["population_year"])))
    if "grade" in extra:
        parts.append(f"{_(SURVEY_WORDS['grade'])} {extra['grade']}")
    if "response_rate" in extra:
        rate = format_decimal(Decimal(extra["response_rate"]))
        parts.append(f"{_(SURVEY_WORDS['response_rate'])} {rate}")
    parts += [
        f"{_(words)} {format_decimal(Decimal(extra[key]))}"
        for key, words in apart_words(unit).items()
        if extra.get(key)
    ]
    return "; ".join(parts)


def _entry(session: Session, city: City, definition: Definition) -> Entry:
    latest = None
    if definition.is_computed:
        wanted = ValuesWanted(
            code=definition.code, period_kind=PeriodKind.YEAR, area_code=city.city_code
        )
        rows = published_values(session, wanted)
        latest = line_of(rows[-1]) if rows else None
    return Entry(
        definition=definition,
        name=name_of(definition),
        status=_(STATUS_NAMES[definition.status]),
        latest=latest,
    )


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
