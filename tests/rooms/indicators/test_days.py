"""Days of very many instants at once: those that the clock of the place says."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizenreport.cities.rules import Calendar
from citizenreport.indicators.rules.columns.days import DAY, Days
from citizenreport.indicators.rules.columns.instants import NEVER, instant_of

FIRST, LAST = date(2016, 9, 1), date(2017, 5, 1)
ZONES = ("Asia/Jakarta", "America/New_York", "Europe/Zurich", "Australia/Lord_Howe")
HOUR = DAY // 24


@pytest.mark.parametrize("zone", ZONES)
@given(day=st.integers(0, (LAST - FIRST).days), shift=st.integers(-2 * HOUR, 26 * HOUR))
def test_an_instant_lies_on_the_day_that_the_clock_says(zone: str, day: int, shift: int) -> None:
    """Nights of 23 and 25 hours are among them, and one of 24 and a half."""
    days = Days(Calendar(time_zone=ZoneInfo(zone), holidays={}), FIRST - timedelta(days=1), LAST)
    at = days.end_of(np.array([day])) + shift
    local = instant_of(at[0]).astimezone(ZoneInfo(zone)).date()
    assert days.days[days.day(at)[0]] == local


def test_what_never_comes_lies_on_the_last_day() -> None:
    days = Days(Calendar(time_zone=ZoneInfo("Asia/Jakarta"), holidays={}), FIRST, LAST)
    assert days.day(np.array([NEVER])) == [len(days.days) - 1]
