"""What the reporter does with the own report."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import State
from tests.doors.pages.resident import Page, Resident, receipt_of
from tests.doors.pages.staff import Staff

DONE = (State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)


def followed(resident: Resident, category_code: str = "A04") -> str:
    """Report, follow, and return the code."""
    code, secret = receipt_of(resident.report(category_code))
    resident.press(resident.open("/lacak"), "/lacak", code=code, secret=secret)
    return code


def timeline(resident: Resident) -> Page:
    return resident.open("/lacak/laporan")


@pytest.mark.parametrize("category_code", ["A04", "A12"])
def test_a_question_is_answered_and_the_work_goes_on(
    resident: Resident, staff: Staff, category_code: str
) -> None:
    code = followed(resident, category_code)
    staff.move(code, State.VERIFIED, State.NEEDS_INFO, reason="Nomor tiangnya berapa?")
    page = resident.press(timeline(resident), "/lacak/jawab", answer="Tiang 14.\r\nDekat masjid.")

    assert "Keterangan Anda kami terima" in page.text
    assert "Tiang 14. Dekat masjid." in page.text
    assert staff.ticket(code).state == State.VERIFIED
    assert "/lacak/jawab" not in [form.action for form in page.forms]


def test_a_settled_report_is_contested_with_a_reason(resident: Resident, staff: Staff) -> None:
    code = followed(resident)
    staff.move(code, *DONE)
    page = resident.press(timeline(resident), "/lacak/sanggah", reason="Masih gelap.")
    assert "Anda menyanggah: masalahnya belum selesai. Masih gelap." in page.text
    assert staff.ticket(code).state == State.CONTESTED


def test_a_settled_report_is_confirmed(resident: Resident, staff: Staff) -> None:
    code = followed(resident)
    staff.move(code, *DONE)
    page = resident.press(timeline(resident), "/lacak/beres")
    assert "Laporan ditutup." in page.text
    ticket = staff.ticket(code)
    assert (ticket.state, ticket.closed_how) == (State.CLOSED, "confirmed")
    assert not [form for form in page.forms if form.action in ("/lacak/beres", "/lacak/tarik")]


def test_a_withdrawn_report_leaves_the_public(resident: Resident, staff: Staff) -> None:
    code = followed(resident)
    staff.release(code)
    assert resident.open(f"/laporan/{code}").status == 200
    page = resident.press(timeline(resident), "/lacak/tarik")
    assert "Laporan Anda tarik kembali." in page.text
    assert resident.open(f"/laporan/{code}").status == 404


@pytest.mark.parametrize(
    ("action", "field", "targets"),
    [("/lacak/sanggah", "reason", DONE), ("/lacak/jawab", "answer", (State.NEEDS_INFO,))],
)
@pytest.mark.parametrize("text", ["", "  \r\n", "x" * 5_000])
def test_text_that_does_not_fit_is_said_and_kept(
    resident: Resident,
    staff: Staff,
    action: str,
    field: str,
    targets: tuple[State, ...],
    text: str,
) -> None:
    code = followed(resident)
    staff.move(code, *targets)
    refused = resident.press(timeline(resident), action, **{field: text})
    assert refused.status == 422
    assert f"{field}-fault" in refused.ids
    assert refused.form(action).value(field) == text.replace("\r\n", "\n")
    assert staff.ticket(code).state == targets[-1]
    assert refused.response.headers["Cache-Control"] == "no-store"


def test_after_the_window_it_is_too_late_to_contest(
    resident: Resident, staff: Staff, session: Session
) -> None:
    code = followed(resident)
    staff.move(code, *DONE)
    page = timeline(resident)
    session.execute(update(Ticket).values(settled_at=utcnow() - timedelta(days=12)))
    late = resident.press(page, "/lacak/sanggah", reason="Masih gelap.")
    assert late.status == 409
    assert "Masa sanggah sudah lewat" in late.text
    assert staff.ticket(code).state == State.RESOLVED


def test_a_step_that_is_no_longer_possible_shows_how_things_stand(
    resident: Resident, staff: Staff
) -> None:
    code = followed(resident)
    staff.move(code, *DONE)
    page = timeline(resident)
    for _ in range(2):  # pressed twice
        shown = resident.press(page, "/lacak/sanggah", reason="Masih gelap.")
        assert shown.status == 200
    assert shown.text.count("Anda menyanggah") == 1


@pytest.mark.parametrize("action", ["jawab", "sanggah", "beres", "tarik"])
def test_without_a_pass_nothing_happens(resident: Resident, staff: Staff, action: str) -> None:
    code, _ = receipt_of(resident.report())
    form = {"csrf_token": resident.open("/lacak").form("/lacak").value("csrf_token")}
    answer = resident.client.post(f"/lacak/{action}", data=form | {"reason": "x", "answer": "x"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/lacak")
    assert staff.ticket(code).state == State.NEW


@pytest.mark.parametrize("action", ["jawab", "sanggah", "beres", "tarik"])
def test_a_foreign_page_cannot_press_a_button(
    resident: Resident, staff: Staff, action: str
) -> None:
    code = followed(resident)
    answer = resident.client.post(f"/lacak/{action}", data={"reason": "x", "answer": "x"})
    assert answer.status_code == 403
    assert staff.ticket(code).state == State.NEW


def test_what_cannot_be_done_is_not_offered(resident: Resident, staff: Staff) -> None:
    code = followed(resident)
    offered = {form.action for form in timeline(resident).forms}
    assert "/lacak/tarik" in offered
    assert not offered & {"/lacak/jawab", "/lacak/sanggah", "/lacak/beres"}
    staff.move(code, State.ARCHIVED)
    assert not {form.action for form in timeline(resident).forms} & {"/lacak/tarik"}
