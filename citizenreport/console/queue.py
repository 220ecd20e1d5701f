"""The queue: which tickets wait, soonest deadline first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.cities.rules import AreaLevel, City, Visibility
from citizenreport.console import words
from citizenreport.console.calls import unanswered
from citizenreport.console.clocks import Clock, next_clock, part_clock
from citizenreport.console.columns import COLUMNS, USUAL
from citizenreport.console.live import queue_watch
from citizenreport.console.queue_filters import (
    SORT_LABELS,
    WordsOf,
    address,
    asked_search,
    cursor_after,
    day_text,
    end_of_day,
    read_wish,
    wish_args,
)
from citizenreport.console.stored_words import stored_words
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import InvalidInput, NotFound
from citizenreport.core.ids import normalise_tracking_code
from citizenreport.core.text import _n
from citizenreport.identity.rules import Actor, Permission
from citizenreport.intake.search import wording_of
from citizenreport.triage import desk, outside_copies, queue, views
from citizenreport.triage.models import Ticket
from citizenreport.triage.queue import (
    COUNT_CAP,
    DueWhen,
    Instants,
    QueueRow,
    QueueWish,
)
from citizenreport.triage.queue_models import SavedView
from citizenreport.triage.rules import TicketNotFound
from citizenreport.triage.searches import opened
from citizenreport.triage.states import LABELS, State
from citizenreport.web.area_words import ASPECT_NAMES
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint("queue", __name__, url_prefix="/petugas/tiket", template_folder="templates")

CODE_MAX_CHARS: Final = 80
WAYS: Final = {
    "queue.show": _n("Daftar"),
    "board.show": _n("Papan"),
    "board.show_map": _n("Peta"),
}
QUEUE_READERS: Final = (Permission.READ_TICKETS, Permission.READ_DEADLINES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row as the page shows it. What may not be seen is None."""

    row: QueueRow
    clock: Clock
    category: str | None
    area: str | None
    agency: str | None
    assignee: str | None
    state: str
    tone: str

    @property
    def ticket(self) -> Ticket:
        return self.row.ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A tile above the list that is also a filter."""

    label: str
    shown: str
    url: str
    is_chosen: bool
    is_alarming: bool


@bp.get("")
@requires(*QUEUE_READERS)
def show() -> ResponseReturnValue:
    """Show one page of the queue with the counts above it; without filters, the person's own view."""
    city = current_city()
    with transaction() as session:
        own, search, shown = views.views_with_search(
            session, current_actor().staff_id, asked_search(request.args), now=utcnow()
        )
        words_of = stored_words(session)
        if not request.args and (default := default_view(own, city, words_of)) is not None:
            return redirect(address(default.filters), 303)
        wish = read_wish(request.args, city, words_of=lambda _id: opened(current_keys(), search))
        return render_queue(session, wish, own, shown=USUAL if shown is None else shown)


def render_queue(
    session: Session,
    wish: QueueWish,
    own: Sequence[SavedView],
    *,
    shown: Sequence[str] = USUAL,
    typed: str = "",
    error: InvalidInput | None = None,
) -> str:
    """Return the page of a wish; after a refused search with what was typed still in its box."""
    actor, city, now = current_actor(), current_city(), utcnow()
    at = Instants(now=now, day_ends_at=end_of_day(city, now))
    rows, has_more, wish = found_page(session, city, actor, wish, at=at)
    # The second look for similar words takes the query that the counts would.
    is_loose = wish.wording is not None and wish.wording.is_loose
    counts = {} if is_loose else queue.queue_counts(session, city, actor, at=at)
    lines = [line_of(city, row, now=now) for row in rows]
    return render_template(
        "console/queue.html",
        lines=lines,
        shown=shown,
        columns_known=COLUMNS,
        watch=queue_watch(rows, wish, city, request.args),
        counts=tiles(counts, wish),
        typed=wish.wording.text if wish.wording else typed,
        error=_(error.title) if error else None,
        next_url=next_page(rows, wish, city) if has_more else None,
        may_act=actor.may(Permission.MOVE_TICKET),
        kinds=words.BULK_KINDS,
        views=[(view.name, address(view.filters)) for view in own],
        here=address(wish_args(wish, city)),
        filters=urlencode(wish_args(wish, city)),
        notice=words.NOTICES.get(request.args.get("beres", "")),
        not_found=request.args.get("tak") == "1",
        waiting_calls=unanswered(session, city, actor) if wish.after is None else [],
        **choices_of(city, actor, wish, endpoint="queue.show"),
    )


def choices_of(city: City, actor: Actor, wish: QueueWish, *, endpoint: str) -> dict[str, object]:
    """Return what the filters offer, and the other ways to see what they leave."""
    given = wish_args(wish, city)
    return {
        "wish": wish,
        "agencies": choosable_agencies(city, actor),
        "categories": sorted((words.category_name(city, code), code) for code in city.categories),
        "states": list(LABELS.items()),
        "aspects": ASPECT_NAMES,
        "villages": villages(city),
        "channels": words.CHANNELS,
        "whose_labels": words.WHOSE,
        "due_labels": words.DUE,
        "priorities": words.PRIORITIES,
        "sorts": SORT_LABELS,
        "since": day_text(city, wish.since),
        "until": day_text(city, wish.before, days_earlier=1),
        "way": endpoint,
        "ways": [
            (name, address(given, endpoint=way), way == endpoint)
            for way, name in WAYS.items()
            if way != "board.show_map" or actor.may(Permission.READ_TICKETS)
        ],
    }


def default_view(own: Sequence[SavedView], city: City, words_of: WordsOf) -> SavedView | None:
    """Return the view to open with, unless the pack no longer knows what it asks for."""
    chosen = next((view for view in own if view.is_default), None)
    try:
        if chosen is not None:
            read_wish(chosen.filters, city, words_of=words_of)
    except (InvalidInput, NotFound):
        return None
    return chosen


def found_page(
    session: Session, city: City, actor: Actor, wish: QueueWish, *, at: Instants
) -> tuple[Sequence[QueueRow], bool, QueueWish]:
    """Return a page and what it answers: where no text holds the words, similar ones are looked for."""
    rows, has_more = queue.queue_page(session, city, actor, wish, at=at)
    if rows or wish.wording is None or wish.wording.is_loose or wish.after is not None:
        return rows, has_more, wish
    loose = replace(wish, wording=wording_of(wish.wording.text, is_loose=True))
    return *queue.queue_page(session, city, actor, loose, at=at), loose


@bp.post("/cari")
@requires(Permission.READ_TICKETS)
def find() -> ResponseReturnValue:
    """Go to the ticket of a code that a resident reads over the phone, or of its number outside."""
    asked = form_text("kode")[:CODE_MAX_CHARS]
    city, actor = current_city(), current_actor()
    try:
        with transaction() as session:
            ticket = _asked_for(session, city, actor, asked)
            return redirect(url_for("ticket.show", ticket_id=ticket.id), 303)
    except TicketNotFound:
        return redirect(url_for("queue.show", tak=1), 303)


def _asked_for(session: Session, city: City, actor: Actor, asked: str) -> Ticket:
    """Return the ticket of a code of ours, else of a number outside. Raises TicketNotFound."""
    try:
        return desk.by_tracking_code(session, city, actor, normalise_tracking_code(asked)[:20])
    except TicketNotFound:
        found = outside_copies.by_number(session, city, actor, asked)
        if found is None:
            raise
        return found


def counted(session: Session, city: City, actor: Actor) -> list[Count]:
    """Return the tiles as another page shows them, none of them chosen."""
    now = utcnow()
    at = Instants(now=now, day_ends_at=end_of_day(city, now))
    return tiles(queue.queue_counts(session, city, actor, at=at), wish=None)


def next_page(rows: Sequence[QueueRow], wish: QueueWish, city: City) -> str:
    """Return the address of the page after these rows."""
    return address({**wish_args(wish, city), "setelah": cursor_after(rows[-1])})


def line_of(city: City, row: QueueRow, *, now: datetime) -> Line:
    """Return what the list shows of a ticket: for one not readable, code, state and deadline only."""
    ticket = row.ticket
    state = State(ticket.state)
    seen = row.is_readable
    is_sealed = ticket.visibility == Visibility.CONFIDENTIAL.value  # where: on its page, recorded
    return Line(
        row=row,
        clock=part_clock(city.calendar, ticket, row.part_due_at, now=now)
        if row.is_part
        else next_clock(city.calendar, ticket, now=now),
        category=words.category_name(city, ticket.category_code) if seen else None,
        area=words.area_name(city, ticket.area_code) if seen and not is_sealed else None,
        agency=words.agency_short_name(city, ticket.agency_code) if seen else None,
        assignee=row.assignee if seen else None,
        state=_(LABELS[state]),
        tone=words.STATE_TONES.get(state, ""),
    )


def tiles(counts: Mapping[State | DueWhen, int], wish: QueueWish | None) -> list[Count]:
    """Return the counts by deadline, then by state; none for states with nothing in them."""
    found = []
    for key, number in counts.items():
        is_due = isinstance(key, DueWhen)
        if number == 0 and not is_due:
            continue
        found.append(
            Count(
                label=_(words.DUE[key] if isinstance(key, DueWhen) else LABELS[key]),
                shown=f"{COUNT_CAP}+" if number >= COUNT_CAP else str(number),
                url=address({"tenggat" if is_due else "keadaan": key.value}),
                is_chosen=wish is not None and key in (wish.due, wish.state),
                is_alarming=key is DueWhen.OVERDUE and number > 0,
            )
        )
    return sorted(found, key=lambda count: "tenggat" not in count.url)


def choosable_agencies(city: City, actor: Actor) -> list[tuple[str, str]]:
    """Return (code, name) of the agencies whose tickets this person may read, when several."""
    if actor.may(Permission.READ_ALL_AGENCIES):
        codes = [code for code, agency in city.agencies.items() if not agency.is_external]
    else:
        codes = list(actor.agencies(Permission.READ_TICKETS))
    named = [(code, words.agency_short_name(city, code)) for code in codes]
    return sorted(named, key=lambda pair: pair[1]) if len(named) > 1 else []


def villages(city: City) -> list[tuple[str, str]]:
    """Return (code, name) of the smallest areas, by name."""
    found = (area for area in city.areas.values() if area.level is AreaLevel.VILLAGE)
    return sorted(((area.area_code, area.name) for area in found), key=lambda pair: pair[1])
