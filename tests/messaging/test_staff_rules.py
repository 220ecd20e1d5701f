"""When a person is told: at once, each morning, never in quiet hours. Pure."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizenreport.messaging.staff_rules import (
    DIGEST_HOUR,
    MessengerAddressWrong,
    NoticeChoice,
    QuietHoursWrong,
    held_until,
    normal_messenger_address,
    read_choice,
)

JAKARTA = ZoneInfo("Asia/Jakarta")
NIGHT = NoticeChoice(quiet_from=21, quiet_to=6)


def at(hour: int, minute: int = 0, *, day: int = 16) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=JAKARTA)


def test_who_chose_nothing_is_told_at_once() -> None:
    assert held_until(NoticeChoice(), JAKARTA, now=at(3)) is None


def test_quiet_hours_hold_until_they_end() -> None:
    assert held_until(NIGHT, JAKARTA, now=at(20, 59)) is None
    assert held_until(NIGHT, JAKARTA, now=at(21)) == at(6, day=17)
    assert held_until(NIGHT, JAKARTA, now=at(5, 59)) == at(6)
    assert held_until(NIGHT, JAKARTA, now=at(6)) is None


def test_a_digest_comes_in_the_morning_and_after_quiet_hours() -> None:
    assert held_until(NoticeChoice(is_digest=True), JAKARTA, now=at(7)) == at(7, day=17)
    late = NoticeChoice(is_digest=True, quiet_from=20, quiet_to=9)
    assert held_until(late, JAKARTA, now=at(6)) == at(9)


HOURS = st.integers(min_value=0, max_value=23)
INSTANTS = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001 - Hypothesis wants them so
    max_value=datetime(2030, 1, 1),  # noqa: DTZ001
)


@given(INSTANTS, st.booleans(), HOURS, HOURS)
def test_nothing_ever_comes_in_quiet_hours(
    now: datetime, is_digest: bool, start: int, end: int
) -> None:
    if start == end:
        return
    choice = NoticeChoice(is_digest=is_digest, quiet_from=start, quiet_to=end)
    instant = now.replace(tzinfo=UTC)
    due = held_until(choice, JAKARTA, now=instant) or instant
    hour = due.astimezone(JAKARTA).hour
    assert not (start <= hour < end if start < end else hour >= start or hour < end)
    assert (due - instant).days <= 2
    if is_digest:
        assert hour in (DIGEST_HOUR, end)


@pytest.mark.parametrize("hours", [("21", ""), ("", "6"), ("24", "6"), ("6", "6"), ("²", "6")])
def test_half_of_the_quiet_hours_is_refused(hours: tuple[str, str]) -> None:
    with pytest.raises(QuietHoursWrong):
        read_choice(is_digest=False, quiet_from=hours[0], quiet_to=hours[1])


def test_a_number_is_kept_in_one_spelling() -> None:
    assert normal_messenger_address(" +62 812-3456-789 ") == "+628123456789"
    assert normal_messenger_address("-1001234567") == "-1001234567"
    for wrong in ("budi", "@budi", "12", "+62812\n1", "٠١٢٣٤٥"):
        with pytest.raises(MessengerAddressWrong):
            normal_messenger_address(wrong)
