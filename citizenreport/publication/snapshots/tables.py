"""The release tables of a snapshot: none before they are final, none without the auditor's proof."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.indicators.rules.periods import Period, PeriodKind
from citizenreport.indicators.whole import whole_shares
from citizenreport.publication.release_counts import year_counts
from citizenreport.publication.release_rules import (
    PeriodNotFinal,
    PeriodRelease,
    PeriodWithoutTables,
    check_period,
)
from citizenreport.publication.release_store import policy_of, stored_releases
from citizenreport.publication.release_tables import make_release, release_tables


def tables_of(
    session: Session, city: City, period: Period, *, cut_off: datetime, now: datetime
) -> PeriodRelease | None:
    """Return the tables of a period, proven safe; None where it has none, or none that are final.

    Raises:
        ReleaseNotSafe: nothing is published.
    """
    if not has_tables(city, period, cut_off=cut_off):
        return None
    return release_tables(session, city, period, cut_off=cut_off, now=now)


def has_tables(city: City, period: Period, *, cut_off: datetime) -> bool:
    """Say whether a period has tables, and its follow-up is over at the cut-off."""
    try:
        check_period(city, period, cut_off=cut_off, today=city.local_date(cut_off))
    except (PeriodWithoutTables, PeriodNotFinal):
        return False
    return True


def tables_again(
    session: Session, city: City, period: Period, *, cut_off: datetime, seen_releases: int
) -> PeriodRelease:
    """Return the tables as they were made once, when there were so many releases of the year."""
    year = period.start_on.year
    counts = year_counts(session, city, year=year, cut_off=cut_off)
    stored = stored_releases(session, year=year)
    release = make_release(
        city,
        period,
        counts,
        earlier=stored[:seen_releases],
        cut_off=cut_off,
        policy=policy_of(stored, seen_releases, period.code),
    )
    if period.kind is not PeriodKind.YEAR:
        return release
    shares = whole_shares(session, city, cut_off=cut_off)
    return replace(release, shares=tuple(s for s in shares if s.last_year == year))
