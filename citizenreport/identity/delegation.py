"""Doing a colleague's work during leave: for a time, never more than the colleague may."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from citizenreport.core.errors import InvalidInput, NotAllowed, NotFound
from citizenreport.core.text import _n
from citizenreport.identity import queries, second_factor
from citizenreport.identity.models import Delegation, Staff
from citizenreport.identity.rules import Actor, Grant, Permission, Role, taken_over
from citizenreport.ledger import service as ledger
from citizenreport.ledger.rules import NewEvent, StreamKind

LONGEST: Final = timedelta(days=92)


class NoStandIn(InvalidInput):
    code = "no-stand-in"
    title = _n(
        "Rekan ini tidak dapat menggantikan. Pilih yang seinstansi, atau yang perannya sama."
    )


class StandInNeedsFactor(InvalidInput):
    code = "stand-in-needs-factor"
    title = _n("Peran itu memerlukan langkah kedua. Rekan ini perlu memasangnya dulu.")


class BadLeave(InvalidInput):
    code = "bad-leave"
    title = _n("Pilih tanggal mulai dan selesai, mulai hari ini, paling lama 92 hari.")


class LeaveNotYours(NotAllowed):
    """Nobody but the person gives away the key to confidential reports, or an administrator's work."""

    code = "leave-not-yours"
    title = _n("Penggantian untuk petugas ini tidak dapat Anda atur. Ia sendiri dapat.")


class DelegationNotFound(NotFound):
    code = "delegation-not-found"
    title = _n("Penggantian ini sudah tidak ada.")


class Given(NamedTuple):
    """Work given away, with the name of who does it, and of who entered it for somebody else."""

    id: UUID
    name: str
    starts_at: datetime
    ends_at: datetime
    entered_by: str | None


def may_enter(by: Actor, giver_id: UUID, grants: Collection[Grant]) -> bool:
    """Tell whether somebody may give away the work of a person who is on leave.

    Administrators for everybody, leads for who works at their agencies only, the city desk for its
    own. Never for handlers of confidential reports and administrators, nor for oneself.
    """
    closed = {Role.CONFIDENTIAL_HANDLER, Role.ADMINISTRATOR}
    is_closed = not grants or any(grant.role in closed for grant in grants)
    if giver_id == by.staff_id or is_closed:
        return False
    own = by.agencies(Permission.MANAGE_ROSTER)
    at_desk = Role.CITY_DESK in by.roles
    return by.may(Permission.MANAGE_STAFF) or all(
        grant.agency_code in own or (grant.role is Role.CITY_DESK and at_desk) for grant in grants
    )


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
    by: UUID | None = None,
) -> None:
    """Let a colleague do a person's work from one instant until another.

    Only the giver's own roles go, never those they hold for somebody else. `by`: who enters it for
    a person on leave; whether they may, `may_enter` tells.

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
            made_by=by,
        )
    )
    _record(session, giver_id, "delegated", taker_id, by=by or giver_id, now=now)


def given_by(session: Session, giver_id: UUID, *, now: datetime) -> Sequence[Given]:
    """Return what a person has given away and what has not ended, the next first."""
    enterer = aliased(Staff)
    query = (
        select(Delegation.id, Staff.name, Delegation.starts_at, Delegation.ends_at, enterer.name)
        .join(Staff, Staff.id == Delegation.to_staff_id)
        .outerjoin(enterer, enterer.id == Delegation.made_by)
        .where(Delegation.from_staff_id == giver_id, Delegation.ends_at > now)
        .order_by(Delegation.starts_at)
    )
    return [Given(*row) for row in session.execute(query)]


def cancel(
    session: Session,
    giver_id: UUID,
    delegation_id: UUID,
    *,
    now: datetime,
    by: UUID | None = None,
) -> None:
    """Take a person's work back, at once. `by` as in `delegate`. Raises DelegationNotFound."""
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
    taker_id = row.to_staff_id
    _record(session, giver_id, "delegation_cancelled", taker_id, by=by or giver_id, now=now)


def away(
    session: Session, staff_ids: Collection[UUID], *, now: datetime
) -> dict[UUID, list[Actor]]:
    """Return who of these people is on leave, and who does their work: with what they may then do.

    Whose stand-ins are all gone or away themselves counts as there: better called than nobody.
    """
    query = select(Delegation).where(Delegation.starts_at <= now, Delegation.ends_at > now)
    rows = session.scalars(
        query.where(Delegation.from_staff_id.in_(list(staff_ids))).order_by(Delegation.made_at)
    ).all()
    if not rows:
        return {}
    takers = {row.to_staff_id for row in rows}
    givers_too = query.where(Delegation.from_staff_id.in_(takers))
    absent = {row.from_staff_id for row in session.scalars(givers_too)}
    people = queries.active_by_ids(session, {row.from_staff_id for row in rows} | takers)
    found: dict[UUID, list[Actor]] = {}
    for row in rows:
        giver, taker = people.get(row.from_staff_id), people.get(row.to_staff_id)
        if giver is not None and taker is not None and taker.staff_id not in absent:
            found.setdefault(giver.staff_id, []).append(_standing_in(taker, giver))
    return found


def _standing_in(taker: Actor, giver: Actor) -> Actor:
    grants = dict.fromkeys([*taker.grants, *taken_over(taker.grants, giver.grants)])
    held_for = (*taker.stands_in_for, (giver.staff_id, giver.name))
    return replace(taker, grants=tuple(grants), stands_in_for=held_for)


def _record(
    session: Session, giver_id: UUID, type_: str, taker_id: UUID, *, by: UUID, now: datetime
) -> None:
    event = NewEvent(
        type=type_,
        payload={"to": str(taker_id)},
        recorded_at=now,
        occurred_at=now,
        actor_id=by,
    )
    ledger.append(session, StreamKind.STAFF, giver_id, event)
