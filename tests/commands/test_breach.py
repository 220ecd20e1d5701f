"""`citizenreport breach`: whose data were seen, and telling them in time."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.commands.breach import breach
from citizenreport.core.clock import utcnow
from citizenreport.intake import queries
from citizenreport.intake.models import Report
from citizenreport.intake.rules import Contact, ErasedBy
from citizenreport.jobs.dispatch import dispatch
from citizenreport.ledger.models import Event
from citizenreport.pipeline import erase
from citizenreport.triage import queries as triage_queries
from citizenreport.triage import service as triage
from citizenreport.triage.models import Message
from tests.identity.factories import make_staff
from tests.scenes import Scene

NOTICE = ("--what", "Canary: daftar terbaca pada 20 November.", "--how", "Akun dipinjamkan.")
HANDLING = ("--handling", "Akun ditutup, sandi diganti.")


def run(app: Flask, *arguments: str) -> Result:
    return CliRunner().invoke(breach, arguments, obj=ScriptInfo(create_app=lambda: app))


def told(app: Flask, scene: Scene, *more: str, found: str | None = None) -> Result:
    moment = found or scene.city.local_date(utcnow()).isoformat()
    return run(app, "tell", "--found", moment, *NOTICE, *HANDLING, "--yes", *more)


def rows(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_what_an_account_opened_is_listed_by_code_and_kind_and_nothing_else(
    app: Flask, scene: Scene, session: Session
) -> None:
    opened = scene.submit(
        "A12", description="Canary teriakan.", contact=Contact(email="c@w.example")
    )
    scene.submit("A12")
    reader = make_staff(session, "ratna")
    ticket = scene.ticket_of(opened)
    for hours in (5, 2):
        at = utcnow() - timedelta(hours=hours)
        triage.record_reading(session, ticket, actor_id=reader.id, now=at)
    since = (scene.city.local_date(utcnow()) - timedelta(days=2)).isoformat()
    result = run(app, "affected", "--read-by", "ratna", "--since", since)
    [row] = rows(result)
    assert (row["tracking_code"], row["data"]) == (opened.tracking_code, "contact words place")
    assert row["first_read_at"] < row["last_read_at"]
    assert "Canary" not in result.output
    assert "c@w.example" not in result.output


def test_after_a_leak_of_the_database_all_that_hold_data_are_concerned(
    app: Flask, scene: Scene, session: Session
) -> None:
    sent = [scene.submit(), scene.submit("A12")]
    gone = scene.submit()
    report = session.get_one(Report, gone.report_id)
    erase.erase_report(session, scene.city, scene.keys, report, how=ErasedBy.REPORTER, now=utcnow())
    found = {row["tracking_code"] for row in rows(run(app, "affected", "--all"))}
    assert found == {one.tracking_code for one in sent}


def test_the_notice_stands_on_the_reporters_page_and_is_sealed_where_the_report_is(
    app: Flask, scene: Scene, session: Session
) -> None:
    public, hidden = scene.submit(), scene.submit("A12")
    result = told(app, scene, "--all")
    assert "2 told, 0 before." in result.output, result.output
    session.expire_all()
    for sent, is_plain in ((public, True), (hidden, False)):
        ticket = scene.ticket_of(sent)
        query = select(Message).where(Message.ticket_id == ticket.id, Message.kind == "notice")
        message = session.scalars(query).one()
        assert (message.text is not None) is is_plain
        key = queries.data_key_of(session, scene.keys, sent.report_id)
        assert "Canary: daftar terbaca" in triage_queries.text_of(message, key)
    payloads = session.scalars(select(Event.payload).where(Event.type == "breach_told")).all()
    assert len(payloads) == 2
    assert "Canary" not in str(payloads)


def test_nobody_is_told_twice_of_the_same_and_of_another_one_again(
    app: Flask, scene: Scene
) -> None:
    scene.submit()
    told(app, scene, "--all")
    assert "0 told, 1 before." in told(app, scene, "--all").output
    yesterday = (scene.city.local_date(utcnow()) - timedelta(days=1)).isoformat()
    assert "1 told, 0 before." in told(app, scene, "--all", found=yesterday).output


def test_no_clock_of_the_ticket_moves(app: Flask, scene: Scene, session: Session) -> None:
    ticket = scene.ticket_of(scene.submit())
    before = (ticket.state, ticket.first_responded_at, ticket.settlement_due_at)
    told(app, scene, "--all")
    session.refresh(ticket)
    assert (ticket.state, ticket.first_responded_at, ticket.settlement_due_at) == before


def test_the_letters_name_a_code_and_no_content(app: Flask, scene: Scene, tmp_path: Path) -> None:
    sent = scene.submit("A12", description="Rahasia teriakan.")
    told(app, scene, "--all", "--letters", str(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {
        "lembaga.pdf",
        f"{sent.tracking_code}.pdf",
    }
    contents = [path.read_bytes() for path in tmp_path.iterdir()]
    assert all(content.startswith(b"%PDF-") for content in contents)
    assert contents[0] != contents[1]
    assert not any(b"teriakan" in content for content in contents)


def test_a_letter_with_anything_in_it_is_set(app: Flask, scene: Scene, tmp_path: Path) -> None:
    scene.submit()
    result = told(app, scene, "--all", "--letters", str(tmp_path), "--how", '#read("/etc") *a_ $')
    assert result.exit_code == 0, result.output


def test_the_time_that_is_left_is_said(app: Flask, scene: Scene) -> None:
    scene.submit()
    old = (scene.city.local_date(utcnow()) - timedelta(days=5)).isoformat()
    assert "The 72 hours were over." in told(app, scene, "--all", found=old).output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Say whose data"),
        (("--all", "--read-by", "ratna"), "Say whose data"),
        (("--read-by", "ratna"), "Say since when"),
        (("--read-by", "hantu", "--since", "2026-01-01"), "no account of that name"),
    ],
)
def test_an_unclear_selection_is_refused(
    app: Flask, scene: Scene, arguments: tuple[str, ...], words: str
) -> None:
    scene.submit()
    result = run(app, "affected", *arguments)
    assert result.exit_code != 0
    assert words in result.output


@pytest.mark.parametrize("fault", [{"found": "2199-01-01"}, {"what": "x" * 1001}, {"what": "  "}])
def test_a_notice_that_is_not_right_tells_nobody(
    app: Flask, scene: Scene, session: Session, fault: dict[str, str]
) -> None:
    scene.submit()
    more = ("--what", fault["what"]) if "what" in fault else ()
    result = told(app, scene, "--all", *more, found=fault.get("found"))
    assert result.exit_code != 0
    assert session.scalars(select(Event).where(Event.type == "breach_told")).all() == []


def test_the_outbox_has_the_reporter_told(app: Flask, scene: Scene, session: Session) -> None:
    scene.submit(contact=Contact(email="c@w.example"))
    dispatch()
    told(app, scene, "--all")
    assert dispatch() == 1
