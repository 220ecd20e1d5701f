"""The queue in columns and on a map: the same tickets, filters and rights as its list."""

import re
from html import unescape

import pytest
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.triage import board
from citizenreport.triage.states import LABELS, OPEN
from tests.doors.console.conftest import Desk
from tests.doors.console.counting import queries_of
from tests.doors.console.people import ADMIN, DESK, HANDLER, ROADS
from tests.doors.console.test_acts import step
from tests.doors.console.test_live import Watcher
from tests.doors.console.test_queue import QUEUE, codes
from tests.doors.console.test_ticket import page_of

BOARD = f"{QUEUE}/papan"
MAP = f"{QUEUE}/peta"
PLACES = f"{QUEUE}/peta.json"
MORE = re.compile(r'class="more"><a[^>]* href="([^"]+)"')


def column(page: str, state: str) -> str:
    start = page.index(f'id="daftar-{state}"')
    return page[start : page.index("</ul>", start)]


def test_a_ticket_stands_in_the_column_of_its_state_with_its_deadline(desk: Desk) -> None:
    first = desk.report(at=utcnow())
    code = desk.last.tracking_code
    visitor = desk.person(ROADS)
    step(visitor, first, "verified")
    desk.report(at=utcnow())
    page = visitor.get(BOARD).text
    assert code in column(page, "verified")
    assert desk.last.tracking_code in column(page, "new")
    assert page.count("board-column") == len(OPEN)
    assert "Tanggapan pertama" in unescape(column(page, "new"))


def test_the_board_costs_no_more_queries_than_the_list(desk: Desk, session: Session) -> None:
    for _n in range(3):
        desk.report(at=utcnow())
    visitor = desk.person(ROADS)
    for path, most in ((BOARD, 3), (MAP, 3), (PLACES, 2)):
        with queries_of(session) as seen:
            assert visitor.get(path).status_code == 200
        assert len(seen) <= most, (path, seen)


def test_a_column_goes_on_where_it_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "COLUMN_TICKETS", 2)
    sent = []
    for _n in range(5):
        desk.report(at=utcnow())
        sent.append(desk.last.tracking_code)
    visitor = desk.person(ROADS)
    path, found = BOARD, []
    for _page in range(3):
        page = visitor.get(path)
        found += re.findall(r'class="row-link code"[^>]*>([^<]+)<', page.text)
        more = MORE.search(page.text)
        path = unescape(more[1]) if more else ""
    assert path == ""
    assert found == sent


def test_the_same_filters_hold_in_all_three_ways(desk: Desk) -> None:
    desk.report(at=utcnow())
    desk.report("tree", at=utcnow())
    tree = desk.last.tracking_code
    visitor = desk.person(DESK)
    assert codes(visitor, f"{BOARD}?kategori=tree") == [tree]
    features = visitor.get(f"{PLACES}?kategori=tree").get_json()["features"]
    assert [one["properties"]["code"] for one in features] == [tree]
    page = unescape(visitor.get(f"{BOARD}?kategori=tree").text)
    for way in (QUEUE, BOARD, MAP):
        assert f'href="{way}?kategori=tree"' in page


def test_a_step_on_the_board_leads_back_to_it(desk: Desk) -> None:
    ticket = desk.report(at=utcnow())
    visitor = desk.person(ROADS)
    path = f"{page_of(ticket)}/langkah"
    fields = {"form": "langkah-verified", "target": "verified", "papan": "kategori=pothole"}
    reply = visitor.send(path, page=BOARD, seen=str(ticket.version), **fields)
    assert reply.status_code == 303
    assert reply.headers["Location"] == f"{BOARD}?beres=langkah&kategori=pothole"
    assert desk.last.tracking_code in column(visitor.get(BOARD).text, "verified")


SHOWN_AT = re.compile(r'name="shown_at" value="([^"]+)"')


def test_a_step_that_came_too_late_says_what_was_done_meanwhile(desk: Desk) -> None:
    ticket = desk.report(at=utcnow())
    visitor = desk.person(ROADS)
    colleague = desk.person(ROADS, username="tono", name="Tono Rekan")
    found = SHOWN_AT.search(visitor.get(BOARD).text)
    assert found is not None
    path = f"{page_of(ticket)}/langkah"
    own = {"form": "langkah-verified", "target": "verified", "papan": "", "seen": "1"}
    assert colleague.send(path, page=BOARD, **own).status_code == 303
    refused = visitor.send(path, page=BOARD, shown_at=unescape(found[1]), **own)
    assert refused.status_code == 409
    told = refused.text[refused.text.index("Yang terjadi sementara itu:") :]
    told = told[: told.index("</ul>")]
    assert "Tono Rekan: Terverifikasi" in told
    assert "Laporan masuk" not in told, "what the board had shown already"


@pytest.mark.parametrize("text", ["", "kemarin", "2026-11-24", "2026-11-24T01:02:03"])
def test_an_instant_that_is_none_is_no_fault(desk: Desk, text: str) -> None:
    ticket, visitor = desk.report(at=utcnow()), desk.person(ROADS)
    fields = {"form": "langkah-verified", "target": "verified", "papan": "", "seen": "7"}
    refused = visitor.send(f"{page_of(ticket)}/langkah", page=BOARD, shown_at=text, **fields)
    assert refused.status_code == 409
    assert "Yang terjadi sementara itu:" not in refused.text


@pytest.mark.parametrize("query", ["keadaan=nonsense", "https://example.org", "é=%00"])
def test_a_step_leads_nowhere_else(desk: Desk, query: str) -> None:
    ticket = desk.report(at=utcnow())
    fields = {"form": "langkah-verified", "target": "verified", "papan": query}
    reply = desk.person(ROADS).send(
        f"{page_of(ticket)}/langkah", page=BOARD, seen=str(ticket.version), **fields
    )
    assert reply.status_code == 303
    assert reply.headers["Location"].startswith(("/petugas/tiket/",))


def test_a_step_without_its_reason_shows_the_ticket_with_the_fault(desk: Desk) -> None:
    ticket = desk.report(at=utcnow())
    fields = {"form": "langkah-archived", "target": "archived", "papan": "", "reason": " "}
    reply = desk.person(ROADS).send(
        f"{page_of(ticket)}/langkah", page=BOARD, seen=str(ticket.version), **fields
    )
    assert reply.status_code == 422


@pytest.mark.parametrize("role", [DESK, ADMIN])
def test_of_a_confidential_ticket_the_board_shows_code_state_and_deadline(
    desk: Desk, role: object
) -> None:
    ticket = desk.report("violence", "Canary Budi memukul.", at=utcnow())
    visitor = desk.person(role)  # type: ignore[arg-type]
    shown = column(visitor.get(BOARD).text, "new")
    assert desk.last.tracking_code in shown
    for word in ("Canary", "Kekerasan", "Kelurahan", "Prioritas", "<form", str(ticket.id)):
        assert word not in shown


def test_no_confidential_ticket_is_on_the_map_even_for_its_handler(desk: Desk) -> None:
    desk.report("violence", at=utcnow())
    code = desk.last.tracking_code
    visitor = desk.person(HANDLER)
    assert code in visitor.get(BOARD).text
    assert visitor.get(PLACES).get_json()["features"] == []
    assert '<td class="end number">' not in visitor.get(MAP).text


def test_the_table_beside_the_map_counts_what_the_map_shows(desk: Desk) -> None:
    desk.report(at=utcnow())
    desk.report(at=utcnow())
    visitor = desk.person(ROADS)
    numbers = re.findall(r'<td class="end number">(\d+)</td>', visitor.get(MAP).text)
    features = visitor.get(PLACES).get_json()["features"]
    assert sum(map(int, numbers)) == len(features) == 2
    assert features[0]["geometry"]["type"] == "Point"


def test_the_map_goes_on_from_page_to_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "MAP_TICKETS", 1)
    for _n in range(2):
        desk.report(at=utcnow())
    visitor = desk.person(ROADS)
    first = visitor.get(PLACES).get_json()
    second = visitor.get(first["next"]).get_json()
    assert second["next"] is None
    assert first["features"] != second["features"]


def test_the_board_notices_what_others_do(desk: Desk, session: Session) -> None:
    ticket = desk.report(at=utcnow())
    watcher = Watcher(desk.person(ROADS), BOARD)
    with queries_of(session) as seen:
        assert watcher.ask().status_code == 304
    assert len(seen) <= 2
    step(desk.person(ROADS, username="budi", name="Budi"), ticket, "verified")
    reply = watcher.ask()
    assert "1 tiket berubah" in reply.text
    assert f'href="{BOARD}' in reply.text


def test_each_open_state_has_a_name() -> None:
    assert set(LABELS) >= OPEN
