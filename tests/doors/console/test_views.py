"""Views of the queue that a person keeps."""

import re
from urllib.parse import urlsplit

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from citizenreport.triage import views
from citizenreport.triage.queue_models import StaffSearch
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import PARKS, ROADS
from tests.doors.console.test_queue import QUEUE, codes
from tests.doors.console.test_queue_search import search_address

VIEWS = "/petugas/tampilan"
SAVED = re.compile(rf'action="({VIEWS}/[0-9a-f-]+)/nama"')


def keep(visitor: Visitor, name: str, filters: str = "kategori=pothole&urut=terbaru") -> int:
    page = f"{QUEUE}?urut=terbaru"
    return visitor.send(VIEWS, page=page, name=name, saringan=filters).status_code


def own(visitor: Visitor) -> list[str]:
    return SAVED.findall(visitor.get(VIEWS).text)


def test_a_view_brings_its_filters_and_order_back(desk: Desk) -> None:
    visitor = desk.person(ROADS)
    assert keep(visitor, "Lubang baru") == 303
    page = visitor.get(f"{QUEUE}?urut=tenggat").text
    link = re.search(r'href="([^"]+)"[^>]*>Lubang baru</a>', page)
    assert link is not None
    address = link[1].replace("&amp;", "&")
    assert "kategori=pothole" in address
    assert "urut=terbaru" in address
    assert re.search(r'aria-current="page">Lubang baru', visitor.get(address).text)


def test_words_are_kept_with_the_view_but_not_in_its_link(desk: Desk, session: Session) -> None:
    desk.report("pothole", "Pagar Pak Budi roboh.")
    code = desk.last.tracking_code
    desk.report()
    visitor = desk.person(ROADS)
    searched = urlsplit(search_address(visitor, "pagar budi", kategori="pothole")).query
    assert keep(visitor, "Pagar", searched) == 303
    page = visitor.get(VIEWS).text
    assert "dengan kata pencarian" in page
    assert "budi" not in page.lower()
    link = re.search(rf'href="({QUEUE}\?[^"]*kata=[^"]+)"', page)
    assert link is not None
    address = link[1].replace("&amp;", "&")
    session.execute(delete(StaffSearch).where(StaffSearch.view_id.is_(None)))
    assert codes(visitor, address) == [code], "the view's words outlive the search"
    assert desk.person(ROADS, username="lain").get(address).status_code == 404
    (view,) = own(visitor)
    visitor.send(f"{view}/utama", page=VIEWS, utama="1")
    assert visitor.get(QUEUE).headers["Location"] == address
    visitor.send(f"{view}/hapus", page=VIEWS)
    assert session.scalars(select(StaffSearch)).all() == []


def test_words_in_what_a_form_sends_along_are_refused(desk: Desk) -> None:
    assert keep(desk.person(ROADS), "Canary", "urut=terbaru&cari=Budi") == 422


def test_the_queue_opens_with_the_default_and_all_is_one_click_away(desk: Desk) -> None:
    desk.report()
    code = desk.last.tracking_code
    visitor = desk.person(ROADS)
    keep(visitor, "Selesai", "keadaan=resolved")
    (view,) = own(visitor)
    visitor.send(f"{view}/utama", page=VIEWS, utama="1")
    opened = visitor.get(QUEUE)
    assert opened.headers["Location"] == f"{QUEUE}?keadaan=resolved"
    page = visitor.get(opened.headers["Location"]).text
    assert f'href="{QUEUE}?urut=tenggat"' in page
    assert codes(visitor, f"{QUEUE}?urut=tenggat") == [code]
    visitor.send(f"{view}/utama", page=VIEWS, utama="0")
    assert visitor.get(QUEUE).status_code == 200


def test_only_one_view_is_the_default(desk: Desk) -> None:
    visitor = desk.person(ROADS)
    for name in ("A", "B"):
        keep(visitor, name)
    for view in own(visitor):
        assert visitor.send(f"{view}/utama", page=VIEWS, utama="1").status_code == 303
    assert visitor.get(VIEWS).text.count(">Utama<") == 1


def test_a_view_is_renamed_and_deleted(desk: Desk) -> None:
    visitor = desk.person(ROADS)
    keep(visitor, "Lama")
    (view,) = own(visitor)
    visitor.send(f"{view}/nama", page=VIEWS, name="  Baru   sekali ")
    assert "Baru sekali" in visitor.get(VIEWS).text
    visitor.send(f"{view}/hapus", page=VIEWS)
    assert own(visitor) == []


def test_a_name_is_used_once_and_what_was_typed_stays(desk: Desk) -> None:
    visitor = desk.person(ROADS)
    keep(visitor, "Pagi")
    again = visitor.send(VIEWS, page=VIEWS, name="Pagi", saringan="keadaan=new")
    assert again.status_code == 409
    assert "sudah punya tampilan dengan nama ini" in again.text
    assert 'value="keadaan=new"' in again.text
    assert again.text.count('value="Pagi"') == 2


@pytest.mark.parametrize("name", ["", "   ", "x" * 41])
def test_a_name_has_one_to_forty_letters(desk: Desk, name: str) -> None:
    assert keep(desk.person(ROADS), name) == 422


def test_there_is_a_limit_and_the_page_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MAX_VIEWS", 2)
    visitor = desk.person(ROADS)
    assert [keep(visitor, name) for name in "ABC"] == [303, 303, 409]
    assert len(own(visitor)) == 2
    refused = visitor.send(VIEWS, page=VIEWS, name="C", saringan="")
    assert "Paling banyak 20 tampilan" in refused.text


@pytest.mark.parametrize("act", ["nama", "utama", "hapus"])
def test_nobody_touches_the_view_of_another(desk: Desk, act: str) -> None:
    first = desk.person(ROADS)
    keep(first, "Punya saya")
    (view,) = own(first)
    other = desk.person(PARKS, username="taman", name="Taman")
    assert "Punya saya" not in other.get(VIEWS).text
    reply = other.send(f"{view}/{act}", page=f"{QUEUE}?urut=terbaru", name="x", utama="1")
    assert reply.status_code == 404
    assert "Punya saya" in first.get(VIEWS).text


@pytest.mark.parametrize("filters", ["kategori=gone", "urut=x", "keadaan=%00"])
def test_filters_that_nobody_knows_are_not_kept(desk: Desk, filters: str) -> None:
    assert (
        desk.person(ROADS)
        .send(VIEWS, page=f"{QUEUE}?urut=terbaru", name="A", saringan=filters)
        .status_code
        == 422
    )
