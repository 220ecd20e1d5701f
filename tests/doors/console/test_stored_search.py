"""The words of a search stand in no address: they are kept, sealed, for their owner and for a while."""

import re
from datetime import timedelta
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.identity.models import Staff
from citizenreport.jobs.forgetting import forget
from citizenreport.triage import queue as triage_queue
from citizenreport.triage import searches
from citizenreport.triage.queue_models import StaffSearch
from tests.doors.console.conftest import Desk
from tests.doors.console.people import ADMIN, PARKS, ROADS
from tests.doors.console.test_export import EXPORT, table, taken
from tests.doors.console.test_queue import CODE, QUEUE, codes
from tests.doors.console.test_queue_search import search_address

NAME = "Budi Santoso"
PAGE = f"{QUEUE}?urut=tenggat"


def kept(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(StaffSearch)) or 0


def test_an_address_holds_an_id_and_no_word(desk: Desk, session: Session) -> None:
    desk.report("pothole", f"Pagar {NAME} roboh ke jalan.")
    code = desk.last.tracking_code
    visitor = desk.person(ROADS)
    address = search_address(visitor, NAME, kategori="pothole")
    assert "budi" not in address.lower()
    assert "kategori=pothole" in address
    page = visitor.get(address).text
    assert CODE.findall(page) == [code]
    assert f'value="{NAME}"' in page, "the box still holds what was typed"
    links = " ".join(re.findall(r'(?:href|action)="([^"]*)"', page))
    assert "budi" not in links.lower()
    row = session.scalars(select(StaffSearch)).one()
    assert b"Budi" not in row.words_sealed


def test_the_same_words_are_kept_once(desk: Desk, session: Session) -> None:
    visitor = desk.person(ROADS)
    first = search_address(visitor, NAME)
    (id_,) = session.scalars(select(StaffSearch.id))
    again = search_address(visitor, f" {NAME} ", kata=str(id_), urut="terbaru")
    assert again == first + "&urut=terbaru"
    other = search_address(visitor, "lubang", kata=str(id_))
    assert str(id_) not in other


def test_pages_file_and_next_page_go_on_with_the_words(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triage_queue, "PAGE_TICKETS", 2)
    for _ in range(3):
        desk.report("pothole", "Trotoar pecah.")
    desk.report("pothole", "Aspal berlubang.")
    visitor = desk.person(ROADS)
    for words in ("trotoar", "trotoarr"):
        address = search_address(visitor, words)
        first = visitor.get(address).text
        following = re.search(r'rel="next" href="([^"]+)"', first)
        assert following is not None
        second = codes(visitor, following[1].replace("&amp;", "&"))
        assert len({*CODE.findall(first), *second}) == 3
        assert len(table(taken(visitor, urlsplit(address).query))) == (
            4 if words == "trotoar" else 1
        )
        shown = visitor.get(f"{EXPORT}?{urlsplit(address).query}")
        assert words in shown.text


def test_a_search_of_another_is_as_good_as_none(desk: Desk) -> None:
    owner = desk.person(ROADS)
    address = search_address(owner, NAME)
    other = desk.person(PARKS, username="taman", name="Taman")
    nobody = f"{QUEUE}?kata=00000000-0000-4000-8000-000000000000"
    for given in (address, nobody):
        reply = other.get(given)
        assert reply.status_code == 404
        assert "sudah berakhir" in reply.text
        assert NAME not in reply.text
    export = f"{EXPORT}?{urlsplit(address).query}"
    assert other.get(export).status_code == 404
    assert owner.get(export).status_code == 200
    sent = search_address(other, "lubang", kata=urlsplit(address).query.removeprefix("kata="))
    assert sent != address


def test_it_ends_with_the_session(desk: Desk, session: Session) -> None:
    visitor = desk.person(ROADS)
    address = search_address(visitor, NAME)
    visitor.send("/petugas/keluar", page="/petugas")
    assert kept(session) == 0
    assert visitor.sign_in().status_code == 303
    assert visitor.get(address).status_code == 404


def test_it_ends_after_a_day_and_a_job_erases_it(
    desk: Desk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = desk.person(ROADS)
    address = search_address(visitor, NAME)
    row = session.scalars(select(StaffSearch)).one()
    row.searched_at = utcnow() - timedelta(hours=24, seconds=1)
    session.commit()
    assert visitor.get(address).status_code == 404
    searches.forget_old(session, now=utcnow())
    assert kept(session) == 0


def test_the_words_in_views_of_a_closed_account_go(desk: Desk, session: Session) -> None:
    visitor = desk.person(ROADS)
    searched = urlsplit(search_address(visitor, NAME)).query
    visitor.send("/petugas/tampilan", page=PAGE, name="Pagar", saringan=searched)
    searches.forget_old(session, now=utcnow() + timedelta(days=2))
    assert kept(session) == 1, "a view lasts"
    session.scalars(select(Staff)).one().is_active = False
    session.commit()
    searches.forget_old(session, now=utcnow())
    assert kept(session) == 0


def test_the_hourly_job_forgets_searches(app: Flask, desk: Desk, session: Session) -> None:
    search_address(desk.person(ROADS), NAME)
    with app.app_context():
        forget(now=utcnow() + timedelta(days=2))
    assert kept(session) == 0


def test_a_session_keeps_only_so_many(
    desk: Desk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searches, "MOST_OF_A_SESSION", 2)
    visitor = desk.person(ROADS)
    addresses = [search_address(visitor, words) for words in ("satu", "dua dua", "tiga")]
    assert [visitor.get(address).status_code for address in addresses] == [404, 200, 200]


@pytest.mark.parametrize("words", ["ab", "a" * 101])
def test_words_that_are_too_few_come_back_in_their_box(
    desk: Desk, session: Session, words: str
) -> None:
    visitor = desk.person(ROADS)
    reply = visitor.send(f"{QUEUE}/saring", page=PAGE, cari=words, kategori="pothole")
    assert reply.status_code == 422
    assert "3 sampai 100 huruf" in reply.text
    assert f'value="{words}"' in reply.text
    assert '<option value="pothole" selected>' in reply.text
    assert kept(session) == 0


@pytest.mark.parametrize("page", [QUEUE, EXPORT])
def test_words_in_an_address_are_refused_in_words(desk: Desk, page: str) -> None:
    reply = desk.person(ROADS).get(f"{page}?cari={quote(NAME)}")
    assert reply.status_code == 422
    assert "tidak boleh ada di alamat" in reply.text
    assert NAME not in reply.text


def test_a_search_needs_the_token_of_a_page_of_ours(desk: Desk, session: Session) -> None:
    visitor = desk.person(ROADS)
    reply = visitor.client.post(f"{QUEUE}/saring", data={"cari": NAME})
    assert reply.status_code == 403
    assert kept(session) == 0


def test_the_filter_form_is_one_form_without_a_word_in_its_action(desk: Desk) -> None:
    page = desk.person(ROADS).get(QUEUE).text
    forms = re.findall(
        rf'<form method="post" action="{QUEUE}/saring">(.*?)</form>', page, re.DOTALL
    )
    assert len(forms) == 1
    for name in ("cari", "urut", "keadaan", "kategori", "tenggat", "dari", "sampai"):
        assert f'name="{name}"' in forms[0]


def test_who_has_no_queue_keeps_no_search(desk: Desk, session: Session) -> None:
    visitor = desk.person(ADMIN)
    found = visitor.get(search_address(visitor, NAME))
    assert CODE.findall(found.text) == []
