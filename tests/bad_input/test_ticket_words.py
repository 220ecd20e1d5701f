"""Every naughty string as a note, a reply and a search of a program of the city."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.triage.models import Message
from tests.bad_input.naughty import OWN, naughty
from tests.doors.api.programs import URL, Program
from tests.doors.console.conftest import Desk, desk, town  # noqa: F401

pytestmark = pytest.mark.real_data


def is_storable(words: str) -> bool:
    is_text = "\x00" not in words and not any("\ud800" <= c <= "\udfff" for c in words)
    return is_text and 0 < len(words.strip()) <= 2_000


@pytest.mark.parametrize("act", ["notes", "replies"])
def test_words_on_a_ticket_are_stored_as_written_or_refused(
    desk: Desk,  # noqa: F811
    session: Session,
    act: str,
) -> None:
    program, ticket = Program(desk, "roads"), desk.report()
    for words in [*naughty()[::9], *OWN]:
        session.refresh(ticket)
        reply = program.post(ticket, act, {"text": words})
        if not is_storable(words):
            assert reply.status_code == 422, (ascii(words)[:80], reply.status_code)
            continue
        assert reply.status_code == 200, (ascii(words)[:80], reply.text[:300])
        newest = select(Message.text).order_by(Message.id.desc()).limit(1)
        assert session.scalar(newest) == words.strip(), ascii(words)[:80]


def test_a_search_for_any_words_is_answered(desk: Desk) -> None:  # noqa: F811
    program = Program(desk, "roads")
    desk.report()
    for words in [*naughty()[::9], *OWN]:
        reply = program.ask("POST", f"{URL}/search", json={"words": words})
        assert reply.status_code in (200, 422), (ascii(words)[:80], reply.status_code)
