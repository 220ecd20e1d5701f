"""What a week counts, and in which words; no database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizenreport.pipeline.recaps.rules import (
    Band,
    Counted,
    Happened,
    Recap,
    Week,
    WeekUnknown,
    band_of,
    last_week,
    read_week,
    tally,
)

START = datetime(2026, 11, 15, 17, tzinfo=UTC)  # midnight in Magelang
END = START + timedelta(days=7)


def opened(at: datetime, *, due: datetime, agency: str = "DPUPR") -> Happened:
    payload = {"agency_code": agency, "settlement_due_at": due.isoformat()}
    return Happened(at=at, type="opened", payload=payload)


def moved(at: datetime, was: str, to: str) -> Happened:
    return Happened(at=at, type="state_changed", payload={"from": was, "to": to})


def counted(*events: Happened) -> dict[tuple[str, Counted], int]:
    found = tally({"t": list(events)}, start=START, end=END)
    return {(code, what): n for code, row in found.counts.items() for what, n in row.items()}


def test_what_happened_in_the_week_and_how_it_ended_are_counted() -> None:
    day = timedelta(days=1)
    found = counted(
        opened(START - day, due=START + 2 * day),
        moved(START + day, "new", "verified"),
        moved(START + 2 * day, "verified", "in_progress"),
        moved(START + 3 * day, "in_progress", "resolved"),
        moved(START + 4 * day, "resolved", "contested"),
        moved(END, "contested", "in_progress"),
    )
    names = (Counted.SETTLED, Counted.CONTESTED, Counted.OPEN, Counted.OVERDUE)
    assert found == {("DPUPR", what): 1 for what in names}


def test_an_event_at_the_very_end_belongs_to_the_next_week() -> None:
    assert counted(opened(END, due=END)) == {}
    assert counted(opened(START, due=END))["DPUPR", Counted.RECEIVED] == 1


def test_who_held_it_then_is_who_counts() -> None:
    day = timedelta(days=1)
    passed_on = Happened(at=START + 2 * day, type="assigned", payload={"agency_code": "DLH"})
    found = counted(opened(START, due=END - day), moved(START + day, "new", "returned"), passed_on)
    assert found["DPUPR", Counted.RETURNED] == 1
    assert found["DLH", Counted.OVERDUE] == 1


def test_waiting_for_the_reporter_is_not_overdue() -> None:
    events = (opened(START, due=START), moved(START, "new", "needs_info"))
    assert ("DPUPR", Counted.OVERDUE) not in counted(*events)


@given(st.dates(min_value=date(2020, 1, 1), max_value=date(2060, 12, 31)))
def test_a_week_is_read_as_it_is_written(today: date) -> None:
    week = last_week(today)
    assert week.sunday < today <= week.sunday + timedelta(days=7)
    assert read_week(week.code, today=today) == week == read_week("", today=today)


@pytest.mark.parametrize(
    "text",
    ["2026-W54", "2026-W00", "2026-W7", "2026W47", "W47", "kemarin", "2026-W48", "²026-W40", "0"],
)
def test_what_is_no_week_or_not_over_is_refused(text: str) -> None:
    with pytest.raises(WeekUnknown):
        read_week(text, today=date(2026, 11, 24))


def test_a_year_of_53_weeks_keeps_its_last_one() -> None:
    assert read_week("2026-W53", today=date(2027, 1, 4)) == Week(monday=date(2026, 12, 28))


@given(st.integers(min_value=1, max_value=4))
def test_no_band_tells_a_small_count(count: int) -> None:
    """An interval from at most 1 to at least 5 is left (protection.md, section 4)."""
    same = [n for n in range(200) if band_of(n) is band_of(count)]
    assert min(same) <= 1
    assert max(same) >= 5
    assert band_of(10) is not Band.FEW


def test_a_recap_has_these_tables_and_no_other() -> None:
    """Public figures by agency, the public's slowest, one band an agency: nothing by kind, area or
    person, and nothing of the whole that a sum could narrow. Whoever adds a field thinks of it here.
    """
    assert set(Recap.__dataclass_fields__) == {
        "week",
        "agency_code",
        "figures",
        "agencies",
        "slowest",
    }
