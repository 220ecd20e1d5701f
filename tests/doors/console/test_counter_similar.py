"""At the counter: what is known already is offered before a report is taken."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.intake.models import Report
from citizenreport.pipeline.release import TextRelease, release_report
from citizenreport.publication.models import PublishedReport, ReportJoin
from citizenreport.publication.rules import ReleaseState
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import ADMIN, PARKS
from tests.doors.console.test_counter import SEND_KEY, take

COUNTER = "/petugas/loket"
OFFER = "Sudah ada laporan serupa di dekat situ"
TEXT = "Lubang besar di depan pasar."


def released(desk: Desk, *, days_ago: int = 1, **given: object) -> str:
    """Return the code of a released report about a hole in a1."""
    ticket = desk.report("pothole", at=utcnow() - timedelta(days=days_ago), **given)
    release(desk, ticket)
    return desk.last.tracking_code


def release(desk: Desk, ticket: Ticket) -> None:
    text = TextRelease(state=ReleaseState.RELEASED, public_text=TEXT)
    parties = frozenset({Party.AGENCY})
    act = Act(parties=parties, at=utcnow(), seen=ticket.version, actor_id=None)
    release_report(desk.session, desk.city, ticket, text, act=act)
    desk.session.commit()


def reports(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Report)) or 0


@pytest.fixture
def visitor(desk: Desk) -> Visitor:
    return desk.person(PARKS)


def test_a_similar_report_is_offered_before_one_is_taken_and_nothing_typed_is_lost(
    desk: Desk, session: Session, visitor: Visitor
) -> None:
    code = released(desk)
    before = reports(session)
    page = take(visitor, contact_name="Bu Siti")
    assert OFFER in page
    assert TEXT in page
    assert reports(session) == before
    for kept in ("Lubang di depan pasar.", "Bu Siti", f'name="seen_similar" value="{code}"'):
        assert kept in page
    assert take(visitor, seen_similar=code).endswith("/tanda-terima")
    assert reports(session) == before + 1


def test_one_click_joins_and_takes_no_report(
    desk: Desk, session: Session, visitor: Visitor
) -> None:
    code, before = released(desk), reports(session)
    for send_key in (SEND_KEY, SEND_KEY, "m" * 22):  # a double click, then another person
        fields = {"joined_code": code, "send_key": send_key, "contact_name": "Bu Siti"}
        answer = visitor.send(f"{COUNTER}/ikut", page=COUNTER, **fields)
        assert answer.headers["Location"] == f"{COUNTER}/ikut/{code}"
    assert reports(session) == before
    assert session.scalar(select(func.count()).select_from(ReportJoin)) == 2
    session.expire_all()
    assert session.get_one(PublishedReport, code).seen_by_at_least == 2
    page = visitor.get(f"{COUNTER}/ikut/{code}").text
    assert f"/laporan/{code}" in page
    assert "Bu Siti" not in page


def test_it_is_shown_as_soon_as_kind_and_place_are_known(desk: Desk, visitor: Visitor) -> None:
    released(desk)
    known = {"category_code": "pothole", "area_code": "a1"}
    assert OFFER in visitor.send(f"{COUNTER}/serupa", page=COUNTER, **known).text
    assert OFFER in visitor.send(f"{COUNTER}/jenis", page=COUNTER, **known).text
    for other in ({"category_code": "tree"}, {"area_code": "a2"}, {"visibility": "restricted"}):
        piece = visitor.send(f"{COUNTER}/serupa", page=COUNTER, **known | other).text
        assert OFFER not in piece, other


def test_what_is_not_released_is_never_offered(desk: Desk, visitor: Visitor) -> None:
    desk.report("pothole", at=utcnow() - timedelta(days=1))
    assert take(visitor).endswith("/tanda-terima")


def test_of_a_confidential_kind_nothing_is_offered(desk: Desk, visitor: Visitor) -> None:
    released(desk)
    sent = take(visitor, category_code="violence", area_code="a1")
    assert sent.endswith("/tanda-terima")


def test_what_is_gone_meanwhile_is_said_and_the_form_is_complete(
    desk: Desk, session: Session, visitor: Visitor
) -> None:
    code = released(desk)
    session.delete(session.get_one(PublishedReport, code))
    session.commit()
    fields = {
        "joined_code": code,
        "category_code": "pothole",
        "description": "Lubang di pasar.",
        "area_code": "a1",
        "send_key": SEND_KEY,
    }
    answer = visitor.send(f"{COUNTER}/ikut", page=COUNTER, **fields)
    assert answer.status_code == 404
    assert "Lubang di pasar." in answer.text
    assert visitor.get(f"{COUNTER}/ikut/{code}").status_code == 404


def test_who_takes_no_reports_joins_none(desk: Desk, session: Session) -> None:
    code = released(desk)
    only_admin = desk.person(ADMIN, username="ida", name="Ida")
    answer = only_admin.send(f"{COUNTER}/ikut", page="/petugas", joined_code=code)
    assert answer.status_code == 403
    assert session.scalar(select(func.count()).select_from(ReportJoin)) == 0
