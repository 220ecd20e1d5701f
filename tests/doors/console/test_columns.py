"""The columns of the list that a person chose."""

import re
from html import unescape

from sqlalchemy import delete
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from citizenreport.triage.queue_models import StaffSearch
from tests.doors.console.conftest import TOKEN, Desk, Visitor
from tests.doors.console.counting import queries_of
from tests.doors.console.people import DESK
from tests.doors.console.test_queue import QUEUE

FILTERS = re.compile(r'name="saringan" value="([^"]*)"')


def choose(visitor: Visitor, *names: str, page: str = QUEUE) -> str:
    """Send the form of a page of the list; return where it leads."""
    shown = visitor.get(page).text
    match = TOKEN.search(shown)
    assert match is not None
    filters = FILTERS.search(shown)
    assert filters is not None
    sent = [("csrf_token", match[1]), ("saringan", unescape(filters[1]))]
    fields = MultiDict([*sent, *(("kolom", name) for name in names)])
    answer = visitor.client.post(f"{QUEUE}/kolom", data=fields)
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_one_lands_again_on_the_list_as_it_was_filtered(desk: Desk, session: Session) -> None:
    desk.report()
    visitor = desk.person(DESK)
    filtered = f"{QUEUE}?kategori=pothole&urut=terbaru"
    assert choose(visitor, "masuk", page=filtered) == filtered
    found = visitor.send(f"{QUEUE}/saring", page=QUEUE, cari="lubang", kategori="pothole")
    words = found.headers["Location"]
    assert choose(visitor, "masuk", page=words) == words
    session.execute(delete(StaffSearch))
    session.commit()
    gone = {"saringan": words.partition("?")[2], "kolom": "masuk"}
    answer = visitor.send(f"{QUEUE}/kolom", page=QUEUE, **gone)
    assert answer.headers["Location"] == f"{QUEUE}?urut=tenggat"
    assert visitor.send(f"{QUEUE}/kolom", page=QUEUE, saringan="keadaan=x").status_code == 422


def heads(visitor: Visitor) -> str:
    page = visitor.get(QUEUE).text
    return page[page.index("<thead>") : page.index("</thead>")]


def test_the_list_shows_what_was_chosen_the_next_time_too(desk: Desk, session: Session) -> None:
    desk.report()
    visitor, other = desk.person(DESK), desk.person(DESK, username="budi")
    assert "Keadaan" in heads(visitor)
    choose(visitor, "masuk", "prioritas", "nonsense")
    assert all(word in heads(visitor) for word in ("Laporan masuk", "Prioritas", "Tenggat"))
    assert "Keadaan" not in heads(visitor)
    assert "Keadaan" in heads(other), "each for themselves"
    with queries_of(session) as seen:
        visitor.get(QUEUE)
    assert len(seen) <= 6
    choose(visitor)
    assert "Laporan masuk" not in heads(visitor)


def test_of_a_ticket_that_may_not_be_read_no_column_tells(desk: Desk) -> None:
    desk.report("violence")
    visitor = desk.person(DESK)
    choose(visitor, "prioritas", "masuk")
    page = visitor.get(QUEUE).text
    table = page[page.index("<tbody") : page.index("</tbody>")]
    assert "<time" not in table
    assert table.count("–") >= 2
