"""Retention: what has had its time is erased, by the periods of the pack.

A period counts from the day on which the last ticket of a report ended: closed, or left by a side
exit. A protection class goes before the visibility. Contact and photos may go before the words.
Made-up reports of a demo stay. Source: protection.md, section 6; `retention.toml` of the pack.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
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
from citizenreport.ledger import expiry
from citizenreport.ledger.models import Event
from citizenreport.ledger.rules import StreamKind
from citizenreport.messaging import service as messaging
from citizenreport.pipeline.erase import erase_reports
from citizenreport.pipeline.release import follow_ticket
from citizenreport.publication import service as publication
from citizenreport.triage import many
from citizenreport.triage import queries as triage_queries
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import SIDE_EXITS, State

ACCESS_LOG = "access_log"
"""The pack's name for how many days after erasing it stays known who read the report."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was erased of a batch: how many reports by kind, and files that nothing names any more.

    `busy`: reports that were left because somebody was at them.
    """

    kinds: Counter[str]
    files: list[str]
    busy: int


def access_logs_due(session: Session, city: City, *, now: datetime, limit: int) -> Sequence[UUID]:
    """Return erased tickets whose log of readers has had its time: so long nobody has read them."""
    days = city.retention_days.get(ACCESS_LOG)
    if days is None:
        return []
    latest = now - timedelta(days=days)
    reads = (Event.stream_kind == StreamKind.ACCESS.value, Event.stream_id == Ticket.id)
    query = (
        select(Ticket.id)
        .join(Report, Report.id == Ticket.report_id)
        .where(
            Report.erased_at <= latest,
            exists().where(*reads),
            ~exists().where(*reads, Event.recorded_at > latest),
        )
    )
    return session.scalars(query.order_by(Ticket.id).limit(limit)).all()


def expire_access_logs(session: Session, ticket_ids: Collection[UUID], *, now: datetime) -> int:
    """Delete who read some erased tickets; return of how many."""
    return expiry.expire(session, ticket_ids, now=now)


def erase_part(
    session: Session,
    city: City,
    keys: KeyRing,
    report_ids: Collection[UUID],
    part: Part,
    *,
    now: datetime,
) -> Erased:
    """Erase a part of those of some reports of which it is still due.

    Their tickets are locked first, so that nobody opens one again meanwhile; who is at one is not
    waited for. The caller deletes the files after the commit.

    Raises:
        OnHold, TicketChanged: somebody was at one at the same moment; roll back.
    """
    free = _locked(session, report_ids)
    still = _due(city, part, now=now).where(~_is_held(), Report.id.in_(free))
    kinds = dict(session.execute(still).tuples().all())
    files = _erase(session, city, keys, list(kinds), part, now=now) if kinds else []
    return Erased(kinds=Counter(kinds.values()), files=files, busy=len(report_ids) - len(free))


def _locked(session: Session, report_ids: Collection[UUID]) -> set[UUID]:
    """Lock reports with all their tickets; return those that nobody else holds."""
    wanted = Report.id.in_(report_ids)
    lock = select(Ticket.id).where(Ticket.report_id.in_(report_ids)).order_by(Ticket.id)
    mine = set(session.scalars(lock.with_for_update(skip_locked=True)))
    others = set(
        session.scalars(
            select(Ticket.report_id).where(Ticket.report_id.in_(report_ids), Ticket.id.not_in(mine))
        )
    )
    reports = select(Report.id).where(wanted, Report.id.not_in(others)).order_by(Report.id)
    return set(session.scalars(reports.with_for_update(skip_locked=True)))


def _erase(
    session: Session,
    city: City,
    keys: KeyRing,
    report_ids: Collection[UUID],
    part: Part,
    *,
    now: datetime,
) -> list[str]:
    session.expire_all()  # what was read before the lock may be old
    if part is Part.REPORT:
        how = ErasedBy.RETENTION
        return erase_reports(session, city, keys, report_ids, how=how, now=now)
    tickets = triage_queries.of_reports(session, report_ids)
    if part is Part.CONTACT:
        rights.forget_contacts(session, report_ids)
        messaging.forget_reporters(session, report_ids)
        many.note(session, tickets, "contact_expired", {}, now=now)
        return []
    ids = [ticket.id for ticket in tickets]
    files = publication.withdraw_photos(session, ticket_ids=ids)
    files += rights.take_photos(session, report_ids)
    many.note(session, tickets, "photos_expired", {}, now=now)
    for ticket in tickets:
        follow_ticket(session, city, ticket, now=now)
    return files


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
