"""Whose data somebody saw who should not have, and telling them.

Source: UU 27/2022 article 46: the person concerned and the authority are told in writing within
3 × 24 hours what was disclosed, when and how, and what is done about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from citizenreport.core.errors import InvalidInput
from citizenreport.core.keys import KeyRing
from citizenreport.core.text import _n
from citizenreport.intake.models import Photo, Report
from citizenreport.ledger.models import Event
from citizenreport.ledger.rules import StreamKind
from citizenreport.pipeline.handle import sealing_key
from citizenreport.triage import queries as triage_queries
from citizenreport.triage import service as triage
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party

TO_TELL: Final = timedelta(hours=72)
TEXT_MAX_CHARS: Final = 1_000
READS: Final = ("content_read", "contact_revealed")
TOLD: Final = "breach_told"


class BadNotice(InvalidInput):
    code = "bad-breach-notice"
    title = _n("Pemberitahuan kebocoran data ini belum lengkap.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What the persons concerned are told. `found_at`: when the city learned of it, aware."""

    found_at: datetime
    happened: str
    cause: str
    handling: str

    def check(self, *, now: datetime) -> None:
        """Raises BadNotice."""
        if self.found_at > now:
            raise BadNotice(pointer="#/found")
        for name in ("happened", "cause", "handling"):
            text = getattr(self, name).strip()
            if not 1 <= len(text) <= TEXT_MAX_CHARS:
                raise BadNotice(pointer=f"#/{name}")

    @property
    def tell_until(self) -> datetime:
        return self.found_at + TO_TELL


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """A report whose data were seen. `data`: which kinds it holds, never what they say.

    `first_read_at` and `last_read_at` are None where it is not known that anybody read this one.
    """

    report_id: UUID
    tracking_code: str
    data: tuple[str, ...]
    first_read_at: datetime | None = None
    last_read_at: datetime | None = None


def opened_by(
    session: Session, staff_id: UUID, *, since: datetime, until: datetime
) -> Sequence[Affected]:
    """Return reports whose confidential content or contact a person opened in a time, by code.

    What the access log knows: reading a ticket that is not confidential is not logged.
    """
    reads = (
        select(
            Ticket.report_id,
            func.min(Event.recorded_at).label("first_read_at"),
            func.max(Event.recorded_at).label("last_read_at"),
        )
        .join(Ticket, Ticket.id == Event.stream_id)
        .where(
            Event.stream_kind.in_((StreamKind.TICKET.value, StreamKind.ACCESS.value)),
            Event.type.in_(READS),
            Event.actor_id == staff_id,
            Event.recorded_at.between(since, until),
        )
        .group_by(Ticket.report_id)
        .subquery()
    )
    query = _held_data().join(reads, reads.c.report_id == Report.id)
    rows = session.execute(query.add_columns(reads.c.first_read_at, reads.c.last_read_at))
    return [_affected(row, first=row.first_read_at, last=row.last_read_at) for row in rows]


def everybody(session: Session) -> Sequence[Affected]:
    """Return all reports that hold data of a person: a copy of the database got out. By code."""
    return [found for row in session.execute(_held_data()) if (found := _affected(row)).data]


def tell(
    session: Session,
    keys: KeyRing,
    report_id: UUID,
    text: str,
    *,
    found_at: datetime,
    now: datetime,
) -> bool:
    """Write the notice on the reporter's own page; the outbox mails it. False if told before.

    Nothing of it is published, and it is sealed where the report is. No clock of the ticket moves.
    """
    ticket_id = triage_queries.of_report(session, report_id)[0].id
    ticket = triage_queries.for_system(session, ticket_id, wait=True)
    assert ticket is not None
    mark = found_at.isoformat()
    told = exists().where(
        Event.stream_kind == StreamKind.TICKET.value,
        Event.stream_id == ticket_id,
        Event.type == TOLD,
        Event.payload["found_at"].astext == mark,
    )
    if session.scalar(select(told)):
        return False
    act = Act(parties=frozenset({Party.SYSTEM}), at=now, seen=ticket.version)
    triage.change(session, ticket, act=act)
    data_key = sealing_key(session, keys, ticket)
    message = triage.write(session, ticket, "notice", text, act=act, data_key=data_key)
    triage.record(session, ticket, TOLD, {"message_id": str(message.id), "found_at": mark}, act=act)
    return True


def _held_data() -> Select[tuple[UUID, str, bool, bool, bool, bool, bool]]:
    return (
        select(
            Report.id,
            Report.tracking_code,
            Report.contact_sealed.is_not(None).label("contact"),
            or_(Report.description.is_not(None), Report.description_sealed.is_not(None)).label(
                "words"
            ),
            exists().where(Photo.report_id == Report.id).label("photos"),
            Report.position.is_not(None).label("place"),
            Report.subject_sealed.is_not(None).label("subject"),
        )
        .where(Report.erased_at.is_(None), ~Report.is_demo)
        .order_by(Report.tracking_code)
    )


def _affected(
    row: Row[Any], *, first: datetime | None = None, last: datetime | None = None
) -> Affected:
    kinds = ("contact", "words", "photos", "place", "subject")
    return Affected(
        report_id=row.id,
        tracking_code=row.tracking_code,
        data=tuple(kind for kind in kinds if getattr(row, kind)),
        first_read_at=first,
        last_read_at=last,
    )
