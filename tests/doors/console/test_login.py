"""Signing in and out through the pages."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.identity.models import LoginFailure, StaffSession
from citizenreport.identity.rules import Grant, Role
from citizenreport.web.guards import PUBLIC, guard_of
from citizenreport.web.sessions import is_demo_allowed, session_token, signed_in
from tests.doors.console.conftest import Visitor
from tests.identity.factories import PASSWORD, make_staff

LOGIN = "/petugas/masuk"


def cookies(reply: object) -> dict[str, str]:
    return {
        line.split("=", 1)[0]: line
        for line in reply.headers.getlist("Set-Cookie")  # type: ignore[attr-defined]
    }


def test_who_is_not_signed_in_is_asked_to_and_brought_back(
    visitor: Visitor, session: Session
) -> None:
    make_staff(session)
    asked = visitor.get("/petugas?x=1")
    assert asked.status_code == 303
    assert asked.headers["Location"] == "/petugas/masuk?next=/petugas?x%3D1"
    page = visitor.get(asked.headers["Location"])
    assert 'name="next" value="/petugas?x=1"' in page.text
    reply = visitor.sign_in(next="/petugas?x=1")
    assert reply.status_code == 303
    assert reply.headers["Location"] == "/petugas?x=1"


def test_the_console_greets_by_name_and_role(visitor: Visitor, session: Session) -> None:
    make_staff(session)
    visitor.sign_in()
    page = visitor.get("/petugas")
    assert "Sri Lestari" in page.text
    assert "Petugas instansi" in page.text
    assert "Dinas Jalan" in page.text
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("role", [Role.CITY_DESK, Role.ANALYST, Role.ADMINISTRATOR])
def test_every_role_finds_its_console(visitor: Visitor, session: Session, role: Role) -> None:
    make_staff(session, "sri.lestari", Grant(role=role))
    visitor.sign_in()
    assert visitor.get("/petugas").status_code == 200


def test_someone_without_a_role_is_refused(visitor: Visitor, session: Session) -> None:
    make_staff(session, "sri.lestari", Grant(role=Role.CITY_DESK))
    visitor.sign_in()
    session.connection().exec_driver_sql("DELETE FROM staff_role")
    assert visitor.get("/petugas").status_code == 403


def test_a_refusal_tells_nothing_about_the_account(visitor: Visitor, session: Session) -> None:
    make_staff(session)
    known = visitor.sign_in(password="salah")
    unknown = visitor.sign_in("tidak.ada", password="salah")

    def without_token(text: str) -> str:
        return re.sub(r'(value="[^"]{80,}")|sri\.lestari|tidak\.ada', "", text)

    assert known.status_code == unknown.status_code == 401
    assert without_token(known.text) == without_token(unknown.text)
    assert "session" not in cookies(known)
    assert PASSWORD not in known.text


def test_the_name_is_kept_and_the_password_is_not(visitor: Visitor, session: Session) -> None:
    reply = visitor.sign_in('"><script>alert(1)</script>', password="rahasia sekali")
    assert "<script>" not in reply.text
    assert "&lt;script&gt;" in reply.text
    assert "rahasia sekali" not in reply.text


def test_a_failure_is_committed(visitor: Visitor, session: Session) -> None:
    make_staff(session)
    visitor.sign_in(password="salah")
    session.rollback()
    assert session.scalar(select(func.sum(LoginFailure.failures))) == 1


def test_too_many_guesses_have_to_wait(visitor: Visitor, session: Session) -> None:
    make_staff(session)
    for _ in range(3):
        assert visitor.sign_in(password="salah").status_code == 401
    reply = visitor.sign_in()
    assert reply.status_code == 429
    assert int(reply.headers["Retry-After"]) in (1, 2)
    assert "Tunggu" in reply.text


def test_the_session_cookie_is_for_this_host_and_no_script(
    visitor: Visitor, session: Session
) -> None:
    make_staff(session)
    cookie = cookies(visitor.sign_in())["session"]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_over_https_the_cookies_are_bound_to_the_host(
    visitor: Visitor, session: Session, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://lapor.example")
    make_staff(session)
    base = {"base_url": "https://lapor.example"}
    page = app.test_client()
    token = re.search(r'csrf_token" value="([^"]+)"', page.get(LOGIN, **base).text)
    assert token is not None
    given = {"csrf_token": token[1], "username": "sri.lestari", "password": PASSWORD}
    set_cookies = cookies(page.post(LOGIN, data=given, **base))
    assert set(set_cookies) == {"__Host-session", "__Host-device"}
    for cookie in set_cookies.values():
        assert "Secure" in cookie
        assert "HttpOnly" in cookie
    assert page.get("/petugas", **base).status_code == 200


def test_a_planted_session_is_worth_nothing_after_signing_in(
    visitor: Visitor, session: Session
) -> None:
    make_staff(session)
    visitor.client.set_cookie("session", "planted-by-someone-else")
    visitor.sign_in()
    cookie = visitor.client.get_cookie("session")
    assert cookie is not None
    assert cookie.value != "planted-by-someone-else"
    visitor.client.set_cookie("session", "planted-by-someone-else")
    assert visitor.get("/petugas").status_code == 303


def test_signing_in_again_ends_the_session_before(visitor: Visitor, session: Session) -> None:
    make_staff(session)
    make_staff(session, "budi.santoso", name="Budi Santoso")
    visitor.sign_in()
    first = visitor.client.get_cookie("session")
    assert first is not None
    visitor.send("/petugas/masuk", page="/petugas", username="budi.santoso", password=PASSWORD)
    assert "Budi Santoso" in visitor.get("/petugas").text
    assert session.scalar(select(func.count()).select_from(StaffSession)) == 1
    visitor.client.set_cookie("session", first.value)
    assert visitor.get("/petugas").status_code == 303


def test_signing_out_ends_it_on_the_server(visitor: Visitor, session: Session) -> None:
    make_staff(session)
    visitor.sign_in()
    kept = visitor.client.get_cookie("session")
    assert kept is not None
    reply = visitor.send("/petugas/keluar", page="/petugas")
    assert reply.status_code == 303
    assert visitor.client.get_cookie("session") is None
    visitor.client.set_cookie("session", kept.value)
    assert visitor.get("/petugas").status_code == 303


def test_reading_an_address_never_signs_out(visitor: Visitor, session: Session) -> None:
    make_staff(session)
    visitor.sign_in()
    assert visitor.get("/petugas/keluar").status_code == 405
    assert visitor.get("/petugas").status_code == 200


@pytest.mark.parametrize("path", [LOGIN, "/petugas/keluar"])
def test_a_form_from_elsewhere_is_refused(visitor: Visitor, session: Session, path: str) -> None:
    make_staff(session)
    given = {"username": "sri.lestari", "password": PASSWORD}
    assert visitor.client.post(path, data=given).status_code == 403
    assert session.scalar(select(func.count()).select_from(StaffSession)) == 0


def test_the_token_of_before_is_worth_nothing_after_signing_in(
    visitor: Visitor, session: Session
) -> None:
    make_staff(session)
    token = re.search(r'csrf_token" value="([^"]+)"', visitor.get(LOGIN).text)
    assert token is not None
    visitor.sign_in()
    reply = visitor.client.post("/petugas/keluar", data={"csrf_token": token[1]})
    assert reply.status_code == 403


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/petugas",
        "/\\evil.example",
        "\\\\evil.example",
        "/petugas\\@evil.example",
        "/petugas@evil.example",
        "/petugasx",
        "/petugas/../lapor",
        "javascript:alert(1)",
        "/petugas\r\nSet-Cookie: a=b",
        " /petugas",
        "http:petugas",
        "/lapor",
    ],
)
def test_signing_in_never_leads_elsewhere(
    visitor: Visitor, session: Session, elsewhere: str
) -> None:
    make_staff(session)
    reply = visitor.sign_in(next=elsewhere)
    assert reply.status_code == 303
    assert re.fullmatch(r"/petugas(/\.\./lapor)?", reply.headers["Location"])
    assert reply.headers.getlist("Set-Cookie")[0].startswith("session=")


def test_an_idle_session_asks_again(visitor: Visitor, session: Session, app: Flask) -> None:
    make_staff(session)
    visitor.sign_in()
    session.execute(update(StaffSession).values(seen_at=StaffSession.seen_at - timedelta(hours=1)))
    session.commit()
    assert visitor.get("/petugas").status_code == 303


def test_signing_out_is_in_sight_on_every_page(
    visitor: Visitor, session: Session, app: Flask
) -> None:
    make_staff(session, "sri.lestari", Grant(role=Role.CITY_DESK))
    visitor.sign_in()
    seen = 0
    for rule in app.url_map.iter_rules():
        is_staffs = guard_of(app.view_functions[rule.endpoint]) not in (PUBLIC, None)
        if rule.arguments or not is_staffs or "GET" not in (rule.methods or ()):
            continue
        shown = visitor.get(rule.rule)
        if shown.mimetype == "text/html" and shown.status_code == 200 and "<html" in shown.text:
            assert 'action="/petugas/keluar"' in shown.text, rule.rule
            seen += 1
    assert seen > 10


def test_demo_accounts_enter_on_loopback_of_a_private_cluster_only(
    session: Session, app: Flask, town: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_staff(session, "demo-petugas", is_demo=True)

    def status(host: str, address: str) -> int:
        client = app.test_client()
        given = {"base_url": f"http://{host}", "environ_base": {"REMOTE_ADDR": address}}
        token = re.search(r'csrf_token" value="([^"]+)"', client.get(LOGIN, **given).text)
        assert token is not None
        data = {"csrf_token": token[1], "username": "demo-petugas", "password": PASSWORD}
        return client.post(LOGIN, data=data, **given).status_code

    assert status("127.0.0.1:8000", "127.0.0.1") == 303
    assert status("localhost:8000", "::1") == 303
    assert status("rebound.example:8000", "127.0.0.1") == 401
    assert status("127.0.0.1:8000", "10.0.0.7") == 401
    assert status("127.0.0.1.evil.example", "127.0.0.1") == 401
    monkeypatch.setitem(app.config, "IS_PRIVATE", False)
    assert status("127.0.0.1:8000", "127.0.0.1") == 401


@pytest.mark.parametrize("mark", ["Forwarded", "Via", "X-Forwarded-For", "X-Real-IP"])
def test_demo_accounts_do_not_enter_through_a_proxy(app: Flask, mark: str) -> None:
    given = {"base_url": "http://127.0.0.1:8000", "environ_base": {"REMOTE_ADDR": "127.0.0.1"}}
    with app.test_request_context("/petugas", **given):
        assert is_demo_allowed()
    with app.test_request_context("/petugas", headers={mark: "127.0.0.1"}, **given):
        assert not is_demo_allowed()


def test_demo_accounts_do_not_enter_through_a_proxy_that_leaves_no_mark(app: Flask) -> None:
    """nginx with nothing but `proxy_pass`: its own address and name, in HTTP/1.0."""
    given = {"base_url": "http://127.0.0.1:8000", "environ_base": {"REMOTE_ADDR": "127.0.0.1"}}
    with app.test_request_context(
        "/petugas", environ_overrides={"SERVER_PROTOCOL": "HTTP/1.0"}, **given
    ):
        assert not is_demo_allowed()


def test_machines_never_look_at_the_cookie(visitor: Visitor, session: Session, app: Flask) -> None:
    make_staff(session)
    visitor.sign_in()
    before = session.scalar(select(func.count()).select_from(StaffSession))
    assert before == 1
    with app.test_request_context("/api/v1/reports", headers={"Cookie": "session=x"}):
        assert session_token() is None
        assert signed_in() is None


def test_guests_of_other_pages_get_no_cookie(visitor: Visitor) -> None:
    assert "Set-Cookie" not in visitor.get("/problems/").headers
