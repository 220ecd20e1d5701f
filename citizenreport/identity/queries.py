"""Reading accounts and sessions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, literal, select
from sqlalchemy.orm import Session, aliased

from citizenreport.cities.rules import ProtectionClass
from citizenreport.core.errors import NotFound
from citizenreport.core.text import _n
from citizenreport.identity.api_keys import ApiKey
from citizenreport.identity.models import Delegation, Staff, StaffRole, StaffSession
from citizenreport.identity.rules import Actor, Grant, Role, taken_over

PROGRAM: Final = "Program: "
"""Before the name of a key, so that nobody takes it for a person."""


class NoSuchStaff(NotFound):
    code = "no-such-staff"
    title = _n("Tidak ada petugas dengan nama pengguna ini.")


class _HeldRole(NamedTuple):
    role: str
    agency_code: str | None
    protection_class: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A session row with the person it belongs to."""

    id: UUID
    actor: Actor
    created_at: datetime
    seen_at: datetime
    recheck_at: datetime | None


def find_staff(session: Session, username: str) -> Staff | None:
    """Return the account with this username, or None: a login must not raise for it."""
    return session.scalar(select(Staff).where(Staff.username == username))


def staff_named(session: Session, username: str) -> Staff:
    """Return the account with this username.

    Raises:
        NoSuchStaff: there is none.
    """
    staff = find_staff(session, username)
    if staff is None:
        raise NoSuchStaff()
    return staff


def staff_with_id(session: Session, staff_id: UUID) -> Staff:
    """Return an account by id. Raises NoSuchStaff."""
    staff = session.get(Staff, staff_id)
    if staff is None:
        raise NoSuchStaff()
    return staff


def actor_of(session: Session, staff: Staff) -> Actor:
    """Return the value that staff actions take."""
    query = select(StaffRole.role, StaffRole.agency_code, StaffRole.protection_class)
    rows = session.execute(query.where(StaffRole.staff_id == staff.id))
    held = [_HeldRole(row.role, row.agency_code, row.protection_class) for row in rows]
    return _actor(staff.id, staff.name, staff.is_demo, held)


def open_session(session: Session, token_hash: bytes, *, now: datetime) -> OpenSession | None:
    """Return the session with this hash, if its owner may still work here. One query.

    With the roles of those the owner stands in for, in sessions begun since: rights change with
    a new session.
    """
    holder = aliased(Staff)
    absent = (
        select(Delegation.from_staff_id)
        .where(
            Delegation.to_staff_id == Staff.id,
            Delegation.starts_at <= StaffSession.created_at,
            Delegation.made_at <= StaffSession.created_at,
            Delegation.ends_at > now,
        )
        .correlate(Staff, StaffSession)
    )
    query = (
        select(
            StaffSession.id.label("session_id"),
            StaffSession.created_at,
            StaffSession.seen_at,
            StaffSession.recheck_at,
            Staff.id,
            Staff.name,
            Staff.is_demo,
            StaffRole.role,
            StaffRole.agency_code,
            StaffRole.protection_class,
            StaffRole.staff_id.label("holder_id"),
            holder.name.label("holder_name"),
            holder.is_active.label("is_held"),
        )
        .join(Staff, Staff.id == StaffSession.staff_id)
        .outerjoin(StaffRole, (StaffRole.staff_id == Staff.id) | StaffRole.staff_id.in_(absent))
        .outerjoin(holder, holder.id == StaffRole.staff_id)
        .where(
            StaffSession.token_hash == token_hash,
            StaffSession.awaits_factor.is_(False),
            Staff.is_active,
        )
    )
    rows = session.execute(query).all()
    if not rows:
        return None
    first = rows[0]
    held: dict[UUID, list[Grant]] = {first.id: []}
    names: dict[UUID, str] = {}
    for row in rows:
        if row.role is not None and row.is_held:
            grant = _grant(_HeldRole(row.role, row.agency_code, row.protection_class))
            held.setdefault(row.holder_id, []).append(grant)
            names[row.holder_id] = row.holder_name
    own = held.pop(first.id)
    taken = {holder_id: taken_over(own, theirs) for holder_id, theirs in held.items()}
    grants = dict.fromkeys([*own, *(grant for theirs in taken.values() for grant in theirs)])
    actor = Actor(
        staff_id=first.id,
        name=first.name,
        grants=tuple(grants),
        is_demo=first.is_demo,
        stands_in_for=tuple((id_, names[id_]) for id_, theirs in taken.items() if theirs),
    )
    return OpenSession(
        id=first.session_id,
        actor=actor,
        created_at=first.created_at,
        seen_at=first.seen_at,
        recheck_at=first.recheck_at,
    )


def all_staff(session: Session) -> Sequence[tuple[Staff, Sequence[StaffRole]]]:
    """Return every account with its roles, by username."""
    staff = session.scalars(select(Staff).order_by(Staff.username)).all()
    roles = session.scalars(select(StaffRole).order_by(StaffRole.role, StaffRole.agency_code)).all()
    return [(person, [role for role in roles if role.staff_id == person.id]) for person in staff]


def grants_of(roles: Iterable[StaffRole]) -> list[Grant]:
    """Return rows of roles as values."""
    return [_grant(_HeldRole(row.role, row.agency_code, row.protection_class)) for row in roles]


def own_grants(session: Session, staff_id: UUID) -> list[Grant]:
    """Return the roles a person holds themselves, whatever they do for others."""
    query = select(StaffRole).where(StaffRole.staff_id == staff_id)
    return grants_of(session.scalars(query.order_by(StaffRole.role, StaffRole.agency_code)))


def active_at(session: Session, agency_code: str) -> list[Actor]:
    """Return who works at an agency, by any role bound to it."""
    there = select(StaffRole.staff_id).where(StaffRole.agency_code == agency_code)
    return _active(session, Staff.id.in_(there))


def active_in_role(session: Session, role: Role) -> list[Actor]:
    """Return who holds a role, for whichever agency."""
    holders = select(StaffRole.staff_id).where(StaffRole.role == role.value)
    return _active(session, Staff.id.in_(holders))


def active_by_ids(session: Session, staff_ids: Iterable[UUID]) -> dict[UUID, Actor]:
    """Return the active accounts among these, by id."""
    wanted = list(staff_ids)
    found = _active(session, Staff.id.in_(wanted)) if wanted else []
    return {actor.staff_id: actor for actor in found}


def active_with_role(session: Session, role: Role) -> list[Actor]:
    """Return who holds a role of the whole city."""
    there = select(StaffRole.staff_id).where(StaffRole.role == role.value)
    return _active(session, Staff.id.in_(there))


def active_named(session: Session, usernames: Iterable[str]) -> list[Actor]:
    """Return the active accounts among these usernames."""
    wanted = list(usernames)
    return _active(session, Staff.username.in_(wanted)) if wanted else []


def _active(session: Session, condition: ColumnElement[bool]) -> list[Actor]:
    query = (
        select(
            Staff.id,
            Staff.name,
            Staff.is_demo,
            StaffRole.role,
            StaffRole.agency_code,
            StaffRole.protection_class,
        )
        .join(StaffRole, StaffRole.staff_id == Staff.id)
        .where(Staff.is_active, condition)
        .order_by(Staff.id)
    )
    people: dict[UUID, tuple[str, bool, list[_HeldRole]]] = {}
    for row in session.execute(query):
        _, _, held = people.setdefault(row.id, (row.name, row.is_demo, []))
        held.append(_HeldRole(row.role, row.agency_code, row.protection_class))
    return [_actor(id_, name, is_demo, held) for id_, (name, is_demo, held) in people.items()]


def staff_names(session: Session, staff_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of several accounts by id, in one query; of programs' keys, marked, too."""
    ids = list(staff_ids)
    people = select(Staff.id, Staff.name).where(Staff.id.in_(ids))
    programs = select(ApiKey.id, literal(PROGRAM) + ApiKey.name).where(ApiKey.id.in_(ids))
    return {row[0]: row[1] for row in session.execute(people.union_all(programs))}


def _actor(staff_id: UUID, name: str, is_demo: bool, roles: Iterable[_HeldRole]) -> Actor:
    grants = tuple(dict.fromkeys(_grant(role) for role in roles))
    return Actor(staff_id=staff_id, name=name, grants=grants, is_demo=is_demo)


def _grant(role: _HeldRole) -> Grant:
    return Grant(
        role=Role(role.role),
        agency_code=role.agency_code,
        protection_class=(
            ProtectionClass(role.protection_class) if role.protection_class else None
        ),
    )
