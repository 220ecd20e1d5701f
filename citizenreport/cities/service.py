"""Makes a pack the one a database runs on."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.cities.changes import changes_between
from citizenreport.cities.models import PackVersion
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
    if before is not None and before.digest == city.digest:
        return Loaded(before.pack_version, [])
    if before is not None:
        before.is_current = False
        session.flush()  # before the next one becomes current: there is never more than one
    row = pack_with_digest(session, city.digest)
    if row is None:
        row = PackVersion(
            city_code=city.city_code,
            digest=city.digest,
            loaded_at=now,
            content=dict(content),
            is_current=True,
        )
        session.add(row)
    row.is_current = True
    session.flush()
    if before is not None:  # a holiday may be new: the worker counts open tickets anew
        enqueue(session, "move_deadlines", pack_version=row.pack_version)
    return Loaded(row.pack_version, changes_between(before.content if before else {}, content))


def numbered(session: Session, city: City) -> City:
    """Return the city with the number its pack has in this database, 0 when it is not current."""
    current = current_pack(session)
    is_same = current is not None and current.digest == city.digest
    return replace(city, pack_version=current.pack_version if current and is_same else 0)
