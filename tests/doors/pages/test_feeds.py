"""`/laporan.atom`: what RFC 4287 demands, and nothing that was not released."""

import re
from datetime import date, datetime, timedelta
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy.orm import Session

from citizenreport.pages.feeds import ENTRIES, NEVER
from citizenreport.triage.states import State
from tests.doors.pages.conftest import Counting
from tests.doors.pages.resident import Resident, receipt_of
from tests.doors.pages.staff import Staff
from tests.doors.pages.test_published import FIRST_DAY, jpeg, row

ATOM = "{http://www.w3.org/2005/Atom}"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


def feed(resident: Resident, **query: str) -> ET.Element:
    answer = resident.client.get("/laporan.atom", query_string=query)
    assert answer.status_code == 200
    assert answer.mimetype == "application/atom+xml"
    root = ET.fromstring(answer.data)
    assert_valid(root)
    return root


def assert_valid(root: ET.Element) -> None:
    """Hold a feed against the MUSTs of RFC 4287, sections 4.1.1, 4.1.2 and 4.2."""
    assert root.tag == f"{ATOM}feed"
    entries = root.findall(f"{ATOM}entry")
    for element in (root, *entries):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
        for name in ("updated", "published"):
            for node in element.findall(f"{ATOM}{name}"):
                assert RFC_3339.fullmatch(node.text or ""), node.text
        assert (element.findtext(f"{ATOM}id") or "").startswith("urn:uuid:")
        kinds = [(n.get("rel"), n.get("type"), n.get("hreflang")) for n in links(element)]
        alternates = [kind for kind in kinds if kind[0] == "alternate"]
        assert len(alternates) == len(set(alternates)) == 1
        assert all((n.get("href") or "").startswith("http://localhost/") for n in links(element))
    assert len(root.findall(f"{ATOM}author/{ATOM}name")) == 1  # so that entries need none
    assert len([n for n in links(root) if n.get("rel") == "self"]) == 1
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(ids) == len(set(ids))
    for category in root.iter(f"{ATOM}category"):
        assert category.get("term")


def links(element: ET.Element) -> list[ET.Element]:
    return element.findall(f"{ATOM}link")


def pages_in(root: ET.Element) -> list[str]:
    return [
        (link.get("href") or "").rsplit("/", 1)[1]
        for entry in root.findall(f"{ATOM}entry")
        for link in links(entry)
        if link.get("rel") == "alternate"
    ]


def test_an_empty_feed_is_valid(resident: Resident) -> None:
    assert feed(resident).findtext(f"{ATOM}updated") == NEVER


def test_a_released_report_is_in_it_as_published(resident: Resident, staff: Staff) -> None:
    held, _ = receipt_of(resident.report(description="kanari-31"))
    code, _ = receipt_of(resident.report(description="kanari-32", photos=[jpeg()]))
    staff.release(code, "Lampu <jalan> & \u201cgang\u201d padam.\x0b")
    staff.release_photos(code)
    root = feed(resident)
    assert pages_in(root) == [code.replace("-", "")]
    text = ET.tostring(root, "unicode")
    assert "kanari" not in text
    assert held.replace("-", "") not in text
    assert "Lampu <jalan> & \u201cgang\u201d padam." in (root.findtext(f".//{ATOM}summary") or "")
    [photo] = [n for n in root.iter(f"{ATOM}link") if n.get("rel") == "enclosure"]
    answer = resident.client.get((photo.get("href") or "").removeprefix("http://localhost"))
    assert (answer.status_code, answer.mimetype) == (200, photo.get("type"))


def test_ids_stay_and_tell_no_time(resident: Resident, session: Session) -> None:
    session.add_all(row(number) for number in range(20))
    session.flush()
    first, again = feed(resident), feed(resident)
    ids = [node.text or "" for node in first.iter(f"{ATOM}id")]
    assert ids == [node.text for node in again.iter(f"{ATOM}id")]
    assert {UUID(one).version for one in ids} == {5}
    assert ids[1:] != sorted(ids[1:])


def test_updated_is_the_day_of_change_in_the_city(resident: Resident, session: Session) -> None:
    session.add_all([row(0, changed_on=date(2026, 3, 9)), row(1, changed_on=date(2026, 3, 11))])
    session.flush()
    root = feed(resident)
    told = [datetime.fromisoformat(n.text or "") for n in root.iter(f"{ATOM}updated")]
    assert [instant.isoformat() for instant in told] == [
        *("2026-03-11T00:00:00+07:00", "2026-03-11T00:00:00+07:00", "2026-03-09T00:00:00+07:00"),
    ]


def test_only_an_exact_report_tells_its_hour(resident: Resident, staff: Staff) -> None:
    for category in ("A04", "A08", "N06"):
        code, _ = receipt_of(resident.report(category))
        staff.release(code)
    hours = {n.text: (n.text or "").split("T")[1] for n in feed(resident).iter(f"{ATOM}published")}
    with_hour = [text for text, hour in hours.items() if not hour.startswith("00:00:00+")]
    pages = [resident.open(f"/laporan/{code}").text for code in pages_in(feed(resident))]
    assert len(with_hour) == sum("WIB" in text.split("Dilaporkan")[1][:60] for text in pages)


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, {0, 1, 2, 3}),
        ({"aspek": "nyaman"}, {1}),
        ({"kategori": "N06"}, {1}),
        ({"kelurahan": "33.71.01.1003"}, {2}),
        ({"status": "closed"}, {3}),
        ({"status": "closed", "aspek": "nyaman"}, set()),
        ({"kategori": "A12"}, set()),
        ({"dari": "2026-03-02", "sampai": "2026-03-02"}, {0, 1, 2}),
        ({"kelurahan": "a\x00b"}, set()),
    ],
)
def test_filters_are_those_of_the_list(
    resident: Resident, session: Session, query: dict[str, str], numbers: set[int]
) -> None:
    rows = [
        *(row(0), row(1, category_code="N06", aspect="nyaman")),
        *(row(2, area_code="33.71.01.1003"), row(3, state="closed")),  # on the next day
    ]
    session.add_all(rows)
    session.flush()
    assert set(pages_in(feed(resident, **query))) == {rows[n].tracking_code for n in numbers}


def test_every_filter_has_a_feed_of_its_own(resident: Resident) -> None:
    queries = ({}, {"aspek": "aman"}, {"kategori": "A04"}, {"status": "new", "dari": "2026-03-02"})
    feeds = [feed(resident, **query) for query in queries]
    assert len({root.findtext(f"{ATOM}id") for root in feeds}) == len(queries)
    assert len({root.findtext(f"{ATOM}title") for root in feeds}) == len(queries)
    for query, root in zip(queries, feeds, strict=True):
        html = resident.open("/laporan", **query).response.text
        [address] = re.findall(r'type="application/atom\+xml" title="[^"]+" href="([^"]+)"', html)
        [own] = [n.get("href") for n in links(root) if n.get("rel") == "self"]
        assert own == f"http://localhost{address.replace('&amp;', '&')}"


@pytest.mark.parametrize(
    "query", [{"dari": "kemarin"}, {"dari": "2026-02-02", "sampai": "2026-02-01"}]
)
def test_a_filter_that_cannot_be_read_is_said(resident: Resident, query: dict[str, str]) -> None:
    answer = resident.client.get("/laporan.atom", query_string=query)
    assert answer.status_code == 422
    assert "Saringannya tidak terbaca" in answer.text


def test_news_and_withdrawals_are_seen_at_once(resident: Resident, staff: Staff) -> None:
    def ask(answer: object) -> int:
        headers = {"If-None-Match": etag, "If-Modified-Since": modified}
        return resident.client.get("/laporan.atom", headers=headers).status_code

    staff.release(receipt_of(resident.report())[0])
    code, _ = receipt_of(resident.report())
    staff.release(code)
    for step in (
        lambda: staff.move(code, State.VERIFIED),
        lambda: staff.reply(code, "Besok kami datang."),
        lambda: staff.hide(code),
    ):
        answer = resident.client.get("/laporan.atom")
        etag, modified = answer.headers["ETag"], answer.headers["Last-Modified"]
        assert ask(answer) == 304
        step()
        expected = 304 if "reply" in step.__code__.co_names else 200
        assert ask(answer) == expected
    assert code.replace("-", "") not in resident.client.get("/laporan.atom").text
    since = {"If-Modified-Since": modified}
    assert resident.client.get("/laporan.atom", headers=since).status_code == 200


def test_a_feed_has_an_end_and_asks_little(
    resident: Resident, session: Session, queries: Counting
) -> None:
    days = [FIRST_DAY + timedelta(days=n) for n in range(ENTRIES + 30)]
    rows = [row(n, changed_on=day) for n, day in enumerate(days)]
    session.add_all(rows)
    session.flush()
    with queries() as asked:
        found = pages_in(feed(resident))
    newest = [one.tracking_code for one in reversed(rows)]
    assert found == newest[:ENTRIES]
    assert len(asked) <= 2


@pytest.mark.parametrize("language", ["id", "en", "jv"])
def test_it_speaks_the_language_asked_for(
    resident: Resident, session: Session, language: str
) -> None:
    session.add(row(0))
    session.flush()
    root = feed(resident, lang=language)
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == language
    [own] = [n.get("href") for n in links(root) if n.get("rel") == "self"]
    assert own == f"http://localhost/laporan.atom?lang={language}"
