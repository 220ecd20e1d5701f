"""What the desk sees of the numbers at a glance: how fresh they are, what waits, where each is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from flask_babel import format_date, format_decimal
from sqlalchemy.orm import Session

from citizenreport.cities.rules import Aspect, City
from citizenreport.console.queue_filters import address
from citizenreport.core.text import _n
from citizenreport.indicators.definitions import all_definitions
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.queries import ValuesWanted, published_cut_off, published_values
from citizenreport.indicators.rankings import ranked_cut_off
from citizenreport.indicators.rules.definitions import (
    CohortEvent,
    Definition,
    Status,
    UniverseName,
)
from citizenreport.indicators.rules.periods import Period, PeriodKind, containing, last_day_before
from citizenreport.indicators.rules.values import NOT_STATED
from citizenreport.publication.snapshots.models import Snapshot
from citizenreport.publication.snapshots.sign_offs import awaiting_agreement, outstanding
from citizenreport.web.indicator_lines import name_of, period_name
from citizenreport.web.translate import _

RECEIVED: Final = "I01"
"""Its denominator is the valid public reports that were received."""
SHOWN_RELEASES: Final = 4
FRESH_DAYS: Final = 1
"""Counted is what lies before today; a day more is no reason to worry, two are."""
GROUP_NAMES: Final = {
    Status.COMPUTED: _n("Dihitung dari laporan warga"),
    Status.IMPORTED: _n("Angka lembaga lain"),
    Status.NO_DATA: _n("Belum ada data"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutArea:
    """Of a year's valid public reports, how many name no area."""

    year: int
    count: str
    total: str
    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The numbers as they stand. Days are written in the reader's language; empty: none yet.

    `next_releases`: (period, planned at), the first planned first; `late`: how many are overdue.
    `waiting`: (number, period, how many have agreed). `groups`: of each indicator its code, its name,
    and where the tickets lie that it counts this year, as far as the reader may see them.
    """

    until: str
    is_complete: bool
    is_stale: bool
    ranked_until: str
    without_area: WithoutArea | None
    next_releases: Sequence[tuple[str, datetime]]
    late: int
    waiting: Sequence[tuple[int, str, int]]
    groups: Sequence[tuple[str, Sequence[tuple[str, str, str]]]]


def state_of(session: Session, city: City, *, now: datetime) -> State:
    """Return it, in six queries however many reports there are."""
    today = city.local_date(now)
    year = containing(today - timedelta(days=1), PeriodKind.YEAR)
    cut_off = published_cut_off(session)
    ranked = ranked_cut_off(session)
    values = published_values(session, ValuesWanted(code=RECEIVED, period=year))
    planned = outstanding(session, city, today=today)
    shown = cut_off or (values[0].cut_off_at if values else None)
    return State(
        until=_day(city, shown),
        is_complete=cut_off is not None,
        is_stale=shown is None or _last_day(city, shown) < today - timedelta(days=1 + FRESH_DAYS),
        ranked_until=_day(city, ranked),
        without_area=_without_area(city, values, year),
        next_releases=[
            (period_name(one.period), one.planned_at) for one in planned if one.planned_at >= now
        ][:SHOWN_RELEASES],
        late=sum(one.planned_at < now for one in planned),
        waiting=[(row.number, _period(row), many) for row, many in awaiting_agreement(session)],
        groups=_groups(year, today - timedelta(days=1)),
    )


def _last_day(city: City, cut_off: datetime) -> date:
    return last_day_before(cut_off, city.calendar.time_zone)


def _day(city: City, cut_off: datetime | None) -> str:
    return str(format_date(_last_day(city, cut_off), "d MMMM y")) if cut_off else ""


def _without_area(
    city: City, values: Sequence[PublishedIndicatorValue], year: Period
) -> WithoutArea | None:
    found = {row.area_code: row.denominator or 0 for row in values}
    total, count = found.get(city.city_code, 0), found.get(NOT_STATED, 0)
    if not total:
        return None
    return WithoutArea(
        year=year.start_on.year,
        count=str(format_decimal(count)),
        total=str(format_decimal(total)),
        share=str(format_decimal(100 * count / total, format="#,##0.0")),
    )


def _period(row: Snapshot) -> str:
    return period_name(Period(start_on=row.period_start_on, kind=PeriodKind(row.period_kind)))


def _groups(year: Period, until: date) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Return (heading, [(code, name, address of tickets)]) by where the numbers come from."""
    return [
        (
            _(title),
            [
                (d.code, name_of(d), _tickets(d, year, until))
                for d in all_definitions().values()
                if d.status is status
            ],
        )
        for status, title in GROUP_NAMES.items()
    ]


def _tickets(definition: Definition, year: Period, until: date) -> str:
    """Return the queue of what was received this year; empty where the number counts other things."""
    is_queue = definition.is_computed and definition.cohort_event is CohortEvent.RECEIVED
    if not is_queue or definition.universe is not UniverseName.PUBLIC:
        return ""
    args = {"dari": year.start_on.isoformat(), "sampai": until.isoformat()}
    if definition.aspect in {aspect.value for aspect in Aspect}:
        args["aspek"] = definition.aspect
    return address(args)
