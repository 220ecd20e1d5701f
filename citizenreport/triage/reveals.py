"""Noting that somebody opens a reporter's contact, and how often they may."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.core.errors import Conflict, TooMany
from citizenreport.core.ids import new_id
from citizenreport.core.text import _n
from citizenreport.ledger import service as ledger
from citizenreport.ledger.rules import NewEvent, StreamKind
from citizenreport.triage.models import ContactReveal, Ticket
from citizenreport.triage.rules import Act, check_reason
from citizenreport.triage.service import record, write

MOST_AN_HOUR: Final = 10
HOUR: Final = timedelta(hours=1)


class TooManyReveals(TooMany):
    code = "too-many-reveals"
    title = _n("Anda sudah membuka 10 kontak dalam satu jam. Tunggu, atau jawab lewat halaman ini.")


class NoContact(Conflict):
    code = "no-contact"
    title = _n("Pelapor tidak meninggalkan kontak. Jawab lewat halaman ini.")


def note_reveal(
    session: Session, ticket: Ticket, *, reason: str, act: Act, data_key: bytes | None
) -> None:
    """Leave the reason, an event that the reporter sees, and a row of the access log.

    Raises:
        ReasonMissing, TextTooLong: the reason.
        TooManyReveals: ten within the last hour, by this person.
    """
    text = check_reason(reason)
    assert act.actor_id is not None, "only a person opens a contact"
    _count(session, ticket, act.actor_id, now=act.at)
    message = write(session, ticket, "reveal", text, act=act, data_key=data_key)
    record(session, ticket, "contact_revealed", {"message_id": str(message.id)}, act=act)
    access = NewEvent(
        type="contact_revealed",
        payload={"ticket_version": ticket.version},
        recorded_at=act.at,
        occurred_at=act.at,
        actor_id=act.actor_id,
    )
    ledger.append(session, StreamKind.ACCESS, ticket.id, access)


def _count(session: Session, ticket: Ticket, staff_id: UUID, *, now: datetime) -> None:
    """Count one more; two at once count one after the other."""
    lock = func.hashtextextended(f"reveal:{staff_id}", 0)
    session.execute(select(func.pg_advisory_xact_lock(lock)))
    last = (
        select(ContactReveal.revealed_at)
        .where(ContactReveal.staff_id == staff_id, ContactReveal.revealed_at > now - HOUR)
        .order_by(ContactReveal.revealed_at.desc())
        .limit(MOST_AN_HOUR)
    )
    found = session.scalars(last).all()
    if len(found) >= MOST_AN_HOUR:
        wait = found[-1] + HOUR - now
        raise TooManyReveals(
            retry_after_s=max(1, round(wait.total_seconds())), limit=MOST_AN_HOUR, window_s=3600
        )
    session.add(ContactReveal(id=new_id(), staff_id=staff_id, ticket_id=ticket.id, revealed_at=now))
    session.flush()
