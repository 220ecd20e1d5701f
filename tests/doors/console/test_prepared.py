"""Replies worded in advance, on the page of a ticket."""

import re
from dataclasses import replace
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.cities.reply_templates import ReplyTemplate
from citizenreport.triage.models import Message, Ticket
from citizenreport.web.context import EXTENSION
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import HANDLER, INSPECTOR, ROADS

PLANNED = ReplyTemplate(
    code="planned",
    titles={"id": "Sudah direncanakan"},
    texts={
        "id": "{code}: {category} di {kelurahan}, {state}, target {deadline}. Salam, {agency}.",
        "en": "{code}: {category} in {kelurahan}, {state}, by {deadline}. {agency}, {city}.",
    },
    categories=("pothole", "violence"),
)
NEUTRAL = ReplyTemplate(
    code="neutral",
    titles={"id": "Sudah dibaca"},
    texts={"id": "Nomor {code} sudah dibaca. Target {deadline}."},
    is_neutral=True,
)
CLOSED = replace(NEUTRAL, code="closed", states=("closed",))


@pytest.fixture
def worded(app: Flask, desk: Desk) -> Desk:
    """The town, with prepared replies in two languages."""
    holder = app.extensions[EXTENSION].city_holder
    city = replace(desk.city, languages=("id", "en"), reply_templates=(NEUTRAL, CLOSED, PLANNED))
    holder.replace(city)
    return desk


def fill(visitor: Visitor, ticket: Ticket, **fields: str) -> TestResponse:
    page = f"/petugas/tiket/{ticket.id}"
    given = {"form": "jawaban", "seen": "1", "language": "id"} | fields
    return visitor.send(f"{page}/jawaban/isi", page=page, **given)


def box(reply: TestResponse) -> str:
    found = re.search(r'<textarea id="jawaban-text"[^>]*>\n(.*?)</textarea>', reply.text, re.DOTALL)
    assert found is not None
    return unescape(found[1])


def offered(page: str) -> list[str]:
    found = re.search(r'<select id="jawaban-template".*?</select>', page, re.DOTALL)
    return re.findall(r'value="(\w+)"', found[0]) if found else []


def test_a_reply_is_filled_in_below_what_was_written_and_stays_editable(
    worded: Desk, session: Session
) -> None:
    ticket = worded.report(locale="en")
    visitor = worded.person(ROADS)
    page = visitor.get(f"/petugas/tiket/{ticket.id}").text
    assert offered(page) == ["planned", "neutral"]
    assert re.search(r'<option value="en" selected', page), "the reporter's language"
    reply = fill(visitor, ticket, template="planned", language="en", text="Dear neighbour,")
    assert reply.status_code == 200
    text = box(reply)
    assert text.startswith(f"Dear neighbour,\n\n{worded.last.tracking_code}: Jalan berlubang in")
    assert "Kelurahan A1, newly received, by " in text or "Kelurahan A1, new" in text
    assert text.endswith("Dinas Jalan, Kota Contoh.")
    assert session.scalars(select(Message)).all() == [], "nothing was sent"
    session.refresh(ticket)
    assert ticket.version == 1


def test_a_confidential_ticket_gets_neutral_replies_only(worded: Desk) -> None:
    ticket = worded.report("violence")
    visitor = worded.person(HANDLER)
    assert offered(visitor.get(f"/petugas/tiket/{ticket.id}").text) == ["neutral"]
    text = box(fill(visitor, ticket, template="neutral"))
    assert worded.last.tracking_code in text
    for word in ("Kekerasan", "Kelurahan", "Dinas"):
        assert word not in text
    refused = fill(visitor, ticket, template="planned", text="Yang saya tulis.")
    assert refused.status_code == 422
    assert box(refused) == "Yang saya tulis."


@pytest.mark.parametrize(
    "wish",
    [{"template": "closed"}, {"template": "nope"}, {"template": "planned", "language": "xx"}],
)
def test_what_is_not_offered_is_refused_and_nothing_is_lost(
    worded: Desk, wish: dict[str, str]
) -> None:
    ticket = worded.report()
    reply = fill(worded.person(ROADS), ticket, text="Yang saya tulis.", **wish)
    assert reply.status_code == 422
    assert box(reply) == "Yang saya tulis."


def test_only_those_who_may_reply_fill_in(worded: Desk) -> None:
    ticket = worded.report()
    visitor = worded.person(INSPECTOR)
    assert offered(visitor.get(f"/petugas/tiket/{ticket.id}").text) == []
    reply = visitor.send(
        f"/petugas/tiket/{ticket.id}/jawaban/isi", page="/petugas", template="planned"
    )
    assert reply.status_code == 403
