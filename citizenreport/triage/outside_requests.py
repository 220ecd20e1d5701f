"""Referrals at outside bodies that take reports by program: when each is worked on, and its state."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from citizenreport.core.errors import Conflict, NotAllowed
from citizenreport.core.text import _n
from citizenreport.triage.letter_models import Referral
from citizenreport.triage.outside_request_models import OutsideRequest

HELD_FOR: Final = timedelta(minutes=10)
WAITS: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""After each failure in a row; the tenth, three days after the first, sets it aside."""
ASKED_EVERY: Final = timedelta(hours=1)
FRESH: Final = timedelta(days=14)
ASKED_LATER_EVERY: Final = timedelta(hours=12)
LONGEST: Final = timedelta(days=365)


class OutsideState(StrEnum):
    WAITING = "waiting"  # to be sent
    SENT = "sent"  # the other side has it; asked now and then
    CLOSED = "closed"
    SET_ASIDE = "set_aside"  # a person has to look
    STOPPED = "stopped"  # it is not public here any more


UNDER_WAY: Final = (OutsideState.WAITING.value, OutsideState.SENT.value)


class OutsideNotSent(NotAllowed):
    code = "outside-not-sent"
    title = _n(
        "Hanya laporan umum yang teksnya sudah ditayangkan yang dikirim ke sistem instansi luar."
    )


class OutsideUnderWay(Conflict):
    code = "outside-under-way"
    title = _n("Rujukan ini sudah dikirim atau sedang menunggu giliran.")


class OutsideSetAside(NotAllowed):
    """A referral cannot be sent or followed any more by itself."""

    code = "outside-set-aside"
    title = _n("Rujukan ke sistem instansi luar disisihkan. Lihat suratnya di halaman tiket.")


def begin(session: Session, referral: Referral, *, now: datetime) -> OutsideRequest:
    """Have a referral sent by program, or once more after a person looked why it was set aside.

    Raises:
        OutsideUnderWay: it is neither new nor set aside.
    """
    row = session.get(OutsideRequest, referral.id, with_for_update=True)
    if row is None:
        row = OutsideRequest(
            referral_id=referral.id,
            ticket_id=referral.ticket_id,
            body_code=referral.body_code,
            state=OutsideState.WAITING.value,
            made_at=now,
            next_at=now,
        )
        session.add(row)
    elif row.state == OutsideState.SET_ASIDE.value:
        has_it = bool(row.external_id or row.token)
        row.state = (OutsideState.SENT if has_it else OutsideState.WAITING).value
        row.next_at, row.failures, row.fault, row.tried_at = now, 0, "", None
    else:
        raise OutsideUnderWay
    session.flush()
    return row


def of_referrals(session: Session, ids: Collection[UUID]) -> dict[UUID, OutsideRequest]:
    """Return those of some referrals that go by program."""
    query = select(OutsideRequest).where(OutsideRequest.referral_id.in_(ids))
    return {row.referral_id: row for row in session.scalars(query)}


def due(session: Session, *, now: datetime, limit: int) -> Sequence[UUID]:
    """Return what is to be sent or asked about now, the longest waiting first."""
    query = (
        select(OutsideRequest.referral_id)
        .where(OutsideRequest.state.in_(UNDER_WAY), OutsideRequest.next_at <= now)
        .order_by(OutsideRequest.next_at)
        .limit(limit)
    )
    return session.scalars(query).all()


def hold(session: Session, referral_id: UUID, *, now: datetime) -> OutsideRequest | None:
    """Take one for ten minutes; None: not its time, somebody has it, or it is over."""
    query = (
        select(OutsideRequest)
        .where(OutsideRequest.referral_id == referral_id)
        .with_for_update(skip_locked=True)
    )
    row = session.scalar(query)
    if row is None or row.state not in UNDER_WAY or row.next_at > now:
        return None
    row.next_at = now + HELD_FOR
    session.flush()
    return row


def note_sent(row: OutsideRequest, *, external_id: str, token: str, now: datetime) -> None:
    """Keep what the other side calls it."""
    row.state, row.external_id, row.token = OutsideState.SENT.value, external_id, token
    row.sent_at, row.tried_at = now, None
    note_success(row, now=now)


def note_success(row: OutsideRequest, *, now: datetime) -> None:
    """Note that the other side answered; it is asked again in an hour, later twice a day."""
    row.failures, row.fault, row.heard_at = 0, "", now
    since = row.sent_at or row.made_at
    row.next_at = now + (ASKED_EVERY if now - since < FRESH else ASKED_LATER_EVERY)
    if now - since > LONGEST:
        row.state = OutsideState.SET_ASIDE.value


def note_failure(row: OutsideRequest, fault: str, *, is_final: bool, now: datetime) -> None:
    """Note that it failed, and when it is tried again; set aside for good reasons or after three days."""
    row.failures, row.fault = row.failures + 1, fault
    if is_final or row.failures > len(WAITS):
        row.state = OutsideState.SET_ASIDE.value
    else:
        row.next_at = now + WAITS[row.failures - 1]


def stop(session: Session, ticket_ids: Collection[UUID]) -> None:
    """Neither send nor ask about some tickets any more."""
    under_way = update(OutsideRequest).where(
        OutsideRequest.ticket_id.in_(ticket_ids), OutsideRequest.state.in_(UNDER_WAY)
    )
    session.execute(under_way.values(state=OutsideState.STOPPED.value))
