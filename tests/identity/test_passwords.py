"""Passwords."""

import time

import pytest

from citizenreport.identity.passwords import (
    LONGEST,
    HashCost,
    check_strength,
    hash_cost,
    hash_password,
    needs_rehash,
    verify_password,
)
from citizenreport.identity.rules import WeakPassword

CHEAP = HashCost(memory_kib=8, passes=1)
GOOD = "kereta biru di pucuk randu"


def test_a_password_fits_its_own_hash_only() -> None:
    stored = hash_password(GOOD, CHEAP)
    assert stored.startswith("$argon2id$")
    assert verify_password(stored, GOOD, CHEAP)
    assert not verify_password(stored, GOOD + " ", CHEAP)
    assert hash_password(GOOD, CHEAP) != stored


def test_two_ways_of_typing_one_letter_are_one_password() -> None:
    assert verify_password(hash_password("café di tidar", CHEAP), "cafe\u0301 di tidar", CHEAP)


@pytest.mark.parametrize("odd", ["", "\x00", "\ud800", "a" * 10_000])
def test_odd_input_is_refused_not_a_crash(odd: str) -> None:
    assert not verify_password(hash_password(GOOD, CHEAP), odd, CHEAP)
    assert not verify_password("not a hash", odd, CHEAP)
    assert not verify_password(None, odd, CHEAP)


def test_nobodys_password_never_fits() -> None:
    assert not verify_password(None, "nobody has this password", CHEAP)


def test_an_unknown_account_costs_as_much_as_a_known_one() -> None:
    cost = HashCost(memory_kib=16_384, passes=3)
    stored = hash_password(GOOD, cost)
    verify_password(None, GOOD, cost)  # makes the hash of nobody, once per process

    def seconds(stored: str | None) -> float:
        best = 9.0
        for _ in range(5):
            started = time.perf_counter()
            verify_password(stored, "wrong", cost)
            best = min(best, time.perf_counter() - started)
        return best

    assert 0.5 < seconds(None) / seconds(stored) < 2


@pytest.mark.parametrize(
    "weak",
    ["", "pendek", "password123", "aaaaaaaaaaaaaaaa", "1234567890", "sri.lestari1", "a" * 300],
)
def test_what_is_easily_guessed_is_refused(weak: str) -> None:
    with pytest.raises(WeakPassword) as caught:
        check_strength(weak, about=("sri.lestari", "Sri Lestari"))
    assert caught.value.pointer == "#/password"
    assert weak not in caught.value.detail or weak == ""


@pytest.mark.parametrize("good", [GOOD, "x7!Kq" * 40, "ꦲꦤꦕꦫꦏ ꦢꦠꦱꦮꦭ"])
def test_what_is_hard_to_guess_is_taken(good: str) -> None:
    assert len(good) <= LONGEST
    check_strength(good)


def test_a_hash_at_another_cost_is_made_anew() -> None:
    stored = hash_password(GOOD, CHEAP)
    assert not needs_rehash(stored, CHEAP)
    assert needs_rehash(stored, HashCost(memory_kib=16, passes=1))


def test_the_cost_comes_from_the_settings() -> None:
    settings = {"PASSWORD_MEMORY_KIB": 65_536, "PASSWORD_TIME_COST": 3}
    assert hash_cost(settings) == HashCost(memory_kib=65_536, passes=3)
