"""The columns of the list that a person chose."""

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from tests.doors.console.conftest import TOKEN, Desk, Visitor
from tests.doors.console.counting import queries_of
from tests.doors.console.people import DESK
from tests.doors.console.test_queue import QUEUE


def choose(visitor: Visitor, *names: str) -> None:
    match = TOKEN.search(visitor.get(QUEUE).text)
    assert match is not None
    fields = MultiDict([("csrf_token", match[1]), *(("kolom", name) for name in names)])
    assert visitor.client.post(f"{QUEUE}/kolom", data=fields).status_code == 303


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
