"""Hours of work with other ends, against lifelines and the textbook."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter, KaplanMeierFitter

from citizenreport.indicators.rules.ends import (
    CENSORED,
    EVENT,
    ONE,
    Ends,
    OfficeClock,
    hours_words,
    incidence,
    still_waiting,
)
from tests.rooms.indicators.histories import CALENDAR, HOLIDAYS, WIB, wib

KINDS = [EVENT, EVENT, CENSORED, "referred", "duplicate"]
Drawn = list[tuple[int, str]]
drawn_ends = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from(KINDS)), min_size=1, max_size=70
)


def ends_of(drawn: Drawn) -> Ends:
    return Ends(counts=Counter(drawn))


@settings(deadline=None)
@given(drawn=drawn_ends)
def test_still_waiting_is_the_curve_of_lifelines(drawn: Drawn) -> None:
    minutes, kinds = zip(*drawn, strict=True)
    fitted = KaplanMeierFitter().fit(minutes, [kind == EVENT for kind in kinds])
    theirs = fitted.survival_function_["KM_estimate"]
    for minute, share in still_waiting(ends_of(drawn)):
        assert share / ONE == pytest.approx(float(theirs.loc[minute]), abs=1e-9)


@settings(deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(2, 60))
def test_other_ends_are_those_of_lifelines(seed: int, size: int) -> None:
    """Without ties: lifelines moves tied times apart at random."""
    random = Random(seed)
    minutes = random.sample(range(1, 500), size)  # it draws the curve from 0 on
    drawn = [(minute, random.choice(KINDS)) for minute in minutes]
    drawn[0] = (minutes[0], EVENT)
    codes = {CENSORED: 0, EVENT: 1, "referred": 2, "duplicate": 3}
    fitted = AalenJohansenFitter(calculate_variance=False).fit(
        minutes, [codes[kind] for _, kind in drawn], event_of_interest=1
    )
    theirs = fitted.cumulative_density_["CIF_1"]
    for minute, share in incidence(ends_of(drawn))[EVENT]:
        assert share / ONE == pytest.approx(float(theirs.loc[minute]), abs=1e-9)


@given(drawn=drawn_ends)
def test_other_ends_are_those_of_the_textbook(drawn: Drawn) -> None:
    """With ties, person by person: everybody who was at risk, every minute."""
    steps = incidence(ends_of(drawn))
    reached = dict.fromkeys(set(KINDS) - {CENSORED}, Fraction(0))
    free_of_all = Fraction(1)
    for minute in range(61):
        risk = [one for one in drawn if one[0] >= minute]
        here = [kind for at, kind in risk if at == minute and kind != CENSORED]
        for kind, so_far in reached.items():
            if here.count(kind):
                reached[kind] = so_far + free_of_all * Fraction(here.count(kind), len(risk))
                ours = dict(steps[kind])[minute]
                assert float(ours / ONE) == pytest.approx(float(reached[kind]), abs=1e-12)
        if here:
            free_of_all *= 1 - Fraction(len(here), len(risk))
    total = sum(reached.values(), start=free_of_all)
    assert total == 1


@given(drawn=drawn_ends, more=drawn_ends)
def test_ends_add_up(drawn: Drawn, more: Drawn) -> None:
    assert ends_of(drawn) + ends_of(more) == ends_of(drawn + more)


def test_a_quantile_is_told_from_enough_and_as_longer_than_where_it_is_not_reached() -> None:
    half = Fraction(1, 2)
    quick = [(30, EVENT)] * 5 + [(90, CENSORED)] * 5
    assert hours_words(ends_of(quick), half, least=10) == "0.5"  # exactly half
    assert hours_words(ends_of(quick), half, least=11) is None
    slow = [(30, EVENT)] * 4 + [(93, CENSORED)] * 6
    assert hours_words(ends_of(slow), half, least=10) == "> 1.6"


# -- the office's clock -----------------------------------------------------------------------


def slowly(start: datetime, end: datetime) -> int:
    """Day by day: how much of the office's opening hours lies between the two."""
    total = timedelta()
    day = start.astimezone(WIB).date()
    while day <= end.astimezone(WIB).date():
        if day.weekday() < 5 and day not in HOLIDAYS:
            opens = datetime.combine(day, time(7, 30), WIB)
            closes = datetime.combine(day, time(16), WIB)
            total += max(timedelta(), min(end, closes) - max(start, opens))
        day += timedelta(days=1)
    return int(total.total_seconds() // 60)


instants = st.datetimes(
    min_value=datetime(2026, 2, 1),  # noqa: DTZ001
    max_value=datetime(2026, 5, 1),  # noqa: DTZ001
).map(lambda at: at.replace(microsecond=0, tzinfo=UTC))


@given(one=instants, other=instants)
def test_minutes_of_work_are_those_of_going_day_by_day(one: datetime, other: datetime) -> None:
    start, end = min(one, other), max(one, other)
    assert OfficeClock(CALENDAR).minutes(start, end) == slowly(start, end)
    assert OfficeClock(CALENDAR).minutes(end, start) == 0


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-03-06T15:30", "2026-03-09T08:00", 60),  # over a weekend
        ("2026-03-17T15:00", "2026-03-25T07:31", 61),  # over Nyepi and Idulfitri
        ("2026-03-07T09:00", "2026-03-08T21:00", 0),
        ("1999-12-31T07:30", "2000-01-03T08:30", 510 + 60),  # before the list begins
    ],
)
def test_only_open_hours_pass(start: str, end: str, minutes: int) -> None:
    assert OfficeClock(CALENDAR).minutes(wib(start), wib(end)) == minutes
