"""Which cohort a report counts in, told case by case."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from citizenreport.cities.calendar import working_days_between
from citizenreport.cities.pack import read_city
from citizenreport.cities.rules import Population
from citizenreport.indicators.rules.cohorts import Entry, Reckoning, entries, is_public
from citizenreport.indicators.rules.facts import fold, settled_as_of
from citizenreport.indicators.rules.periods import parse_period
from citizenreport.indicators.rules.values import population_for, rounded, wilson
from citizenreport.intake.rules import Channel
from tests.rooms.indicators.histories import CALENDAR, History, wib

RECKONING = Reckoning(calendar=CALENDAR, cut_off=wib("2026-07-01T00:00"))


def entry(history: History, code: str, *, reckoning: Reckoning = RECKONING) -> Entry | None:
    found = [e for e in entries(reckoning, history.fact()) if e.code == code]
    assert len(found) <= 1
    return found[0] if found else None


def marks(history: History, code: str, *, reckoning: Reckoning = RECKONING) -> tuple[str, ...]:
    found = entry(history, code, reckoning=reckoning)
    return found.marks if found else ()


# 60 working days after Monday 2 March, over the five working days of Nyepi and Idulfitri: 1 June.


def test_settled_on_the_sixtieth_working_day_counts() -> None:
    assert marks(History("2026-03-02T23:30").settled("2026-06-01T23:00"), "I01") == (
        "denominator",
        "numerator",
    )


def test_settled_on_the_sixty_first_does_not() -> None:
    assert marks(History("2026-03-02T23:30").settled("2026-06-02T00:10"), "I01") == ("denominator",)


def test_a_settlement_contested_within_the_window_does_not_count() -> None:
    history = History("2026-03-02").settled("2026-04-01")
    history.move("contested", "2026-04-03").move("in_progress", "2026-04-06")
    assert marks(history, "I01") == ("denominator",)


def test_a_reopening_after_the_window_leaves_the_value_as_it_was() -> None:
    history = History("2026-03-02").settled("2026-03-10").move("closed", "2026-03-20")
    history.move("reopened", "2026-06-20")
    assert marks(history, "I01") == ("denominator", "numerator")


def test_closing_does_not_move_the_day_of_settlement() -> None:
    history = History("2026-03-02").settled("2026-03-10").move("closed", "2026-03-20")
    assert settled_as_of(history.fact(), wib("2026-04-01")) == wib("2026-03-10")


@pytest.mark.parametrize("state", ["referred", "archived", "emergency"])
def test_referred_archived_and_emergency_stay_below_the_line_and_are_shown_apart(
    state: str,
) -> None:
    assert marks(History("2026-03-02").move(state, "2026-03-03"), "I01") == ("denominator", state)


@pytest.mark.parametrize(
    "history",
    [
        History("2026-03-02").move("duplicate", "2026-03-03"),
        History("2026-03-02").move("archived", "2026-03-03", reason_code="spam"),
        History("2026-03-02").move("archived", "2026-03-03", reason_code="test"),
        History("2026-03-02").move("referred", "2026-03-03", reason_code="out_of_area"),
        History("2026-03-02", opening={"is_outside": True}).settled("2026-03-05"),
        History("2026-03-02").move("withdrawn", "2026-03-03"),
    ],
    ids=["duplicate", "spam", "test", "out of area", "outside", "withdrawn before verification"],
)
def test_what_is_no_valid_report_counts_nowhere(history: History) -> None:
    counted = entries(RECKONING, history.fact())
    assert [one.code for one in counted if not one.code.startswith("W")] == []


def test_withdrawn_after_verification_stays_in_the_cohort() -> None:
    history = History("2026-03-02").move("verified", "2026-03-03").move("withdrawn", "2026-03-04")
    assert marks(history, "I01") == ("denominator",)


def test_what_happens_after_the_cut_off_has_not_happened() -> None:
    early = Reckoning(calendar=CALENDAR, cut_off=wib("2026-03-05T00:00"))
    history = History("2026-03-02").settled("2026-03-05T00:00")
    assert marks(history, "I01", reckoning=early) == ("denominator",)
    assert list(entries(early, History("2026-03-05T00:00").fact())) == []


def test_the_deadline_decides_the_period_of_timeliness() -> None:
    found = entry(History("2026-02-27", due="2026-03-05T23:59:59").settled("2026-03-05"), "I02")
    assert found == Entry(code="I02", day=date(2026, 3, 5), marks=("denominator", "numerator"))


def test_open_past_the_deadline_is_late_and_before_it_is_nothing_yet() -> None:
    history = History("2026-03-02", due="2026-03-16T23:59:59")
    assert marks(history, "I02") == ("denominator",)
    before = Reckoning(calendar=CALENDAR, cut_off=wib("2026-03-16T00:00"))
    assert entry(history, "I02", reckoning=before) is None


def test_who_settles_early_waits_for_the_deadline_to_count() -> None:
    """Else a running period would count the fast and not yet the slow."""
    history = History("2026-03-02", due="2026-03-16T23:59:59").settled("2026-03-03")
    before = Reckoning(calendar=CALENDAR, cut_off=wib("2026-03-10T00:00"))
    assert entry(history, "I02", reckoning=before) is None


def test_a_paused_clock_has_no_deadline_and_a_late_pause_does_not_help() -> None:
    paused = History("2026-03-02", due="2026-03-16T23:59:59").move("needs_info", "2026-03-10")
    assert marks(paused, "I02") == ("paused",)
    too_late = History("2026-03-02", due="2026-03-16T23:59:59").move("needs_info", "2026-03-25")
    assert marks(too_late, "I02") == ("denominator",)


def test_referred_before_the_deadline_has_none_and_after_it_is_late() -> None:
    in_time = History("2026-03-02", due="2026-03-16T23:59:59").move("referred", "2026-03-10")
    assert marks(in_time, "I02") == ("referred",)
    too_late = History("2026-03-02", due="2026-03-16T23:59:59").move("referred", "2026-03-25")
    assert marks(too_late, "I02") == ("denominator",)


def test_waiting_for_verification_is_counted_in_working_days() -> None:
    found = entry(History("2026-03-17T23:59").move("verified", "2026-03-27T08:00"), "I03")
    assert found is not None
    assert (found.wait, found.is_wait_over) == (3, True)


def test_an_unverified_report_is_cut_off_at_the_last_whole_day() -> None:
    cut = Reckoning(calendar=CALENDAR, cut_off=wib("2026-03-05T00:00"))  # 4 March is the last day
    found = entry(History("2026-03-02"), "I03", reckoning=cut)
    assert found is not None
    assert (found.wait, found.is_wait_over, found.marks) == (2, False, ("waiting",))


def test_who_leaves_unverified_is_cut_off_on_that_day() -> None:
    found = entry(History("2026-03-02").move("referred", "2026-03-04"), "I03")
    assert found is not None
    assert (found.wait, found.is_wait_over, found.marks) == (2, False, ())


def test_verification_alone_is_no_answer() -> None:
    assert marks(History("2026-03-02").move("verified", "2026-03-03"), "I04") == ("denominator",)


@pytest.mark.parametrize(("on", "counts"), [("2026-03-09T23:00", True), ("2026-03-10", False)])
def test_a_reply_counts_until_the_fifth_working_day(on: str, counts: bool) -> None:
    assert ("numerator" in marks(History("2026-03-02").add("replied", on), "I04")) is counts


def test_a_hand_over_before_the_answer_begins_anew_and_after_it_does_not() -> None:
    handed = History("2026-03-02").add("assigned", "2026-04-06").add("replied", "2026-04-10")
    assert entry(handed, "I04") == Entry(
        code="I04", day=date(2026, 4, 6), marks=("denominator", "numerator")
    )
    answered = History("2026-03-02").add("replied", "2026-03-03").add("assigned", "2026-04-06")
    found = entry(answered, "I04")
    assert found is not None
    assert found.day == date(2026, 3, 2)


SETTLED = "2026-04-01T10:00"  # a Wednesday; its ten days end with the 11th


@pytest.mark.parametrize(
    ("undone", "counts"), [("2026-04-11T23:59", True), ("2026-04-12T00:00", False)]
)
def test_a_closing_undone_by_the_tenth_day_counts_as_contested(undone: str, counts: bool) -> None:
    history = History("2026-03-02").settled(SETTLED).move("contested", undone)
    assert ("numerator" in marks(history, "I14")) is counts
    assert "denominator" in marks(history, "I14")


def test_a_closing_that_may_still_be_contested_counts_nowhere_yet() -> None:
    history = History("2026-03-02").settled("2026-06-21T00:00")
    assert entry(history, "I14") is None
    assert entry(History("2026-03-02").settled("2026-06-20T23:59"), "I14") is not None


def test_settled_again_is_another_closing() -> None:
    history = History("2026-03-02").settled(SETTLED).move("contested", "2026-04-03")
    history.move("in_progress", "2026-04-04").move("resolved", "2026-05-04")
    found = [e.marks for e in entries(RECKONING, history.fact()) if e.code == "I14"]
    assert found == [("denominator", "numerator"), ("denominator",)]


@pytest.mark.parametrize(
    ("settled", "counts"), [("2025-12-31T23:59", True), ("2026-01-01T00:00", False)]
)
def test_the_position_of_a_year_is_that_of_its_last_day(settled: str, counts: bool) -> None:
    history = History("2025-11-03").settled(settled)
    assert ("numerator" in marks(history, "I22")) is counts


def test_the_position_of_a_running_year_is_that_of_the_cut_off() -> None:
    assert "numerator" in marks(History("2026-03-02").settled("2026-06-30T23:00"), "I22")
    assert "numerator" not in marks(History("2026-03-02").settled("2026-07-01T00:00"), "I22")


def test_a_wish_has_no_position() -> None:
    assert entry(History("2026-03-02", complaint_class="aspirasi"), "I22") is None


@pytest.mark.parametrize(
    ("aspect", "class_", "counts"),
    [
        ("aman", "pengaduan_tidak_berkadar_pengawasan", True),
        ("aman", "pengaduan_berkadar_pengawasan", True),
        ("aman", "aspirasi", False),
        ("aman", "permintaan_informasi", False),
        ("nyaman", "pengaduan_tidak_berkadar_pengawasan", False),
    ],
)
def test_only_complaints_about_safety_count_as_such(aspect: str, class_: str, counts: bool) -> None:
    history = History("2026-03-02", aspect=aspect, complaint_class=class_)
    assert (entry(history, "I05") is not None) is counts


def test_the_public_universe_is_what_is_released_and_public_still() -> None:
    cut_off = RECKONING.cut_off
    assert not is_public(History("2026-03-02").fact(), cut_off)
    assert is_public(History("2026-03-02").released("2026-03-03").fact(), cut_off)
    assert not is_public(History("2026-03-02").released("2026-07-01").fact(), cut_off)
    raised = History("2026-03-02").released("2026-03-03")
    raised.add("visibility_raised", "2026-03-04", **{"from": "public", "to": "confidential"})
    assert not is_public(raised.fact(), cut_off)
    withdrawn = History("2026-03-02").released("2026-03-03").move("withdrawn", "2026-03-04")
    assert not is_public(withdrawn.fact(), cut_off)


def test_a_report_is_received_when_it_is_sent_and_an_import_when_it_once_was() -> None:
    seen = wib("2026-02-20").astimezone(UTC)
    opened = History("2026-03-02").events[0]
    live = fold([replace(opened, occurred_at=seen)])
    assert live.submitted_at == wib("2026-03-02")
    past = replace(
        opened, occurred_at=seen, payload={**opened.payload, "channel": Channel.IMPORT.value}
    )
    assert fold([past]).submitted_at == seen


def test_the_local_day_decides_the_month() -> None:
    history = History("2026-04-01T00:30")  # still 31 March in UTC
    found = entry(history, "I01")
    assert found is not None
    assert history.events[0].recorded_at.astimezone(UTC).month == 3
    assert found.day == date(2026, 4, 1)


def test_working_days_by_list_equal_those_counted_one_by_one() -> None:
    start = wib("2026-02-01")
    for offset in (40, -3, 400, -900, 5):
        end = datetime.fromtimestamp(start.timestamp() + offset * 86_400, UTC)
        expected = working_days_between(CALENDAR, date(2026, 2, 1), RECKONING.day(end))
        assert RECKONING.working_days(start, end) == max(0, expected)


@pytest.mark.parametrize(
    ("year", "persons"),
    [(2022, None), (2023, 10), (2024, 10), (2025, 12), (2027, 12), (2028, None)],
)
def test_a_rate_takes_a_population_that_is_at_most_two_years_old(
    year: int, persons: int | None
) -> None:
    known = tuple(
        Population(year=year_, persons=n, source="BPS") for year_, n in ((2023, 10), (2025, 12))
    )
    area = replace(next(iter(read_city("magelang").areas.values())), populations=known)
    found = population_for(area, parse_period(str(year)))
    assert (found.persons if found else None) == persons


def test_values_are_rounded_half_up() -> None:
    assert rounded(1 * 100, 3, 2) == Decimal("33.33")
    assert rounded(5, 8, 2) == Decimal("0.63")
    assert rounded(3 * 1000, 128_709, 4) == Decimal("0.0233")
    assert rounded(1, 0, 2) is None


def test_the_interval_of_a_share_is_wilsons() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I: 81/263 and 0/20.
    low, high = wilson(81, 263) or (0, 0)
    assert (round(low, 2), round(high, 2)) == (25.53, 36.62)
    low, high = wilson(0, 20) or (1, 1)
    assert (round(low, 2), round(high, 2)) == (0.0, 16.11)
    assert wilson(0, 0) is None
