"""Finding tickets by words, by code and by day, in every order."""

import re
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.core.clock import utcnow
from citizenreport.triage import queue as triage_queue
from citizenreport.triage.models import Ticket
from tests.doors.console.conftest import SENT_AT, Desk, Visitor
from tests.doors.console.counting import queries_of
from tests.doors.console.people import DESK, HANDLER, ROADS
from tests.doors.console.test_queue import CODE, QUEUE, codes

MONDAY = "2026-11-16"


def told(desk: Desk, text: str, category: str = "pothole") -> str:
    desk.report(category, text)
    return desk.last.tracking_code


def found(visitor: Visitor, words: str, more: str = "") -> list[str]:
    reply = searched(visitor, words, **dict(parse_qsl(more)))
    assert reply.status_code == 200
    return CODE.findall(reply.text)


def search_address(visitor: Visitor, words: str, **filters: str) -> str:
    sent = visitor.send(f"{QUEUE}/saring", page=f"{QUEUE}?urut=tenggat", cari=words, **filters)
    assert sent.status_code == 303, sent.text
    return sent.headers["Location"]


def searched(visitor: Visitor, words: str, **filters: str) -> TestResponse:
    return visitor.get(search_address(visitor, words, **filters))


@pytest.mark.parametrize("words", ["kerusakan", "rusak jembatan", '"jembatan rusak"', "RUSAKNYA"])
def test_words_are_found_by_their_stem(desk: Desk, words: str) -> None:
    bridge = told(desk, "Jembatan rusak sejak hujan kemarin.")
    told(desk, "Pohon tumbang menutup jalan.")
    assert found(desk.person(ROADS), words) == [bridge]


@pytest.mark.parametrize("words", ["trotoarr", "gedung sekola", "otoa"])
def test_similar_words_are_found_where_none_fits(desk: Desk, words: str) -> None:
    path = told(desk, "Trotoar di depan gedung sekolah pecah.")
    told(desk, "Aspal berlubang.")
    visitor = desk.person(ROADS)
    assert found(visitor, words) == [path]
    assert "Ini yang mirip" in searched(visitor, words).text


def test_similar_ones_do_not_dilute_what_fits(desk: Desk) -> None:
    exact = told(desk, "Trotoar pecah.")
    told(desk, "Trotoarr pecah.")
    assert found(desk.person(ROADS), "trotoar") == [exact]


def test_nothing_of_another_agency_is_found(desk: Desk) -> None:
    told(desk, "Dahan patah dekat kabel.", "tree")
    assert found(desk.person(ROADS), "dahan patah") == []
    assert found(desk.person(ROADS, username="dua"), desk.last.tracking_code) == []


def test_a_confidential_ticket_is_found_by_code_day_and_category_but_by_no_word(desk: Desk) -> None:
    code = told(desk, "Canary teriakan dari rumah sebelah.", "violence")
    handler = desk.person(HANDLER)
    assert found(handler, code) == [code]
    assert codes(handler, f"{QUEUE}?dari={MONDAY}&sampai={MONDAY}&kategori=violence") == [code]
    for words in ("Canary", "teriakan", "canaryy"):
        assert found(handler, words) == []


@pytest.mark.parametrize("question", [f"dari={MONDAY}", f"sampai={MONDAY}"])
def test_who_sees_the_deadline_only_finds_it_by_nothing(desk: Desk, question: str) -> None:
    code = told(desk, "Canary teriakan.", "violence")
    desk_person = desk.person(DESK)
    assert codes(desk_person) == [code], "the list tells that it exists"
    assert codes(desk_person, f"{QUEUE}?{question}") == []
    assert found(desk_person, code) == []


def test_no_order_tells_who_sees_the_deadline_only_how_urgent_it_is(desk: Desk) -> None:
    code = told(desk, "Canary teriakan.", "violence")
    handler, desk_person = desk.person(HANDLER), desk.person(DESK, username="desk")
    assert codes(handler, f"{QUEUE}?urut=prioritas") == [code]
    assert codes(desk_person, f"{QUEUE}?urut=prioritas") == []
    for order in ("tenggat", "terbaru", "terlama"):
        assert codes(desk_person, f"{QUEUE}?urut={order}") == [code]


def test_a_text_that_was_sealed_later_is_no_longer_found(desk: Desk) -> None:
    told(desk, "Canary jalan ambles.")
    visitor = desk.person(ROADS)
    page = visitor.get(QUEUE).text
    address = re.search(rf'href="({QUEUE}/[0-9a-f-]+)"', page)
    assert address is not None
    assert len(found(visitor, "ambles")) == 1
    seen = re.search(r'name="seen" value="(\d+)"', visitor.get(address[1]).text)
    assert seen is not None
    done = visitor.send(
        f"{address[1]}/perlindungan", page=address[1], visibility="confidential", seen=seen[1]
    )
    assert done.status_code == 303
    assert found(visitor, "ambles") == []


def test_days_include_the_last_one(desk: Desk) -> None:
    now = utcnow()
    sent = {}
    for days in (0, 1, 2):
        desk.report(at=SENT_AT - timedelta(days=days))
        sent[days] = desk.last.tracking_code
    desk.report(at=now)
    visitor = desk.person(ROADS)
    assert set(codes(visitor, f"{QUEUE}?dari=2026-11-15&sampai=2026-11-16")) == {sent[0], sent[1]}
    assert codes(visitor, f"{QUEUE}?sampai=2026-11-14") == [sent[2]]


@pytest.mark.parametrize(
    "question",
    [
        *("dari=kemarin", "sampai=0001-01-01", "urut=acak", "dari=9999-12-31", "kata=x"),
    ],
)
def test_what_cannot_be_looked_for_is_refused_in_words(desk: Desk, question: str) -> None:
    assert desk.person(ROADS).get(f"{QUEUE}?{question}").status_code == 422


ORDERS = {
    "": ["old low", "middle high", "new critical"],
    "urut=tenggat": ["old low", "middle high", "new critical"],
    "urut=prioritas": ["new critical", "middle high", "old low"],
    "urut=terbaru": ["new critical", "middle high", "old low"],
    "urut=terlama": ["old low", "middle high", "new critical"],
}


@pytest.mark.parametrize("question", ORDERS)
def test_every_order_goes_through_every_ticket_once(
    desk: Desk, session: Session, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    monkeypatch.setattr(triage_queue, "PAGE_TICKETS", 2)
    named = {}
    for days, name, priority in (
        *((1, "new critical", "kritis"), (9, "old low", "rendah")),
        (4, "middle high", "tinggi"),
    ):
        ticket: Ticket = desk.report(at=utcnow() - timedelta(days=days))
        ticket.priority = priority
        named[desk.last.tracking_code] = name
    session.commit()
    visitor = desk.person(ROADS)
    first = visitor.get(f"{QUEUE}?{question}").text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    seen = CODE.findall(first) + codes(visitor, following[1].replace("&amp;", "&"))
    assert [named[code] for code in seen] == ORDERS[question]


@pytest.mark.parametrize("words", ["lubang", "lubangg"])
def test_a_search_takes_few_queries(desk: Desk, session: Session, words: str) -> None:
    for _ in range(5):
        desk.report()
    visitor = desk.person(ROADS)
    address = search_address(visitor, words)
    with queries_of(session) as seen:
        assert len(codes(visitor, address)) == 5
    assert 0 < len(seen) <= 6, seen
