"""One's own choice of when to be told."""

import re

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.identity.models import Staff
from citizenreport.jobs.staff_notices import message_code
from citizenreport.messaging.queries import address_of
from citizenreport.messaging.staff import addresses_of
from citizenreport.messaging.staff_numbers import set_number
from citizenreport.web.limit_rules import read_limits
from citizenreport.web.limits import EXTENSION, Limits
from tests.doors.console.conftest import Desk
from tests.doors.console.people import ROADS

PAGE = "/petugas/kabar"


def test_a_choice_is_kept(desk: Desk) -> None:
    officer = desk.person(ROADS)
    sent = officer.send(PAGE, page=PAGE, mode="digest", quiet_from="21", quiet_to="6")
    assert sent.status_code == 303
    page = officer.get(PAGE).text
    assert 'value="digest" checked' in page
    assert 'value="21"' in page
    assert 'value="6"' in page


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(desk: Desk) -> None:
    officer = desk.person(ROADS)
    sent = officer.send(PAGE, page=PAGE, mode="digest", quiet_from="25", quiet_to="6")
    assert sent.status_code == 422
    assert 'value="25"' in sent.text
    assert 'value="digest" checked' in sent.text
    assert 'value="at_once" checked' in officer.get(PAGE).text


def test_a_number_is_asked_for_only_where_a_messenger_is(
    app: Flask, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = desk.person(ROADS)
    assert 'name="messenger"' not in officer.get(PAGE).text
    monkeypatch.setitem(app.config, "MESSENGER", "null")
    wrong = officer.send(PAGE, page=PAGE, mode="at_once", messenger="budi")
    assert wrong.status_code == 422
    assert 'value="budi"' in wrong.text
    right = officer.send(PAGE, page=PAGE, mode="at_once", messenger="+62 812 3456 7890")
    assert right.status_code == 303
    assert 'value="+6281234567890"' in officer.get(PAGE).text


@pytest.fixture
def messages(
    app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> pytest.CaptureFixture[str]:
    """What the messenger of the console says."""
    monkeypatch.setitem(app.config, "MESSENGER", "console")
    return capsys


def sent_code(session: Session, messages: pytest.CaptureFixture[str]) -> str:
    """Run what waits, as the worker does, and return the code of the last message."""
    query = "DELETE FROM procrastinate_jobs WHERE task_name = 'message_code' RETURNING args"
    for (args,) in session.execute(text(query)).all():
        assert set(args) == {"address_id"}
        message_code(**args)
    return re.findall(r"Kode (\d{6})", messages.readouterr().err)[-1]


def used(session: Session, desk: Desk) -> list[str]:
    ids = session.scalars(select(Staff.id)).all()
    return [address_of(desk.keys, row) for row in addresses_of(session, ids)]


def test_a_number_is_used_when_its_owner_has_entered_the_code(
    desk: Desk, session: Session, messages: pytest.CaptureFixture[str]
) -> None:
    officer = desk.person(ROADS)
    officer.send(PAGE, page=PAGE, mode="at_once", messenger="+6281234567890")
    assert used(session, desk) == []
    page = officer.get(PAGE).text
    assert "+6281234567890" in page
    code = sent_code(session, messages)
    assert code not in page
    officer.send(f"{PAGE}/kode/ulang", page=PAGE)
    assert sent_code(session, messages) == code
    wrong = officer.send(f"{PAGE}/kode", page=PAGE, kode=f"{(int(code) + 1) % 10**6:06}")
    assert (wrong.status_code, used(session, desk)) == (422, [])
    assert "Kode tidak cocok" in wrong.text
    right = officer.send(f"{PAGE}/kode", page=PAGE, kode=f"{code[:3]} {code[3:]}")
    assert (right.status_code, used(session, desk)) == (303, ["+6281234567890"])
    assert officer.send(f"{PAGE}/kode", page=PAGE, kode=code).status_code == 409


def test_five_wrong_codes_end_it_and_the_number_before_stays(
    desk: Desk, session: Session, messages: pytest.CaptureFixture[str]
) -> None:
    officer = desk.person(ROADS)
    staff_id = session.scalars(select(Staff.id)).one()
    set_number(session, desk.keys, staff_id, "+6281111111111", now=utcnow())
    session.commit()
    officer.send(PAGE, page=PAGE, mode="at_once", messenger="+6282222222222")
    code = sent_code(session, messages)
    for number in range(1, 6):
        wrong = f"{(int(code) + number) % 10**6:06}"
        assert officer.send(f"{PAGE}/kode", page=PAGE, kode=wrong).status_code == 422
    assert officer.send(f"{PAGE}/kode", page=PAGE, kode=code).status_code == 409
    assert used(session, desk) == ["+6281111111111"]


def test_a_number_gets_so_many_codes_a_day_whoever_asks(
    app: Flask,
    desk: Desk,
    session: Session,
    messages: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.extensions, EXTENSION, Limits(read_limits("number-code=2/day")))
    officer = desk.person(ROADS)
    sent = officer.send(PAGE, page=PAGE, mode="at_once", messenger="+6283333333333")
    again = [officer.send(f"{PAGE}/kode/ulang", page=PAGE).status_code for _ in range(2)]
    assert [sent.status_code, *again] == [303, 303, 429]


def test_the_number_is_in_no_job_and_no_event(
    desk: Desk, session: Session, messages: pytest.CaptureFixture[str]
) -> None:
    officer = desk.person(ROADS)
    officer.send(PAGE, page=PAGE, mode="at_once", messenger="+6284444444444")
    for table in ("procrastinate_jobs", "event", "staff_address"):
        rows = session.execute(text(f"SELECT row_to_json(t)::text FROM {table} t")).scalars()
        assert "6284444444444" not in "".join(rows)
