"""The numbered tables of a period: when they may be made, what they show, what is kept."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.indicators.rules.periods import parse_period
from citizenreport.publication.release_counts import year_counts
from citizenreport.publication.release_rules import (
    PeriodNotFinal,
    PeriodOpen,
    PeriodRelease,
    PeriodWithoutTables,
    ReleaseNotSafe,
    ReleaseTaken,
    check_period,
)
from citizenreport.publication.release_store import (
    published_cells,
    published_releases,
    record_release,
)
from citizenreport.publication.release_tables import release_tables
from tests.rooms.indicators.histories import CACABAN, PANJANG, TIDAR_UTARA, History, wib
from tests.rooms.indicators.stored import store

CUT_OFF = wib("2027-05-01T00:00").astimezone(UTC)
YEAR = parse_period("2026")


def restricted(day: str = "2026-03-02", **fields: Any) -> History:
    return History(day, opening={"visibility": "restricted"}, **fields)


def released(day: str = "2026-03-02", **fields: Any) -> History:
    return History(day, **fields).released(day)


def make(session: Session, city: City, period: str = "2026", **fields: Any) -> PeriodRelease:
    given = {"cut_off": CUT_OFF, "now": CUT_OFF + timedelta(hours=3)}
    return release_tables(session, city, parse_period(period), **(given | fields))


def shown(release: PeriodRelease, table: str) -> dict[tuple[str, str], int | None]:
    return {
        (cell.row, cell.column): cell.count
        for found in release.tables
        if found.code == table
        for cell in found.cells
    }


def fill(session: Session, *, many: int = 6) -> None:
    """Store reports enough to show, some of them restricted, in three kelurahan."""
    for area_code in (PANJANG, CACABAN, TIDAR_UTARA):
        for _ in range(many):
            store(session, released(area_code=area_code).events)
            store(session, restricted(area_code=area_code).events)


@pytest.mark.parametrize("period", ["2026-03", "2026-12"])
def test_a_month_has_no_tables(session: Session, magelang: City, period: str) -> None:
    with pytest.raises(PeriodWithoutTables):
        make(session, magelang, period)


@pytest.mark.parametrize("period", ["2027", "2027-Q2", "2031"])
def test_a_period_that_is_not_over_is_refused(
    session: Session, magelang: City, period: str
) -> None:
    with pytest.raises(PeriodOpen):
        make(session, magelang, period)


def test_a_period_is_final_after_sixty_working_days_and_not_a_day_before(magelang: City) -> None:
    period = parse_period("2026-Q4")
    day, left = period.end_on, 60
    while left:
        day += timedelta(days=1)
        left -= magelang.calendar.is_working_day(day)
    zone = magelang.calendar.time_zone
    last_midnight = datetime.combine(day, datetime.min.time(), zone)
    with pytest.raises(PeriodNotFinal) as refused:
        check_period(magelang, period, cut_off=last_midnight, today=date(2027, 12, 1))
    assert refused.value.public["followed_until"] == day.isoformat()
    after = last_midnight + timedelta(days=1)
    check_period(magelang, period, cut_off=after, today=date(2027, 12, 1))


def test_a_cut_off_that_lies_ahead_does_not_make_a_period_final(
    session: Session, magelang: City
) -> None:
    with pytest.raises(PeriodNotFinal):
        make(session, magelang, now=wib("2027-01-15T00:00"))


def test_counts_follow_the_log_up_to_the_cut_off(session: Session, magelang: City) -> None:
    store(session, restricted().events)
    store(session, restricted().move("duplicate", "2026-03-03").events)
    store(session, restricted().move("archived", "2026-03-03", reason_code="spam").events)
    store(session, restricted("2026-12-31T23:30").events)
    store(session, restricted("2027-01-01T00:30").events)
    store(session, released().events)
    store(session, released().add("unreleased", "2026-03-09").events)
    store(session, released().add("unreleased", "2027-05-02").events)
    store(session, History("2026-03-02", opening={"visibility": "confidential"}).events)
    moved = restricted().add("assigned", "2026-03-04", **{"from": "DLH", "agency_code": "DPUPR"})
    store(session, moved.events)
    store(session, restricted().add("assigned", "2027-05-02", agency_code="DPUPR").events)
    found = year_counts(session, magelang, year=2026, cut_off=CUT_OFF)
    cube = {cell: (n.total, *n.public) for cell, n in found.cube.items()}
    assert cube == {
        (PANJANG, "A04", "Q1", "DLH"): (5, 2, 3),
        (PANJANG, "A04", "Q1", "DPUPR"): (1, 0, 0),
        (PANJANG, "A04", "Q4", "DLH"): (1, 0, 0),
    }
    assert found.confidential == {"none": 1}


def test_what_is_large_enough_is_shown_with_its_margins(session: Session, magelang: City) -> None:
    fill(session)
    release = make(session, magelang)
    villages = shown(release, "village_aspect_year")
    assert villages[PANJANG, "aman"] == 12
    assert villages[PANJANG, "total"] == 12
    assert villages["33.71.03", "aman"] == 24
    assert villages["total", "total"] == 36
    assert villages["tidak_disebut", "nyaman"] == 0
    assert shown(release, "agency_year")["DLH", "total"] == 36
    assert release.log.withheld == 0
    assert release.proof.is_safe


def test_few_restricted_reports_are_not_shown_and_cannot_be_subtracted(
    session: Session, magelang: City
) -> None:
    fill(session)
    store(session, restricted(area_code=PANJANG, category_code="N06", aspect="nyaman").events)
    store(session, released(area_code=PANJANG, category_code="N06", aspect="nyaman").events)
    release = make(session, magelang)
    villages = shown(release, "village_aspect_year")
    assert villages[PANJANG, "nyaman"] is None
    withheld = {cell for cell, count in villages.items() if count is None}
    assert len([cell for cell in withheld if cell[0] == PANJANG]) >= 2
    assert release.log.withheld == len(release.sealed.primary) + len(release.sealed.complementary)
    assert release.proof.sensitive > 0


def test_a_release_of_the_same_reports_is_the_same(session: Session, magelang: City) -> None:
    fill(session, many=5)
    for _ in range(3):
        store(session, restricted(category_code="N06", aspect="nyaman").events)
    first, second = make(session, magelang), make(session, magelang)
    assert first.tables == second.tables
    assert first.log == second.log


def test_nothing_leaves_without_a_proof_in_time(session: Session, magelang: City) -> None:
    fill(session)
    store(session, restricted(category_code="N06", aspect="nyaman").events)
    with pytest.raises(ReleaseNotSafe):
        make(session, magelang, time_limit_s=0.0)


def test_confidential_reports_are_in_one_table_of_the_year_only(
    session: Session, magelang: City
) -> None:
    fill(session)
    for _ in range(6):
        sealed = {"visibility": "confidential"}
        store(session, History("2026-03-02", category_code="A12", opening=sealed).events)
    release = make(session, magelang)
    assert shown(release, "city_category_year")["total", "total"] == 36
    assert release.whole is not None
    assert release.whole.total == 42
    assert {group.count for group in release.whole.groups} == {0, 6}
    assert make(session, magelang, "2026-Q1").whole is None


def test_a_recorded_release_is_read_by_the_public_and_its_reasons_are_not(
    session: Session, magelang: City
) -> None:
    fill(session)
    store(session, restricted(category_code="N06", aspect="nyaman").events)
    release = make(session, magelang)
    record_release(session, release, now=CUT_OFF)
    session.commit()
    session.execute(text("SET ROLE citizenreport_public"))
    try:
        found = published_cells(session, period_code="2026", revision=1)
        told = {
            (c.row_code, c.column_code): c.count for c in found if c.table_code == "agency_year"
        }
        (entry,) = published_releases(session)
        with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
            session.execute(text("SELECT 1 FROM table_release"))
    finally:
        session.execute(text("RESET ROLE"))
    assert told == shown(release, "agency_year")
    assert entry.log["withheld"] == release.log.withheld
    assert entry.proof["is_safe"] is True
    assert "primary" not in str(entry.log) + str(entry.proof)
    assert set(entry.proof) == {"is_safe", "releases_compared", "solver", "seconds"}


def test_a_release_computed_beside_another_is_refused(session: Session, magelang: City) -> None:
    fill(session)
    year, quarter = make(session, magelang), make(session, magelang, "2026-Q1")
    record_release(session, quarter, now=CUT_OFF)
    with pytest.raises(ReleaseTaken):
        record_release(session, year, now=CUT_OFF)
    again = make(session, magelang)
    record_release(session, again, now=CUT_OFF)
    assert make(session, magelang).revision == 2
    assert make(session, magelang).proof.releases == 3


def test_a_revision_does_not_show_what_the_first_release_withheld(
    session: Session, magelang: City
) -> None:
    """One more report, months later: the rest has not changed, and everybody may guess so."""
    fill(session)
    for _ in range(4):
        store(session, restricted(category_code="N06", aspect="nyaman").events)
    first = make(session, magelang)
    record_release(session, first, now=CUT_OFF)
    store(session, restricted(category_code="N06", aspect="nyaman", area_code=CACABAN).events)
    second = make(session, magelang)
    assert second.revision == 2
    before, after = shown(first, "village_aspect_year"), shown(second, "village_aspect_year")
    assert before[PANJANG, "nyaman"] is None
    assert after[PANJANG, "nyaman"] is None


def test_a_recorded_release_can_be_made_once_more(session: Session, magelang: City) -> None:
    fill(session)
    for _ in range(3):
        store(session, restricted(category_code="N06", aspect="nyaman").events)
    first = make(session, magelang)
    record_release(session, first, now=CUT_OFF)
    record_release(session, make(session, magelang), now=CUT_OFF + timedelta(days=1))
    again = make(session, magelang, revision=1)
    assert (again.revision, again.tables, again.log) == (1, first.tables, first.log)


def under(city: City, **numbers: int) -> City:
    return replace(city, release_policy=replace(city.release_policy, version=2, **numbers))


def test_what_an_earlier_policy_protected_stays_protected_under_a_looser_one(
    session: Session, magelang: City
) -> None:
    fill(session)
    for _ in range(4):
        store(session, restricted(category_code="N06", aspect="nyaman").events)
    looser = under(magelang, sensitive_to=2, at_least=3)
    assert shown(make(session, looser), "village_aspect_year")[PANJANG, "nyaman"] == 4
    record_release(session, make(session, magelang), now=CUT_OFF)
    second = make(session, looser)
    assert shown(second, "village_aspect_year")[PANJANG, "nyaman"] is None
    assert (second.policy.version, second.policy.sensitive_to, second.policy.at_least) == (2, 4, 5)
    record_release(session, second, now=CUT_OFF + timedelta(days=1))
    third = make(session, under(magelang, sensitive_to=6, at_least=7))
    assert (third.policy.sensitive_to, third.policy.at_least) == (6, 7)


def test_a_stricter_policy_does_not_stop_at_what_an_earlier_release_gave_away(
    session: Session, magelang: City
) -> None:
    fill(session)
    for _ in range(4):
        store(session, restricted(category_code="N06", aspect="nyaman").events)
    looser = under(magelang, sensitive_to=2, at_least=3)
    record_release(session, make(session, looser), now=CUT_OFF)
    second = make(session, magelang)
    assert second.policy.sensitive_to == 4
    assert second.proof.exposed_before > 0
    assert second.proof.is_safe


def test_a_release_is_made_once_more_under_the_policy_of_then(
    session: Session, magelang: City
) -> None:
    fill(session)
    for _ in range(3):
        store(session, restricted(category_code="N06", aspect="nyaman").events)
    first = make(session, magelang)
    stricter = under(magelang, sensitive_to=9, at_least=10)
    assert make(session, stricter).tables != first.tables
    record_release(session, first, now=CUT_OFF)
    again = make(session, stricter, revision=1)
    assert (again.policy, again.tables) == (first.policy, first.tables)


def test_a_year_without_reports_is_released_as_zeros(session: Session, magelang: City) -> None:
    release = make(session, magelang)
    assert {cell.count for table in release.tables for cell in table.cells} == {0}
    assert release.proof.is_safe
    record_release(session, release, now=CUT_OFF)
    assert make(session, magelang).revision == 2
