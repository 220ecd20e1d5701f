"""A proof of work is worth something once, for an hour, as it was asked for."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import altcha
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizenreport.core.keys import KeyRing, make_key_files, read_key_files
from citizenreport.web import proof
from citizenreport.web.proof import HARDEST, LIFE, MAX_CHARS, Outcome, check_proof, new_challenge


def solved(challenge: dict[str, Any]) -> dict[str, Any]:
    found = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    assert found is not None
    return {"challenge": challenge, "solution": found.to_dict()}


def sent(payload: object) -> str:
    return base64.b64encode(json.dumps(payload).encode()).decode()


@pytest.fixture(scope="session")
def payload(keys: KeyRing) -> dict[str, Any]:
    return solved(new_challenge(keys, level=0, now=datetime.now(UTC)))


def outcome(keys: KeyRing, text: str, *, level: int = 0, later: timedelta = timedelta()) -> Outcome:
    return check_proof(keys, text, level=level, now=datetime.now(UTC) + later).outcome


def test_a_solved_challenge_is_accepted(keys: KeyRing, payload: dict[str, Any]) -> None:
    found = check_proof(keys, sent(payload), level=0, now=datetime.now(UTC))
    assert found.outcome is Outcome.ACCEPTED
    assert found.usable is not None
    assert len(found.usable.mark) == 32


def test_no_proof_is_none(keys: KeyRing) -> None:
    assert outcome(keys, "") is Outcome.MISSING


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cost", 1),
        ("keyPrefix", "00"),
        ("expiresAt", 4_000_000_000),
        ("data", {"level": HARDEST}),
        ("keySignature", None),
        ("algorithm", "SHA-256"),
    ],
)
def test_a_challenge_made_easier_is_forged(
    keys: KeyRing, payload: dict[str, Any], name: str, value: object
) -> None:
    parameters = payload["challenge"]["parameters"] | {name: value}
    changed = {**payload, "challenge": payload["challenge"] | {"parameters": parameters}}
    assert outcome(keys, sent(changed)) is Outcome.INVALID


def test_a_challenge_of_ones_own_making_is_forged(keys: KeyRing) -> None:
    own = altcha.create_challenge("PBKDF2/SHA-256", 1, counter=1, hmac_secret=b"own")
    assert outcome(keys, sent(solved(own.to_dict()))) is Outcome.INVALID


def test_another_installations_challenge_is_forged(
    keys: KeyRing, payload: dict[str, Any], tmp_path: Any
) -> None:
    make_key_files(tmp_path / "keys", demo=True)
    assert outcome(read_key_files(tmp_path / "keys"), sent(payload)) is Outcome.INVALID


def test_a_wrong_answer_is_invalid(keys: KeyRing, payload: dict[str, Any]) -> None:
    wrong = {**payload, "solution": {"counter": 1, "derivedKey": "00" * 32}}
    assert outcome(keys, sent(wrong)) is Outcome.INVALID


def test_it_holds_for_an_hour_by_the_servers_clock(keys: KeyRing, payload: dict[str, Any]) -> None:
    minute = timedelta(minutes=1)
    assert outcome(keys, sent(payload), later=LIFE - minute) is Outcome.ACCEPTED
    assert outcome(keys, sent(payload), later=LIFE + minute) is Outcome.EXPIRED
    assert outcome(keys, sent(payload), later=-minute) is Outcome.ACCEPTED  # another server's clock


def test_one_that_was_asked_for_long_ago_is_expired(keys: KeyRing) -> None:
    old = new_challenge(keys, level=0, now=datetime.now(UTC) - LIFE - timedelta(seconds=2))
    assert outcome(keys, sent(solved(old))) is Outcome.EXPIRED


def test_an_easy_one_does_not_do_when_it_has_become_hard(
    keys: KeyRing, payload: dict[str, Any]
) -> None:
    assert outcome(keys, sent(payload), level=proof.LEVELS_FORGIVEN) is Outcome.ACCEPTED
    assert outcome(keys, sent(payload), level=proof.LEVELS_FORGIVEN + 1) is Outcome.TOO_EASY


def test_each_level_takes_twice_the_tries(keys: KeyRing) -> None:
    now = datetime.now(UTC)
    tries = {
        level: altcha.solve_challenge(
            altcha.Challenge.from_dict(new_challenge(keys, level=level, now=now))
        )
        for level in (0, 3)
    }
    assert tries[0] is not None
    assert tries[3] is not None
    usual = proof.TRIES
    assert usual / 2 <= tries[0].counter < usual * 1.5
    assert 4 * usual <= tries[3].counter < 12 * usual


def test_too_long_a_text_is_not_even_read(keys: KeyRing) -> None:
    assert outcome(keys, "A" * (MAX_CHARS + 4)) is Outcome.INVALID


NAMES = ["challenge", "solution", "parameters", "signature", "counter", "derivedKey", "data"]
NAMES += ["algorithm", "nonce", "salt", "cost", "expiresAt", "keyLength", "__proto__"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES),
            inner,
            max_size=7,
        )
    ),
    max_leaves=20,
)


@given(
    st.text(max_size=200)
    | JSON.map(sent)
    | st.binary(max_size=99).map(lambda raw: base64.b64encode(raw).decode())
)
def test_anything_else_is_worth_nothing(keys: KeyRing, text: str) -> None:
    assert outcome(keys, text) in {Outcome.MISSING, Outcome.INVALID, Outcome.EXPIRED}


@given(
    st.sampled_from(["challenge", "solution", "signature", "nonce", "salt", "cost", "keyLength"]),
    JSON,
)
def test_a_good_one_with_a_part_exchanged_is_worth_nothing(
    keys: KeyRing, payload: dict[str, Any], name: str, value: object
) -> None:
    copied: dict[str, Any] = json.loads(json.dumps(payload))
    parts = {"challenge": copied, "solution": copied, "signature": copied["challenge"]}
    part = parts.get(name, copied["challenge"]["parameters"])
    if part[name] == value:
        return
    part[name] = value
    assert outcome(keys, sent(copied)) in {Outcome.INVALID, Outcome.EXPIRED}
