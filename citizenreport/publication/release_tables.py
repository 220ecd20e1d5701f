"""The numbered tables of the service universe: counted, coarsened, suppressed, audited.

in    a city, a period whose follow-up is over, a cut-off
out   tables of which everything may be read, a public log, the auditor's proof, and a sealed log
never a table without a proof over all linked tables, all earlier releases and the public list
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from citizenreport.cities.release_policy import ReleasePolicy
from citizenreport.cities.rules import City
from citizenreport.disclosure.auditor import TIME_LIMIT_S, Exam, Proof, audit
from citizenreport.disclosure.cells import TOTAL, Band, Cell, Count, Release, Table, tally
from citizenreport.disclosure.suppression import is_sensitive, withhold
from citizenreport.disclosure.tables import (
    TableSpec,
    release_frame,
    service_specs,
    table_of,
)
from citizenreport.disclosure.whole import WholeYear, whole_year
from citizenreport.disclosure.worlds import Task
from citizenreport.indicators.rules.periods import Period, PeriodKind
from citizenreport.indicators.whole import whole_shares
from citizenreport.publication.release_counts import VIEWS, YearCounts, year_counts
from citizenreport.publication.release_plan import Plan, plan_of, policy_in_force
from citizenreport.publication.release_rules import (
    PeriodRelease,
    PublicLog,
    ReleaseCell,
    ReleaseNotSafe,
    ReleaseTable,
    SealedLog,
    TableLog,
    check_period,
)
from citizenreport.publication.release_store import (
    StoredRelease,
    before_revision,
    policy_of,
    stored_releases,
)

CITY_CELL: Final[Cell] = (TOTAL, TOTAL, TOTAL, TOTAL)
BANDS: Final = (5, 25, 100)
"""Per cent: how wide the band is in which the withheld share is told, narrowest first."""


def release_tables(
    session: Session,
    city: City,
    period: Period,
    *,
    cut_off: datetime,
    now: datetime,
    revision: int | None = None,
    time_limit_s: float = TIME_LIMIT_S,
) -> PeriodRelease:
    """Return the tables of a period as they stood at a cut-off, suppressed and proven safe.

    Nothing is stored: `record_release` does that in the transaction that publishes. With a
    `revision` that was recorded, what was before it counts as earlier: it is made once more.

    Raises:
        PeriodWithoutTables, PeriodOpen, PeriodNotFinal: see `check_period`.
        ReleaseNotSafe: the auditor found a gap, or its time was over.
    """
    today = city.local_date(min(now, cut_off))
    check_period(city, period, cut_off=min(now, cut_off), today=today)
    counts = year_counts(session, city, year=period.start_on.year, cut_off=cut_off)
    earlier, policy = stored_releases(session, year=period.start_on.year), None
    if revision is not None:
        recorded, earlier = earlier, before_revision(earlier, period.code, revision)
        policy = policy_of(recorded, len(earlier), period.code)
    release = make_release(
        city,
        period,
        counts,
        earlier=earlier,
        cut_off=cut_off,
        policy=policy,
        time_limit_s=time_limit_s,
    )
    if period.kind is not PeriodKind.YEAR:
        return release
    shares = whole_shares(session, city, cut_off=cut_off)
    return replace(release, shares=tuple(s for s in shares if s.last_year == period.start_on.year))


def make_release(
    city: City,
    period: Period,
    counts: YearCounts,
    *,
    earlier: Iterable[StoredRelease],
    cut_off: datetime,
    policy: ReleasePolicy | None = None,
    time_limit_s: float = TIME_LIMIT_S,
) -> PeriodRelease:
    """Return the release of a period from counted incidents. Raises ReleaseNotSafe.

    `policy`: that of then, for one that is made once more. Else the city's, or what is stricter in
    that of an earlier release: what was protected then stays protected.
    """
    before = tuple(earlier)
    city = replace(city, release_policy=policy or policy_in_force(city, before))
    frame = release_frame(city, [counts.cube, *(stored.cube for stored in before)])
    plan = plan_of(city, frame, period, counts, before)
    known = tuple(stored.as_release(frame) for stored in before)
    candidates = frozenset(
        cell for _, spec in plan.shown_as for cell in plan.cells_of(table_of(frame, spec))
    )
    cells = tuple(sorted({cell for table in plan.linked for cell in table.cells(frame)}))
    silent = Release(name="now", cube=counts.cube, shown=frozenset())
    withheld = withhold(
        Task(
            frame=frame,
            policy=city.release_policy,
            cells=cells,
            candidates=candidates,
            now=silent,
            earlier=known,
            views=VIEWS,
        )
    )
    exam = Exam(
        frame=frame,
        policy=city.release_policy,
        tables=plan.linked,
        now=Release(name="now", cube=counts.cube, shown=candidates - withheld, withheld=withheld),
        earlier=known,
        views=VIEWS,
        time_limit_s=time_limit_s,
    )
    numbers = tally(frame, counts.cube, candidates, views=VIEWS)
    bands, proof = _prove(plan, exam, numbers)
    tables = tuple(
        _table(plan, table_of(frame, shown), asked, shown, numbers, exam.now.shown)
        for asked, shown in plan.shown_as
    )
    return PeriodRelease(
        period=period,
        revision=1 + sum(stored.period_code == period.code for stored in before),
        seen_releases=len(before),
        cut_off=cut_off,
        policy=city.release_policy,
        pack_version=city.pack_version,
        tables=tables,
        whole=_whole(city, period, counts, before, exam.now.shown),
        shares=(),
        log=_public_log(city, plan, tables, bands, len(candidates), len(withheld)),
        proof=proof,
        sealed=_sealed(city, counts, numbers, withheld),
    )


def _prove(plan: Plan, exam: Exam, numbers: Mapping[Cell, Count]) -> tuple[dict[str, Band], Proof]:
    """Return how narrowly the withheld share may be told, and the proof. Raises ReleaseNotSafe."""
    for width in BANDS:
        bands = {
            asked.code: _band(plan, table_of(plan.frame, shown), numbers, exam.now, width)
            for asked, shown in plan.shown_as
        }
        told = tuple(band for band in bands.values() if (band.low, band.high) != (0, 100))
        proof = audit(replace(exam, now=replace(exam.now, bands=told)))
        if proof.is_safe:
            return bands, proof
    raise ReleaseNotSafe


def _band(
    plan: Plan, table: Table, numbers: Mapping[Cell, Count], now: Release, width: int
) -> Band:
    own = set(plan.cells_of(table))
    inner = [cell for cell in table.inner if cell in own]
    withheld = frozenset(cell for cell in inner if cell not in now.shown)
    whole = sum(numbers[cell].total for cell in inner)
    part = sum(numbers[cell].total for cell in withheld)
    low = 0 if whole == 0 else min(100 * part // whole // width * width, 100 - width)
    total = (TOTAL, TOTAL, plan.quarter or TOTAL, TOTAL)
    return Band(withheld=withheld, total=total, low=low, high=low + width if withheld else 0)


def _table(
    plan: Plan,
    table: Table,
    asked: TableSpec,
    shown: TableSpec,
    numbers: Mapping[Cell, Count],
    public: frozenset[Cell],
) -> ReleaseTable:
    cells = [
        ReleaseCell(
            row=agency if shown.rows == "agency" else area,
            column=subject,
            count=numbers[cell].total
            if (cell := (area, subject, quarter, agency)) in public
            else None,
        )
        for area, subject, quarter, agency in plan.cells_of(table)
    ]
    return ReleaseTable(
        code=asked.code,
        universe="service",
        rows=shown.rows,
        columns=shown.columns,
        period=shown.period,
        cells=tuple(cells),
        asked=None if asked.shape == shown.shape else (asked.rows, asked.columns),
    )


def _public_log(
    city: City,
    plan: Plan,
    tables: Iterable[ReleaseTable],
    bands: Mapping[str, Band],
    cells: int,
    withheld: int,
) -> PublicLog:
    logs = [
        TableLog(
            code=table.code,
            cells=len(table.cells),
            withheld=sum(cell.count is None for cell in table.cells),
            share_low=bands[table.code].low,
            share_high=bands[table.code].high,
        )
        for table in tables
    ]
    return PublicLog(
        policy_version=city.release_policy.version,
        cells=cells,
        withheld=withheld,
        tables=tuple(logs),
        coarsened=tuple(a.code for a, shown in plan.shown_as if a.shape != shown.shape),
        left_out=plan.left_out,
    )


def _sealed(
    city: City,
    counts: YearCounts,
    numbers: Mapping[Cell, Count],
    withheld: frozenset[Cell],
) -> SealedLog:
    primary = {cell for cell in withheld if is_sensitive(city.release_policy, numbers[cell])}
    return SealedLog(
        cube=counts.cube,
        specs=service_specs(city),
        primary=tuple(sorted(primary)),
        complementary=tuple(sorted(withheld - primary)),
        shown={cell: count.total for cell, count in numbers.items() if cell not in withheld},
        confidential=counts.confidential,
    )


def _whole(
    city: City,
    period: Period,
    counts: YearCounts,
    before: Iterable[StoredRelease],
    shown: frozenset[Cell],
) -> WholeYear | None:
    """Return the year's table with confidential incidents; None for a quarter."""
    if period.kind is not PeriodKind.YEAR:
        return None
    return whole_year(
        city.release_policy,
        counts.confidential,
        year=period.start_on.year,
        service_total=sum(count.total for count in counts.cube.values()),
        is_service_shown=CITY_CELL in shown,
        coarsest_before=max((stored.whole_step for stored in before), default=0),
    )
