"""What is not believed, whoever says it."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from citizenreport.core.outgoing import Outgoing
from citizenreport.identity.models import StaffSession
from citizenreport.identity.rules import BadGrant
from citizenreport.identity.sso.provider import Provider
from citizenreport.web.sso import EXTENSION, BadGroups, SingleSignOn, read_groups
from tests.identity.factories import make_staff
from tests.identity.sso.conftest import Gate, is_in, refusal

PAST = int(time.time()) - 3_600


@pytest.mark.parametrize(
    "lie",
    [
        {"set": {"nonce": "milik percobaan lain"}},
        {"drop": ["nonce"]},
        {"set": {"aud": "layanan-lain"}},
        {"set": {"aud": ["citizenreport", "layanan-lain"], "azp": "layanan-lain"}},
        {"set": {"iss": "https://lain.example"}},
        {"set": {"exp": PAST}},
        {"set": {"iat": PAST, "exp": PAST + 7_200}},
        {"set": {"iat": int(time.time()) + 86_400}},
        {"drop": ["exp"]},
        {"set": {"sub": "orang-lain"}},
        {"set": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
        {"alg": "none"},
        {"alg": "HS256", "by": "secret"},
        {"by": "stranger"},
    ],
)
def test_a_token_that_is_not_right_lets_nobody_in(gate: Gate, lie: dict[str, object]) -> None:
    gate.provider.tell("lie", token=lie)
    visitor = gate.visitor()
    assert refusal(gate.come_in(visitor)) == "sso-untrusted"
    assert not is_in(visitor)
    assert gate.staff() == []


@pytest.mark.parametrize(
    "told",
    [{"sub": "orang-lain"}, {"groups": {"opd-jalan": True}}, {"groups": [["opd-jalan"]]}],
    ids=str,
)
def test_what_is_told_beside_the_token_must_fit_it(gate: Gate, told: dict[str, object]) -> None:
    gate.provider.tell("lie", user=told)
    assert refusal(gate.come_in(gate.visitor())) == "sso-untrusted"
    assert gate.staff() == []


def test_a_provider_that_contradicts_itself_about_the_address_is_refused(gate: Gate) -> None:
    gate.provider.tell(
        "lie", token={"set": {"email": "budi@magelang.example", "email_verified": True}}
    )
    assert refusal(gate.come_in(gate.visitor())) == "sso-untrusted"
    assert gate.staff() == []


def test_an_answer_counts_once(gate: Gate) -> None:
    visitor = gate.visitor()
    back = gate.provider.sign_in(gate.set_out(visitor))
    assert gate.arrive(visitor, back).headers["Location"] == "/petugas"
    assert refusal(gate.arrive(visitor, back)) == "sso-attempt-gone"


def test_a_code_of_another_attempt_is_worth_nothing(gate: Gate) -> None:
    visitor = gate.visitor()
    stolen = parse_qs(urlsplit(gate.provider.sign_in(gate.set_out(visitor))).query)
    own = parse_qs(urlsplit(gate.set_out(visitor)).query)
    reply = visitor.get(
        "/petugas/masuk/sso/kembali",
        query_string={
            "code": stolen["code"][0],
            "state": own["state"][0],
            "iss": gate.provider.issuer,
        },
    )
    assert refusal(reply) == "sso-attempt-gone"
    assert not is_in(visitor)


def test_an_answer_is_taken_only_from_the_browser_that_asked(gate: Gate) -> None:
    back = gate.provider.sign_in(gate.set_out(gate.visitor()))
    victim = gate.visitor()
    gate.set_out(victim)
    assert refusal(gate.arrive(victim, back)) == "sso-attempt-gone"
    assert not is_in(victim)


def test_an_answer_of_another_issuer_is_refused(gate: Gate) -> None:
    visitor = gate.visitor()
    back = gate.provider.sign_in(gate.set_out(visitor))
    mixed_up = back.partition("&iss=")[0] + "&iss=https%3A%2F%2Flain.example"
    assert refusal(gate.arrive(visitor, mixed_up)) == "sso-untrusted"


def test_a_session_that_was_there_before_is_not_the_one_that_is_opened(gate: Gate) -> None:
    make_staff(gate.session, "penyerang")
    visitor = gate.visitor()
    visitor.sign_in("penyerang")
    planted = visitor.client.get_cookie("session")
    gate.come_in(visitor)
    opened = visitor.client.get_cookie("session")
    assert planted is not None
    assert opened is not None
    assert planted.value != opened.value
    assert len(gate.session.scalars(select(StaffSession)).all()) == 1


def test_a_declined_attempt_says_so(gate: Gate) -> None:
    visitor = gate.visitor()
    state = parse_qs(urlsplit(gate.set_out(visitor)).query)["state"][0]
    reply = visitor.get(
        "/petugas/masuk/sso/kembali",
        query_string={"error": "access_denied", "state": state, "iss": gate.provider.issuer},
    )
    assert refusal(reply) == "sso-declined"


def test_a_button_pressed_on_another_site_sets_out_nowhere(gate: Gate) -> None:
    assert gate.visitor().client.post("/petugas/masuk/sso").status_code == 403


@pytest.mark.parametrize("query", ["", "?code=x", "?code=x&state=y", "?state=%00&code=%F0"])
def test_an_answer_nobody_asked_for_is_refused(gate: Gate, query: str) -> None:
    reply = gate.visitor().get(f"/petugas/masuk/sso/kembali{query}")
    assert refusal(reply) == "sso-attempt-gone"


def test_a_provider_that_is_down_is_said_clearly_and_passwords_go_on(
    app: Flask, gate: Gate
) -> None:
    make_staff(gate.session)
    now: SingleSignOn = app.extensions[EXTENSION]
    unreachable = Provider(now.settings, Outgoing())  # the loopback is not to be asked
    app.extensions[EXTENSION] = SingleSignOn(settings=now.settings, provider=unreachable)
    visitor = gate.visitor()
    assert refusal(visitor.send("/petugas/masuk/sso")) == "sso-unavailable"
    page = visitor.get("/petugas/masuk?sebab=sso-unavailable").text
    assert "Layanan akun kantor tidak menjawab" in page
    assert visitor.sign_in().status_code == 303
    assert is_in(visitor)


def test_no_other_word_in_the_address_puts_a_reason_on_the_page(gate: Gate) -> None:
    page = gate.visitor().get("/petugas/masuk?sebab=hubungi-nomor-ini").text
    assert "Belum berhasil masuk" not in page


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "has no table"),
        ("[groups]\n", "has no table"),
        ('[groups]\n"a" = "officer@roads"\n', "write a list"),
        ('[groups]\n"a" = ["walikota"]\n', "is no role"),
        ('[groups]\n"a" = ["officer"]\n', "needs an agency"),
        ('[groups]\n"a" = ["city_desk@roads"]\n', "needs an agency"),
        ('[groups]\n"a" = ["confidential_handler@roads/violence"]\n', "no role|named by"),
        ('[groups]\n"a" = ["confidential_handler@roads"]\n', "named by the operator"),
        ("[groups\n", "Expected"),
    ],
)
def test_a_file_of_groups_that_is_wrong_is_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, text: str, told: str
) -> None:
    path = tmp_path_factory.mktemp("groups") / "groups.toml"
    path.write_text(text)
    with pytest.raises(BadGroups, match=told) as refused:
        read_groups(path)
    assert not isinstance(refused.value, BadGrant)
