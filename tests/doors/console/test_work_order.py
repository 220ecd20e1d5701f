"""The sheet that goes along to the place."""

import re

from citizenreport.cities.rules import ProtectionClass
from tests.doors.console.conftest import Desk
from tests.doors.console.people import DESK, HANDLER, ROADS
from tests.doors.console.test_ticket import page_of


def test_the_ticket_offers_a_work_order_that_is_a_pdf(desk: Desk) -> None:
    ticket, visitor = desk.report(), desk.person(ROADS)
    page = visitor.get(page_of(ticket)).text
    path = re.search(r'href="([^"]+perintah-kerja\.pdf)"', page)
    assert path is not None
    reply = visitor.get(path[1])
    assert reply.status_code == 200
    assert reply.mimetype == "application/pdf"
    assert reply.data.startswith(b"%PDF-")
    assert desk.last.tracking_code in reply.headers["Content-Disposition"]


def test_a_confidential_report_does_not_leave_on_paper(desk: Desk) -> None:
    assert HANDLER.protection_class is ProtectionClass.VIOLENCE
    ticket, handler = desk.report("violence"), desk.person(HANDLER)
    page = handler.get(page_of(ticket))
    assert page.status_code == 200
    assert "perintah-kerja" not in page.text
    reply = handler.get(f"{page_of(ticket)}/perintah-kerja.pdf")
    assert reply.status_code == 403
    assert "Laporan rahasia" in reply.text


def test_nobody_else_gets_it(desk: Desk) -> None:
    ticket = desk.report("tree")
    reply = desk.person(ROADS).get(f"{page_of(ticket)}/perintah-kerja.pdf")
    assert reply.status_code == 404
    assert desk.person(DESK, username="meja").get(page_of(ticket)).status_code == 200
