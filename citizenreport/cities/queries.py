"""Reads of loaded packs."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.models import PackVersion

EDITION_IN_FORCE: Final = "SELECT max(pack_version) FROM pack_version WHERE is_current"
"""One row with its number, or with nothing before the first pack."""


def current_pack(session: Session) -> PackVersion | None:
    """Return the pack this database runs on, None before the first one."""
    return session.scalars(select(PackVersion).where(PackVersion.is_current)).one_or_none()


def pack_with_digest(session: Session, digest: str) -> PackVersion | None:
    """Return a pack that was loaded before, by the digest of its files."""
    return session.scalars(select(PackVersion).where(PackVersion.digest == digest)).one_or_none()
