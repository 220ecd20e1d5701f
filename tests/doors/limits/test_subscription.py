"""Nobody learns whether an address is known, and nobody has it bombed by subscribing."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.ids import new_public_id
from tests.doors.limits.conftest import new_address
from tests.doors.pages.resident import Page, Resident


@pytest.fixture
def address() -> str:
    return f"a{new_public_id()}@example.org".replace("-", "x").replace("_", "y")


def ask(app: Flask, address: str, network: str | None = None) -> Page:
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = network or new_address()
    resident = Resident(client)
    return resident.press(resident.open("/langganan"), "/langganan", email=address)


def mails_waiting(session: Session) -> int:
    query = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'check_subscription'"
    return session.scalar(text(query)) or 0


def test_one_too_many_is_answered_like_the_first_and_sends_nothing(
    app: Flask, magelang: City, session: Session, limits: object, address: str
) -> None:
    assert callable(limits)
    limits("mail-address=2/day, mail-sender=1000/hour")
    answers = [ask(app, address) for _ in range(4)]
    assert {page.status for page in answers} == {200}
    assert len({page.text for page in answers}) == 1
    assert mails_waiting(session) == 2
    assert ask(app, f"other{address}").text == answers[0].text
    assert mails_waiting(session) == 3


def test_one_network_that_asks_for_too_many_is_told_to_wait(
    app: Flask, magelang: City, session: Session, limits: object, address: str
) -> None:
    assert callable(limits)
    limits("mail-sender=3/hour")
    network = new_address()
    for number in range(3):
        assert ask(app, f"{number}{address}", network).status == 200
    page = ask(app, f"9{address}", network)
    assert page.status == 429
    assert "Terlalu banyak" in page.text
    assert address not in page.text
    assert mails_waiting(session) == 3
