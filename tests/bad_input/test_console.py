"""Forms of the console that no page of ours would send: a clean page, and nothing changed."""

import re
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing
from citizenreport.identity.rules import Grant, Role
from tests.bad_input.naughty import OWN, naughty
from tests.doors.console.conftest import TOKEN, Desk, Visitor

TABLES = ("ticket", "event", "message", "assignment", "published_report", "published_reply")
ENGLISH = re.compile(r"\b(Not a valid|Bad Request|Not Found|Unknown field|Traceback|Error:)")


class Office:
    """An officer and the city desk at work on one ticket."""

    def __init__(self, app: Flask, session: Session, city: City, keys: KeyRing) -> None:
        self.session = session
        self.desk = Desk(app, session, city, keys)
        self.ticket = self.desk.report("A04", position=None, area_code="33.71.03.1005")
        grants = Grant(role=Role.AGENCY_LEAD, agency_code="DLH"), Grant(role=Role.CITY_DESK)
        self.visitor: Visitor = self.desk.person(*grants)
        page = self.visitor.client.get("/petugas", follow_redirects=True)
        found = TOKEN.search(page.text)
        assert found is not None
        self.token = found[1]

    def send(self, path: str, *, ticket: object = None, **fields: str) -> TestResponse:
        """Post to an act of the ticket; `seen` is right unless it is given."""
        self.session.refresh(self.ticket)
        given = {"csrf_token": self.token, "seen": str(self.ticket.version), **fields}
        address = f"/petugas/tiket/{ticket or self.ticket.id}/{path}"
        return self.visitor.client.post(address, data=given)

    def return_it(self) -> None:
        """Give the ticket back to the city desk, which then may hand it over."""
        reply = self.send("langkah", target="returned", reason="Bukan kewenangan kami.")
        assert reply.status_code == 303

    def state(self) -> dict[str, object]:
        """Return everything an act could change."""
        found: dict[str, object] = {
            table: self.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in TABLES
        }
        row = self.session.execute(text("SELECT ticket::text FROM ticket")).scalars().all()
        return found | {"rows": sorted(row)}


@pytest.fixture
def office(app: Flask, session: Session, magelang: City, keys: KeyRing) -> Office:
    return Office(app, session, magelang, keys)


def assert_clean_page(reply: TestResponse, *statuses: int) -> None:
    assert reply.status_code in statuses, (reply.status_code, reply.text[-2_000:])
    assert reply.mimetype == "text/html"
    assert 'lang="id"' in reply.text
    assert "<h1" in reply.text
    assert not ENGLISH.search(reply.text)


ACTS: dict[str, tuple[str, str, dict[str, str]]] = {
    "step": ("langkah", "target", {"reason": "Sudah diperiksa."}),
    "release": ("tayang", "text_state", {"public_text": "Lampu jalan mati."}),
    "protection": ("perlindungan", "visibility", {}),
    "hand over": ("serah", "agency_code", {}),
    "merge": ("gabung", "parent_code", {"reason": "Sama dengan yang lain."}),
}
"""Path, the field that chooses, and what goes with it."""


@pytest.mark.real_data
@pytest.mark.parametrize("act", ACTS)
def test_a_choice_that_is_none_is_refused_in_words(office: Office, act: str) -> None:
    path, name, fields = ACTS[act]
    if act == "hand over":
        office.return_it()
    before = office.state()
    for given in [*naughty()[::40], *OWN, "closed", "new", "public", "PUBLIC", "verified "]:
        sent = given.encode("utf-8", "replace").decode()
        assert_clean_page(office.send(path, **fields, **{name: sent}), 409, 422)
    assert office.state() == before


@pytest.mark.parametrize("target", ["new", "closed", "withdrawn", "contested"])
def test_a_step_that_the_table_lacks_is_refused(office: Office, target: str) -> None:
    before = office.state()
    status = 403 if target == "withdrawn" else 409  # which the reporter may, and nobody else
    assert_clean_page(office.send("langkah", target=target, reason="Sudah diperiksa."), status)
    assert office.state() == before


@pytest.mark.parametrize(
    "seen",
    ["", "0", "-1", "2", "999999999", "9" * 50, "1.0", "1e0", " 1", "١", "0x1", "NULL", "\x001"],
)
def test_a_version_that_is_forged_or_old_changes_nothing(office: Office, seen: str) -> None:
    before = office.state()
    for path, fields in [
        ("langkah", {"target": "verified"}),
        ("jawaban", {"text": "Petugas kami ke lokasi besok."}),
        ("tayang", {"text_state": "released", "public_text": "Lampu jalan mati."}),
        ("perlindungan", {"visibility": "confidential"}),
    ]:
        reply = office.send(path, seen=seen, **fields)
        assert_clean_page(reply, 409)
    assert office.state() == before


@pytest.mark.parametrize("seen", ["", "0", "1", "3", "999999999"])
def test_a_version_that_is_forged_hands_nothing_over(office: Office, seen: str) -> None:
    office.return_it()
    before = office.state()
    assert_clean_page(office.send("serah", seen=seen, agency_code="DPUPR"), 409)
    assert office.state() == before
    assert office.send("serah", agency_code="DPUPR").status_code == 303


@pytest.mark.parametrize(
    ("path", "name", "longest", "fields"),
    [
        ("langkah", "reason", 2_000, {"target": "rejected"}),
        ("jawaban", "text", 4_000, {}),
        ("tayang", "public_text", 4_000, {"text_state": "released"}),
    ],
)
def test_a_text_too_long_comes_back_whole(
    office: Office, path: str, name: str, longest: int, fields: dict[str, str]
) -> None:
    before = office.state()
    for length in (longest + 1, 200_000):
        story = "Sudah kami periksa. " * (length // 20 + 1)
        reply = office.send(path, **fields, **{name: story[:length]})
        assert_clean_page(reply, 422)
        assert story[:longest] in reply.text
    assert office.state() == before


@pytest.mark.real_data
def test_a_reply_is_stored_as_typed_but_for_control_characters(office: Office) -> None:
    for given in [*naughty()[::16], *OWN]:
        sent = given.encode("utf-8", "replace").decode()
        expected = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", sent.replace("\r", "\n")).strip()
        before = office.state()
        reply = office.send("jawaban", text=sent)
        if not expected or len(expected) > 4_000:
            assert_clean_page(reply, 422)
            assert office.state() == before
            continue
        assert reply.status_code == 303, ascii(given)
        query = text("SELECT text FROM message ORDER BY written_at DESC, id DESC LIMIT 1")
        assert office.session.execute(query).scalar_one() == expected
        page = office.visitor.get(f"/petugas/tiket/{office.ticket.id}").text
        if re.search("<[a-z]", expected) and len(expected) > 8:
            assert expected not in page, ascii(given)


def test_an_id_that_is_forged_is_not_found(office: Office) -> None:
    before = office.state()
    for ticket in (uuid4(), "00000000-0000-0000-0000-000000000000", office.ticket.report_id):
        for path in ("langkah", "jawaban", "tayang", "perlindungan", "serah", "gabung"):
            assert_clean_page(office.send(path, ticket=ticket, target="verified"), 404)
        assert_clean_page(office.visitor.get(f"/petugas/tiket/{ticket}"), 404)
    for photo in (uuid4(), office.ticket.id):
        reply = office.send(f"foto/{photo}", photo_state="released")
        assert_clean_page(reply, 404, 409, 422)
        assert_clean_page(office.visitor.get(f"/petugas/tiket/foto/{photo}"), 404)
    for shape in ("1", "x" * 36, "{}", "..", "%00", "١" * 8):
        assert_clean_page(office.send("langkah", ticket=shape, target="verified"), 404)
    assert office.state() == before


def test_a_ticket_is_never_merged_into_itself(office: Office) -> None:
    before = office.state()
    own = office.desk.last.tracking_code
    assert_clean_page(office.send("gabung", parent_code=own, reason="Sama."), 409, 422)
    assert office.state() == before


def test_what_is_no_form_gets_a_page(office: Office) -> None:
    before = office.state()
    address = f"/petugas/tiket/{office.ticket.id}/langkah"
    header = {"X-CSRF-Token": office.token}
    for content, content_type in [
        (b"{}", "application/json"),
        (b"target=\xff\xfe", "application/x-www-form-urlencoded"),
        (b"--b\r\n", "multipart/form-data; boundary=b"),
        (b"", "multipart/form-data"),
    ]:
        reply = office.visitor.client.post(
            address, data=content, content_type=content_type, headers=header
        )
        assert_clean_page(reply, 400, 409, 422)
    assert office.state() == before


@pytest.mark.real_data
def test_a_login_of_any_content_is_refused_in_words(office: Office) -> None:
    visitor = Visitor(office.visitor.client.application.test_client())
    for given in [*naughty()[::60], *OWN]:
        sent = given.encode("utf-8", "replace").decode()
        reply = visitor.sign_in(sent, sent, next=sent)
        assert_clean_page(reply, 401, 429)
