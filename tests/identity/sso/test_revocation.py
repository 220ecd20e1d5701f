"""Whoever the provider lets go is out at once; who signs in here without it, and how sure it is."""

import time
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from citizenreport.core.outgoing import Outgoing
from citizenreport.identity import sessions
from citizenreport.identity.models import Staff, StaffSession
from citizenreport.identity.passwords import hash_password
from citizenreport.identity.sso.models import SsoSession
from citizenreport.identity.sso.provider import Provider
from citizenreport.identity.sso.rules import GRACE
from citizenreport.ledger.models import Event
from citizenreport.web.sso import EXTENSION, SingleSignOn
from tests.doors.console.conftest import Visitor
from tests.identity.factories import CHEAP, PASSWORD, make_staff
from tests.identity.sso.conftest import Gate, is_in, refusal

OVER = "/petugas/masuk/sso/berakhir"
EVENT = {"http://schemas.openid.net/event/backchannel-logout": {}}


def inside(gate: Gate) -> Visitor:
    visitor = gate.visitor()
    gate.come_in(visitor)
    assert is_in(visitor)
    return visitor


def due(gate: Gate) -> None:
    """Let the time pass after which the provider is asked again."""
    gate.session.execute(
        update(StaffSession).values(recheck_at=StaffSession.recheck_at - timedelta(minutes=6))
    )
    gate.session.commit()


def cut_off(app: Flask) -> None:
    """Let the provider be out of reach."""
    now: SingleSignOn = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = SingleSignOn(
        settings=now.settings, provider=Provider(now.settings, Outgoing())
    )


def test_a_session_ended_at_the_provider_ends_here_at_once(app: Flask, gate: Gate) -> None:
    visitor = inside(gate)
    token = gate.provider.tell("sign_off", id="sri")
    said = app.test_client().post(OVER, data={"logout_token": token})
    assert said.status_code == 200, said.text
    assert not is_in(visitor)
    again = app.test_client().post(OVER, data={"logout_token": token})
    assert again.status_code == 400


@pytest.mark.parametrize(
    "forged",
    [
        {"set": {"aud": "layanan-lain"}},
        {"set": {"iss": "https://lain.example"}},
        {"set": {"nonce": "x"}},
        {"set": {"events": {}}},
        {"drop": ["events"]},
        {"drop": ["sub"]},
        {"drop": ["jti"]},
        {"drop": ["iat"]},
        {"set": {"iat": int(time.time()) - 3_600}},
        {"set": {"exp": int(time.time()) - 3_600}},
        {"set": {"exp": "besok"}},
        {"alg": "none"},
        {"alg": "HS256", "by": "secret"},
        {"by": "stranger"},
    ],
)
def test_a_logout_that_the_provider_did_not_sign_ends_nothing(
    app: Flask, gate: Gate, forged: dict[str, object]
) -> None:
    visitor = inside(gate)
    now = int(time.time())
    claims = {"iss": gate.provider.issuer, "aud": "citizenreport", "sub": "sri", "jti": "j"}
    claims |= {"iat": now, "exp": now + 120, "events": EVENT}
    token = gate.provider.tell("sign", claims=claims, **forged)
    assert app.test_client().post(OVER, data={"logout_token": token}).status_code == 400
    assert is_in(visitor)
    good = gate.provider.tell("sign", claims=claims)
    assert app.test_client().post(OVER, data={"logout_token": good}).status_code == 200
    assert not is_in(visitor)


def test_a_logout_of_somebody_else_leaves_ones_own(app: Flask, gate: Gate) -> None:
    visitor = inside(gate)
    gate.provider.person(
        "budi", preferred_username="budi", email="budi@magelang.example", name="Budi"
    )
    gate.come_in(gate.visitor(), "budi")
    token = gate.provider.tell("sign_off", id="budi")
    assert app.test_client().post(OVER, data={"logout_token": token}).status_code == 200
    assert is_in(visitor)


def test_nothing_but_a_token_is_nothing(app: Flask, gate: Gate) -> None:
    for fields in ({}, {"logout_token": ""}, {"logout_token": "a.b.c"}, {"lain": "x"}):
        assert app.test_client().post(OVER, data=fields).status_code == 400


def test_the_provider_is_asked_again_and_says_yes(gate: Gate) -> None:
    visitor = inside(gate)
    first = gate.session.scalars(select(SsoSession.refresh_sealed)).one()
    due(gate)
    assert is_in(visitor)
    gate.session.expire_all()
    row = gate.session.scalars(select(SsoSession)).one()
    assert row.refresh_sealed != first
    due(gate)
    assert is_in(visitor)


def test_whoever_has_no_account_there_any_more_is_out_when_it_is_asked_again(gate: Gate) -> None:
    visitor, elsewhere = inside(gate), inside(gate)
    gate.provider.tell("forget", id="sri")
    assert is_in(visitor)  # not asked yet
    due(gate)
    assert not is_in(visitor)
    assert not is_in(elsewhere)


def test_other_groups_end_the_session_when_it_is_asked_again(gate: Gate) -> None:
    visitor = inside(gate)
    gate.provider.person(groups=["opd-perempuan"])
    due(gate)
    assert not is_in(visitor)
    gate.provider.person(groups=[])
    again = gate.visitor()
    assert refusal(gate.come_in(again)) == "sso-no-role"


def test_a_silent_provider_is_waited_for_half_an_hour(app: Flask, gate: Gate) -> None:
    visitor = inside(gate)
    cut_off(app)
    due(gate)
    assert is_in(visitor)
    past = update(SsoSession).values(confirmed_at=SsoSession.confirmed_at - GRACE)
    gate.session.execute(past)
    due(gate)
    assert not is_in(visitor)


def with_password(gate: Gate) -> Staff:
    """The one account there is, with a password from before it was linked."""
    (staff,) = gate.staff()
    staff.password_hash = hash_password(PASSWORD, CHEAP)
    gate.session.commit()
    return staff


def test_a_linked_account_has_no_way_round_the_provider(app: Flask, gate: Gate) -> None:
    inside(gate)
    staff = with_password(gate)
    assert gate.visitor().sign_in(staff.username).status_code == 401
    app.config["LOCAL_LOGIN"] = "all"
    try:
        assert gate.visitor().sign_in(staff.username).status_code == 303
    finally:
        app.config.pop("LOCAL_LOGIN")


def test_in_an_emergency_only_the_accounts_kept_for_it_sign_in_and_that_is_recorded(
    app: Flask, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "LOCAL_LOGIN", "emergency")
    monkeypatch.setitem(app.config, "EMERGENCY_ACCOUNTS", frozenset({"darurat.satu"}))
    kept = make_staff(gate.session, "darurat.satu")
    make_staff(gate.session, "budi.santoso")
    cut_off(app)
    assert gate.visitor().sign_in("budi.santoso").status_code == 401
    visitor = gate.visitor()
    visitor.sign_in("darurat.satu")
    assert is_in(visitor)
    noted = select(Event.actor_id).where(Event.type == "emergency_login")
    assert gate.session.scalars(noted).all() == [kept.id]


def test_the_second_step_is_asked_here_unless_the_providers_counts(
    app: Flask, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SECOND_FACTOR_ROLES", frozenset({"officer"}))
    gate.provider.tell("lie", token={"set": {"amr": ["pwd", "otp"]}})
    visitor = gate.visitor()
    assert gate.come_in(visitor).headers["Location"].startswith("/petugas/masuk/kode?")
    assert not is_in(visitor)
    gate.set(factor_marks=frozenset({"amr:otp", "acr:emas"}))
    assert "acr_values=emas" in gate.set_out(gate.visitor())
    counted = gate.visitor()
    assert gate.come_in(counted).headers["Location"] == "/petugas"
    assert is_in(counted)
    gate.provider.tell("lie", token={"set": {"amr": ["pwd"]}})
    assert "/kode?" in gate.come_in(gate.visitor()).headers["Location"]


def test_a_fresh_proof_is_a_fresh_sign_in_at_the_provider(gate: Gate) -> None:
    visitor = inside(gate)
    token = sessions.token_hash(visitor.client.get_cookie("session").value)  # type: ignore[union-attr]
    old = update(StaffSession).values(proved_at=StaffSession.proved_at - timedelta(hours=1))
    gate.session.execute(old)
    gate.session.commit()
    page = visitor.send("/petugas/masuk/sso/pastikan", page="/petugas/akun", next="/petugas/akun")
    address = page.headers["Refresh"].partition("url=")[2]
    assert "prompt=login" in address
    reply = gate.arrive(visitor, gate.provider.sign_in(address))
    assert reply.headers["Location"] == "/petugas/akun"
    assert is_in(visitor)
    gate.session.expire_all()
    row = gate.session.scalars(select(StaffSession)).one()
    assert row.created_at - row.proved_at < timedelta(minutes=1)
    assert row.token_hash != token


def test_somebody_elses_sign_in_is_no_proof(gate: Gate) -> None:
    visitor = inside(gate)
    gate.provider.person("budi", preferred_username="budi", email="budi@magelang.example")
    page = visitor.send("/petugas/masuk/sso/pastikan", page="/petugas/akun")
    back = gate.provider.sign_in(page.headers["Refresh"].partition("url=")[2], "budi")
    assert refusal(gate.arrive(visitor, back)) == "sso-untrusted"
