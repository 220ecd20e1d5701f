"""Making a recap: the events of tickets that were open or moved, folded to the ends of two weeks."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.ledger.models import Event
from citizenreport.ledger.rules import StreamKind
from citizenreport.pipeline.recaps.rules import (
    SLOWEST_MAX,
    AgencyFigures,
    Band,
    Counted,
    Happened,
    Recap,
    Slow,
    Tally,
    Week,
    band_of,
    figures_of,
    tally,
)
from citizenreport.publication.models import PublishedReport, Release
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import OPEN

READ: Final = (
    *("opened", "state_changed", "assigned"),
    *("deadlines_moved", "extended", "priority_changed", "corrected"),
)
"""The events that say where a ticket stands, with whom, and until when."""

Tickets = dict[UUID, list[Happened]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """Events by ticket: of released public reports, and of the others that are not confidential."""

    public: Tickets
    hidden: Tickets


def read_recap(session: Session, city: City, week: Week, *, agency_code: str | None) -> Recap:
    """Return the recap of an agency, or with None of the whole city, for a week that is over.

    It is counted anew each time: what has left the public since is not in it.
    """
    read = _read(session, since=week.before.span(city.calendar.time_zone)[0])
    now, before = _tally(city, read.public, week), _tally(city, read.public, week.before)
    hidden = _tally(city, read.hidden, week)
    chosen = _active(now, before, hidden) if agency_code is None else [agency_code]
    rows = [_row(code, now, before, hidden) for code in chosen]
    return Recap(
        week=week,
        agency_code=agency_code,
        figures=figures_of(now.counts, before.counts, chosen),
        agencies=tuple(sorted(rows, key=_most_overdue_first)),
        slowest=_slowest(session, city, week, now, agency_code=agency_code),
    )


def _tally(city: City, tickets: Mapping[UUID, list[Happened]], week: Week) -> Tally:
    start, end = week.span(city.calendar.time_zone)
    return tally(tickets, start=start, end=end)


def _active(now: Tally, before: Tally, hidden: Tally) -> list[str]:
    """Return which agencies have a row; none is there for a few reports that are not public."""
    many = {code for code in hidden.counts if _hidden_overdue(hidden, code) is not Band.FEW}
    return sorted(now.counts.keys() | before.counts.keys() | many)


def _hidden_overdue(hidden: Tally, code: str) -> Band:
    return band_of(hidden.counts[code][Counted.OVERDUE] if code in hidden.counts else 0)


def _row(code: str, now: Tally, before: Tally, hidden: Tally) -> AgencyFigures:
    return AgencyFigures(
        agency_code=code,
        figures=figures_of(now.counts, before.counts, [code]),
        hidden_overdue=_hidden_overdue(hidden, code),
    )


def _most_overdue_first(row: AgencyFigures) -> tuple[int, ...]:
    """Sort by what the recap is for; no order tells of what is not public."""
    order = (Counted.OVERDUE, Counted.CONTESTED, Counted.RETURNED, Counted.OPEN)
    return tuple(-row.figures[what].now for what in order)


def _read(session: Session, *, since: datetime) -> _Read:
    """Read what was open or moved since an instant; confidential tickets never."""
    moved = Ticket.id.in_(
        select(Event.stream_id).where(
            Event.stream_kind == StreamKind.TICKET.value, Event.recorded_at >= since
        )
    )
    is_in = Ticket.state.in_([state.value for state in OPEN]) | moved
    query = (
        select(
            Event.stream_id,
            Event.type,
            Event.occurred_at,
            Event.payload,
            PublishedReport.tracking_code,
        )
        .join(Ticket, Ticket.id == Event.stream_id)
        .outerjoin(Release, Release.ticket_id == Ticket.id)
        .outerjoin(PublishedReport, PublishedReport.tracking_code == Release.tracking_code)
        .where(
            Event.stream_kind == StreamKind.TICKET.value,
            Event.type.in_(READ),
            Ticket.visibility != Visibility.CONFIDENTIAL.value,
            is_in,
        )
        .order_by(Event.stream_id, Event.seq)
    )
    read = _Read(public=defaultdict(list), hidden=defaultdict(list))
    for id_, type_, at, payload, code in session.execute(query):
        kept = read.hidden if code is None else read.public
        if type_ == "opened":  # it happened before, where the resident saw it
            at = datetime.fromisoformat(payload["submitted_at"])  # noqa: PLW2901
        kept[id_].append(Happened(at=at, type=type_, payload=payload))
    return read


def _slowest(
    session: Session, city: City, week: Week, now: Tally, *, agency_code: str | None
) -> tuple[Slow, ...]:
    """Return the published reports that were overdue longest when the week ended."""
    mine = {
        id_: (holder, due_at)
        for id_, (holder, due_at) in now.overdue.items()
        if agency_code in (None, holder)
    }
    first = sorted(mine, key=lambda id_: (mine[id_][1], id_))[:SLOWEST_MAX]
    query = (
        select(Release.ticket_id, PublishedReport)
        .join(PublishedReport, PublishedReport.tracking_code == Release.tracking_code)
        .where(Release.ticket_id.in_(first))
    )
    shown = {row.ticket_id: row.PublishedReport for row in session.execute(query)}
    return tuple(
        Slow(
            tracking_code=shown[id_].tracking_code,
            category_code=shown[id_].category_code,
            area_code=shown[id_].area_code,
            agency_code=mine[id_][0],
            days_late=(week.sunday - city.local_date(mine[id_][1])).days,
        )
        for id_ in first
        if id_ in shown
    )
