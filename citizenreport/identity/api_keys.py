"""Keys for programs of the city. The key is shown once; what is kept is its hash.

A scope says what a key may do, and a key does it for one agency or for the city desk. It is no person:
it opens no page, and no confidential ticket.
"""

import hashlib
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ForeignKey, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from citizenreport.cities.rules import City
from citizenreport.core.db import Base
from citizenreport.core.errors import InvalidInput, NotFound
from citizenreport.core.ids import new_id
from citizenreport.core.text import _n
from citizenreport.identity.rules import Actor
from citizenreport.identity.scopes import WITHOUT_AGENCY, KeyGrant, Scope
from citizenreport.ledger import service as ledger
from citizenreport.ledger.rules import NewEvent, Payload, StreamKind

PREFIX: Final = "crk_"
KEY_BYTES: Final = 32
LONGEST: Final = timedelta(days=366)
NAME_MAX_CHARS: Final = 80
SEEN_EVERY: Final = timedelta(minutes=1)
USES_KEPT: Final = timedelta(days=90)


class BadKeyWish(InvalidInput):
    code = "bad-key-wish"
    title = _n("Kunci memerlukan nama, cakupan yang dikenal, dan masa berlaku 1 sampai 366 hari.")


class KeyNeedsAgency(BadKeyWish):
    code = "key-needs-agency"
    title = _n("Kunci untuk tiket berlaku bagi tepat satu instansi, atau bagi meja kota.")


class KeyNotFound(NotFound):
    code = "key-not-found"
    title = _n("Kunci ini tidak ada, atau sudah dicabut.")


class ApiKey(Base, kw_only=True):
    """A key as it is kept. Never deleted: who had access when stays known.

    `agency_code` None: it is for no ticket. `made_by` None: made by the operator, on the server.
    """

    __tablename__ = "api_key"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    name: Mapped[str]
    key_hash: Mapped[bytes] = mapped_column(unique=True)
    scopes: Mapped[str]  # words with a blank between them
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    agency_code: Mapped[str | None] = mapped_column(default=None)
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), default=None)


class ApiKeyUse(Base, kw_only=True):
    """How often a key asked for one thing on one day, and how it was answered. No content, no id."""

    __tablename__ = "api_key_use"

    key_id: Mapped[UUID] = mapped_column(ForeignKey("api_key.id"), primary_key=True)
    used_on: Mapped[date] = mapped_column(primary_key=True, index=True)
    act: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[int] = mapped_column(primary_key=True)
    uses: Mapped[int]
    last_at: Mapped[datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldKey:
    """A key that is good now, as a request carries it."""

    id: UUID
    name: str
    scopes: frozenset[str]
    agency_code: str | None
    expires_at: datetime


def make(
    session: Session,
    *,
    name: str,
    scopes: Collection[str],
    days: int,
    now: datetime,
    agency_code: str | None = None,
    is_desk: bool = False,
    by: UUID | None = None,
) -> tuple[ApiKey, str]:
    """Return a new key's row, and the key itself, to be shown this once.

    `is_desk`: the agency is the city desk, whose steps the key may make.

    Raises:
        BadKeyWish: no name, an unknown scope or none, a scope that is not this agency's, or days
            beyond 1 to 366.
        KeyNeedsAgency: it would open tickets for nobody.
    """
    wanted = set(scopes)
    known = {scope.value for scope in Scope} - (set() if is_desk else {Scope.ROUTE_TICKETS.value})
    lives = timedelta(days=days) if 0 < days <= LONGEST.days else None
    if not 0 < len(name.strip()) <= NAME_MAX_CHARS or not wanted or lives is None:
        raise BadKeyWish
    if not wanted <= known:
        raise BadKeyWish(pointer="#/scopes")
    if wanted - {scope.value for scope in WITHOUT_AGENCY} and agency_code is None:
        raise KeyNeedsAgency(pointer="#/agency_code")
    key = PREFIX + secrets.token_urlsafe(KEY_BYTES)
    row = ApiKey(
        name=name.strip(),
        key_hash=_hash(key),
        scopes=" ".join(sorted(wanted)),
        made_at=now,
        expires_at=now + lives,
        agency_code=agency_code,
        made_by=by,
    )
    session.add(row)
    session.flush()
    payload: Payload = {
        "agency_code": agency_code,
        "scopes": sorted(wanted),
        "expires_at": row.expires_at.isoformat(),
    }
    _record(session, row.id, "key_made", payload, by=by, now=now)
    return row, key


def find(session: Session, key: str, *, now: datetime) -> HeldKey:
    """Return the key that was sent, and note that it was used. Raises KeyNotFound unless it is good."""
    row = session.scalar(select(ApiKey).where(ApiKey.key_hash == _hash(key)))
    if row is None or row.revoked_at is not None or now >= row.expires_at:
        raise KeyNotFound
    if row.used_at is None or now - row.used_at >= SEEN_EVERY:
        row.used_at = now
        session.flush()
    return HeldKey(
        id=row.id,
        name=row.name,
        scopes=frozenset(row.scopes.split()),
        agency_code=row.agency_code,
        expires_at=row.expires_at,
    )


def actor_of(city: City, key: HeldKey) -> Actor:
    """Return the key as what staff actions take: of its agency alone, or as the city desk."""
    is_desk = key.agency_code == city.desk_agency_code
    grants = tuple(
        KeyGrant(scope=scope, agency_code=None if is_desk else key.agency_code)
        for scope in Scope
        if scope.value in key.scopes and key.agency_code is not None
    )
    return Actor(staff_id=key.id, name=key.name, grants=(), key_grants=grants)


def note_use(session: Session, key_id: UUID, act: str, status: int, *, now: datetime) -> None:
    """Count one request of a key under its day, its act and its answer."""
    first = insert(ApiKeyUse).values(
        key_id=key_id, used_on=now.date(), act=act, status=status, uses=1, last_at=now
    )
    session.execute(
        first.on_conflict_do_update(
            index_elements=[
                ApiKeyUse.key_id,
                ApiKeyUse.used_on,
                ApiKeyUse.act,
                ApiKeyUse.status,
            ],
            set_={"uses": ApiKeyUse.uses + 1, "last_at": now},
        )
    )


def uses_of(session: Session, key_id: UUID, *, limit: int = 100) -> Sequence[ApiKeyUse]:
    """Return what a key did, the latest first."""
    query = select(ApiKeyUse).where(ApiKeyUse.key_id == key_id)
    return session.scalars(query.order_by(ApiKeyUse.last_at.desc()).limit(limit)).all()


def forget_old_uses(session: Session, *, now: datetime) -> int:
    """Forget what keys did longer ago than USES_KEPT; return how many lines that were."""
    old = delete(ApiKeyUse).where(ApiKeyUse.used_on < (now - USES_KEPT).date())
    return len(session.execute(old.returning(ApiKeyUse.key_id)).all())


def every(session: Session, agency_codes: Collection[str] | None = None) -> Sequence[ApiKey]:
    """Return keys, the newest first, revoked ones too; of some agencies only, when they are named."""
    query = select(ApiKey).order_by(ApiKey.made_at.desc())
    if agency_codes is not None:
        query = query.where(ApiKey.agency_code.in_(agency_codes))
    return session.scalars(query).all()


def one(session: Session, key_id: UUID, agency_codes: Collection[str] | None = None) -> ApiKey:
    """Return a key of some agencies; of any, when none are named. Raises KeyNotFound."""
    row = session.get(ApiKey, key_id)
    if row is None or (agency_codes is not None and row.agency_code not in agency_codes):
        raise KeyNotFound
    return row


def names_of(session: Session, key_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of keys by id."""
    query = select(ApiKey.id, ApiKey.name).where(ApiKey.id.in_(list(key_ids)))
    return {row.id: row.name for row in session.execute(query)}


def revoke(session: Session, key_id: UUID, *, now: datetime, by: UUID | None = None) -> None:
    """Make a key worth nothing, at once. Raises KeyNotFound."""
    open_one = update(ApiKey).where(ApiKey.id == key_id, ApiKey.revoked_at.is_(None))
    done = session.execute(open_one.values(revoked_at=now).returning(ApiKey.id))
    if done.one_or_none() is None:
        raise KeyNotFound
    _record(session, key_id, "key_ended", {}, by=by, now=now)


def _record(
    session: Session, key_id: UUID, type_: str, payload: Payload, *, by: UUID | None, now: datetime
) -> None:
    event = NewEvent(type=type_, payload=payload, recorded_at=now, occurred_at=now, actor_id=by)
    ledger.append(session, StreamKind.KEY, key_id, event)


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
