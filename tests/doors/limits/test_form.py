"""Without JavaScript: a ticket of ours instead of a proof, and nothing typed is lost."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.intake.models import IdempotencyKey
from citizenreport.triage.models import Ticket
from citizenreport.web import form_ticket
from citizenreport.web.form_ticket import OLDEST, SKEW, YOUNGEST, is_good, new_ticket
from tests.doors.limits.conftest import FromNetwork
from tests.doors.limits.proofs import solve
from tests.doors.pages.resident import USUAL, Page, Resident

NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SEND_KEY = "pK3n0vR8w1Zt5yB7qL2mXs"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who types as fast as a test."""
    monkeypatch.setattr(form_ticket, "YOUNGEST", timedelta(0))


def form(resident: Resident, **query: str) -> Page:
    return resident.open("/lapor", **({"kategori": "A04"} | query))


def marks(session: Session) -> list[bool]:
    return list(session.scalars(select(Ticket.needs_check).order_by(Ticket.id)))


@pytest.mark.parametrize(
    ("age", "is_taken"),
    [
        (YOUNGEST - SECOND, False),
        (YOUNGEST, True),
        (OLDEST, True),
        (OLDEST + SECOND, False),
        (-SKEW, True),
        (-SKEW - SECOND, False),
    ],
)
def test_a_ticket_holds_from_a_few_seconds_to_a_day(
    keys: KeyRing, age: timedelta, *, is_taken: bool
) -> None:
    ticket = new_ticket(keys, SEND_KEY, now=NOW)
    assert is_good(keys, ticket, SEND_KEY, now=NOW + age) is is_taken


def test_a_ticket_is_for_one_form(keys: KeyRing) -> None:
    ticket = new_ticket(keys, SEND_KEY, now=NOW)
    assert not is_good(keys, ticket, "another" + SEND_KEY, now=NOW + YOUNGEST)


@given(st.text(max_size=90))
def test_no_other_text_is_a_ticket(keys: KeyRing, text: str) -> None:
    assert not is_good(keys, text, SEND_KEY, now=NOW)
    made = new_ticket(keys, SEND_KEY, now=NOW)
    assert not is_good(keys, made[:-1] + text[:1], SEND_KEY, now=NOW) or made[-1] == text[:1]


@pytest.mark.usefixtures("quick")
def test_a_form_of_ours_is_nothing_to_look_at_twice(
    from_network: FromNetwork, session: Session
) -> None:
    resident = Resident(from_network())
    resident.report()
    assert marks(session) == [False]


def test_one_sent_faster_than_anybody_types_is_stored_and_marked(
    from_network: FromNetwork, session: Session
) -> None:
    page = Resident(from_network()).report()
    assert "Kode laporan" in page.text
    assert marks(session) == [True]


@pytest.mark.usefixtures("quick")
def test_one_that_we_never_gave_out_is_stored_and_marked(
    from_network: FromNetwork, session: Session
) -> None:
    resident = Resident(from_network())
    page = resident.press(form(resident), "/lapor", ticket="1.abc", **USUAL)
    assert "Kode laporan" in page.text
    assert marks(session) == [True]


def test_a_proof_stands_for_the_ticket(from_network: FromNetwork, session: Session) -> None:
    resident = Resident(from_network())
    resident.press(form(resident), "/lapor", proof=solve(resident.client), ticket="", **USUAL)
    assert marks(session) == [False]


@pytest.mark.usefixtures("quick")
def test_a_form_sent_twice_is_one_report_though_its_proof_came_late(
    from_network: FromNetwork, session: Session
) -> None:
    resident = Resident(from_network())
    page = form(resident)
    first = resident.press(page, "/lapor", **USUAL)
    second = resident.press(page, "/lapor", proof=solve(resident.client), **USUAL)
    assert first.text == second.text
    assert len(marks(session)) == 1


@pytest.mark.usefixtures("quick")
def test_a_form_shown_again_keeps_its_ticket(from_network: FromNetwork) -> None:
    resident = Resident(from_network())
    page = form(resident)
    again = resident.press(page, "/lapor", description="")
    assert again.status == 422
    assert again.form("/lapor").value("ticket") == page.form("/lapor").value("ticket")


@pytest.mark.usefixtures("quick")
def test_a_busy_network_is_refused_with_everything_that_was_typed(
    from_network: FromNetwork, session: Session, magelang: City
) -> None:
    resident = Resident(from_network("unremarkable=1/hour, send-unproven=2/hour"))
    for _ in range(2):
        resident.report()
    assert marks(session) == [False, True]

    page = resident.report(description="Tiga lampu mati, anak-anak pulang gelap-gelapan.")

    assert page.status == 429
    assert "Terlalu banyak laporan dari jaringan ini. Coba lagi dalam" in page.text
    assert 0 < int(page.response.headers["Retry-After"]) <= 3_600
    shown = page.form("/lapor")
    assert shown.value("description") == "Tiga lampu mati, anak-anak pulang gelap-gelapan."
    assert shown.value("landmark") == USUAL["landmark"]
    verified = [n.number for n in magelang.emergency_numbers if n.verified_on is not None]
    assert {f"tel:{number}" for number in verified} <= set(page.links)


@pytest.mark.usefixtures("quick")
def test_the_same_form_is_taken_when_the_network_is_quiet_again(
    from_network: FromNetwork, session: Session, app: Flask
) -> None:
    resident = Resident(from_network("send-unproven=1/hour"))
    resident.report()
    refused = resident.report()
    assert refused.status == 429

    resident.client.environ_base["REMOTE_ADDR"] = from_network().environ_base["REMOTE_ADDR"]
    page = resident.press(refused, "/lapor")

    assert "Kode laporan" in page.text
    assert len(marks(session)) == 2


def test_a_form_of_yesterday_is_asked_about_once_and_then_taken(
    from_network: FromNetwork, session: Session, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    resident = Resident(from_network())
    page = form(resident)
    sent = resident.press(page, "/lapor", **USUAL)
    assert "/lapor/terkirim" in sent.response.request.path
    tomorrow = utcnow() + OLDEST + timedelta(minutes=1)
    with monkeypatch.context() as later:
        later.setattr("citizenreport.pages.report.utcnow", lambda: tomorrow)
        again = resident.press(page, "/lapor", **USUAL)
        assert "/lapor/terkirim" in again.response.request.path, "it is known still"
        session.execute(delete(IdempotencyKey))
        session.commit()
        asked = resident.press(page, "/lapor", **USUAL)
    assert asked.status == 409
    assert "Mungkin laporannya sudah terkirim" in asked.text
    assert USUAL["description"] in asked.response.text
    assert len(marks(session)) == 1, "not stored twice without a word"
    taken = resident.press(asked, "/lapor")
    assert "/lapor/terkirim" in taken.response.request.path
    assert len(marks(session)) == 2
