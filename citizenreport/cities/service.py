"""Makes a pack the one a database runs on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.cities.changes import changes_between
from citizenreport.cities.edited_rules import RuleCells, edited_digest, with_routing
from citizenreport.cities.models import PackVersion
from citizenreport.cities.queries import current_pack, pack_with_digest
from citizenreport.cities.rules import City
from citizenreport.core.errors import Conflict
from citizenreport.core.queue import enqueue
from citizenreport.core.text import _n

ROUTING: Final = "routing.csv"
RESTS_ON: Final = (
    *(ROUTING, "city.toml", "agencies.csv", "areas.csv", "categories.csv", "questions.csv"),
    "handlers.csv",
)
"""What the check of rules looks at: rules of the desk outlive new files that leave it as it is."""
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
    if before is not None and before.base_digest and _fits(session, before.base_digest, content):
        cells = before.content[ROUTING]
        content = {**content, ROUTING: cells}
        digest = edited_digest(city.digest, cells)
        row = _make_current(
            session,
            row,
            digest,
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


def put_rules(session: Session, cells: Sequence[RuleCells], *, now: datetime) -> PackVersion:
    """Make these routing rows the ones in force, over the files of the pack the database runs on."""
    session.execute(select(func.pg_advisory_xact_lock(_LOADING)))
    before = current_pack(session)
    assert before is not None, "rules are changed where a pack is loaded"
    base = before.base_digest or before.digest
    digest = edited_digest(base, cells)
    content = {**before.content, ROUTING: [dict(row) for row in cells]}
    code = before.city_code
    return _make_current(
        session, before, digest, city_code=code, content=content, now=now, base=base
    )


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


def _fits(session: Session, base_digest: str, content: Mapping[str, object]) -> bool:
    """Return whether rules of the desk may stand over new files: what they rest on is the same."""
    base = pack_with_digest(session, base_digest)
    return base is not None and all(base.content.get(n) == content.get(n) for n in RESTS_ON)
