"""Access logs whose time is over: the ledger of the ticket says where the log ended, and it goes.

The event that says so is chained and under the checkpoints like any other; the stream goes on from
there. Only the database's own function deletes, and only what such an event covers.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, func, literal, select, text
from sqlalchemy.orm import Session

from citizenreport.ledger.models import Event
from citizenreport.ledger.queries import Head, StreamEnd, heads_of
from citizenreport.ledger.rules import NewEvent, Payload, StreamKind
from citizenreport.ledger.service import append

EXPIRED: Final = "access_log_expired"
KEPT_HEADS: Final = text("""
    SELECT stream_kind, stream_id, seq, hash FROM checkpoint_head AS h
    WHERE h.stream_kind = 'access'
        AND NOT EXISTS (
            SELECT FROM event e WHERE e.stream_kind = 'access' AND e.stream_id = h.stream_id)
        AND EXISTS (
            SELECT FROM event t WHERE t.stream_kind = 'ticket' AND t.stream_id = h.stream_id
                AND t.type = 'access_log_expired')
""")


def expire(session: Session, ticket_ids: Collection[UUID], *, now: datetime) -> int:
    """Say of some tickets that the log of who read them is over, and delete it; return how many."""
    ends = heads_of(session, StreamKind.ACCESS, ticket_ids)
    for ticket_id, (seq, hash_) in sorted(ends.items()):
        payload: Payload = {"last_seq": seq, "last_hash": hash_.hex()}
        said = NewEvent(type=EXPIRED, payload=payload, recorded_at=now, occurred_at=now)
        append(session, StreamKind.TICKET, ticket_id, said)
    ids = literal(list(ends), ARRAY(Uuid))
    session.execute(select(func.expire_access_log(ids)))
    return len(ends)


def expired_ends(session: Session) -> dict[UUID, StreamEnd]:
    """Return where expired access logs ended, by ticket."""
    query = (
        select(Event.stream_id, Event.payload)
        .where(Event.stream_kind == StreamKind.TICKET.value, Event.type == EXPIRED)
        .order_by(Event.stream_id, Event.seq)
    )
    return {id_: _end(payload) for id_, payload in session.execute(query)}


def heads_of_expired(session: Session) -> list[Head]:
    """Return the heads, as the last checkpoint had them, of logs that have expired since."""
    return [(kind, id_, seq, bytes(hash_)) for kind, id_, seq, hash_ in session.execute(KEPT_HEADS)]


def _end(payload: dict[str, object]) -> StreamEnd:
    return int(str(payload["last_seq"])), bytes.fromhex(str(payload["last_hash"]))
