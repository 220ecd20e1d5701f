"""What the reporter adds to a ticket that is open, and what is left of words once erased."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from citizenreport.core.errors import TooMany
from citizenreport.core.text import _n
from citizenreport.ledger.rules import Payload
from citizenreport.triage import service
from citizenreport.triage.field import forget_positions
from citizenreport.triage.models import Message, Ticket
from citizenreport.triage.rules import (
    REASON_MAX_CHARS,
    Act,
    TextMissing,
    TextTooLong,
    TransitionNotAllowed,
)
from citizenreport.triage.states import OPEN, State

ADDITION: Final = "addition"
MAX_ADDITIONS: Final = 20


class TooManyAdditions(TooMany):
    code = "too-many-additions"
    title = _n("Tambahan keterangan sudah 20 kali. Tunggu balasan petugas dulu, ya.")


def add(
    session: Session,
    ticket: Ticket,
    text: str,
    *,
    photo_ids: tuple[UUID, ...],
    act: Act,
    data_key: bytes | None,
) -> None:
    """Keep what the reporter adds: words, photos that are stored already, or both.

    Raises:
        TransitionNotAllowed: the ticket is not open any more.
        TooManyAdditions: twenty times are enough.
        TextMissing, TextTooLong, TicketChanged.
    """
    words = text.strip()
    if State(ticket.state) not in OPEN:
        raise TransitionNotAllowed(source=ticket.state)
    if not words and not photo_ids:
        raise TextMissing(pointer="#/text")
    if len(words) > REASON_MAX_CHARS:
        raise TextTooLong(pointer="#/text", max_chars=REASON_MAX_CHARS)
    service.change(session, ticket, act=act)
    if _count(session, ticket) >= MAX_ADDITIONS:
        raise TooManyAdditions
    payload: Payload = {"photo_ids": [str(id_) for id_ in photo_ids]}
    message = service.write(session, ticket, ADDITION, words, act=act, data_key=data_key)
    payload = {**payload, "message_id": str(message.id)}
    service.record(session, ticket, "added", payload, act=act)


def erase_words(session: Session, ticket_ids: Collection[UUID]) -> None:
    """Empty everything that was written on some tickets; that something was written stays."""
    written = update(Message).where(Message.ticket_id.in_(ticket_ids))
    session.execute(written.values(text=None, text_sealed=None))
    forget_positions(session, ticket_ids)


def _count(session: Session, ticket: Ticket) -> int:
    query = select(func.count()).where(Message.ticket_id == ticket.id, Message.kind == ADDITION)
    return session.scalar(query) or 0
