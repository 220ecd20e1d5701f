"""Keeping figures of other bodies with their evidence, and reading the newest of each."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.indicators.definitions import all_definitions
from citizenreport.indicators.models import ImportedIndicatorValue
from citizenreport.indicators.rules.imported import (
    CorrectionWithoutReason,
    Given,
    check_given,
)
from citizenreport.storage.rules import Storage, StoredFileNotFound

FIRST, MOST = 1, 9_999


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedValue:
    """A figure as anyone may see it. The evidence is named by its SHA-256 (hexadecimal)."""

    code: str
    year: int
    revision: int
    definition_version: int
    value: Decimal
    source: str
    evidence_sha256: str

    @property
    def is_corrected(self) -> bool:
        return self.revision > FIRST


def enter(
    session: Session,
    city: City,
    storage: Storage,
    given: Given,
    *,
    actor_id: UUID | None,
    now: datetime,
) -> ImportedValue:
    """Keep a figure and its evidence; return it. The same figure sent again changes nothing.

    A year that has a figure gets another revision, for a reason. `actor_id` None: by command.

    Raises:
        CorrectionWithoutReason: the year has another figure, or somebody was quicker.
        InvalidInput: see `check_given`.
    """
    checked = check_given(all_definitions(), given, this_year=city.local_date(now).year)
    code, digest = checked.definition.code, hashlib.sha256(given.evidence).hexdigest()
    before = _newest(session, code, checked.year)
    if before is not None:
        told = (before.value, before.source, before.evidence_sha256)
        if told == (checked.value, checked.source, digest):
            return before
        if not checked.correction:
            raise CorrectionWithoutReason(pointer="#/correction")
    row = ImportedIndicatorValue
    added = session.scalar(
        insert(row)
        .values(
            code=code,
            year=checked.year,
            revision=before.revision + 1 if before else FIRST,
            definition_version=checked.definition.version,
            value=checked.value,
            source=checked.source,
            evidence_sha256=digest,
            evidence_key=storage.put(given.evidence),
            correction=checked.correction,
            entered_by=actor_id,
            entered_at=now,
        )
        .on_conflict_do_nothing()
        .returning(row.revision)
    )
    kept = _newest(session, code, checked.year)
    if added is None or kept is None:
        raise CorrectionWithoutReason(pointer="#/correction")
    return kept


def imported_values(
    session: Session, code: str | None = None, *, entered_before: datetime | None = None
) -> Sequence[ImportedValue]:
    """Return the newest revision of each year, of one indicator or of all; oldest year first.

    `entered_before`: as it was known then. Reads only what the public role may.
    """
    row = ImportedIndicatorValue
    query = (
        select(
            row.code,
            row.year,
            row.revision,
            row.definition_version,
            row.value,
            row.source,
            row.evidence_sha256,
        )
        .distinct(row.code, row.year)
        .order_by(row.code, row.year, row.revision.desc())
    )
    if code is not None:
        query = query.where(row.code == code)
    if entered_before is not None:
        query = query.where(row.entered_at < entered_before)
    return [ImportedValue(**found._mapping) for found in session.execute(query)]


def _newest(session: Session, code: str, year: int) -> ImportedValue | None:
    return next((v for v in imported_values(session, code) if v.year == year), None)


def evidence(session: Session, storage: Storage, code: str, year: int, revision: int) -> bytes:
    """Return the document a figure was taken from. Raises StoredFileNotFound."""
    row = ImportedIndicatorValue
    if code not in all_definitions() or max(year, revision) > MOST:
        raise StoredFileNotFound
    query = select(row.evidence_key).where(
        row.code == code, row.year == year, row.revision == revision
    )
    key = session.scalar(query)
    if key is None:
        raise StoredFileNotFound
    return storage.get(key)
