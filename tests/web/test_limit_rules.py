"""Limits are numbers that a city can change, and a mistake in them stops the start."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizenreport.web.limit_rules import (
    EASY_CHALLENGES,
    EASY_SENDS,
    LIMITS,
    READ,
    SEND,
    SEND_UNPROVEN,
    UNREMARKABLE,
    BadLimits,
    level_of,
    read_limits,
)
from tests.shared_data import ROOT

RESIDENTS_OF_MAGELANG = 128_000


def test_a_city_may_change_one_and_keep_the_others() -> None:
    items = read_limits("read=10/hour")
    assert (items["read"].amount, items["read"].get_expiry()) == (10, 3_600)
    assert items["send"] == read_limits("")["send"]


def test_a_city_may_make_all_of_them_higher() -> None:
    usual, higher = read_limits(""), read_limits("times=5, read=10/hour")
    assert higher["send"].amount == 5 * usual["send"].amount
    assert higher["read"].amount == 50


@pytest.mark.parametrize(
    "text", ["read", "read=", "read=many/hour", "reed=1/hour", "times=0", "times=x", "read=0/hour"]
)
def test_what_is_not_understood_is_named(text: str) -> None:
    with pytest.raises(BadLimits, match=text.split("=", maxsplit=1)[0]):
        read_limits(text)


def test_one_resident_in_a_hundred_may_report_through_one_carrier_within_an_hour() -> None:
    send = read_limits("")[SEND.name]
    assert send.amount * 3_600 / send.get_expiry() >= RESIDENTS_OF_MAGELANG / 100


def test_the_moderators_are_asked_before_anybody_is_refused() -> None:
    items = read_limits("")
    assert items[UNREMARKABLE.name].amount < items[SEND_UNPROVEN.name].amount
    assert items[UNREMARKABLE.name].get_expiry() > items[SEND_UNPROVEN.name].get_expiry()
    assert items[SEND_UNPROVEN.name].amount < items[SEND.name].amount


def test_it_is_as_hard_as_can_be_before_anybody_is_refused() -> None:
    assert level_of(challenges=read_limits("")[SEND.name].amount - 1, sends=0) >= 5


def test_every_limit_is_explained_with_its_number() -> None:
    docs = (ROOT / "docs" / "settings.md").read_text()
    missing = [limit.name for limit in LIMITS if f"| `{limit.name}` | {limit.usual} |" not in docs]
    assert missing == []


def test_the_first_are_easy() -> None:
    assert level_of(challenges=EASY_CHALLENGES - 1, sends=EASY_SENDS - 1) == 0
    assert level_of(challenges=EASY_CHALLENGES, sends=0) == 1
    assert level_of(challenges=0, sends=2 * EASY_SENDS) == 2


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_more_never_makes_it_easier(challenges: int, sends: int) -> None:
    now = level_of(challenges=challenges, sends=sends)
    assert level_of(challenges=challenges + 1, sends=sends) >= now
    assert level_of(challenges=challenges, sends=sends + 1) >= now


def test_reading_is_the_most_generous() -> None:
    assert READ.usual == "3000/minute"
