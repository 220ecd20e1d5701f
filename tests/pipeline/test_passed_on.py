"""Whom the city told about a report, and with which words, is part of what its reporter may take along."""

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from citizenreport.core.clock import utcnow
from citizenreport.intake.models import Report
from citizenreport.intake.rules import ErasedBy
from citizenreport.pipeline.erase import erase_report
from citizenreport.pipeline.person_export import person_export
from citizenreport.pipeline.refer import refer
from citizenreport.triage import outside_copies, referrals
from citizenreport.triage.models import Ticket
from citizenreport.triage.referrals import LetterState, LetterStep, Words
from tests.scenes import Scene

WORDS = Words(reason="Bukan milik kota.", ask="Mohon diperiksa.", consent="Lewat telepon.")


def taken_along(scene: Scene, ticket: Ticket) -> dict[str, Any]:
    scene.session.expire_all()
    report = scene.session.scalars(select(Report).where(Report.id == ticket.report_id)).one()
    data = person_export(scene.session, scene.city, scene.keys, report).data
    found: dict[str, Any] = json.loads(json.dumps(data))
    return found


def written(scene: Scene, ticket: Ticket, body_code: str) -> referrals.Referral:
    letter = refer(
        scene.session,
        scene.city,
        scene.keys,
        ticket,
        body_code=body_code,
        words=WORDS,
        act=scene.act(ticket),
    )
    scene.session.commit()
    return letter


@pytest.mark.parametrize(
    ("category_code", "body_code", "body"),
    [
        ("A04", "X_PLN", "PLN ULP Magelang Kota"),
        ("T03", "X_FKUB", "Forum Kerukunan Umat Beragama"),
    ],
    ids=["public", "confidential"],
)
def test_a_letter_is_taken_along_as_it_was_written(
    scene: Scene, category_code: str, body_code: str, body: str
) -> None:
    ticket = scene.ticket_of(scene.submit(category_code))
    written(scene, ticket, body_code)
    [told] = taken_along(scene, ticket)["tickets"]
    [letter] = told["letters"]
    assert body in letter["to"]
    assert (letter["reason"], letter["ask"]) == (WORDS.reason, WORDS.ask)
    assert (letter["consent"], letter["state"], letter["sent_on"]) == (WORDS.consent, "made", None)
    assert letter["number"].startswith("001/")
    assert "referral_made" in [event["type"] for event in told["events"]]


def test_what_the_body_answered_is_not(scene: Scene) -> None:
    ticket = scene.ticket_of(scene.submit())
    letter = written(scene, ticket, "X_PLN")
    today = scene.city.local_date(letter.made_at)
    for target, words in ((LetterState.SENT, ""), (LetterState.ANSWERED, "Kata Pak Lain: besok.")):
        step(scene, ticket, letter, LetterStep(target=target, on=today, text=words))
    found = taken_along(scene, ticket)
    [told] = found["tickets"][0]["letters"]
    assert told["answered_on"] == date.isoformat(today)
    assert "Pak Lain" not in json.dumps(found)


def step(scene: Scene, ticket: Ticket, letter: referrals.Referral, taken: LetterStep) -> None:
    act = scene.act(ticket)
    referrals.take_step(scene.session, scene.city, ticket, letter, taken, act=act, data_key=None)
    scene.session.commit()


def test_the_number_in_another_channel_is_taken_along(scene: Scene) -> None:
    ticket = scene.ticket_of(scene.submit())
    act = scene.act(ticket)
    outside_copies.keep(scene.session, scene.city, ticket, "sp4n", "12 345", act=act)
    scene.session.commit()
    [copy] = taken_along(scene, ticket)["tickets"][0]["copies"]
    assert copy == {"channel": scene.city.outside_channels["sp4n"], "number": "12345"}


def test_after_erasure_only_that_a_letter_was_written_is_left(scene: Scene) -> None:
    ticket = scene.ticket_of(scene.submit())
    written(scene, ticket, "X_PLN")
    report = scene.session.get_one(Report, ticket.report_id)
    erase_report(scene.session, scene.city, scene.keys, report, how=ErasedBy.REPORTER, now=utcnow())
    scene.session.commit()
    [told] = taken_along(scene, ticket)["tickets"]
    assert [(one["reason"], one["ask"]) for one in told["letters"]] == [("", "")]
