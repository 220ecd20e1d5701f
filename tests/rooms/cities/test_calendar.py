import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizenreport.cities.calendar import (
    deadline_working_days,
    first_response_due,
    is_office_hours,
    working_days_between,
)
from citizenreport.cities.rules import Calendar
from tests.shared_data import rows_of, shared_data

WIB = ZoneInfo("Asia/Jakarta")
# The long weekends of the ministers' decree that the figures below run into.
NYEPI_AND_IDULFITRI = {
    date(year, 3, day): "Nyepi, Idulfitri"
    for year, days in ((2026, (18, 19, 20, 21, 22, 23, 24)), (2027, (8, 9, 10, 11, 12, 15)))
    for day in days
}
CALENDAR = Calendar(time_zone=WIB, holidays=NYEPI_AND_IDULFITRI)


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


@pytest.mark.parametrize(
    ("submitted", "days", "due"),
    [
        ("2026-03-17T23:59", 3, "2026-03-27T23:59:59"),
        ("2026-03-17T00:00", 3, "2026-03-27T23:59:59"),  # the hour does not matter
        ("2027-03-05T09:00", 3, "2027-03-18T23:59:59"),
        ("2026-03-21T12:00", 1, "2026-03-25T23:59:59"),  # day 0 may be a day off
        ("2026-06-08T12:00", 14, "2026-06-26T23:59:59"),
        ("2026-06-08T12:00", 0, "2026-06-08T23:59:59"),
    ],
)
def test_working_day_deadlines_end_with_the_last_day(submitted: str, days: int, due: str) -> None:
    assert deadline_working_days(CALENDAR, wib(submitted), days) == wib(due)


def test_the_local_date_counts_and_not_the_date_in_utc() -> None:
    # 18:00 UTC on Monday is 01:00 on Tuesday in Magelang.
    monday_evening_utc = datetime(2026, 6, 8, 18, tzinfo=UTC)
    due = deadline_working_days(CALENDAR, monday_evening_utc, 1)
    assert due == wib("2026-06-10T23:59:59")
    assert due.tzinfo is UTC


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("submitted", "due"),
    [("2026-03-17T23:59", "2026-03-27T23:59:59"), ("2027-03-05T08:00", "2027-03-18T23:59:59")],
)
def test_the_decree_and_the_library_give_the_same_deadlines(submitted: str, due: str) -> None:
    decree = {
        date.fromisoformat(row["tanggal"]): row["nama"]
        for row in rows_of(shared_data("magelang", "libur_id_skb_2026_2027.csv"))
    }
    library = holidays.country_holidays(
        "ID", categories=("public", "government"), years=(2026, 2027)
    )
    assert set(library) == set(decree)
    for days_off in (decree, dict(library)):
        calendar = Calendar(time_zone=WIB, holidays=days_off)
        assert deadline_working_days(calendar, wib(submitted), 3) == wib(due)


@pytest.mark.real_data
def test_an_independent_list_knows_the_same_days_of_2026() -> None:
    other = json.loads(shared_data("calendar", "APIHariLibur_holidays.json").read_text())
    theirs = {date.fromisoformat(day) for day in other if day != "info"}
    library = holidays.country_holidays("ID", categories=("public", "government"), years=2026)
    assert set(library) == theirs


def test_a_holiday_decreed_later_moves_the_deadline() -> None:
    before = deadline_working_days(CALENDAR, wib("2026-06-08T09:00"), 3)
    decreed = replace(CALENDAR, holidays={**CALENDAR.holidays, date(2026, 6, 10): "Pilkada"})
    after = deadline_working_days(decreed, wib("2026-06-08T09:00"), 3)
    assert (before, after) == (wib("2026-06-11T23:59:59"), wib("2026-06-12T23:59:59"))


@pytest.mark.parametrize(
    ("submitted", "hours", "due"),
    [
        ("2026-06-10T10:00", 48, "2026-06-12T10:00"),  # Wednesday to Friday
        ("2026-06-12T10:00", 48, "2026-06-16T10:00"),  # over the weekend
        ("2026-06-13T15:30", 48, "2026-06-16T23:59:59"),  # Saturday: Monday and Tuesday
        ("2026-06-12T00:00", 24, "2026-06-12T23:59:59"),  # never due at Saturday 00:00
        ("2026-06-12T20:00", 4, "2026-06-12T23:59:59"),
        ("2026-06-12T20:00", 5, "2026-06-15T01:00"),
        ("2026-03-17T12:00", 24, "2026-03-25T12:00"),  # over Nyepi and Idulfitri
    ],
)
def test_first_response_hours_run_on_working_days_only(
    submitted: str, hours: int, due: str
) -> None:
    assert first_response_due(CALENDAR, wib(submitted), hours, around_the_clock=False) == wib(due)


def test_urgent_hours_run_through_nights_and_holidays() -> None:
    due = first_response_due(CALENDAR, wib("2026-03-20T23:00"), 2, around_the_clock=True)
    assert due == wib("2026-03-21T01:00")


days = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@given(day=days, count=st.integers(0, 60))
def test_counting_days_is_the_inverse_of_the_deadline(day: date, count: int) -> None:
    start = datetime(day.year, day.month, day.day, 13, tzinfo=WIB)
    due_on = deadline_working_days(CALENDAR, start, count).astimezone(WIB).date()
    assert working_days_between(CALENDAR, day, due_on) == count


@given(one=days, other=days, third=days)
def test_counts_add_up_and_change_sign(one: date, other: date, third: date) -> None:
    def between(start: date, end: date) -> int:
        return working_days_between(CALENDAR, start, end)

    assert between(one, other) == -between(other, one)
    assert between(one, other) + between(other, third) == between(one, third)


@given(day=days, minute=st.integers(0, 24 * 60 - 1), hours=st.integers(1, 24 * 9))
def test_a_first_response_is_due_on_a_working_day_and_never_early(
    day: date, minute: int, hours: int
) -> None:
    submitted = wib(day.isoformat()) + timedelta(minutes=minute)
    due = first_response_due(CALENDAR, submitted, hours, around_the_clock=False)
    assert CALENDAR.is_working_day(due.astimezone(WIB).date())
    assert due >= submitted + timedelta(hours=hours) - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("instant", "is_open"),
    [
        ("2026-06-10T07:29:59", False),
        ("2026-06-10T07:30", True),
        ("2026-06-10T15:59:59", True),
        ("2026-06-10T16:00", False),
        ("2026-06-13T10:00", False),
        ("2026-03-19T10:00", False),
    ],
)
def test_office_hours(instant: str, is_open: bool) -> None:
    assert is_office_hours(CALENDAR, wib(instant)) is is_open


def test_an_instant_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        deadline_working_days(CALENDAR, datetime.fromisoformat("2026-06-10"), 3)


def test_a_deadline_in_the_past_is_refused() -> None:
    for compute in (
        lambda: deadline_working_days(CALENDAR, wib("2026-06-10T10:00"), -1),
        lambda: first_response_due(CALENDAR, wib("2026-06-10T10:00"), -1, around_the_clock=True),
    ):
        with pytest.raises(ValueError, match="ahead"):
            compute()


def test_a_day_of_23_hours_is_still_a_working_day() -> None:
    # Boston put its clocks forward on Sunday 2026-03-08; Friday 10:00 + 24 h is Monday 10:00.
    boston = Calendar(time_zone=ZoneInfo("America/New_York"), holidays={})
    friday = datetime(2026, 3, 6, 10, tzinfo=boston.time_zone)
    due = first_response_due(boston, friday, 24, around_the_clock=False)
    assert due == datetime(2026, 3, 9, 10, tzinfo=boston.time_zone)
