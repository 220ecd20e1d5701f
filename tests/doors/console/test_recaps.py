"""The recap page: whose, which week, the sheet."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.identity.rules import Grant, Role
from citizenreport.pipeline.recaps.rules import last_week
from tests.doors.console.conftest import Desk
from tests.doors.console.counting import queries_of
from tests.doors.console.people import DESK, INSPECTOR

LEAD = Grant(role=Role.AGENCY_LEAD, agency_code="roads")
LEADER = Grant(role=Role.CITY_LEADER)


def test_a_lead_reads_the_own_agency_and_no_other(desk: Desk) -> None:
    lead = desk.person(LEAD)
    assert "Rekap pekanan" in lead.get("/petugas/rekap").text
    assert lead.get("/petugas/rekap?instansi=roads").status_code == 200
    for other in ("parks", "women", "tidak-ada", "'"):
        assert lead.get(f"/petugas/rekap?instansi={other}").status_code == 404
        assert lead.get(f"/petugas/rekap/lembar.pdf?instansi={other}").status_code == 404


@pytest.mark.parametrize("grant", [LEADER, DESK, INSPECTOR], ids=["mayor", "desk", "inspectorate"])
def test_the_city_is_read_by_those_who_answer_for_it(desk: Desk, grant: Grant) -> None:
    person = desk.person(grant)
    assert f"Rekap pekanan {desk.city.name}" in person.get("/petugas/rekap").text
    assert person.get("/petugas/rekap?instansi=parks").status_code == 200


def test_the_mayor_opens_no_ticket(desk: Desk) -> None:
    ticket = desk.report()
    mayor = desk.person(LEADER)
    assert mayor.get("/petugas/tiket").status_code == 403
    assert mayor.get(f"/petugas/tiket/{ticket.id}").status_code == 403


def test_twelve_weeks_can_be_chosen_and_what_is_no_week_is_said(desk: Desk) -> None:
    lead = desk.person(LEAD)
    latest = last_week(desk.city.local_date(utcnow()))
    page = lead.get("/petugas/rekap").text
    assert page.count('<option value="20') == 12
    assert lead.get(f"/petugas/rekap?pekan={latest.before.code}").status_code == 200
    for wrong in ("kemarin", "2026-W99", f"{latest.monday + timedelta(days=14):%G-W%V}"):
        assert lead.get(f"/petugas/rekap?pekan={wrong}").status_code == 422, wrong


def test_the_sheet_is_one_page(desk: Desk) -> None:
    reply = desk.person(LEADER).get("/petugas/rekap/lembar.pdf")
    assert reply.mimetype == "application/pdf"
    assert reply.data.startswith(b"%PDF-")
    assert "rekap-" in reply.headers["Content-Disposition"]
    assert reply.data.count(b"/Type /Page\n") + reply.data.count(b"/Type/Page\n") <= 1


def test_the_page_asks_few_questions(desk: Desk, session: Session) -> None:
    mayor = desk.person(LEADER)
    with queries_of(session) as asked:
        assert mayor.get("/petugas/rekap").status_code == 200
    assert len(asked) <= 6
