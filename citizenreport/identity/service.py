"""Accounts, logins and sessions."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from citizenreport.identity import queries, throttle
from citizenreport.identity.models import Staff, StaffRole
from citizenreport.identity.passwords import (
    HashCost,
    check_strength,
    hash_password,
    needs_rehash,
    refused_passwords,
    verify_password,
)
from citizenreport.identity.rules import (
    CEILING_WINDOW,
    Actor,
    BadUsername,
    Grant,
    LocalLogin,
    UsernameTaken,
    check_grants,
)
from citizenreport.identity.second_factor import has_factor, needs_factor
from citizenreport.identity.sessions import end_others, end_sessions, start
from citizenreport.identity.sso.links import may_use_own_password

USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{2,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A browser in which this account signed in before, as its signed cookie says."""

    staff_id: UUID
    nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Where a login comes from. `demo_allowed`: a private cluster, asked on loopback.

    `browser`: family and system only, see `rules.browser_of`.
    """

    address: str
    device: Device | None = None
    demo_allowed: bool = False
    browser: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SignedIn:
    """The token goes into the cookie and nowhere else."""

    token: str
    actor: Actor
    awaits_factor: bool = False  # the token opens nothing but the page that asks for the factor
    is_temporary: bool = False  # the password was given by somebody else


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
    factor_roles: Collection[str] = (),
    policy: LocalLogin = LocalLogin(),  # noqa: B008 - frozen
) -> SignedIn | Refused:
    """Sign a person in, or refuse. Refusing is a value: raising would undo the failure's count.

    The work is the same whether the account exists, is closed, or is a demo account. Who has a
    second factor, or a role among `factor_roles`, is asked for it before the session counts.
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

    may_enter = staff is not None and _may_enter(staff, client, now=now)
    may_enter = may_enter and staff is not None and may_use_own_password(session, staff, policy)
    stored = staff.password_hash if staff is not None and may_enter else None
    if not verify_password(stored, password, cost) or staff is None:
        throttle.count_failure(session, counted, now=now)
        return Refused(wait=timedelta(0))
    throttle.forget(session, counted)
    if needs_rehash(staff.password_hash, cost):
        staff.password_hash = hash_password(password, cost)
    actor = queries.actor_of(session, staff)
    awaits = needs_factor(actor, factor_roles) or has_factor(session, staff.id)
    token = start(session, staff.id, browser=client.browser, now=now, awaits_factor=awaits)
    return SignedIn(
        token=token,
        actor=actor,
        awaits_factor=awaits,
        is_temporary=staff.password_expires_at is not None,
    )


def _may_enter(staff: Staff, client: Client, *, now: datetime) -> bool:
    is_open = staff.is_active and (client.demo_allowed or not staff.is_demo)
    return is_open and (staff.password_expires_at is None or now < staff.password_expires_at)


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
    check_grants(grants)
    if not is_demo:
        check_strength(password, about=(username, name), refused=refused_passwords(cost))
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
    add_roles(session, staff.id, grants, now=now)
    return staff


def add_roles(
    session: Session, staff_id: UUID, grants: Collection[Grant], *, now: datetime
) -> None:
    """Write rows of roles that were checked."""
    session.add_all(
        StaffRole(
            staff_id=staff_id,
            role=grant.role.value,
            agency_code=grant.agency_code,
            protection_class=grant.protection_class and grant.protection_class.value,
            granted_at=now,
        )
        for grant in grants
    )
    session.flush()


def set_password(
    session: Session,
    staff: Staff,
    *,
    password: str,
    cost: HashCost,
    now: datetime,
) -> None:
    """Change a password and end every session of its owner.

    Raises:
        WeakPassword: it is too easily guessed, or on the operator's list.
    """
    check_strength(password, about=(staff.username, staff.name), refused=refused_passwords(cost))
    staff.password_hash = hash_password(password, cost)
    staff.password_set_at = now
    staff.password_expires_at = None
    end_sessions(session, staff.id)


def change_own_password(
    session: Session,
    staff: Staff,
    *,
    token: str,
    password: str,
    cost: HashCost,
    now: datetime,
) -> None:
    """Change the password of whoever is signed in with `token`; their other sessions end.

    Raises:
        WeakPassword: as `set_password`.
    """
    check_strength(password, about=(staff.username, staff.name), refused=refused_passwords(cost))
    staff.password_hash = hash_password(password, cost)
    staff.password_set_at = now
    staff.password_expires_at = None
    end_others(session, staff.id, token=token)


def deactivate(session: Session, staff: Staff) -> None:
    """Close an account and end its sessions. The row stays: events name it."""
    staff.is_active = False
    end_sessions(session, staff.id)
