"""Every naughty string through the text fields of every form of the console, and through GeoReport.

The forms are those that the pages of the console show: a new page takes part without anybody adding
it here. Each field gets another string each time, so that the whole list goes through; whatever it
is, the answer is a page in words, and never an error of ours.
Source: github.com/minimaxir/big-list-of-naughty-strings.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import cycle
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.app import DOORS
from citizenreport.cities.rules import City, ProtectionClass
from citizenreport.core.keys import KeyRing
from citizenreport.identity.rules import Grant, Role
from citizenreport.intake.models import Report
from tests.bad_input.naughty import OWN, naughty, typable
from tests.doors.console.conftest import Desk, Visitor
from tests.scenes import Scene

pytestmark = pytest.mark.real_data

WRITTEN = frozenset({"", "text", "search", "email", "tel", "url", "number", "date", "time"})
ENDS_THE_WALK = ("/petugas/keluar",)  # signs out
GRANTS = (
    Grant(role=Role.AGENCY_LEAD, agency_code="DLH"),
    Grant(role=Role.CITY_DESK),
    Grant(role=Role.INSPECTORATE),
    Grant(
        role=Role.CONFIDENTIAL_HANDLER,
        agency_code="DPMP4KB",
        protection_class=ProtectionClass.VIOLENCE,
    ),
)


@dataclass
class Form:
    """A form as a page shows it: where it goes, what may be written and what stands already."""

    action: str
    method: str
    is_multipart: bool
    texts: list[str] = field(default_factory=list)
    fixed: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """Reads the forms of a page; of choices the last one is taken."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            is_multipart = given.get("enctype") == "multipart/form-data"
            self._form = Form(given.get("action", ""), given.get("method", "get"), is_multipart)
            self.found.append(self._form)
        elif self._form is not None and given.get("name"):
            self._take(self._form, tag, given)
        elif self._form is not None and tag == "option" and self._select:
            self._form.fixed[self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""

    def _take(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, kind = given["name"], given.get("type", "")
        if tag == "textarea" or (tag == "input" and kind in WRITTEN):
            form.texts.append(name)
        elif tag == "select":
            self._select = name
        elif kind != "file":
            form.fixed[name] = given.get("value", "")


def forms_of(page: str) -> list[Form]:
    reader = Forms()
    reader.feed(page)
    return [form for form in reader.found if form.method.lower() == "post"]


def console_pages(ticket_id: str) -> Iterator[str]:
    """Yield the addresses of the console's pages; of those about something, about one ticket."""
    bare = Flask(__name__, static_folder=None)
    for door in DOORS:
        if door.import_name.startswith("citizenreport.console"):
            bare.register_blueprint(door)
    adapter = bare.url_map.bind("localhost")
    for rule in sorted(bare.url_map.iter_rules(), key=lambda rule: rule.rule):
        if "GET" in (rule.methods or set()):
            values = {
                name: ticket_id if f"<uuid:{name}>" in rule.rule else "0" for name in rule.arguments
            }
            yield adapter.build(rule.endpoint, values)


def all_forms(visitor: Visitor, ticket_id: str) -> dict[tuple[str, tuple[str, ...]], Form]:
    """Return every form that the pages show, once each, with absolute addresses."""
    found: dict[tuple[str, tuple[str, ...]], Form] = {}
    for address in console_pages(ticket_id):
        reply = visitor.get(address)
        if reply.status_code != 200 or reply.mimetype != "text/html":
            continue
        for form in forms_of(reply.text):
            form.action = urlsplit(urljoin(address, form.action)).path
            if form.texts and not form.action.startswith(ENDS_THE_WALK):
                found.setdefault((form.action, tuple(form.texts)), form)
    return found


@pytest.fixture
def desk(app: Flask, session: Session, magelang: City, keys: KeyRing) -> Desk:
    return Desk(app, session, magelang, keys)


def test_no_text_in_any_form_of_the_console_is_an_error_of_ours(
    desk: Desk, session: Session
) -> None:
    ticket = desk.report("A04", position=None, area_code="33.71.03.1005")
    visitor = desk.person(*GRANTS)
    forms = all_forms(visitor, str(ticket.id))
    fields = sum(len(form.texts) for form in forms.values())
    assert len(forms) > 25
    assert fields > 60
    strings = typable([*naughty(), *OWN])
    following = cycle(strings)
    answers: Counter[int] = Counter()
    wrong = []
    for _ in range(len(strings) // fields + 1):  # every string is written somewhere
        for form in forms.values():
            words = {name: next(following) for name in form.texts}
            session.refresh(ticket)
            fixed = form.fixed | ({"seen": str(ticket.version)} if "seen" in form.fixed else {})
            reply = visitor.client.post(form.action, data=fixed | words)
            answers[reply.status_code] += 1
            if reply.status_code not in (200, 303, 403, 404, 409, 422):
                wrong.append((form.action, reply.status_code, ascii(words)[:300]))
    assert wrong == []
    assert answers[422] > answers[403], "most get as far as their words"


FIELDS = ("description", "address_string", "first_name", "last_name", "phone", "email")
CODES = ("service_code", "address_id", "lat", "attribute[nomor_tiang]", "attribute[tidak_ada]")
SENT = {
    "service_code": "A04",
    "lat": "-7.478474",
    "long": "110.22199",
    "description": "Lampu mati.",
}


@pytest.mark.parametrize("form", ["json", "xml"])
def test_georeport_stores_a_description_as_written_or_refuses_it(
    client: FlaskClient, session: Session, magelang: City, keys: KeyRing, form: str
) -> None:
    address = f"/open311/v2/requests.{form}"
    for words in typable([*naughty()[:: 2 if form == "json" else 9], *OWN]):
        reply = client.post(address, data=SENT | {"description": words})
        is_storable = "\x00" not in words and 0 < len(words.strip()) <= 4_000
        assert (reply.status_code == 201) is is_storable, (ascii(words)[:80], reply.text[:300])
        if is_storable:
            newest = select(Report.description).order_by(Report.id.desc()).limit(1)
            assert session.scalar(newest) == words.strip().replace("\r\n", "\n"), ascii(words)
        else:
            assert reply.status_code == 400, ascii(words)


@pytest.mark.parametrize("name", [*FIELDS, *CODES])
def test_no_text_in_any_field_of_georeport_is_an_error_of_ours(
    client: FlaskClient, magelang: City, keys: KeyRing, name: str
) -> None:
    for words in typable([*naughty()[::4], *OWN]):
        reply = client.post("/open311/v2/requests.json", data=SENT | {name: words})
        assert reply.status_code in (201, 400, 404), (ascii(words)[:80], reply.status_code)


def test_no_text_in_any_filter_of_georeport_is_an_error_of_ours(
    client: FlaskClient, scene: Scene
) -> None:
    scene.released("A04")
    names = ("service_request_id", "service_code", "start_date", "status", "bbox", "q", "sort")
    following = cycle(names)
    for words in typable([*naughty(), *OWN]):
        reply = client.get("/open311/v2/requests.json", query_string={next(following): words})
        assert reply.status_code in (200, 400, 404), ascii(words)[:80]
