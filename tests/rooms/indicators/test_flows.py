"""How fast, how late, how together: by hand, and against pandas and lifelines on random histories."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from citizenreport.cities.pack import read_city
from citizenreport.cities.rules import City
from citizenreport.indicators.definitions import all_versions
from citizenreport.indicators.rules.cohorts import tally_public
from citizenreport.indicators.rules.facts import LoggedEvent, fold
from citizenreport.indicators.rules.values import Value, values
from tests.rooms.indicators import independent
from tests.rooms.indicators.histories import WIB, History, random_streams, wib

CUT_OFF = datetime(2026, 6, 30, 17, tzinfo=UTC)
LAST = CUT_OFF - timedelta(microseconds=1)
SETTLED, EXITS = ("resolved", "closed"), independent.EXITS


@cache
def magelang() -> City:
    return read_city("magelang")


def of_city(streams: list[list[LoggedEvent]], kind: str = "tahun") -> dict[tuple[str, str], Value]:
    city = magelang()
    cells = tally_public(city, map(fold, streams), cut_off=CUT_OFF)
    found = values(city, all_versions(), cells, cut_off=CUT_OFF)
    return {
        (v.code, v.period.code): v
        for v in found
        if v.area_code == city.city_code and v.period.kind == kind
    }


# -- independent ------------------------------------------------------------------------------


def minutes_of_work(start: datetime, end: datetime) -> int:
    holidays = set(magelang().calendar.holidays)
    total = timedelta()
    for day in pd.date_range(start.astimezone(WIB).date(), end.astimezone(WIB).date()):
        on = day.date()
        if day.weekday() < 5 and on not in holidays:
            opens, closes = (datetime.combine(on, t, WIB) for t in (time(7, 30), time(16)))
            total += max(timedelta(), min(end, closes) - max(start, opens))
    return int(total.total_seconds() // 60)


def cases(streams: list[list[LoggedEvent]]) -> pd.DataFrame:
    """One row for each public report that was the city's case, duplicates too, by year received."""
    rows = []
    for events in streams:
        opened, moves = events[0], [e for e in events if e.type == "state_changed"]
        releases = [e.occurred_at for e in events if e.type == "released"]
        types = {e.type for e in events}
        standing = _standing_exit(moves)
        reason = standing.payload.get("reason_code") if standing else None
        targets = {m.payload["to"] for m in moves}
        if (
            opened.recorded_at >= CUT_OFF
            or not releases
            or releases[0] >= CUT_OFF
            or "visibility_raised" in types
            or "withdrawn" in targets
            or opened.payload.get("is_outside")
            or reason in ("spam", "test")
        ):
            continue
        rows.append(_case(events, moves))
    return pd.DataFrame(rows)


def _standing_exit(moves: list[LoggedEvent]) -> LoggedEvent | None:
    """The exit that was not undone, as an archiving may be; None too when it came after."""
    standing = None
    for move in moves:
        standing = None if move.payload["from"] in EXITS else standing
        standing = move if move.payload["to"] in EXITS else standing
    return standing if standing is not None and standing.occurred_at < CUT_OFF else None


def _case(events: list[LoggedEvent], moves: list[LoggedEvent]) -> dict[str, Any]:
    start = events[0].recorded_at
    seen = [m for m in moves if m.occurred_at < CUT_OFF]
    standing = _standing_exit(moves)
    left = (standing.occurred_at, standing.payload["to"]) if standing else None
    answers = [e.occurred_at for e in events if e.type == "replied"]
    answers += [m.occurred_at for m in moves if m.payload["to"] in independent.ANSWERS]
    firsts = {
        "W01": min(answers, default=None),
        "W02": min((m.occurred_at for m in moves if m.payload["to"] == "verified"), default=None),
        "W03": min((m.occurred_at for m in moves if m.payload["to"] in SETTLED), default=None),
    }
    row: dict[str, Any] = {"year": start.astimezone(WIB).strftime("%Y")}
    for code, at in firsts.items():
        limit = left[0] if left else LAST
        if at is not None and at <= limit and at < CUT_OFF:
            end, how = at, "event"
        else:
            end, how = (left[0], left[1]) if left else (LAST, "censored")
        row[code] = (minutes_of_work(start, end), how)
    early = [e for e in events if e.occurred_at < CUT_OFF]
    row["handed"] = sum(
        e.payload["from"] != e.payload["agency_code"] for e in early if e.type == "assigned"
    )
    row["returned"] = any(m.payload["to"] == "returned" for m in seen)
    since = independent._is_settled(
        [(m.occurred_at, m.payload["from"], m.payload["to"], None) for m in moves], LAST
    )
    row["settled"] = since is not None
    row["together"] = since is not None and any(
        e.type == "joint_closed" and e.occurred_at <= since for e in events
    )
    row["is_duplicate"] = left is not None and left[1] == "duplicate"
    return row


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.sampled_from([1, 12, 60, 90]))
def test_waits_equal_an_independent_computation(seed: int, size: int) -> None:
    streams = random_streams(seed, size)
    rows = cases(streams)
    ours = of_city(streams)
    if rows.empty:
        assert not any(v.denominator for (code, _), v in ours.items() if code.startswith("W"))
        return
    for year, group in rows.groupby("year"):
        for code in ("W01", "W02", "W03"):
            value = ours[code, str(year)]
            minutes, how = zip(*group[code], strict=True)
            kinds = Counter(how)
            assert (value.numerator, value.denominator) == (kinds["event"], len(group))
            assert value.extra["censored"] == kinds["censored"]
            for state in EXITS:
                assert value.extra.get(f"ended_{state}", 0) == kinds[state]
            curve = KaplanMeierFitter().fit(minutes, [one == "event" for one in how])
            for name, level, least in (("median", 0.5, 10), ("p90", 0.1, 50)):
                said = _said(curve.survival_function_["KM_estimate"], level, max(minutes))
                assert value.extra.get(name) == (said if len(group) >= least else None)


def _said(curve: Any, level: float, longest: int) -> str:
    reached = [int(minute) for minute, share in curve.items() if share <= level + 1e-9]
    minutes = reached[0] if reached else longest
    hours = f"{int(minutes * 10 / 60 + 0.5) / 10:.1f}"
    return hours if reached else f"> {hours}"


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.sampled_from([1, 30, 90]))
def test_what_agencies_did_equals_an_independent_count(seed: int, size: int) -> None:
    streams = random_streams(seed, size)
    rows = cases(streams)
    ours = of_city(streams)
    valid = rows[~rows.is_duplicate] if not rows.empty else rows
    for year, group in valid.groupby("year") if not valid.empty else []:
        done = group[group.settled]
        expected = {
            "H01": (int(group.handed.sum()), len(group)),
            "H02": (int(group.returned.sum()), len(group)),
            "H03": (int(done.together.sum()), len(done)),
        }
        for code, counts in expected.items():
            value = ours[code, str(year)]
            assert (value.numerator, value.denominator) == counts, code


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_contested_and_reopened_add_up_to_i14_and_late_to_i02(seed: int) -> None:
    ours = of_city(random_streams(seed, 80), "bulan")
    for (code, period), value in ours.items():
        if code == "I14":
            contested, reopened = ours["K01", period], ours["K02", period]
            assert contested.numerator + reopened.numerator == value.numerator
            assert contested.denominator == reopened.denominator == value.denominator
        if code == "I02":
            late = ours["L01", period]
            assert late.denominator == value.denominator
            assert late.numerator <= (value.denominator or 0) - value.numerator


def test_the_random_histories_reach_each_of_them() -> None:
    ours = of_city(random_streams(1, 600))
    for code in ("W01", "W02", "W03", "L01", "H01", "H02", "H03", "K01", "K02"):
        assert sum(v.numerator for (c, _), v in ours.items() if c == code) > 5, code
    assert any(v.extra.get("ended_duplicate") for v in ours.values())


# -- by hand ----------------------------------------------------------------------------------


def public(**story: Any) -> History:
    return History("2026-03-02T08:00", **story).released("2026-03-02T08:01")


def one(history: History, code: str) -> Value:
    return of_city([history.events])[code, "2026"]


def test_a_hand_over_to_the_same_agency_is_none() -> None:
    story = public()
    story.add("assigned", "2026-03-03", **{"from": "DLH", "agency_code": "DLH"})
    story.add("assigned", "2026-03-04", **{"from": "DLH", "agency_code": "DPUPR"})
    assert (one(story, "H01").numerator, one(story, "H01").value) == (1, 1)


def test_what_another_agency_closed_after_the_settlement_does_not_make_it_joint() -> None:
    after = public().settled("2026-03-10").add("joint_closed", "2026-03-11")
    assert (one(after, "H03").numerator, one(after, "H03").denominator) == (0, 1)
    before = public().add("joint_closed", "2026-03-04").settled("2026-03-10")
    assert one(before, "H03").numerator == 1


@pytest.mark.parametrize(
    ("undo", "counts"), [("contested", {"K01": 1, "K02": 0}), ("reopened", {"K01": 0, "K02": 1})]
)
def test_who_undid_a_settlement_decides_where_it_counts(undo: str, counts: dict[str, int]) -> None:
    story = public().settled("2026-03-10")
    if undo == "reopened":
        story.move("closed", "2026-03-11")
    story.move(undo, "2026-03-12")
    assert {code: one(story, code).numerator for code in counts} == counts


def test_settled_late_is_late_no_more() -> None:
    late = public(due="2026-03-06T23:59:59").settled("2026-03-30")
    assert (one(late, "I02").numerator, one(late, "L01").numerator) == (0, 0)
    still = public(due="2026-03-06T23:59:59")
    assert (one(still, "L01").numerator, one(still, "L01").denominator) == (1, 1)


def test_a_referral_ends_the_wait_another_way() -> None:
    story = public().move("referred", "2026-03-02T10:00")
    assert one(story, "W01").numerator == 1  # referring is an answer
    found = one(story, "W03")
    assert (found.numerator, found.denominator, found.extra["censored"]) == (0, 1, 0)
    assert (found.extra["ended_referred"], found.extra["share_referred"]) == (1, "100.0")


def test_a_report_found_to_be_spam_after_the_cut_off_still_waited_before_it() -> None:
    story = public().move("archived", "2026-07-02", reason_code="spam")
    assert (one(story, "W03").denominator, one(story, "W03").extra["censored"]) == (1, 1)


def test_a_median_needs_ten() -> None:
    def told(count: int) -> Any:
        streams = [public().move("verified", "2026-03-02T10:15").events for _ in range(count)]
        return of_city(streams)["W02", "2026"]

    assert (told(9).value, "median" in told(9).extra) == (None, False)
    assert str(told(10).value) == "2.3"  # 2 hours 15 minutes, half up
    assert wib("2026-03-02T08:00").weekday() == 0
