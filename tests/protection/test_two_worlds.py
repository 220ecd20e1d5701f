"""What is not public changes nothing that is public (protection.md, section 3).

The same questions are asked of every public route before and after restricted and confidential
reports, and one public report that was made confidential, have come in. Every answer must be the
same to the byte. A new public route takes part by itself; one with a parameter nobody has thought
about fails here.
"""

import io
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from citizenreport.cities.rules import ProtectionClass, Visibility
from citizenreport.intake.rules import PreparedPhoto
from citizenreport.triage.states import State
from citizenreport.web.guards import PUBLIC, guard_of
from tests.scenes import PANJANG, Scene

VOLATILE = (
    re.compile(rb'name="csrf_token" value="[^"]+"'),  # random for each page
    re.compile(rb'nonce[-=]"?[\w+/=-]+"?'),  # random for each page
    re.compile(rb'name="ticket" value="[^"]+"'),  # made for the send key
    re.compile(rb'name="send_key" value="[^"]+"'),  # the form's own idempotency key
    re.compile(rb'"(?:nonce|salt|signature|key\w+|expiresAt)": ?"?\w+"?'),  # of a proof of work
)
QUERIES = (
    "kategori=A04",
    "kategori=A12",
    "aspek=toleransi",
    "kelurahan=33.71.03.1005",
    "status=new",
    "setelah=zzz",
    "lang=en",
    "tidak=dikenal",
)
PLACES_QUERIES = (
    "dari=2020-01-01&sampai=2099-12-31",
    "dari=kemarin",
    "tampilan=peta",
    "tampilan=peta&kategori=A12",
    "tampilan=kepadatan",
    "tampilan=kepadatan&kategori=A12",
    "tampilan=kepadatan&kelurahan=33.71.03.1005",
)
GEOREPORT_QUERIES = (
    "service_code=A04",
    "service_code=A12",
    "status=open&extensions=true",
    "page_size=2&page=2",
    "bbox=110,-8,111,-7",
    "lat=-7.478474&long=110.22199&radius=5000",
    "q=lampu",
    "updated_after=2020-01-01T00:00:00Z",
    "sort=updated_datetime:asc",
)
API_QUERIES = (
    "category=A04",
    "category=A12",
    "area=33.71.03.1005",
    "status=open&limit=2",
    "bbox=110,-8,111,-7",
    "since=2020-01-01&until=2099-12-31",
    "fields=tracking_code,state",
    "limit=1",
)
VOLATILE_HEADERS = {"Date", "Set-Cookie", "Content-Security-Policy", "RateLimit"}

Answer = tuple[int, list[tuple[str, str]], bytes]


@pytest.fixture
def stranger(app: Flask, session: Session) -> FlaskClient:
    """A browser that keeps nothing: no cookie of one answer may change the next."""
    return app.test_client(use_cookies=False)


def test_reports_that_are_not_public_change_no_public_answer(
    app: Flask, stranger: FlaskClient, scene: Scene
) -> None:
    for category_code in ("A04", "N06", "A08"):
        scene.released(category_code)
    known = scene.released("A04", photos=(a_photo(),))
    ticket = scene.ticket_of(known)
    scene.reply(ticket)
    questions = list(all_questions(app, known.tracking_code, scene.release_photos(ticket)[0]))
    before = {question: ask(stranger, question) for question in questions}
    assert sum(status == 200 for status, _, _ in before.values()) >= 4

    hidden, photo_code = add_what_is_not_public(scene)

    after = {question: ask(stranger, question) for question in questions}
    differing = [question for question in questions if before[question] != after[question]]
    assert differing == []
    for code in hidden:
        for address in addresses_of_a_code(app, code):
            unknown = address.replace(code, "Z" * len(code))
            status, headers, body = ask(stranger, address)
            alike = body.replace(code.encode(), b"Z" * len(code))  # the page links to itself
            assert (status, headers, alike) == ask(stranger, unknown), address
    for address in (f"/foto/{photo_code}", f"/foto/{photo_code}/kecil"):
        status, headers, body = ask(stranger, address)
        alike = body.replace(photo_code.encode(), b"A" * 22)
        assert (status, headers, alike) == ask(stranger, address.replace(photo_code, "A" * 22))


def test_what_is_not_public_is_no_hint_before_sending(app: Flask, scene: Scene) -> None:
    scene.released("A04")
    hints = Hints(app)
    before = hints.all(scene)
    assert any("Lampu jalan mati." in answer for answer in before)

    add_what_is_not_public(scene)

    assert hints.all(scene) == before
    scene.released("A04", description="Yang ini untuk umum.")
    assert hints.all(scene) != before


class Hints:
    """Asks what is similar, in every category, with a point and with an area, and before sending."""

    def __init__(self, app: Flask) -> None:
        self._client = app.test_client()
        found = re.search(r'name="csrf_token" value="([^"]+)"', self._client.get("/lapor").text)
        assert found is not None
        self._token = found[1]

    def all(self, scene: Scene) -> list[str]:
        point = {"lat": str(PANJANG.lat), "lon": str(PANJANG.lon)}
        places = (point, {"area_code": "33.71.03.1005"})
        asked = [
            self._ask("/lapor/serupa", {"category_code": code} | place)
            for code in scene.city.categories
            for place in places
        ]
        sent = {"category_code": "A04", "description": "Gelap.", "send_key": "k" * 22} | point
        return [*asked, self._ask("/lapor", sent)]

    def _ask(self, path: str, fields: dict[str, str]) -> str:
        answer = self._client.post(path, data=fields | {"csrf_token": self._token})
        body = answer.get_data()
        for pattern in VOLATILE:
            body = pattern.sub(b"", body)
        return body.decode()


def test_the_comparison_sees_a_public_report(
    app: Flask, stranger: FlaskClient, scene: Scene
) -> None:
    questions = list(all_questions(app, scene.released().tracking_code, "A" * 22))
    before = {question: ask(stranger, question) for question in questions}

    new = scene.released("N06")

    differing = {question for question in questions if before[question] != ask(stranger, question)}
    told = {"/", "/laporan", "/laporan.atom", "/laporan.atom?lang=en", "/dekat.json"}
    assert told | {"/sitemap.xml"} <= differing
    places = {"/laporan.geojson", "/laporan/kepadatan.json", "/laporan?tampilan=kepadatan"}
    assert places <= differing
    assert {"/api/v1/reports", "/api/v1/reports.geojson?limit=1"} <= differing
    assert "/api/v1/features/collections/reports/items?limit=1" in differing
    assert "/api/v1/features/collections/reports/items?category=A12" not in differing
    assert "/api/v1/reports?category=A12" not in differing
    assert {"/robots.txt", "/bantuan", "/laporan.atom?kategori=A12"}.isdisjoint(differing)
    assert "/laporan?kategori=A12" not in differing
    assert "/laporan.geojson?kategori=A12" not in differing
    assert "/laporan?tampilan=kepadatan&kategori=A12" not in differing
    for address in addresses_of_a_code(app, new.tracking_code):
        unknown = address.replace(new.tracking_code, "Z" * 10)
        assert ask(stranger, address) != ask(stranger, unknown), address


def a_photo() -> PreparedPhoto:
    out = io.BytesIO()
    Image.new("RGB", (800, 600), "teal").save(out, "JPEG")
    return PreparedPhoto(content=out.getvalue(), media_type="image/jpeg", width=800, height=600)


def add_what_is_not_public(scene: Scene) -> tuple[list[str], str]:
    """Make 50 restricted and 50 confidential reports, and two public ones that are then raised.

    Returns some of their codes, and the code of a photo that was public for a while.
    """
    categories = scene.city.categories.values()
    restricted = [c for c in categories if c.visibility is Visibility.RESTRICTED]
    protected = [c for c in categories if c.protection_class is not ProtectionClass.NONE]
    codes = []
    for number in range(50):
        for group in (restricted, protected):
            category = group[number % len(group)]
            codes.append(scene.submit(category.category_code).tracking_code)
    codes.append(scene.submit("A04", wish=Visibility.CONFIDENTIAL).tracking_code)
    codes.append(scene.submit("N06").tracking_code)  # public by category, not released
    turned = scene.released("A04", photos=(a_photo(),))
    [photo_code] = scene.release_photos(scene.ticket_of(turned))
    scene.raise_(scene.ticket_of(turned))
    settled = scene.released("N06")
    ticket = scene.ticket_of(settled)
    scene.move(ticket, State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)
    scene.raise_(ticket)
    return [*codes[-12:], turned.tracking_code, settled.tracking_code], photo_code


def all_questions(app: Flask, code: str, photo_code: str) -> Iterator[str]:
    """Yield an address for every public GET route, with what exists and with what does not."""
    for rule in public_rules(app):
        if rule.arguments <= {"form"}:
            yield from all_lists(re.sub(r"<[^>]*form>", "xml", rule.rule))
            continue
        for values in fillings(rule, code, photo_code):
            address = rule.rule
            for name, value in values.items():
                address = re.sub(rf"<(?:\w+(?:\([^)]*\))?:)?{name}>", value, address)
            assert "<" not in address, f"teach this test to fill {rule.rule}"
            yield address
            if address.endswith("/items"):
                yield from (f"{address}?{query}" for query in API_QUERIES)


def all_lists(address: str) -> Iterator[str]:
    yield address
    own: tuple[str, ...] = ()
    if address.startswith("/laporan"):
        own = PLACES_QUERIES
    elif address.startswith("/open311"):
        own = GEOREPORT_QUERIES
    elif address.startswith(("/api/v1/reports", "/api/v1/features")):
        own = API_QUERIES
    for query in (*QUERIES, *own):
        yield f"{address}?{query}"


def fillings(rule: Rule, code: str, photo_code: str) -> Iterator[dict[str, str]]:
    known = {
        "tracking_code": [code, "ZZZZZZZZZZ"],
        "token": ["A" * 64, code],
        "number": ["1"],
        "code": [code, "I01", "not-found", "ZZZZZZZZZZ"],
        "slug": ["tidak-ada-aaaaaa", code],
        "file_code": ["A" * 22, photo_code],
        "photo_code": [photo_code, "A" * 22],
        "name": ["none.css"],
        "filename": ["none.css"],
        "path": ["none.css"],
        "format": ["csv"],
        "category_code": ["A04", "Q99"],
        "form": ["xml"],
        "collection": ["reports", "kelurahan", "agency-areas", "none"],
        "feature_id": [code, "ZZZZZZZZZZ"],
    }
    missing = rule.arguments - known.keys()
    assert not missing, f"teach this test what {missing} of {rule.rule} may be"
    first = min(rule.arguments)
    for value in known[first]:
        yield {name: known[name][0] for name in rule.arguments} | {first: value}


def public_rules(app: Flask) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if guard_of(app.view_functions[rule.endpoint]) == PUBLIC
        and "GET" in (rule.methods or set())
    ]


def addresses_of_a_code(app: Flask, code: str) -> list[str]:
    return [
        re.sub(r"<[^>]*form>", "json", re.sub(r"<[^>]*tracking_code>", code, rule.rule))
        for rule in public_rules(app)
        if rule.arguments - {"form"} == {"tracking_code"}
    ]


def ask(client: FlaskClient, address: str) -> Answer:
    answer = client.get(address)
    body = answer.get_data()
    for pattern in VOLATILE:
        body = pattern.sub(b"", body)
    headers = sorted(item for item in answer.headers.items() if item[0] not in VOLATILE_HEADERS)
    return answer.status_code, headers, body
