"""Reading one ticket: its page and its photos."""

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.cities.rules import Visibility
from citizenreport.console import words
from citizenreport.console.live import ticket_watch
from citizenreport.console.ticket_page import TicketPage, read_page
from citizenreport.console.ticket_steps import Step
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, Conflict
from citizenreport.core.keys import Place, open_sealed
from citizenreport.disclosure.third_parties import Mark, marks_in
from citizenreport.documents.covering import COLUMNS, ROWS
from citizenreport.identity.rules import Permission
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Photo
from citizenreport.intake.service import photo_place, thumbnail_place
from citizenreport.storage.rules import StoredFileNotFound
from citizenreport.triage import desk
from citizenreport.triage import service as triage
from citizenreport.triage.models import Ticket
from citizenreport.triage.work import see_mentions
from citizenreport.web.context import current_city, current_keys, current_storage
from citizenreport.web.guards import requires
from citizenreport.web.passkey_site import passkey_site
from citizenreport.web.problems import describe
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint("ticket", __name__, url_prefix="/petugas/tiket", template_folder="templates")

WRITTEN: Final = ("reason", "text", "public_text", "ask")
NOTHING_TYPED: Final[Mapping[str, str]] = {}


@bp.get("/<uuid:ticket_id>")
@requires(Permission.READ_TICKETS)
def show(ticket_id: UUID) -> ResponseReturnValue:
    """Show a ticket. Reading a confidential one is recorded, in the same transaction."""
    notice = words.NOTICES.get(request.args.get("beres", ""))
    return render_ticket(ticket_id, notice=notice)


@bp.get("/foto/<uuid:photo_id>")
@requires(Permission.READ_TICKETS)
def photo(photo_id: UUID) -> Response:
    """Send a photo as the handlers see it; opened here when it is sealed."""
    return _send_photo(photo_id, _photo_content)


@bp.get("/foto/<uuid:photo_id>/kecil")
@requires(Permission.READ_TICKETS)
def thumbnail(photo_id: UUID) -> Response:
    """Send a photo small, or whole as long as nobody has made it small."""
    return _send_photo(photo_id, _thumbnail_content)


@bp.get("/foto/<uuid:photo_id>/samarkan")
@requires(Permission.RELEASE)
def cover(photo_id: UUID) -> str:
    """Ask which parts of a photo the public does not see."""
    with transaction() as session:
        ticket, found = desk.with_photo(session, current_city(), current_actor(), photo_id)
        note_reading(session, ticket)
        return render_template(
            "console/cover.html", ticket=ticket, photo=found, columns=COLUMNS, rows=ROWS
        )


def _send_photo(photo_id: UUID, content_of: Callable[[Session, Photo], bytes]) -> Response:
    with transaction() as session:
        ticket, found = desk.with_photo(session, current_city(), current_actor(), photo_id)
        note_reading(session, ticket)
        content = content_of(session, found)
    response = Response(content, mimetype=found.media_type)
    response.headers["Content-Disposition"] = "inline"
    return response


def render_ticket(
    ticket_id: UUID,
    *,
    notice: str | None = None,
    error: CitizenReportError | None = None,
    typed: Mapping[str, str] = NOTHING_TYPED,
) -> Response:
    """Render the page; after a refused act with what was wrong and everything that was typed."""
    city, actor = current_city(), current_actor()
    problem = describe(error) if error else None
    with transaction() as session:
        found = desk.with_report(session, city, actor, ticket_id)
        note_reading(session, found.ticket)
        see_mentions(session, found.ticket, staff_id=actor.staff_id, now=utcnow())
        page = read_page(session, city, current_keys(), actor, found, now=utcnow())
        html = render_template(
            "console/ticket.html",
            page=page,
            watch=ticket_watch(ticket_id, page.last_seq),
            meanwhile=steps_since(page, typed) if isinstance(error, Conflict) else (),
            with_passkey=page.may.reveal and page.has_contact and passkey_site() is not None,
            notice=notice,
            problem=problem,
            faulty=(error.pointer or "#/").removeprefix("#/") if error else "",
            typed=typed,
            lost=lost_texts(page, typed),
            marks=_marks(page, typed),
            landmark_marks=_landmark_marks(page, typed),
            mark_kinds={kind: _(text) for kind, text in words.MARK_KINDS.items()},
            priorities=words.PRIORITIES,
            visibilities=words.VISIBILITIES,
            channels=words.CHANNELS,
            releases=words.RELEASES,
        )
    return make_response(html, problem.status if problem else HTTPStatus.OK)


def _marks(page: TicketPage, typed: Mapping[str, str]) -> tuple[Mark, ...]:
    """Return what may name third persons in the text that is about to be released."""
    if not page.may.release:
        return ()
    return marks_in(
        typed.get("public_text", "") if typed.get("form") == "tayang" else page.public_text
    )


def _landmark_marks(page: TicketPage, typed: Mapping[str, str]) -> tuple[Mark, ...]:
    """Return what may name third persons in the landmark for the public, or in the reporter's own."""
    if not page.may.release:
        return ()
    written = typed.get("public_landmark", "") if typed.get("form") == "tayang" else ""
    return marks_in(written.strip() or page.landmark or "")


def lost_texts(page: TicketPage, typed: Mapping[str, str]) -> list[str]:
    """Return what was typed into a form that the page no longer has."""
    if not typed or typed.get("form") in page.forms:
        return []
    return [text for name, text in typed.items() if name in WRITTEN and text.strip()]


def steps_since(page: TicketPage, typed: Mapping[str, str]) -> list[Step]:
    """Return what happened between the page that a form was sent from and now.

    The page of the ticket tells the last step it showed; a card of the board, when it was shown.
    """
    told = typed.get("told", "")
    if told.isascii() and told.isdigit() and len(told) < 10:
        return [step for step in page.steps if step.seq > int(told)]
    shown_at = _instant(typed.get("shown_at", ""))
    return [step for step in page.steps if step.at > shown_at] if shown_at else []


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def note_reading(session: Session, ticket: Ticket) -> None:
    """Leave a chained row, without content, when a confidential ticket is read."""
    if ticket.visibility == Visibility.CONFIDENTIAL.value:
        triage.record_reading(session, ticket, actor_id=current_actor().staff_id, now=utcnow())


def _photo_content(session: Session, photo: Photo) -> bytes:
    return _opened(session, photo, photo.storage_key, photo_place(photo.id))


def _thumbnail_content(session: Session, photo: Photo) -> bytes:
    if photo.thumbnail_key is None:
        return _photo_content(session, photo)
    return _opened(session, photo, photo.thumbnail_key, thumbnail_place(photo.id))


def _opened(session: Session, photo: Photo, key: str, place: Place) -> bytes:
    content = current_storage().get(key)
    if not photo.is_sealed:
        return content
    data_key = intake_queries.data_key_of(session, current_keys(), photo.report_id)
    if data_key is None:
        raise StoredFileNotFound
    return open_sealed(data_key, content, place)
