"""Doing a colleague's work during leave: for a time, never more than the colleague may."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.core.errors import InvalidInput, NotFound
from citizenreport.core.text import _n
from citizenreport.identity import queries, second_factor
from citizenreport.identity.models import Delegation, Staff
from citizenreport.identity.rules import Actor, taken_over
from citizenreport.ledger import service as ledger
from citizenreport.ledger.rules import NewEvent, StreamKind

LONGEST: Final = timedelta(days=92)


class NoStandIn(InvalidInput):
    code = "no-stand-in"
    title = _n("Rekan ini tidak dapat menggantikan Anda.")


class StandInNeedsFactor(InvalidInput):
    code = "stand-in-needs-factor"
    title = _n("Peran Anda memerlukan langkah kedua. Rekan ini perlu memasangnya dulu.")


class BadLeave(InvalidInput):
    code = "bad-leave"
    title = _n("Pilih tanggal mulai dan selesai, mulai hari ini, paling lama 92 hari.")


class DelegationNotFound(NotFound):
    code = "delegation-not-found"
    title = _n("Penggantian ini sudah tidak ada.")


class Given(NamedTuple):
    """Work given away, with the name of who does it."""

    id: UUID
    name: str
    starts_at: datetime
    ends_at: datetime


def candidates(session: Session, giver: Actor) -> list[Actor]:
    """Return who may stand in: colleagues of the same agency, or of the same role of the city."""
    found: dict[UUID, Actor] = {}
    for grant in giver.grants:
        near = (
            queries.active_at(session, grant.agency_code)
            if grant.agency_code is not None
            else queries.active_with_role(session, grant.role)
        )
        found |= {actor.staff_id: actor for actor in near}
    return sorted(
        (
            actor
            for actor in found.values()
            if actor.staff_id != giver.staff_id and taken_over(actor.grants, giver.grants)
        ),
        key=lambda actor: actor.name,
    )


def delegate(
    session: Session,
    giver_id: UUID,
    taker_id: UUID | None,
    *,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    factor_roles: Collection[str],
) -> None:
    """Let a colleague do one's own work from one instant until another.

    Only the giver's own roles go, never those they hold for somebody else.

    Raises:
        BadLeave, NoStandIn, StandInNeedsFactor.
    """
    if not (now < ends_at and starts_at < ends_at <= starts_at + LONGEST):
        raise BadLeave(pointer="#/until_on")
    giver = queries.actor_of(session, queries.staff_with_id(session, giver_id))
    known = {actor.staff_id: actor for actor in candidates(session, giver)}
    if taker_id is None or taker_id not in known:
        raise NoStandIn(pointer="#/taker_id")
    is_needed = second_factor.needs_factor(giver, factor_roles)
    if is_needed and not second_factor.has_factor(session, taker_id):
        raise StandInNeedsFactor(pointer="#/taker_id")
    session.add(
        Delegation(
            from_staff_id=giver_id,
            to_staff_id=taker_id,
            starts_at=starts_at,
            ends_at=ends_at,
            made_at=now,
        )
    )
    _record(session, giver_id, "delegated", taker_id, now=now)


def given_by(session: Session, giver_id: UUID, *, now: datetime) -> Sequence[Given]:
    """Return what a person has given away and what has not ended, the next first."""
    query = (
        select(Delegation.id, Staff.name, Delegation.starts_at, Delegation.ends_at)
        .join(Staff, Staff.id == Delegation.to_staff_id)
        .where(Delegation.from_staff_id == giver_id, Delegation.ends_at > now)
        .order_by(Delegation.starts_at)
    )
    return [Given(*row) for row in session.execute(query)]


def cancel(session: Session, giver_id: UUID, delegation_id: UUID, *, now: datetime) -> None:
    """Take one's own work back, at once. Raises DelegationNotFound."""
    query = select(Delegation).where(
        Delegation.id == delegation_id,
        Delegation.from_staff_id == giver_id,
        Delegation.ends_at > now,
    )
    row = session.scalar(query.with_for_update())
    if row is None:
        raise DelegationNotFound
    if row.starts_at < now:
        row.ends_at = now
    else:
        session.delete(row)
    _record(session, giver_id, "delegation_cancelled", row.to_staff_id, now=now)


def _record(session: Session, giver_id: UUID, type_: str, taker_id: UUID, *, now: datetime) -> None:
    event = NewEvent(
        type=type_,
        payload={"to": str(taker_id)},
        recorded_at=now,
        occurred_at=now,
        actor_id=giver_id,
    )
    ledger.append(session, StreamKind.STAFF, giver_id, event)
