"""`/petugas/tiket/papan` and `/peta`: the queue in columns and on a map, with its own filters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from citizenreport.cities.rules import City
from citizenreport.console import words
from citizenreport.console.allowed import Move, moves
from citizenreport.console.live import BOARD_STATES, queue_watch
from citizenreport.console.queue import Line, choices_of, line_of
from citizenreport.console.queue_filters import (
    address,
    cursor_after,
    end_of_day,
    read_wish,
    wish_args,
)
from citizenreport.console.stored_words import stored_words
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import InvalidInput, NotFound
from citizenreport.geo.position import Position
from citizenreport.identity.rules import Actor, Permission
from citizenreport.triage import board
from citizenreport.triage.authority import parties_of
from citizenreport.triage.queue import Instants, QueueRow, QueueWish
from citizenreport.triage.states import LABELS, State
from citizenreport.web.context import current_city
from citizenreport.web.guards import requires
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint("board", __name__, url_prefix="/petugas/tiket", template_folder="templates")

QUERY_MAX_CHARS: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A ticket in its column, with the steps one may make from here."""

    line: Line
    moves: Sequence[Move]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownColumn:
    state: State
    label: str
    cards: Sequence[Card]
    more_url: str | None


@bp.get("/papan")
@requires(Permission.READ_TICKETS, Permission.READ_DEADLINES)
def show() -> ResponseReturnValue:
    """Show the open tickets in columns by state; with a state in the address, that column."""
    city, actor, now = current_city(), current_actor(), utcnow()
    with transaction() as session:
        wish = read_wish(request.args, city, words_of=stored_words(session))
        at = Instants(now=now, day_ends_at=end_of_day(city, now))
        states = BOARD_STATES if wish.state is None else (wish.state,)
        found = board.board_columns(session, city, actor, wish, states, at=at)
        columns = [_shown(city, actor, wish, state, found[state], at=at) for state in states]
        rows = [row for column in found.values() for row in column.rows]
        filters = wish_args(wish, city)
        all_columns = {name: value for name, value in filters.items() if name != "keadaan"}
        is_empty = wish.state is None and not rows
        return render_template(
            "console/board.html",
            columns=[c for c in columns if c.cards or wish.state is not None or not is_empty],
            is_empty=is_empty,
            typed=wish.wording.text if wish.wording else "",
            all_url=address(all_columns, endpoint="board.show"),
            watch=queue_watch(rows, wish, city, {**request.args, "papan": "1"}),
            board_query=urlencode(filters),
            shown_at=now.isoformat(),
            notice=words.NOTICES.get(request.args.get("beres", "")),
            **choices_of(city, actor, wish, endpoint="board.show"),
        )


@bp.get("/peta")
@requires(Permission.READ_TICKETS)
def show_map() -> ResponseReturnValue:
    """Show where the tickets of the queue lie, and the same in a table. Confidential ones nowhere."""
    city, actor, now = current_city(), current_actor(), utcnow()
    with transaction() as session:
        wish = read_wish({**request.args, "setelah": ""}, city, words_of=stored_words(session))
        at = Instants(now=now, day_ends_at=end_of_day(city, now))
        counted = board.area_counts(session, city, actor, wish, at=at)
        filters = wish_args(wish, city)
        return render_template(
            "console/ticket_map.html",
            areas=[
                (
                    words.area_name(city, code) or _("tidak disebut"),
                    number,
                    address({**filters, "kelurahan": code}) if code else None,
                )
                for code, number in counted
            ],
            typed=wish.wording.text if wish.wording else "",
            places_url=f"{url_for('board.places')}?{urlencode(filters)}",
            **choices_of(city, actor, wish, endpoint="board.show_map"),
        )


@bp.get("/peta.json")
@requires(Permission.READ_TICKETS)
def places() -> Response:
    """Send a page of the tickets of the queue with their places, as GeoJSON. No confidential ones."""
    city, actor, now = current_city(), current_actor(), utcnow()
    with transaction() as session:
        wish = read_wish(request.args, city, words_of=stored_words(session))
        at = Instants(now=now, day_ends_at=end_of_day(city, now))
        placed, last = board.placed_page(session, city, actor, wish, at=at)
        features = [_feature(city, row, place) for row, place in placed if row.is_readable]
        after = {**wish_args(wish, city), "setelah": cursor_after(last)} if last else {}
    url = f"{url_for('board.places')}?{urlencode(after)}" if after else None
    return jsonify(type="FeatureCollection", features=features, next=url)


def board_address(query: str, city: City, notice: str) -> str | None:
    """Return the board with these filters, as a card's form carries them; None for none of ours."""
    given = {**dict(parse_qsl(query[:QUERY_MAX_CHARS])), "setelah": ""}
    try:
        with transaction() as session:
            wish = read_wish(given, city, words_of=stored_words(session))
    except (InvalidInput, NotFound):
        return None
    return address({**wish_args(wish, city), "beres": notice}, endpoint="board.show")


def _shown(
    city: City, actor: Actor, wish: QueueWish, state: State, column: board.Column, *, at: Instants
) -> ShownColumn:
    more = None
    if column.has_more:
        after = {"keadaan": state.value, "setelah": cursor_after(column.rows[-1])}
        more = address({**wish_args(wish, city), **after}, endpoint="board.show")
    cards = [
        Card(line=line_of(city, row, now=at.now), moves=_moves(city, actor, row))
        for row in column.rows
    ]
    return ShownColumn(state=state, label=_(LABELS[state]), cards=cards, more_url=more)


def _moves(city: City, actor: Actor, row: QueueRow) -> Sequence[Move]:
    may = row.is_readable and actor.may_for(
        Permission.MOVE_TICKET, agency_code=row.ticket.agency_code
    )
    return moves(row.ticket, parties_of(city, actor, row.ticket)) if may else ()


def _feature(city: City, row: QueueRow, place: Position | None) -> dict[str, object]:
    ticket = row.ticket
    point = {"type": "Point", "coordinates": [place.lon, place.lat]} if place else None
    return {
        "type": "Feature",
        "geometry": point,
        "properties": {
            "code": row.tracking_code,
            "url": url_for("ticket.show", ticket_id=ticket.id),
            "category_name": words.category_name(city, ticket.category_code),
            "area_name": words.area_name(city, ticket.area_code),
            "state_label": _(LABELS[State(ticket.state)]),
            "submitted_text": city.local_date(ticket.submitted_at).isoformat(),
        },
    }
