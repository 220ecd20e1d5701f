"""`/petugas/kendali/kanal`: which carriers are on, when they were heard, what went wrong."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from citizenreport.conversations import service
from citizenreport.conversations.rules import Carrier
from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from tests.doors.console.conftest import Desk
from tests.doors.console.people import DESK

PAGE = "/petugas/kendali/kanal"
SECRET = "kanari-rahasia"


def test_a_carrier_that_is_off_says_so(desk: Desk) -> None:
    visitor = desk.person(DESK)
    assert visitor.get(PAGE).text.count("Belum diatur.") == len(Carrier)
    assert PAGE in visitor.get("/petugas/kendali").text


def test_one_that_is_on_tells_what_came_and_what_failed_and_nothing_of_people(
    app: Flask, desk: Desk, session: Session, keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TELEGRAM_TOKEN", "TELEGRAM_SECRET"):
        monkeypatch.setitem(app.config, name, SECRET)
    message = {"text": "kanari-kata", "sender": "700100"}
    now = utcnow()
    service.take_in(
        session,
        keys,
        Carrier.TELEGRAM,
        message_id="1",
        sender="700100",
        content=message,
        now=now,
    )
    service.keep_answer(session, keys, Carrier.TELEGRAM, message, heard_at=now)
    service.failed(session, Carrier.TELEGRAM, "carrier-down", now=now)
    session.commit()
    page = desk.person(DESK).get(PAGE).text
    assert "http://localhost/kanal/telegram" in page
    assert "Layanan pesan sedang tidak tersedia." in page
    assert "<dt>Jawaban yang menunggu dikirim</dt><dd>1</dd>" in page
    for hidden in (SECRET, "kanari-kata", "700100"):
        assert hidden not in page
