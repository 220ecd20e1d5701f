"""Accounts, logins and sessions."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from citizenreport.identity import queries, throttle
from citizenreport.identity.models import Staff, StaffRole, StaffSession
from citizenreport.identity.passwords import (
    HashCost,
    check_strength,
    hash_password,
    needs_rehash,
    verify_password,
)
from citizenreport.identity.rules import (
    ABSOLUTE,
    CEILING_WINDOW,
    IDLE,
    Actor,
    BadUsername,
    Grant,
    UsernameTaken,
    check_grant,
    is_session_alive,
)

USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{2,63}")
SEEN_EVERY: Final = timedelta(minutes=1)
"""How exactly the last use of a session is kept: one write a minute, not one a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A browser in which this account signed in before, as its signed cookie says."""

    staff_id: UUID
    nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Where a login comes from. `demo_allowed`: a private cluster, asked on loopback."""

    address: str
    device: Device | None = None
    demo_allowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SignedIn:
    """The token goes into the cookie and nowhere else."""

    token: str
    actor: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A login that did not succeed; why is not told. `wait`: zero, or how long to wait first."""

    wait: timedelta


def login(
    session: Session,
    client: Client,
    *,
    username: str,
    password: str,
    cost: HashCost,
    now: datetime,
) -> SignedIn | Refused:
    """Sign a person in, or refuse. Refusing is a value: raising would undo the failure's count.

    The work is the same whether the account exists, is closed, or is a demo account.
    """
    name = username.strip().lower()
    staff = queries.find_staff(session, name) if USERNAME.fullmatch(name) else None
    device = client.device if staff and client.device else None
    if staff is None or (device is not None and device.staff_id != staff.id):
        device = None
    place = f"device {device.nonce}" if device else throttle.address_prefix(client.address)
    counted = throttle.mark(session, account=name, place=place, now=now)
    if device is None and throttle.is_over_ceiling(session, now=now):
        return Refused(wait=CEILING_WINDOW)
    wait = throttle.wait_left(session, counted, now=now)
    if wait:
        return Refused(wait=wait)

    may_enter = staff is not None and staff.is_active and (client.demo_allowed or not staff.is_demo)
    stored = staff.password_hash if staff is not None and may_enter else None
    if not verify_password(stored, password, cost) or staff is None:
        throttle.count_failure(session, counted, now=now)
        return Refused(wait=timedelta(0))
    throttle.forget(session, counted)
    if needs_rehash(staff.password_hash, cost):
        staff.password_hash = hash_password(password, cost)
    return SignedIn(token=_start(session, staff, now=now), actor=queries.actor_of(session, staff))


def resume(session: Session, token: str, *, demo_allowed: bool, now: datetime) -> Actor | None:
    """Return whose session a token is, and note that it was used; None: sign in again."""
    hashed = _hash(token)
    found = queries.open_session(session, hashed)
    if found is None or (found.actor.is_demo and not demo_allowed):
        return None
    if not is_session_alive(created_at=found.created_at, seen_at=found.seen_at, now=now):
        return None
    if now - found.seen_at >= SEEN_EVERY:
        used = update(StaffSession).where(StaffSession.token_hash == hashed)
        session.execute(used.values(seen_at=now))
    return found.actor


def logout(session: Session, token: str) -> None:
    """End one session, on the server: the cookie is worth nothing from now on."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == _hash(token)))


def add_staff(
    session: Session,
    grants: Sequence[Grant],
    *,
    username: str,
    name: str,
    password: str,
    cost: HashCost,
    now: datetime,
    is_demo: bool = False,
) -> Staff:
    """Open an account with its roles.

    Raises:
        BadUsername, UsernameTaken, WeakPassword, BadGrant: what it says.
    """
    if not USERNAME.fullmatch(username):
        raise BadUsername(pointer="#/username")
    if queries.find_staff(session, username) is not None:
        raise UsernameTaken(pointer="#/username")
    for grant in grants:
        check_grant(grant)
    if not is_demo:
        check_strength(password, about=(username, name))
    staff = Staff(
        username=username,
        name=name,
        password_hash=hash_password(password, cost),
        is_demo=is_demo,
        created_at=now,
        password_set_at=now,
    )
    session.add(staff)
    session.flush()
    for grant in grants:
        session.add(
            StaffRole(
                staff_id=staff.id,
                role=grant.role.value,
                agency_code=grant.agency_code,
                protection_class=grant.protection_class and grant.protection_class.value,
                granted_at=now,
            )
        )
    session.flush()
    return staff


def set_password(
    session: Session, staff: Staff, *, password: str, cost: HashCost, now: datetime
) -> None:
    """Change a password and end every session of its owner.

    Raises:
        WeakPassword: it is too easily guessed.
    """
    check_strength(password, about=(staff.username, staff.name))
    staff.password_hash = hash_password(password, cost)
    staff.password_set_at = now
    _end_sessions(session, staff)


def deactivate(session: Session, staff: Staff) -> None:
    """Close an account and end its sessions. The row stays: events name it."""
    staff.is_active = False
    _end_sessions(session, staff)


def sweep(session: Session, *, now: datetime) -> None:
    """Delete dead sessions, and counts and day keys older than 24 hours. A job runs it hourly."""
    dead = (StaffSession.seen_at <= now - IDLE) | (StaffSession.created_at <= now - ABSOLUTE)
    session.execute(delete(StaffSession).where(dead))
    throttle.sweep(session, now=now)


def _start(session: Session, staff: Staff, *, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(token_hash=_hash(token), staff_id=staff.id, created_at=now, seen_at=now)
    )
    session.flush()
    return token


def _end_sessions(session: Session, staff: Staff) -> None:
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff.id))
    session.flush()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
