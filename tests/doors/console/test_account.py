"""One's own account: the password, and the places where one is signed in."""

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.identity.models import StaffSession
from citizenreport.identity.rules import browser_of
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import ROADS
from tests.identity.factories import PASSWORD

PAGE = "/petugas/akun"
NEW = "tujuh gunung satu sungai"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/143.0.0.0 Mobile Safari/537.36"
)


@pytest.fixture
def sri(desk: Desk) -> Visitor:
    return desk.person(ROADS)


def change(visitor: Visitor, **fields: str) -> int:
    given = {"current": PASSWORD, "password": NEW, "again": NEW} | fields
    return visitor.send(f"{PAGE}/kata-sandi", page=PAGE, **given).status_code


def token_of(visitor: Visitor) -> str:
    cookie = visitor.client.get_cookie("session")
    assert cookie is not None
    return cookie.value


def second_browser(desk: Desk) -> Visitor:
    other = Visitor(desk.app.test_client())
    other.client.environ_base["HTTP_USER_AGENT"] = CHROME
    assert other.sign_in().status_code == 303
    return other


def test_a_new_password_is_the_one_that_counts(desk: Desk, sri: Visitor) -> None:
    assert change(sri) == 303
    assert "sudah diganti" in sri.get(f"{PAGE}?beres=kata-sandi").text
    later = Visitor(desk.app.test_client())
    assert later.sign_in().status_code == 401
    assert later.sign_in(password=NEW).status_code == 303


def test_changing_it_renews_this_session_and_ends_the_others(desk: Desk, sri: Visitor) -> None:
    other, before = second_browser(desk), token_of(sri)
    assert change(sri) == 303
    assert token_of(sri) != before
    assert sri.get(PAGE).status_code == 200
    assert other.get(PAGE).status_code == 303
    sri.client.set_cookie("session", before)
    assert sri.get(PAGE).status_code == 303, "the token of before is worth nothing"


@pytest.mark.parametrize(
    "fields",
    [
        {"current": "bukan ini kata sandinya"},
        {"current": ""},
        {"again": "tujuh gunung dua sungai"},
        {"password": "password123", "again": "password123"},
        {"password": "", "again": ""},
        {"password": "sri.lestari", "again": "sri.lestari"},
    ],
)
def test_a_refused_change_changes_nothing(desk: Desk, sri: Visitor, fields: dict[str, str]) -> None:
    assert change(sri, **fields) == 422
    assert Visitor(desk.app.test_client()).sign_in().status_code == 303


def test_no_password_is_shown_again(sri: Visitor) -> None:
    given = {"current": "bukan ini kata sandinya", "password": NEW, "again": NEW}
    reply = sri.send(f"{PAGE}/kata-sandi", page=PAGE, **given)
    for secret in given.values():
        assert secret not in reply.text


def test_guessing_the_present_one_is_slowed(sri: Visitor) -> None:
    for _ in range(3):
        assert change(sri, current="salah sekali") == 422
    assert change(sri) == 429


def test_the_operators_own_list_is_refused(
    desk: Desk, sri: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = tmp_path / "bocor.txt"
    listed.write_text("Tujuh Gunung Satu Sungai\n", encoding="utf-8")
    monkeypatch.setitem(desk.app.config, "PASSWORD_LIST", str(listed))
    assert change(sri) == 422
    listed.write_text("lain sekali dari itu\n", encoding="utf-8")
    assert change(sri) == 303


def test_sessions_are_listed_with_their_browsers(desk: Desk, sri: Visitor) -> None:
    second_browser(desk)
    page = sri.get(PAGE).text
    assert "Chrome · Android" in page
    assert "SM-A155F" not in page
    assert page.count("yang ini") == 1


def test_one_session_is_ended_at_once(desk: Desk, sri: Visitor) -> None:
    other = second_browser(desk)
    [path] = re.findall(rf'action="({PAGE}/sesi/[0-9a-f-]+/akhiri)"', sri.get(PAGE).text)
    assert sri.send(path, page=PAGE).status_code == 303
    assert other.get(PAGE).status_code == 303
    assert sri.send(path, page=PAGE).status_code == 404, "it has ended already"


def test_all_others_are_ended_and_this_one_stays(
    desk: Desk, sri: Visitor, session: Session
) -> None:
    others = [second_browser(desk), second_browser(desk)]
    assert sri.send(f"{PAGE}/sesi/akhiri-lain", page=PAGE).status_code == 303
    assert [visitor.get(PAGE).status_code for visitor in others] == [303, 303]
    assert sri.get(PAGE).status_code == 200
    assert session.scalar(select(func.count()).select_from(StaffSession)) == 1


def test_nobody_ends_somebody_elses_session(desk: Desk, sri: Visitor, session: Session) -> None:
    budi = desk.person(ROADS, username="budi.santoso", name="Budi")
    [own] = session.scalars(select(StaffSession.id).order_by(StaffSession.created_at).limit(1))
    assert budi.send(f"{PAGE}/sesi/{own}/akhiri", page=PAGE).status_code == 404
    assert sri.get(PAGE).status_code == 200
    budi.send(f"{PAGE}/sesi/akhiri-lain", page=PAGE)
    assert sri.get(PAGE).status_code == 200


@pytest.mark.parametrize(
    ("user_agent", "shown"),
    [(FIREFOX, "Firefox · Linux"), (CHROME, "Chrome · Android"), ("curl/8", ""), ("", "")],
)
def test_a_browser_is_told_coarsely(app: Flask, user_agent: str, shown: str) -> None:
    assert browser_of(user_agent) == shown
