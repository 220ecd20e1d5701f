"""Reads of loaded packs."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.models import PackVersion


def current_pack(session: Session) -> PackVersion | None:
    """Return the pack this database runs on, None before the first one."""
    return session.scalars(select(PackVersion).where(PackVersion.is_current)).one_or_none()


def pack_with_digest(session: Session, digest: str) -> PackVersion | None:
    """Return a pack that was loaded before, by the digest of its files."""
    return session.scalars(select(PackVersion).where(PackVersion.digest == digest)).one_or_none()
