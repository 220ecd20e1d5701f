"""A form whose session ended goes along through signing in, and nowhere else."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.identity.models import StaffSession
from citizenreport.triage.models import Message, Ticket
from tests.doors.console.conftest import TOKEN, Desk, Visitor
from tests.doors.console.people import ROADS
from tests.doors.console.test_second_step import set_up
from tests.identity.factories import PASSWORD

STORY = "Sudah kami periksa bersama warga; lampunya datang hari Kamis."
LOGIN = "/petugas/masuk"
CODE = "/petugas/masuk/kode"


def end_sessions(session: Session) -> None:
    session.execute(update(StaffSession).values(seen_at=StaffSession.seen_at - timedelta(hours=1)))
    session.commit()


def posted(visitor: Visitor, page: str, path: str, **fields: str) -> TestResponse:
    """Send a form with the token of a page that was read before."""
    match = TOKEN.search(page)
    assert match is not None
    return visitor.client.post(path, data={"csrf_token": unescape(match[1]), **fields})


def kept_on(page: str) -> str:
    found = re.search(r'name="kept" value="([^"]+)"', page)
    assert found is not None
    return unescape(found[1])


def interrupted_reply(desk: Desk, visitor: Visitor, session: Session) -> tuple[str, str]:
    ticket = desk.report()
    page = visitor.get(f"/petugas/tiket/{ticket.id}").text
    end_sessions(session)
    path = f"/petugas/tiket/{ticket.id}/jawaban"
    given = {"form": "jawaban", "seen": "1", "text": STORY}
    reply = posted(visitor, page, path, **given)
    assert reply.status_code == 401
    assert reply.headers["Cache-Control"] == "no-store"
    return path, reply.text


def test_it_is_offered_after_the_password_and_sent_by_hand(desk: Desk, session: Session) -> None:
    visitor = desk.person(ROADS)
    path, page = interrupted_reply(desk, visitor, session)
    login = {"username": "sri.lestari", "password": PASSWORD, "kept": kept_on(page)}
    offered = posted(visitor, page, LOGIN, **login)
    assert STORY in offered.text
    assert session.scalar(select(func.count()).select_from(Message)) == 0, "not sent by itself"
    assert f'action="{path}"' in offered.text
    sent = posted(visitor, offered.text, path, form="jawaban", seen="1", text=STORY)
    assert sent.status_code == 303


def test_it_survives_a_wrong_password_and_the_second_step(desk: Desk, session: Session) -> None:
    visitor = desk.person(ROADS)
    _, codes = set_up(visitor, session)
    _, page = interrupted_reply(desk, visitor, session)
    login = {"username": "sri.lestari", "kept": kept_on(page)}
    page = posted(visitor, page, LOGIN, password="salah sekali ini", **login).text
    assert STORY in page
    page = posted(visitor, page, LOGIN, password=PASSWORD, **login).text
    assert 'name="code"' in page
    page = posted(visitor, page, CODE, code="bukan", kept=kept_on(page)).text
    page = posted(visitor, page, CODE, code=codes[0], kept=kept_on(page)).text
    assert STORY in page
    assert "Kirim sekarang" in page


@pytest.mark.parametrize(
    "kept",
    [
        "x",
        "[]",
        "[" * 5000,
        json.dumps(["https://evil.example/petugas/tiket", [], False]),
        json.dumps(["//evil.example/petugas", [], False]),
        json.dumps(["/lapor", [], False]),
        json.dumps(["/petugas/../lapor", [], False]),
        json.dumps(["/petugas/akun/kata-sandi", [["password", "x"]], False]),
        json.dumps(["/petugas/keluar", [], False]),
        json.dumps(["/petugas/tiket/x", "text", False]),
        json.dumps(["/petugas/tiket/x", [["text", "x" * 100_001]], False]),
    ],
)
def test_what_is_no_form_of_a_ticket_is_not_carried(desk: Desk, kept: str) -> None:
    desk.person(ROADS)
    reply = Visitor(desk.app.test_client()).sign_in(kept=kept)
    assert reply.status_code == 303


def test_passwords_and_codes_are_never_kept(desk: Desk, session: Session) -> None:
    visitor = desk.person(ROADS)
    ticket: Ticket = desk.report()
    page = visitor.get(f"/petugas/tiket/{ticket.id}").text
    end_sessions(session)
    given = {"reason": STORY, "current": "rahasia sekali ini"}
    reply = posted(visitor, page, f"/petugas/tiket/{ticket.id}/kontak", **given)
    assert STORY in reply.text
    assert "rahasia sekali ini" not in unescape(reply.text)


def test_a_form_from_another_site_is_not_offered(desk: Desk) -> None:
    visitor = desk.person(ROADS)
    path = f"/petugas/tiket/{desk.report().id}/jawaban"
    for site in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "none"}):
        reply = visitor.client.post(path, data={"text": STORY}, headers=site)
        assert reply.status_code == 403
        assert "Kirim sekarang" not in reply.text
    own = {"Sec-Fetch-Site": "same-origin"}
    reply = visitor.client.post(path, data={"text": STORY}, headers=own)
    assert reply.status_code == 403
    assert "Kirim sekarang" in reply.text
