"""Staff hear of a flood: how many and what we do about it, and of nobody who sent."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.identity.rules import Grant, Role
from citizenreport.jobs.floods import lately, watch_floods
from citizenreport.messaging.staff import set_mail
from citizenreport.web import limit_rules
from citizenreport.web.context import current_keys
from citizenreport.web.floods import Flood, FloodNotes
from citizenreport.web.models import FloodNote
from tests.doors.limits.conftest import FromNetwork
from tests.doors.limits.test_sending import LAMP, send
from tests.identity.factories import make_staff
from tests.messaging.post_office import PostOffice, text_of

DESK_MAIL = "meja@kota.example"


@pytest.fixture
def office(app: Flask, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> PostOffice:
    monkeypatch.setitem(app.config, "SMTP_URL", post_office.url)
    return post_office


@pytest.fixture
def desk(app: Flask, session: Session) -> None:
    keys: KeyRing = current_keys()
    for name, role in (("meja", Role.CITY_DESK), ("lain", Role.INSPECTORATE)):
        staff = make_staff(session, name, Grant(role=role))
        address = DESK_MAIL if role is Role.CITY_DESK else "lain@kota.example"
        set_mail(session, keys, staff.id, address, now=utcnow())
    session.commit()


def kinds(session: Session) -> dict[str, int]:
    return {row.kind: row.number for row in session.scalars(select(FloodNote))}


def test_a_refused_report_is_noted_and_the_desk_is_told_once(
    from_network: FromNetwork, session: Session, desk: None, office: PostOffice
) -> None:
    client = from_network("send-unproven=2/hour", address="198.18.77.9")
    assert [send(client).status_code for _ in range(4)] == [201, 201, 429, 429]
    assert kinds(session) == {"refused": 1}  # the second waits in the process
    watch_floods()
    watch_floods()
    (mail,) = office.mails
    assert mail["To"] == DESK_MAIL
    said = f"{mail['Subject']} {text_of(mail)}"
    assert "1 kiriman diminta menunggu" in said
    for word in ("198.18", LAMP["description"], "A04", "Penerangan"):
        assert word not in said


def test_more_reports_than_usual_a_minute_make_proofs_harder_and_are_noted(
    from_network: FromNetwork, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limit_rules, "EASY_SENDS", 3)
    client = from_network("send-unproven=99/hour")
    for number in range(3):
        assert kinds(session) == {}, number
        assert send(client).status_code == 201
    assert kinds(session) == {"harder": 3}


def test_usual_use_is_no_flood(from_network: FromNetwork, session: Session) -> None:
    client = from_network("read=2/hour, send-unproven=9/hour")
    assert [client.get("/laporan").status_code for _ in range(3)][-1] == 429
    assert send(client).status_code == 201
    assert kinds(session) == {}


def test_a_flood_that_goes_on_tells_nobody_every_hour(
    app: Flask, session: Session, from_network: FromNetwork, desk: None, office: PostOffice
) -> None:
    hour = utcnow().replace(minute=0, second=0, microsecond=0)
    for hours in (3, 2):
        at = hour - timedelta(hours=hours)
        session.add(FloodNote(kind="harder", hour_at=at, number=300 + hours, last_at=at))
        session.commit()
        watch_floods()
    assert len(office.mails) == 1
    with app.test_request_context():
        assert [one.words.split(" per ")[0] for one in lately(session, now=utcnow())] == [
            "Laporan masuk sampai 302",
            "Laporan masuk sampai 303",
        ]
        assert lately(session, now=utcnow() + timedelta(days=2)) == []
    watch_floods(now=utcnow() + timedelta(days=40))
    assert kinds(session) == {}


def test_refusals_add_up_and_the_highest_minute_counts() -> None:
    told: list[tuple[str, int]] = []

    class Connection:
        def execute(self, _statement: str, given: tuple[str, int]) -> None:
            told.append(given)

        def __enter__(self) -> "Connection":
            return self

        def __exit__(self, *_: object) -> None:
            pass

    notes = FloodNotes(Connection)  # type: ignore[arg-type]
    notes.note(Flood.HARDER, 240)
    for number in (300, 260):
        notes.note(Flood.HARDER, number)
    for _ in range(3):
        notes.note(Flood.REFUSED, 1)
    assert told == [("harder", 240), ("refused", 1)]
    notes._told_at.clear()
    notes.note(Flood.HARDER, 100)
    notes.note(Flood.REFUSED, 1)
    assert told[2:] == [("harder", 300), ("refused", 3)]
