"""Which account of the provider is whose here."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from citizenreport.core.keys import KeyRing
from citizenreport.identity.models import Staff
from citizenreport.identity.rules import LocalLogin
from citizenreport.identity.sso.models import SsoLink, SsoMail, SsoSession
from citizenreport.identity.sso.rules import Person


def link_of(session: Session, person: Person) -> SsoLink | None:
    """Return the link of a person, by issuer and subject and nothing else."""
    query = select(SsoLink).where(
        SsoLink.issuer == person.issuer, SsoLink.subject == person.subject
    )
    return session.scalar(query.with_for_update())


class Counts(NamedTuple):
    """How many accounts are tied to the provider, and how many sessions it stands behind."""

    links: int
    sessions: int


def counts(session: Session) -> Counts:
    """Count what is tied to the provider."""
    tied = select(func.count()).select_from(SsoLink).scalar_subquery()
    open_ = select(func.count()).select_from(SsoSession).scalar_subquery()
    row = session.execute(select(tied, open_)).one()
    return Counts(row[0], row[1])


def link(
    session: Session, person: Person, staff_id: UUID, mark: bytes, *, now: datetime
) -> SsoLink:
    """Tie an account to the provider's; its address has done its work."""
    made = SsoLink(
        staff_id=staff_id,
        issuer=person.issuer,
        subject=person.subject,
        mail_mark=mark,
        linked_at=now,
    )
    session.add(made)
    session.execute(delete(SsoMail).where(SsoMail.staff_id == staff_id))
    session.flush()
    return made


def unlink(session: Session, staff_id: UUID) -> bool:
    """Untie an account; tell whether it was tied. Its sessions of the provider go with the link."""
    gone = delete(SsoLink).where(SsoLink.staff_id == staff_id).returning(SsoLink.id)
    session.execute(delete(SsoMail).where(SsoMail.staff_id == staff_id))
    return session.execute(gone).one_or_none() is not None


def set_mail(
    session: Session, keys: KeyRing, staff_id: UUID, address: str, *, now: datetime
) -> None:
    """Say by which address an account is found the first time its person comes that way."""
    mark = mail_mark(keys, address)
    row = insert(SsoMail).values(staff_id=staff_id, mail_mark=mark, set_at=now)
    session.execute(
        row.on_conflict_do_update(
            index_elements=[SsoMail.staff_id], set_={"mail_mark": mark, "set_at": now}
        )
    )


def account_with_mail(session: Session, mark: bytes) -> Staff | None:
    """Return the account that waits to be linked by an address."""
    query = select(Staff).join(SsoMail, SsoMail.staff_id == Staff.id)
    return session.scalar(query.where(SsoMail.mail_mark == mark))


def is_of_another(session: Session, mark: bytes, staff_id: UUID | None) -> bool:
    """Tell whether an address is somebody else's: linked already, or waiting to be."""
    for table in (SsoLink, SsoMail):
        owners = session.scalars(select(table.staff_id).where(table.mail_mark == mark))
        if any(owner != staff_id for owner in owners):
            return True
    return False


def may_use_own_password(session: Session, staff: Staff, policy: LocalLogin) -> bool:
    """Tell whether somebody may sign in without the provider.

    An account that is linked would otherwise stay open after the provider closed it.
    """
    if policy.is_open or staff.username in policy.emergency:
        return True
    if policy.only_emergency:
        return staff.is_demo
    return not session.scalar(select(exists().where(SsoLink.staff_id == staff.id)))


def mail_mark(keys: KeyRing, address: str) -> bytes:
    """Return what is stored of an address."""
    return keys.fingerprint("sso-mail", address.strip().lower())
