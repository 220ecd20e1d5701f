"""Signing in with a second factor, and setting one up, through the pages."""

import re
import time
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from citizenreport.identity.factor_models import StaffTotp
from citizenreport.identity.models import StaffSession
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import ADMIN, ROADS
from tests.identity.factories import PASSWORD, make_staff

ACCOUNT = "/petugas/akun"
CODE = "/petugas/masuk/kode"
SET_UP = "/petugas/masuk/pasang"


def shown_app(page: str) -> pyotp.TOTP:
    found = re.search(r'<p class="code">([A-Z2-7 ]+)</p>', page)
    assert found is not None
    return pyotp.TOTP(found[1].replace(" ", ""))


def forget_used_steps(session: Session) -> None:
    """Let a test use the code of this half minute again, as if time had passed."""
    session.execute(update(StaffTotp).values(last_step=0))
    session.commit()


def set_up(visitor: Visitor, session: Session) -> tuple[pyotp.TOTP, list[str]]:
    assert visitor.send(f"{ACCOUNT}/aplikasi/mulai", page=ACCOUNT).status_code == 303
    page = visitor.get(f"{ACCOUNT}/aplikasi").text
    assert re.search(r'class="qr".*<svg[^>]* viewBox=', page), "it shrinks whole on a phone"
    app = shown_app(page)
    reply = visitor.send(f"{ACCOUNT}/aplikasi", page=f"{ACCOUNT}/aplikasi", code=app.now())
    assert reply.status_code == 200
    forget_used_steps(session)
    return app, re.findall(r'<li class="code">([A-Z2-7-]{29})</li>', reply.text)


@pytest.fixture
def sri(desk: Desk) -> Visitor:
    return desk.person(ROADS)


def test_an_app_is_set_up_and_asked_for(desk: Desk, sri: Visitor, session: Session) -> None:
    app, codes = set_up(sri, session)
    assert len(codes) == 10
    assert "Sisa 10 kode cadangan" in sri.get(ACCOUNT).text
    later = Visitor(desk.app.test_client())
    reply = later.sign_in(next="/petugas/tiket")
    assert reply.headers["Location"] == f"{CODE}?next=/petugas/tiket"
    assert later.get("/petugas").status_code == 303, "the password alone opens nothing"
    reply = later.send(CODE, page=CODE, code=app.now(), next="/petugas/tiket")
    assert reply.headers["Location"] == "/petugas/tiket"
    assert later.get("/petugas").status_code == 200


def test_the_session_is_renewed_at_the_second_factor(
    desk: Desk, sri: Visitor, session: Session
) -> None:
    app, _ = set_up(sri, session)
    later = Visitor(desk.app.test_client())
    later.sign_in()
    waiting = later.client.get_cookie("session")
    later.send(CODE, page=CODE, code=app.now())
    signed = later.client.get_cookie("session")
    assert waiting is not None
    assert signed is not None
    assert waiting.value != signed.value


def test_a_code_is_not_taken_twice(desk: Desk, sri: Visitor, session: Session) -> None:
    app, _ = set_up(sri, session)
    code = app.now()
    first, second = (Visitor(desk.app.test_client()) for _ in range(2))
    first.sign_in()
    second.sign_in()
    assert first.send(CODE, page=CODE, code=code).status_code == 303
    assert second.send(CODE, page=CODE, code=code).status_code == 422
    assert second.get("/petugas").status_code == 303


def test_a_recovery_code_signs_in_once(desk: Desk, sri: Visitor, session: Session) -> None:
    _, codes = set_up(sri, session)
    for expected in (303, 422):
        later = Visitor(desk.app.test_client())
        later.sign_in()
        assert later.send(CODE, page=CODE, code=codes[0]).status_code == expected


def test_a_role_that_needs_a_factor_sets_it_up_before_anything_opens(
    desk: Desk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(desk.app.config, "SECOND_FACTOR_ROLES", frozenset({"administrator"}))
    make_staff(session, "ada.admin", ADMIN)
    visitor = Visitor(desk.app.test_client())
    assert visitor.sign_in("ada.admin").status_code == 303
    assert visitor.get("/petugas").status_code == 303
    assert visitor.get(CODE).headers["Location"].startswith(SET_UP)
    page = visitor.get(SET_UP).text
    assert "<svg" in page
    assert "style=" not in page
    app = shown_app(page)
    assert visitor.send(SET_UP, page=SET_UP, code="000000").status_code == 422
    assert shown_app(visitor.get(SET_UP).text).secret == app.secret, "the secret stays"
    reply = visitor.send(SET_UP, page=SET_UP, code=app.now())
    assert "Kode cadangan" in reply.text
    assert visitor.get("/petugas").status_code == 200
    off = visitor.send(f"{ACCOUNT}/aplikasi/matikan", page=ACCOUNT)
    assert off.status_code == 409
    assert "memerlukan langkah kedua" in off.text


def test_switching_it_off_leaves_the_password(desk: Desk, sri: Visitor, session: Session) -> None:
    set_up(sri, session)
    assert sri.send(f"{ACCOUNT}/aplikasi/matikan", page=ACCOUNT).status_code == 303
    assert Visitor(desk.app.test_client()).sign_in().headers["Location"] == "/petugas"


def test_changing_a_factor_asks_for_a_fresh_proof(sri: Visitor, session: Session) -> None:
    session.execute(
        update(StaffSession).values(proved_at=StaffSession.proved_at - timedelta(minutes=6))
    )
    session.commit()
    reply = sri.send(f"{ACCOUNT}/aplikasi/mulai", page=ACCOUNT)
    assert reply.headers["Location"].startswith(f"{ACCOUNT}/pastikan?")
    proof = f"{ACCOUNT}/pastikan"
    assert sri.send(proof, page=proof, current="salah sekali ini").status_code == 422
    before = sri.client.get_cookie("session")
    assert sri.send(proof, page=proof, current=PASSWORD).status_code == 303
    assert sri.client.get_cookie("session") != before, "renewed"
    reply = sri.send(f"{ACCOUNT}/aplikasi/mulai", page=ACCOUNT)
    assert reply.headers["Location"] == f"{ACCOUNT}/aplikasi"


def test_nobody_skips_the_password(app: Flask, desk: Desk) -> None:
    visitor = Visitor(app.test_client())
    for path in (CODE, SET_UP):
        assert visitor.get(path).headers["Location"].startswith("/petugas/masuk?")
        reply = visitor.send(path, page="/petugas/masuk", code="123456")
        assert reply.status_code == 303
        assert reply.headers["Location"].startswith("/petugas/masuk?")


def test_a_code_is_not_shown_again(desk: Desk, sri: Visitor, session: Session) -> None:
    set_up(sri, session)
    later = Visitor(desk.app.test_client())
    later.sign_in()
    wrong = f"{int(time.time()) % 1_000_000:06d}"
    reply = later.send(CODE, page=CODE, code="x" + wrong)
    assert "x" + wrong not in reply.text
