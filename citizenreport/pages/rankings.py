"""/indikator/peringkat: agencies or areas in an order, with the same mix of categories for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, render_template, request
from flask_babel import format_date, format_decimal

from citizenreport.cities.rules import City
from citizenreport.core.db import public_reading
from citizenreport.core.text import _n
from citizenreport.indicators.definitions import all_definitions
from citizenreport.indicators.models import PublishedRanking
from citizenreport.indicators.rankings import (
    CLOSING,
    ON_TIME,
    published_ranking,
    ranked_years,
)
from citizenreport.indicators.rules.periods import last_day_before
from citizenreport.indicators.rules.rankings import MIN_N, MixBy, NotRanked, SubjectKind
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.indicator_lines import name_of
from citizenreport.web.indicators import UNIT_NAMES
from citizenreport.web.ranking_charts import ranking_chart
from citizenreport.web.rankings import subject_name
from citizenreport.web.translate import _

bp = Blueprint("rankings", __name__, url_prefix="/indikator/peringkat", template_folder="templates")

KIND_NAMES: Final = {
    SubjectKind.AGENCY: _n("Instansi"),
    SubjectKind.DISTRICT: _n("Kecamatan"),
    SubjectKind.VILLAGE: _n("Kelurahan"),
}
MEASURES: Final = (ON_TIME, CLOSING)
WHY_NOT: Final = {
    NotRanked.FEW: _n("laporannya kurang dari %(n)s"),
    NotRanked.OTHER_MIX: _n("jenis laporannya terlalu berbeda untuk dibandingkan"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row, ready to be read. `places` is "2" or "2–5"; empty where there is none."""

    places: str
    is_tied: bool
    name: str
    value: str
    interval: str
    n: str
    coverage: str
    why_not: str


@bp.get("")
@public
def show() -> str:
    """Show one ranking: a measure, agencies or areas, a year."""
    city, definitions = current_city(), all_definitions()
    measure = _one_of(MEASURES, request.args.get("ukuran", ""))
    kind = SubjectKind(_one_of([k.value for k in SubjectKind], request.args.get("menurut", "")))
    with public_reading() as session:
        years = [str(year) for year in ranked_years(session)]
        year = _one_of(years, request.args.get("tahun", "")) if years else ""
        rows = published_ranking(session, measure, kind, int(year)) if year else []
        session.expunge_all()
    definition = definitions[measure]
    lines = [_line(city, row) for row in rows]
    return render_template(
        "pages/rankings.html",
        measures=[(code, name_of(definitions[code]), code == measure) for code in MEASURES],
        kinds=[(k.value, _(name), k is kind) for k, name in KIND_NAMES.items()],
        years=[(one, one == year) for one in years],
        name=name_of(definition),
        code=measure,
        kind=_(KIND_NAMES[kind]),
        asked={"kind": kind.value, "year": year},
        unit=_(UNIT_NAMES[definition.unit]),
        year=year,
        is_coarse=bool(rows) and rows[0].mix == MixBy.GROUP.value,
        chart=ranking_chart(city, rows, name=name_of(definition)),
        placed=[line for line in lines if line.places],
        others=[line for line in lines if not line.places],
        least=MIN_N,
        last_day=format_date(
            last_day_before(rows[0].cut_off_at, city.calendar.time_zone), "d MMMM y"
        )
        if rows
        else "",
    )


def _one_of(known: Sequence[str], text: str) -> str:
    """Return what is asked for; the first there is when it is none: no address is wrong."""
    return text if text in known else known[0]


def _line(city: City, row: PublishedRanking) -> Line:
    is_tied = row.first != row.last
    places = "" if row.first is None else f"{row.first}–{row.last}" if is_tied else str(row.first)
    why_not = _(WHY_NOT[NotRanked(row.why_not)], n=MIN_N) if row.why_not else ""
    return Line(
        places=places,
        is_tied=is_tied,
        name=subject_name(city, row),
        value=f"> {_number(row.low)}" if row.value is None else _number(row.value),
        interval=f"{_number(row.low)}–{'…' if row.high is None else _number(row.high)}",
        n=str(format_decimal(row.n)),
        coverage=f"{format_decimal(row.coverage, format='#,##0')} %",
        why_not=why_not,
    )


def _number(number: object) -> str:
    return "" if number is None else str(format_decimal(number, format="#,##0.0"))
