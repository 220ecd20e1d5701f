"""Those who come, change their work, and go. Each change is an event in the person's own stream.

A person stays one row for good: events of years ago still name them, whatever their agency is
called by then.
"""

import base64
import secrets
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from citizenreport.identity import queries, second_factor, service
from citizenreport.identity.models import Staff, StaffRole
from citizenreport.identity.passwords import HashCost
from citizenreport.identity.rules import Grant, OperatorOnly, OwnAccount, Role, check_grants
from citizenreport.identity.sessions import end_sessions
from citizenreport.ledger import service as ledger
from citizenreport.ledger.rules import NewEvent, Payload, StreamKind

FIRST_PASSWORD_LIVES: Final = timedelta(days=3)
FIRST_PASSWORD_BYTES: Final = 10


def first_password() -> str:
    """Return a random password to hand over once: 80 bits, easy to type."""
    plain = base64.b32encode(secrets.token_bytes(FIRST_PASSWORD_BYTES)).decode().lower()
    return "-".join(plain[i : i + 4] for i in range(0, len(plain), 4))


def join(
    session: Session,
    grants: Sequence[Grant],
    *,
    username: str,
    name: str,
    cost: HashCost,
    by: UUID | None,
    now: datetime,
) -> tuple[Staff, str]:
    """Open an account; return it with its first password, which lasts three days.

    Raises:
        As `service.add_staff`.
    """
    password = first_password()
    staff = service.add_staff(
        session, grants, username=username, name=name, password=password, cost=cost, now=now
    )
    staff.password_expires_at = now + FIRST_PASSWORD_LIVES
    _record(session, staff.id, "staff_added", {"roles": described(grants)}, by=by, now=now)
    return staff, password


def change_roles(
    session: Session, staff: Staff, grants: Sequence[Grant], *, by: UUID | None, now: datetime
) -> None:
    """Give a person other roles; their sessions end, so that rights change with a new one.

    Raises:
        BadGrant: a role that cannot be held so.
    """
    check_grants(grants)
    session.execute(delete(StaffRole).where(StaffRole.staff_id == staff.id))
    service.add_roles(session, staff.id, grants, now=now)
    end_sessions(session, staff.id)
    _record(session, staff.id, "roles_changed", {"roles": described(grants)}, by=by, now=now)


def leave(session: Session, staff: Staff, *, by: UUID | None, now: datetime) -> None:
    """Close an account, end its sessions, forget its factors and roles. The row stays."""
    service.deactivate(session, staff)
    second_factor.remove_all(session, staff.id)
    session.execute(delete(StaffRole).where(StaffRole.staff_id == staff.id))
    _record(session, staff.id, "staff_left", {}, by=by, now=now)


def come_back(session: Session, staff: Staff, *, now: datetime) -> None:
    """Open the account again of somebody whom the groups let go and now name again."""
    staff.is_active = True
    session.flush()
    _record(session, staff.id, "staff_returned", {}, by=None, now=now)


def note_link(session: Session, staff_id: UUID, *, now: datetime) -> None:
    """Record that an account is the provider's from now on."""
    _record(session, staff_id, "sso_linked", {}, by=None, now=now)


def note_emergency(session: Session, staff_id: UUID, *, now: datetime) -> None:
    """Record that an emergency account was used."""
    _record(session, staff_id, "emergency_login", {}, by=staff_id, now=now)


def give_password(
    session: Session, staff: Staff, *, cost: HashCost, by: UUID | None, now: datetime
) -> str:
    """Give a person who forgot theirs a password for three days; their sessions end.

    The second factor stays: a lost one is another matter, and the operator's (`reset-factors`).
    """
    password = first_password()
    service.set_password(session, staff, password=password, cost=cost, now=now)
    staff.password_expires_at = now + FIRST_PASSWORD_LIVES
    _record(session, staff.id, "password_given", {}, by=by, now=now)
    return password


def move_agency(
    session: Session, before: str, after: str, *, by: UUID | None, now: datetime
) -> list[Staff]:
    """Give everybody of one agency the same roles at another: it was renamed, or merged into it."""
    ids = select(StaffRole.staff_id).where(StaffRole.agency_code == before)
    people = session.scalars(select(Staff).where(Staff.id.in_(ids)).order_by(Staff.username)).all()
    for staff in people:
        held = queries.own_grants(session, staff.id)
        moved = [
            replace(grant, agency_code=after) if grant.agency_code == before else grant
            for grant in held
        ]
        change_roles(session, staff, list(dict.fromkeys(moved)), by=by, now=now)
    return list(people)


def check_may_manage(actor_id: UUID, staff: Staff, grants: Collection[Grant]) -> None:
    """Raise unless an administrator may change this account by a page.

    Raises:
        OwnAccount: their own.
        OperatorOnly: it has, or would have, the key to confidential reports.
    """
    if staff.id == actor_id:
        raise OwnAccount
    if any(grant.role is Role.CONFIDENTIAL_HANDLER for grant in grants):
        raise OperatorOnly


def described(grants: Collection[Grant]) -> list[str]:
    """Return roles as the command line reads them: `role@AGENCY/class`."""
    return [
        grant.role.value
        + (f"@{grant.agency_code}" if grant.agency_code else "")
        + (f"/{grant.protection_class.value}" if grant.protection_class else "")
        for grant in grants
    ]


def _record(
    session: Session,
    staff_id: UUID,
    type_: str,
    payload: Payload,
    *,
    by: UUID | None,
    now: datetime,
) -> None:
    event = NewEvent(type=type_, payload=payload, recorded_at=now, occurred_at=now, actor_id=by)
    ledger.append(session, StreamKind.STAFF, staff_id, event)
