"""Retention: what has had its time is erased, by the periods of the pack.

A period counts from the day on which the last ticket of a report ended: closed, or left by a side
exit. A protection class goes before the visibility. Contact and photos may go before the words.
Made-up reports of a demo stay. Source: protection.md, section 6; `retention.toml` of the pack.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, literal, select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, ProtectionClass, Visibility
from citizenreport.core.keys import KeyRing
from citizenreport.intake import rights
from citizenreport.intake.models import LegalHold, Photo, Report
from citizenreport.intake.rules import ErasedBy
from citizenreport.ledger.models import Event
from citizenreport.ledger.rules import StreamKind
from citizenreport.messaging import service as messaging
from citizenreport.pipeline.erase import erase_report
from citizenreport.pipeline.release import follow_ticket
from citizenreport.publication import service as publication
from citizenreport.triage import queries as triage_queries
from citizenreport.triage import service as triage
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.triage.states import SIDE_EXITS, Party, State

CONFIDENTIAL = Visibility.CONFIDENTIAL.value
KINDS = (
    *(visibility.value for visibility in Visibility),
    *(kind.value for kind in ProtectionClass if kind is not ProtectionClass.NONE),
)
"""What a pack names periods for."""


class Part(StrEnum):
    """What is erased at one time. The report is all that is left of the person."""

    REPORT = "report"
    CONTACT = "contact"
    PHOTOS = "photo"


def days_kept(city: City, part: Part) -> dict[str, int]:
    """Return for each kind of report how many days a part is kept; nothing outlives the report."""
    found: dict[str, int] = {}
    for kind in KINDS:
        whole = city.retention_days.get(kind, city.retention_days.get(CONFIDENTIAL))
        if whole is not None:
            own = city.retention_days.get(f"{kind}_{part}", whole)
            found[kind] = min(whole, own)
    return found


def due(
    session: Session,
    city: City,
    part: Part,
    *,
    now: datetime,
    limit: int,
    after: UUID | None = None,
) -> Sequence[tuple[UUID, str]]:
    """Return reports of which a part is due, with their kind, in order of id.

    Held ones are left out, and of the smaller parts what goes with the whole report anyway.
    """
    query = _due(city, part, now=now).where(~_is_held())
    if after is not None:
        query = query.where(Report.id > after)
    rows = session.execute(query.order_by(Report.id).limit(limit))
    return [(id_, kind) for id_, kind in rows]


def counts(session: Session, city: City, part: Part, *, now: datetime) -> dict[str, int]:
    """Return how many reports a part is due of, by kind; what is on hold is not counted."""
    found = _due(city, part, now=now).where(~_is_held()).subquery()
    query = select(found.c.kind, func.count()).group_by(found.c.kind).order_by(found.c.kind)
    return dict(session.execute(query).tuples().all())


def held(session: Session, city: City, *, now: datetime) -> int:
    """Return how many reports would be erased if no legal hold kept them."""
    found = _due(city, Part.REPORT, now=now).where(_is_held()).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def erase_part(
    session: Session, city: City, keys: KeyRing, report_id: UUID, part: Part, *, now: datetime
) -> list[str] | None:
    """Erase a part of a report if it is still due; None when it is not.

    Its tickets are locked first, so that nobody opens one again meanwhile. Returns the storage keys
    of files that nothing names any more; the caller deletes them after the commit.

    Raises:
        OnHold, TicketChanged: somebody was at it at the same moment; roll back.
    """
    tickets = triage_queries.of_report(session, report_id)
    for ticket in tickets:
        triage_queries.for_system(session, ticket.id, wait=True)
        session.refresh(ticket)
    report = session.scalar(select(Report).where(Report.id == report_id).with_for_update())
    is_due = _due(city, part, now=now).where(~_is_held(), Report.id == report_id)
    if report is None or session.execute(is_due).first() is None:
        return None
    if part is Part.CONTACT:
        return _erase_contact(session, report, tickets, now=now)
    if part is Part.PHOTOS:
        return _erase_photos(session, city, report, tickets, now=now)
    return erase_report(session, city, keys, report, how=ErasedBy.RETENTION, now=now)


def _erase_contact(
    session: Session, report: Report, tickets: Sequence[Ticket], *, now: datetime
) -> list[str]:
    rights.forget_contact(session, report)
    messaging.forget_reporter(session, report.id)
    for ticket in tickets:
        _record(session, ticket, "contact_expired", now=now)
    return []


def _erase_photos(
    session: Session, city: City, report: Report, tickets: Sequence[Ticket], *, now: datetime
) -> list[str]:
    files: list[str] = []
    for ticket in tickets:
        files += publication.withdraw_photos(session, ticket_id=ticket.id)
    files += rights.take_photos(session, report)
    for ticket in tickets:
        _record(session, ticket, "photos_expired", now=now)
        follow_ticket(session, city, ticket, now=now)
    return files


def _record(session: Session, ticket: Ticket, type_: str, *, now: datetime) -> None:
    act = Act(parties=frozenset({Party.SYSTEM}), at=now, seen=ticket.version)
    triage.change(session, ticket, act=act)
    triage.record(session, ticket, type_, {}, act=act)


def _due(city: City, part: Part, *, now: datetime) -> Select[tuple[UUID, str]]:
    """Return id and kind of the reports of which a part has had its time, held or not."""
    kind = select(func.min(_kind())).where(Ticket.report_id == Report.id).scalar_subquery()
    query = select(Report.id, kind.label("kind")).where(
        Report.erased_at.is_(None), Report.is_demo.is_(False), _is_over(city, part, now=now)
    )
    if part is Part.REPORT:
        return query
    has_part: ColumnElement[bool] = Report.contact_sealed.is_not(None)
    if part is Part.PHOTOS:
        has_part = exists().where(Photo.report_id == Report.id)
    if days_kept(city, part) == days_kept(city, Part.REPORT):
        return query.where(false())  # it goes with the report
    return query.where(has_part, ~_is_over(city, Part.REPORT, now=now))


def _is_over(city: City, part: Part, *, now: datetime) -> ColumnElement[bool]:
    """Return whether every ticket of a report ended longer ago than its kind is kept."""
    days = days_kept(city, part)
    if not days:
        return false()
    limits = {kind: literal(now - timedelta(days=number)) for kind, number in days.items()}
    limit = _by_kind(limits)
    is_ended = func.coalesce(_ended_at() <= limit, false())
    mine = Ticket.report_id == Report.id
    latest = now - timedelta(days=min(days.values()))
    return and_(
        Report.submitted_at <= latest,  # what is younger is not looked at
        exists().where(mine),
        ~exists().where(mine, ~is_ended),
    )


def _by_kind(limits: Mapping[str, ColumnElement[datetime]]) -> ColumnElement[datetime]:
    return case(*((_kind() == kind, limit) for kind, limit in limits.items()))


def _kind() -> ColumnElement[str]:
    has_class = Ticket.protection_class != ProtectionClass.NONE.value
    return case((has_class, Ticket.protection_class), else_=Ticket.visibility)


def _ended_at() -> ColumnElement[datetime | None]:
    """Return when a ticket ended; null while it has not."""
    last_step = (
        select(func.max(Event.occurred_at))
        .where(
            Event.stream_kind == StreamKind.TICKET.value,
            Event.stream_id == Ticket.id,
            Event.type == "state_changed",
        )
        .correlate(Ticket)
        .scalar_subquery()
    )
    return case(
        (Ticket.state == State.CLOSED.value, Ticket.closed_at),
        (Ticket.state.in_(sorted(state.value for state in SIDE_EXITS)), last_step),
    )


def _is_held() -> ColumnElement[bool]:
    return exists().where(LegalHold.report_id == Report.id, LegalHold.lifted_at.is_(None))
