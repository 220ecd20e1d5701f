"""What others have done since a page was drawn. The pages ask again and again, so it is cheap.

An answer that nothing changed is 304 and costs two queries, the session's own included, and one
more for the words of a search. Asking does not lengthen the session and is no reading of a ticket:
it never tells of a confidential ticket more than that it changed, and of one that the page may not
show what happens in it, nothing at all.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.console.queue_filters import BadFilter, address, end_of_day, read_wish, wish_args
from citizenreport.console.stored_words import stored_words
from citizenreport.console.ticket_steps import steps_of
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.identity.rules import Actor, Permission
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.triage import board, queue, watch
from citizenreport.triage.queue import Instants, QueueRow, QueueWish
from citizenreport.triage.states import OPEN, State
from citizenreport.web.context import current_city
from citizenreport.web.guards import requires
from citizenreport.web.sessions import current_actor, unattended

bp = Blueprint("live", __name__, url_prefix="/petugas/tiket", template_folder="templates")

HALF: Final = 4
"""Bytes of a row's name, and as many of what it shows: enough to tell 25 rows apart."""
MOST_ROWS: Final = 200
BOARD_STATES: Final = tuple(state for state in State if state in OPEN)
SEEN_MAX_DIGITS: Final = 9

Marks = dict[bytes, bytes]


@bp.get("/perubahan")
@requires(Permission.READ_TICKETS, Permission.READ_DEADLINES)
@unattended
def queue_changes() -> ResponseReturnValue:
    """Tell how many tickets of a page of the queue are not as it shows them."""
    city, actor, now = current_city(), current_actor(), utcnow()
    shown = unpacked(request.args.get("tampil", ""))
    with transaction() as session:
        wish = read_wish(request.args, city, words_of=stored_words(session))
        at = Instants(now=now, day_ends_at=end_of_day(city, now))
        is_board = request.args.get("papan") == "1"
        read = _board_rows if is_board else _list_rows
        rows = read(session, city, actor, wish, at)
        found = marks_of(rows)
    tag = tag_of(found)
    if request.if_none_match.contains_weak(tag):
        return _unchanged(tag)
    here = {**wish_args(wish, city), "setelah": request.args.get("setelah", "")}
    html = render_template(
        "console/_queue_changes.html",
        number=changed_between(shown, found),
        url=address(
            {name: value for name, value in here.items() if value},
            endpoint="board.show" if is_board else "queue.show",
        ),
    )
    return _answer(html, tag)


@bp.get("/<uuid:ticket_id>/perubahan")
@requires(Permission.READ_TICKETS)
@unattended
def ticket_changes(ticket_id: UUID) -> ResponseReturnValue:
    """Tell who did what to a ticket since its page was drawn; of a confidential one only that."""
    city, actor = current_city(), current_actor()
    with transaction() as session:
        ticket, last = watch.state_of(session, city, actor, ticket_id)
        seen = _seen()
        tag = ticket_tag(last)
        if request.if_none_match.contains_weak(tag):
            return _unchanged(tag)
        is_told = last > seen and ticket.visibility != Visibility.CONFIDENTIAL.value
        events = history(session, StreamKind.TICKET, ticket.id) if is_told else []
        news = [event for event in events if event.seq > seen]
        html = render_template(
            "console/_ticket_changes.html",
            has_changed=last > seen,
            steps=steps_of(session, city, news),
            url=url_for("ticket.show", ticket_id=ticket.id),
        )
    return _answer(html, tag)


def queue_watch(
    rows: Sequence[QueueRow], wish: QueueWish, city: City, args: Mapping[str, str]
) -> dict[str, str]:
    """Return what a page of the queue asks again, and the tag of what it shows."""
    marks = marks_of(rows)
    asked = {**wish_args(wish, city), "tampil": packed(marks)}
    asked |= {name: args[name] for name in ("setelah", "papan") if args.get(name)}
    return {"url": f"{url_for('live.queue_changes')}?{urlencode(asked)}", "tag": tag_of(marks)}


def ticket_watch(ticket_id: UUID, last: int) -> dict[str, str]:
    """Return what the page of a ticket asks again, and the tag of what it shows."""
    url = url_for("live.ticket_changes", ticket_id=ticket_id, sejak=last)
    return {"url": url, "tag": ticket_tag(last)}


def ticket_tag(last: int) -> str:
    return f"t{last}"


def _list_rows(
    session: Session, city: City, actor: Actor, wish: QueueWish, at: Instants
) -> Sequence[QueueRow]:
    return queue.queue_page(session, city, actor, wish, at=at)[0]


def _board_rows(
    session: Session, city: City, actor: Actor, wish: QueueWish, at: Instants
) -> Sequence[QueueRow]:
    states = BOARD_STATES if wish.state is None else (wish.state,)
    columns = board.board_columns(session, city, actor, wish, states, at=at)
    return [row for column in columns.values() for row in column.rows]


def marks_of(rows: Iterable[QueueRow]) -> Marks:
    """Return a short name of each row and of what it shows; of no more than the row may show."""
    found: Marks = {}
    for row in rows:
        ticket = row.ticket
        shown = f"{ticket.state} {ticket.next_due_at.isoformat()} {ticket.paused_at is None}"
        if row.is_readable:
            shown = f"{shown} {ticket.version}"
        found[_short(f"{row.tracking_code} {ticket.id}")] = _short(shown)
    return found


def changed_between(shown: Marks, found: Marks) -> int:
    """Return how many rows are other ones. One that comes pushes another off the page: that is one."""
    both = shown.keys() & found.keys()
    altered = sum(shown[name] != found[name] for name in both)
    return altered + max(len(shown) - len(both), len(found) - len(both))


def packed(marks: Marks) -> str:
    """Return marks as an address carries them."""
    content = b"".join(name + shown for name, shown in marks.items())
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def unpacked(text: str) -> Marks:
    """Return the marks of an address. Raises BadFilter."""
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise BadFilter(pointer="#/tampil") from None
    if len(content) % (2 * HALF) or len(content) > MOST_ROWS * 2 * HALF:
        raise BadFilter(pointer="#/tampil")
    pairs = (content[at : at + 2 * HALF] for at in range(0, len(content), 2 * HALF))
    return {pair[:HALF]: pair[HALF:] for pair in pairs}


def tag_of(marks: Marks) -> str:
    """Return the entity tag of a page that shows these."""
    return blake2b(packed(marks).encode(), digest_size=9).hexdigest()


def _short(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=HALF).digest()


def _seen() -> int:
    text = request.args.get("sejak", "")
    if not (text.isascii() and text.isdigit() and len(text) <= SEEN_MAX_DIGITS):
        raise BadFilter(pointer="#/sejak")
    return int(text)


def _unchanged(tag: str) -> Response:
    response = Response(status=304)
    response.set_etag(tag, weak=True)
    return response


def _answer(html: str, tag: str) -> Response:
    response = make_response(html)
    response.set_etag(tag, weak=True)
    return response
