"""The three clocks on Magelang's calendar."""

from datetime import UTC, datetime

import pytest

from citizenreport.cities.rules import City, Priority
from citizenreport.triage.clocks import Pauses, deadlines, with_pause


def wib(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+07:00").astimezone(UTC)


def test_verification_counts_from_submission_and_settlement_from_verification(city: City) -> None:
    lamp = city.categories["A04"]
    submitted, verified = wib("2026-03-02T08:00"), wib("2026-03-03T10:00")

    due = deadlines(
        city.calendar,
        lamp,
        priority=Priority.MEDIUM,
        submitted_at=submitted,
        verified_at=verified,
    )

    assert due.first_response_due_at == wib("2026-03-04T08:00")
    assert due.verification_due_at == wib("2026-03-05T23:59:59")
    # Fourteen working days after 3 March; 18 to 24 March has none (Nyepi and Idulfitri).
    assert due.settlement_due_at == wib("2026-03-30T23:59:59")


def test_until_verified_the_settlement_deadline_assumes_verification_on_its_last_day(
    city: City,
) -> None:
    due = deadlines(
        city.calendar,
        city.categories["A04"],
        priority=Priority.MEDIUM,
        submitted_at=wib("2026-03-02T08:00"),
    )
    assert due.settlement_due_at == wib("2026-04-01T23:59:59")


@pytest.mark.parametrize("priority", [Priority.CRITICAL, Priority.HIGH])
def test_urgent_tickets_are_answered_around_the_clock(city: City, priority: Priority) -> None:
    saturday_night = wib("2026-03-07T23:00")
    due = deadlines(
        city.calendar, city.categories["A02"], priority=priority, submitted_at=saturday_night
    )
    assert due.first_response_due_at == wib("2026-03-08T01:00")


def test_a_pause_moves_the_clock_that_was_running(city: City) -> None:
    lamp, submitted = city.categories["A04"], wib("2026-03-02T08:00")
    early = with_pause(
        city.calendar,
        Pauses(),
        paused_at=wib("2026-03-03T09:00"),
        now=wib("2026-03-05T09:00"),
        is_verified=False,
    )
    assert early == Pauses(before_verification=2)
    due = deadlines(
        city.calendar, lamp, priority=Priority.MEDIUM, submitted_at=submitted, pauses=early
    )
    assert due.verification_due_at == wib("2026-03-09T23:59:59")

    late = with_pause(
        city.calendar,
        early,
        paused_at=wib("2026-03-10T09:00"),
        now=wib("2026-03-11T09:00"),
        is_verified=True,
    )
    assert late == Pauses(before_verification=2, after_verification=1)
