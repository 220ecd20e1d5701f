"""Keeping numbered releases, and reading the earlier ones of a year back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from citizenreport.cities.release_policy import ReleasePolicy
from citizenreport.core.ids import new_id
from citizenreport.disclosure.cells import Cell, Count, Cube, Frame, Release, tally
from citizenreport.disclosure.tables import TableSpec
from citizenreport.publication.release_models import (
    PublishedReleaseCell,
    PublishedTableRelease,
    TableRelease,
)
from citizenreport.publication.release_rules import (
    PeriodRelease,
    ReleaseTaken,
    SealedLog,
    proof_record,
    sealed_proof,
)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRelease:
    """An earlier release of the same year, as later ones are checked against it.

    `policy` None: it is older than the column; then what holds today is taken to have held.
    """

    period_code: str
    revision: int
    cube: Cube
    shown: Mapping[Cell, int]
    specs: tuple[TableSpec, ...]
    whole_step: int = 0
    policy: ReleasePolicy | None = None

    def as_release(self, frame: Frame) -> Release:
        """Return it in terms of a frame; a cell that the frame now counts otherwise tells nothing."""
        views = len(next(iter(self.cube.values())).public) if self.cube else 1
        counts = tally(frame, self.cube, self.shown, views=views)
        return Release(
            name=f"{self.period_code}/{self.revision}",
            cube=self.cube,
            shown=frozenset(c for c, number in self.shown.items() if counts[c].total == number),
        )


def record_release(session: Session, release: PeriodRelease, *, now: datetime) -> None:
    """Keep a release and put its tables before the public, in the caller's transaction.

    Raises:
        ReleaseTaken: somebody has made a release of this year since this one was computed.
    """
    year = release.period.start_on.year
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"table_release/{year}"))))
    seen = session.scalar(select(func.count()).where(TableRelease.year == year))
    if seen != release.seen_releases:
        raise ReleaseTaken
    session.add(_sealed_row(release, now=now))
    session.add(_public_row(release))
    session.flush()
    cells = [
        {
            "period_code": release.period.code,
            "revision": release.revision,
            "table_code": table.code,
            "row_code": cell.row,
            "column_code": cell.column,
            "count": cell.count,
        }
        for table in release.tables
        for cell in table.cells
    ]
    if cells:
        session.execute(insert(PublishedReleaseCell), cells)


def _sealed_row(release: PeriodRelease, *, now: datetime) -> TableRelease:
    return TableRelease(
        id=new_id(),
        period_code=release.period.code,
        revision=release.revision,
        year=release.period.start_on.year,
        cut_off_at=release.cut_off,
        recorded_at=now,
        policy_version=release.policy.version,
        policy=asdict(release.policy),
        pack_version=release.pack_version,
        whole_step=release.whole.step if release.whole else 0,
        sealed=sealed_json(release.sealed),
        proof=sealed_proof(release.proof),
    )


def _public_row(release: PeriodRelease) -> PublishedTableRelease:
    whole: Json = {}
    if release.whole is not None:
        shares = [
            asdict(s) | {"value": str(s.value) if s.value is not None else None}
            for s in release.shares
        ]
        whole = {
            "year": release.whole.year,
            "total": release.whole.total,
            "groups": [asdict(group) for group in release.whole.groups],
            "shares": shares,
        }
    return PublishedTableRelease(
        period_code=release.period.code,
        revision=release.revision,
        cut_off_at=release.cut_off,
        policy_version=release.policy.version,
        log=asdict(release.log),
        proof=proof_record(release.proof),
        whole=whole,
    )


def sealed_json(sealed: SealedLog) -> Json:
    """Return the sealed log as stored: cells as lists, counts behind them."""
    return {
        "cube": [[*cell, n.total, *n.public] for cell, n in sorted(sealed.cube.items())],
        "specs": [asdict(spec) for spec in sealed.specs],
        "primary": [list(cell) for cell in sealed.primary],
        "complementary": [list(cell) for cell in sealed.complementary],
        "shown": [[*cell, number] for cell, number in sorted(sealed.shown.items())],
        "confidential": dict(sealed.confidential),
    }


def as_stored(release: PeriodRelease) -> StoredRelease:
    """Return a release as later ones will be checked against it."""
    return StoredRelease(
        period_code=release.period.code,
        revision=release.revision,
        cube=release.sealed.cube,
        shown=release.sealed.shown,
        specs=release.sealed.specs,
        whole_step=release.whole.step if release.whole else 0,
        policy=release.policy,
    )


def stored_releases(session: Session, *, year: int) -> list[StoredRelease]:
    """Return every release of a calendar year and its quarters, oldest first."""
    query = select(TableRelease).where(TableRelease.year == year)
    rows = session.scalars(query.order_by(TableRelease.recorded_at, TableRelease.id))
    return [_stored(row) for row in rows]


def before_revision(
    releases: list[StoredRelease], period_code: str, revision: int
) -> list[StoredRelease]:
    """Return the releases that were there before a recorded one; all when it is not among them."""
    for n, release in enumerate(releases):
        if (release.period_code, release.revision) == (period_code, revision):
            return releases[:n]
    return releases


def policy_of(releases: list[StoredRelease], place: int, period_code: str) -> ReleasePolicy | None:
    """Return what the release at a place was proven under; None where it is another's or not there."""
    found = [one for one in releases[place : place + 1] if one.period_code == period_code]
    return found[0].policy if found else None


def _stored(row: TableRelease) -> StoredRelease:
    sealed = row.sealed
    width = len(sealed["cube"][0]) if sealed["cube"] else 0
    axes = next((len(line) - 1 for line in sealed["shown"]), width)
    return StoredRelease(
        period_code=row.period_code,
        revision=row.revision,
        cube={
            tuple(line[:axes]): Count(total=line[axes], public=tuple(line[axes + 1 :]))
            for line in sealed["cube"]
        },
        shown={tuple(line[:-1]): line[-1] for line in sealed["shown"]},
        specs=tuple(TableSpec.read(spec) for spec in sealed["specs"]),
        whole_step=row.whole_step,
        policy=ReleasePolicy(**row.policy) if row.policy else None,
    )


def published_releases(session: Session) -> list[PublishedTableRelease]:
    """Return what the public may know of every release, newest period first."""
    row = PublishedTableRelease
    query = select(row).order_by(row.period_code.desc(), row.revision.desc())
    return list(session.scalars(query))


def published_cells(
    session: Session, *, period_code: str, revision: int
) -> list[PublishedReleaseCell]:
    """Return the released cells of a period, by table, row and column."""
    row = PublishedReleaseCell
    query = select(row).where(row.period_code == period_code, row.revision == revision)
    return list(session.scalars(query.order_by(row.table_code, row.row_code, row.column_code)))
