"""Makes a pack the one a database runs on."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.cities.changes import changes_between
from citizenreport.cities.edited_files import (
    ROUTING,
    edited_digest,
    edited_files,
    outliving,
)
from citizenreport.cities.edited_rules import with_routing
from citizenreport.cities.edits import Files
from citizenreport.cities.models import PackVersion
from citizenreport.cities.pack import check_pack, find_pack, good_city
from citizenreport.cities.queries import current_pack, pack_with_digest
from citizenreport.cities.rules import City
from citizenreport.core.errors import Conflict
from citizenreport.core.queue import enqueue
from citizenreport.core.text import _n

_LOADING = 0x9AC4  # advisory lock: one load at a time


class AnotherCity(Conflict):
    """Reports of two cities in one database could never be told apart again."""

    code = "another-city"
    title = _n("Basis data ini sudah dipakai kota lain. Siapkan basis data sendiri.")


class Loaded(NamedTuple):
    """The number of the pack in this database, and what changed since the one before it."""

    pack_version: int
    changes: list[str]


def load(session: Session, city: City, *, content: Mapping[str, object], now: datetime) -> Loaded:
    """Make a pack the current one. A pack already current changes nothing; history stays.

    Raises:
        AnotherCity: the database runs on the pack of another city.
    """
    session.execute(select(func.pg_advisory_xact_lock(_LOADING)))
    before = current_pack(session)
    if before is not None and before.city_code != city.city_code:
        raise AnotherCity(before=before.city_code, after=city.city_code)
    if before is not None and city.digest in (before.digest, before.base_digest):
        return Loaded(before.pack_version, [])
    row = _make_current(
        session, before, city.digest, city_code=city.city_code, content=content, now=now
    )
    kept = outliving(_base(session, before).content, before.content, content) if before else {}
    if kept:
        content = {**content, **kept}
        row = _make_current(
            session,
            row,
            edited_digest(city.digest, kept),
            city_code=city.city_code,
            content=content,
            now=now,
            base=city.digest,
        )
    if before is not None:  # a holiday may be new: the worker counts open tickets anew
        enqueue(session, "move_deadlines", pack_version=row.pack_version)
    return Loaded(row.pack_version, changes_between(before.content if before else {}, content))


def numbered(session: Session, city: City) -> City:
    """Return the city with the number its pack has in this database, 0 when it is not current.

    Where the city desk changed rules of this pack, they are those in force.
    """
    current = current_pack(session)
    if current is not None and current.base_digest == city.digest:
        edited = with_routing(city, current.content[ROUTING])
        return replace(edited, digest=current.digest, pack_version=current.pack_version)
    is_same = current is not None and current.digest == city.digest
    return replace(city, pack_version=current.pack_version if current and is_same else 0)


def city_in_force(session: Session, name: str) -> City:
    """Return the city of a pack with what the desk edited, numbered as the database knows it.

    Raises:
        BadPack: something is wrong with it.
    """
    current = current_pack(session)
    edited = edits_in_force(session)
    base = current.base_digest if current is not None else None
    checked = check_pack(find_pack(name), edited=edited, edited_from=base or "")
    return numbered(session, good_city(checked, name))


def edits_in_force(session: Session) -> dict[str, Any]:
    """Return the files that the desk edited of the pack the database runs on."""
    current = current_pack(session)
    return edited_files(_base(session, current).content, current.content) if current else {}


def put_files(session: Session, files: Files, *, now: datetime) -> PackVersion:
    """Make these files the ones in force, over those of the pack the database runs on."""
    session.execute(select(func.pg_advisory_xact_lock(_LOADING)))
    before = current_pack(session)
    assert before is not None, "files are edited where a pack is loaded"
    base = _base(session, before)
    content = {**before.content, **files}
    digest = edited_digest(base.digest, edited_files(base.content, content))
    code = before.city_code
    return _make_current(
        session, before, digest, city_code=code, content=content, now=now, base=base.digest
    )


def _base(session: Session, pack: PackVersion) -> PackVersion:
    """Return the pack as its files are, without what the desk edited."""
    base = pack_with_digest(session, pack.base_digest) if pack.base_digest else None
    return base or pack


def _make_current(
    session: Session,
    before: PackVersion | None,
    digest: str,
    *,
    city_code: str,
    content: Mapping[str, object],
    now: datetime,
    base: str | None = None,
) -> PackVersion:
    if before is not None:
        before.is_current = False
        session.flush()  # before the next one becomes current: there is never more than one
    row = pack_with_digest(session, digest)
    if row is None:
        row = PackVersion(
            city_code=city_code,
            digest=digest,
            loaded_at=now,
            content=dict(content),
            is_current=True,
            base_digest=base,
        )
        session.add(row)
    row.is_current = True
    session.flush()
    return row
