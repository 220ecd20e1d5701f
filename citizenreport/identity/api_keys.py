"""Keys for programs of the city. The key is shown once; what is kept is its hash.

A scope says what a key may read. Keys never stand for a person: they open no page, and no ticket.
"""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from citizenreport.core.db import Base
from citizenreport.core.errors import InvalidInput, NotFound
from citizenreport.core.ids import new_id
from citizenreport.core.text import _n

PREFIX: Final = "crk_"
KEY_BYTES: Final = 32
LONGEST: Final = timedelta(days=366)
SEEN_EVERY: Final = timedelta(minutes=1)


class Scope(StrEnum):
    """One thing a key may do."""

    READ_KEY = "key:read"  # its own name, scopes and last day


class BadKeyWish(InvalidInput):
    code = "bad-key-wish"
    title = _n("Kunci memerlukan nama, cakupan yang dikenal, dan masa berlaku 1 sampai 366 hari.")


class KeyNotFound(NotFound):
    code = "key-not-found"
    title = _n("Kunci ini tidak ada, atau sudah dicabut.")


class ApiKey(Base, kw_only=True):
    """A key as it is kept. Never deleted: who had access when stays known."""

    __tablename__ = "api_key"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    name: Mapped[str]
    key_hash: Mapped[bytes] = mapped_column(unique=True)
    scopes: Mapped[str]  # words with a blank between them
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


def make(
    session: Session, *, name: str, scopes: Collection[str], days: int, now: datetime
) -> tuple[ApiKey, str]:
    """Return a new key's row, and the key itself, to be shown this once. Raises BadKeyWish."""
    known = {scope.value for scope in Scope}
    lives = timedelta(days=days) if 0 < days <= LONGEST.days else None
    if not name.strip() or not scopes or not set(scopes) <= known or lives is None:
        raise BadKeyWish
    key = PREFIX + secrets.token_urlsafe(KEY_BYTES)
    row = ApiKey(
        name=name.strip(),
        key_hash=_hash(key),
        scopes=" ".join(sorted(set(scopes))),
        made_at=now,
        expires_at=now + lives,
    )
    session.add(row)
    session.flush()
    return row, key


def accept(session: Session, key: str, scope: Scope, *, now: datetime) -> ApiKey | None:
    """Return the key's row when it may do this now, and note that it was used; None otherwise."""
    row = session.scalar(select(ApiKey).where(ApiKey.key_hash == _hash(key)))
    if row is None or row.revoked_at is not None or now >= row.expires_at:
        return None
    if scope.value not in row.scopes.split():
        return None
    if row.used_at is None or now - row.used_at >= SEEN_EVERY:
        row.used_at = now
        session.flush()
    return row


def every(session: Session) -> Sequence[ApiKey]:
    """Return all keys, the newest first, revoked ones too."""
    return session.scalars(select(ApiKey).order_by(ApiKey.made_at.desc())).all()


def revoke(session: Session, key_id: UUID, *, now: datetime) -> None:
    """Make a key worth nothing, at once. Raises KeyNotFound."""
    open_one = update(ApiKey).where(ApiKey.id == key_id, ApiKey.revoked_at.is_(None))
    done = session.execute(open_one.values(revoked_at=now).returning(ApiKey.id))
    if done.one_or_none() is None:
        raise KeyNotFound


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
