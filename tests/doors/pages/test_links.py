"""`/buka/<token>`: what a link in a mail opens."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.core.ids import normalise_tracking_code
from citizenreport.intake.models import Report
from citizenreport.web import links
from citizenreport.web.links import LinkOver, Purpose, mint_link, opened
from tests.doors.pages.resident import Page, Resident, receipt_of
from tests.doors.pages.staff import Staff

OVER = "Tautan ini tidak berlaku, atau tidak berlaku lagi."


def id_of(session: Session, code: str) -> UUID:
    bare = normalise_tracking_code(code)
    found = session.scalar(select(Report.id).where(Report.tracking_code == bare))
    assert found is not None
    return found


def path_of(about: UUID, purpose: Purpose = Purpose.FOLLOW) -> str:
    return mint_link(about, purpose).removeprefix("http://localhost")


def opened_by_link(resident: Resident, path: str) -> Page:
    return resident.press(resident.open(path), path)


@pytest.fixture
def reported(resident: Resident, session: Session) -> tuple[str, str, UUID]:
    """A report whose reporter has closed the page: code, secret, id."""
    code, secret = receipt_of(resident.report())
    resident.client.delete_cookie("receipt")
    return code, secret, id_of(session, code)


def test_a_link_leads_to_the_report_at_a_clean_address(
    resident: Resident, reported: tuple[str, str, UUID]
) -> None:
    code, _, about = reported
    path = path_of(about)
    page = opened_by_link(resident, path)
    assert page.response.request.path == "/lacak/laporan"
    assert page.response.request.query_string == b""
    assert "kami terima dan diteruskan" in page.text
    assert code in page.text


def test_looking_at_a_link_changes_nothing_and_says_nothing(
    resident: Resident, reported: tuple[str, str, UUID]
) -> None:
    code, _, about = reported
    first = resident.open(path_of(about))
    assert first.status == 200
    assert first.response.headers["Cache-Control"] == "no-store"
    assert first.response.headers["Referrer-Policy"] == "no-referrer"
    given = {cookie.split("=")[0] for cookie in first.response.headers.getlist("Set-Cookie")}
    assert given <= {"csrf"}
    assert code not in first.response.text
    assert resident.open("/lacak/laporan").response.request.path == "/lacak/laporan"
    assert resident.open("/lacak/laporan").status == 303


def test_the_cookie_is_for_this_server_alone(
    resident: Resident, reported: tuple[str, str, UUID]
) -> None:
    path = path_of(reported[2])
    answer = resident.send(resident.open(path), path)
    (given,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("link-follow=")]
    assert "HttpOnly" in given
    assert "SameSite=Strict" in given
    assert str(reported[2]) not in given


def test_a_link_tells_neither_id_nor_code(reported: tuple[str, str, UUID], app: Flask) -> None:
    code, secret, about = reported
    path = path_of(about)
    assert not [part for part in (code, secret, str(about), about.hex) if part in path]
    assert path_of(about) != path
    assert len(path) < 100  # fits a line of a mail


def test_forged_old_erased_and_unknown_links_get_the_same_answer(
    resident: Resident,
    session: Session,
    reported: tuple[str, str, UUID],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, _, about = reported
    good = path_of(about)
    with monkeypatch.context() as patched:
        patched.setattr(links, "utcnow", lambda: utcnow() - timedelta(days=30, seconds=5))
        old = path_of(about)
    bad = [old, f"{good[:-2]}AA", "/buka/x", "/buka/é", "/buka/" + "A" * 5000, path_of(uuid4())]
    told = {(page.status, page.title, page.text) for page in (resident.open(path) for path in bad)}
    assert len(told) == 1
    ((status, _, text),) = told
    assert status == 404
    assert OVER in text

    page = resident.open(good)
    session.execute(update(Report).where(Report.id == about).values(secret_hmac=None))
    assert resident.open(good).text == text
    assert resident.press(page, good).text == text


def test_what_was_opened_ends_with_what_it_is_about(
    resident: Resident, session: Session, reported: tuple[str, str, UUID]
) -> None:
    opened_by_link(resident, path_of(reported[2]))
    session.execute(update(Report).where(Report.id == reported[2]).values(secret_hmac=None))
    assert resident.open("/lacak/laporan").response.headers["Location"] == "/lacak"


def test_a_link_is_good_for_its_purpose_only(reported: tuple[str, str, UUID], app: Flask) -> None:
    about = reported[2]
    for purpose in Purpose:
        token = mint_link(about, purpose).rpartition("/")[2]
        assert opened(token, purpose) == about
        for other in set(Purpose) - {purpose}:
            with pytest.raises(LinkOver):
                opened(token, other)


def test_the_cookie_of_one_purpose_is_none_of_another(
    resident: Resident, reported: tuple[str, str, UUID]
) -> None:
    path = path_of(reported[2])
    resident.send(resident.open(path), path)
    cookie = resident.client.get_cookie("link-follow")
    assert cookie is not None
    resident.client.delete_cookie("link-follow")
    resident.client.set_cookie("link-answer", cookie.value)
    assert resident.open("/lacak/laporan").status == 303
    resident.client.set_cookie("link-follow", path.rpartition("/")[2])  # a token is no cookie
    assert resident.open("/lacak/laporan").status == 303


def test_of_a_confidential_report_a_link_asks_for_the_secret(
    resident: Resident, session: Session
) -> None:
    story = "Tetangga saya dipukuli."
    code, secret = receipt_of(resident.report("A12", description=story))
    path = path_of(id_of(session, code))
    page = opened_by_link(resident, path)
    assert "kami perlu kata rahasia" in page.text
    assert story not in page.response.text
    refused = resident.press(page, "/lacak", code=code, secret="salah")
    assert refused.status == 404
    shown = resident.press(page, "/lacak", code=code, secret=secret)
    assert story in shown.response.text


def test_what_was_opened_last_is_shown(
    resident: Resident, session: Session, reported: tuple[str, str, UUID]
) -> None:
    code, secret = receipt_of(resident.report(description="Laporan kedua saya."))
    resident.press(resident.open("/lacak"), "/lacak", code=code, secret=secret)
    assert "Laporan kedua saya." in resident.open("/lacak/laporan").text
    assert "Laporan kedua saya." not in opened_by_link(resident, path_of(reported[2])).text
    resident.press(resident.open("/lacak"), "/lacak", code=code, secret=secret)
    assert "Laporan kedua saya." in resident.open("/lacak/laporan").text


def test_with_a_link_one_may_act(
    resident: Resident, staff: Staff, reported: tuple[str, str, UUID]
) -> None:
    page = opened_by_link(resident, path_of(reported[2]))
    gone = resident.press(page, "/lacak/tarik")
    assert "Laporan Anda tarik kembali" in gone.text
