"""The body a report is about, everywhere it can go; and what is left of a question once erased.

Canaries stand in every word of the report, of the question and of the answer, on a real server.
"""

import re
from collections.abc import Iterator
from typing import Final

import pytest
from sqlalchemy import select

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.intake.models import Report
from citizenreport.intake.rules import ErasedBy
from citizenreport.pipeline.erase import erase_report
from citizenreport.triage import right_of_reply
from citizenreport.triage.models import Ticket
from citizenreport.triage.question_models import BodyQuestion
from citizenreport.web.context import current_city, current_keys
from tests.protection.test_canaries import dump, stored
from tests.protection.test_canary_console import (
    HANDLER,
    KELURAHAN,
    LEAD,
    TAKER,
    Colleague,
    Planted,
    asked_and_answered,
    one,
    taken,
)
from tests.servers import LiveServer

LINK: Final = re.compile(r'(?:href|action)="(/petugas[^"#?]*)')
OWN: Final = {"tanya", "hakjawab"}


@pytest.fixture
def colleagues(live_server: LiveServer) -> Iterator[dict[str, Colleague]]:
    grants = {"taker": TAKER, "lead": LEAD, "handler": HANDLER}
    found = {name: Colleague(live_server, grant) for name, grant in grants.items()}
    yield found
    for person in found.values():
        person.close()


def everything(person: Colleague) -> dict[str, str]:
    """Return every page that one comes to by links, by address."""
    seen, waiting = dict[str, str](), ["/petugas"]
    while waiting:
        path = waiting.pop()
        if path not in seen and "/keluar" not in path:
            reply = person.get(path)
            seen[path] = f"{reply.text}{reply.headers}" if reply.status_code == 200 else ""
            waiting += LINK.findall(seen[path])
    return seen


def test_the_accused_meets_its_question_alone_and_erasing_leaves_nothing_of_it(
    live_server: LiveServer, colleagues: dict[str, Colleague]
) -> None:
    planted, lead = Planted(), colleagues["lead"]
    subject = {"subject_agency": KELURAHAN, "subject_person": planted["terlapor"]}
    taken(colleagues["taker"], planted, "T03", **subject)
    asked_and_answered(live_server, colleagues["handler"], lead, planted)
    question = one(live_server, "SELECT id FROM body_question")

    pages = everything(lead)
    assert f"/petugas/pertanyaan/{question}" in pages
    numbers = [
        one(live_server, f"SELECT {column} FROM report") for column in ("tracking_code", "id")
    ]
    numbers.append(one(live_server, "SELECT id FROM ticket"))
    for path, shown in pages.items():
        assert planted.found_in(shown) - OWN == set(), path
        assert [number for number in numbers if number in shown] == [], path

    sealed = kept(live_server)
    assert all(words in dump(live_server.database) for words in sealed)
    erase(live_server)
    assert planted.found_in(dump(live_server.database)) == set()
    assert [words for words in sealed if words in dump(live_server.database)] == []
    assert planted.found_in(stored(live_server)) == set()
    assert lead.get(f"/petugas/pertanyaan/{question}").status_code == 404
    assert all(planted.found_in(shown) == set() for shown in everything(lead).values())


def kept(server: LiveServer) -> list[bytes]:
    """Return the seals and the key of the one question as a dump writes them; they open."""
    with server.database.app.app_context(), transaction() as session:
        row = session.scalars(select(BodyQuestion)).one()
        ticket = session.scalars(select(Ticket)).one()
        [exchange] = right_of_reply.exchanges_of(session, current_keys(), ticket)
        assert "kanaritanya" in exchange.question
        assert "kanarihakjawab" in exchange.answer
        values = (row.question_sealed, row.answer_sealed, row.wrapped_key)
        return [bytes(value).hex().encode() for value in values if value]


def erase(server: LiveServer) -> None:
    with server.database.app.app_context(), transaction() as session:
        report = session.scalars(select(Report)).one()
        how = ErasedBy.REPORTER
        erase_report(session, current_city(), current_keys(), report, how=how, now=utcnow())
