"""How an agency works on a ticket: who, how urgent, until when, and notes among colleagues."""

from datetime import date
from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.cities.rules import Priority
from citizenreport.console.acts import UnknownChoice, carry_out
from citizenreport.identity.rules import Permission
from citizenreport.intake.photos import origin_of, prepare_photos
from citizenreport.intake.rules import PreparedPhoto
from citizenreport.pipeline.handle import sealing_key
from citizenreport.pipeline.reclassify import Correction, reclassify
from citizenreport.pipeline.release import follow_ticket
from citizenreport.pipeline.resolve import Outcome, resolve
from citizenreport.pipeline.split import Piece, split
from citizenreport.pipeline.visit import check_places
from citizenreport.triage import work
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act, BadExtension, DayNotAhead
from citizenreport.web.context import current_city, current_keys, current_storage
from citizenreport.web.forms import chosen_files, form_text
from citizenreport.web.guards import requires

bp = Blueprint("work", __name__, url_prefix="/petugas/tiket/<uuid:ticket_id>")

NOBODY = ""


@bp.post("/penanggung")
@requires(Permission.MOVE_TICKET)
def assign(ticket_id: UUID) -> ResponseReturnValue:
    """Give the ticket to a colleague, or to nobody."""

    def act_on(session: Session, ticket: Ticket, act: Act) -> None:
        work.assign_person(session, current_city(), ticket, _person(), act=act)

    return carry_out(ticket_id, act_on, permission=Permission.MOVE_TICKET, notice="penanggung")


@bp.post("/prioritas")
@requires(Permission.MOVE_TICKET)
def prioritise(ticket_id: UUID) -> ResponseReturnValue:
    """Make the ticket more or less urgent."""

    def act_on(session: Session, ticket: Ticket, act: Act) -> None:
        work.set_priority(
            session,
            current_city(),
            ticket,
            _priority(),
            reason=form_text("reason"),
            act=act,
            data_key=sealing_key(session, current_keys(), ticket),
        )

    return carry_out(ticket_id, act_on, permission=Permission.MOVE_TICKET, notice="prioritas")


@bp.post("/jadwal")
@requires(Permission.MOVE_TICKET)
def schedule(ticket_id: UUID) -> ResponseReturnValue:
    """Plan the works until a day."""

    def act_on(session: Session, ticket: Ticket, act: Act) -> None:
        city = current_city()
        work.schedule(
            session,
            city,
            ticket,
            _day(),
            reason=form_text("reason"),
            act=act,
            data_key=sealing_key(session, current_keys(), ticket),
        )
        follow_ticket(session, city, ticket, now=act.at)

    return carry_out(ticket_id, act_on, permission=Permission.MOVE_TICKET, notice="langkah")


@bp.post("/selesai")
@requires(Permission.MOVE_TICKET)
def settle(ticket_id: UUID) -> ResponseReturnValue:
    """Call the ticket settled, with photos of what was done."""
    photos: list[PreparedPhoto] = []

    def decode() -> None:
        files = chosen_files()
        origins = [where for photo in files if (where := origin_of(photo)) is not None]
        check_places(current_city(), origins)
        photos.extend(prepare_photos(files))

    def act_on(session: Session, ticket: Ticket, act: Act) -> None:
        outcome = Outcome(
            reason=form_text("reason"),
            photos=photos,
            why_no_photo=form_text("why_no_photo"),
        )
        resolve(
            session,
            current_city(),
            current_keys(),
            current_storage(),
            ticket,
            outcome,
            act=act,
        )

    return carry_out(
        ticket_id,
        act_on,
        permission=Permission.MOVE_TICKET,
        notice="langkah",
        before=decode,
    )


@bp.post("/perpanjangan")
@requires(Permission.MOVE_TICKET)
def ask_extension(ticket_id: UUID) -> ResponseReturnValue:
    """Ask for more working days."""

    def act_on(session: Session, ticket: Ticket, act: Act) -> None:
        work.ask_extension(
            session,
            ticket,
            _days(),
            reason=form_text("reason"),
            act=act,
            data_key=sealing_key(session, current_keys(), ticket),
        )

    return carry_out(ticket_id, act_on, permission=Permission.MOVE_TICKET, notice="perpanjangan")


@bp.post("/perpanjangan/putusan")
@requires(Permission.APPROVE_EXTENSION)
def decide_extension(ticket_id: UUID) -> ResponseReturnValue:
    """Grant or refuse the working days that were asked for."""

    def act_on(session: Session, ticket: Ticket, act: Act) -> None:
        city = current_city()
        work.decide_extension(session, city, ticket, is_granted=_is_granted(), act=act)
        follow_ticket(session, city, ticket, now=act.at)

    return carry_out(ticket_id, act_on, permission=Permission.APPROVE_EXTENSION, notice="putusan")


@bp.post("/catatan")
@requires(Permission.MOVE_TICKET)
def note(ticket_id: UUID) -> ResponseReturnValue:
    """Write a note that only staff read: of the agency that leads, and of those with an open part."""

    def act_on(session: Session, ticket: Ticket, act: Act) -> None:
        data_key = sealing_key(session, current_keys(), ticket)
        text = form_text("text")
        work.note(session, current_city(), ticket, text, act=act, data_key=data_key)

    return carry_out(
        ticket_id,
        act_on,
        permission=Permission.MOVE_TICKET,
        notice="catatan",
        parts_too=True,
    )


@bp.post("/betulkan")
@requires(Permission.MOVE_TICKET)
def correct(ticket_id: UUID) -> ResponseReturnValue:
    """Say what the report is really about, and where."""

    def act_on(session: Session, ticket: Ticket, act: Act) -> list[str]:
        correction = Correction(
            category_code=form_text("category_code"), area_code=form_text("area_code") or None
        )
        return reclassify(
            session,
            current_city(),
            current_keys(),
            current_storage(),
            ticket,
            correction,
            reason=form_text("reason"),
            act=act,
        )

    return carry_out(ticket_id, act_on, permission=Permission.MOVE_TICKET, notice="betulkan")


@bp.post("/pecah")
@requires(Permission.MOVE_TICKET)
def split_off(ticket_id: UUID) -> ResponseReturnValue:
    """Open a second ticket for the other problem in the report."""

    def act_on(session: Session, ticket: Ticket, act: Act) -> None:
        piece = Piece(
            category_code=form_text("category_code"),
            area_code=form_text("area_code") or None,
            text=form_text("text"),
        )
        split(session, current_city(), current_keys(), ticket, piece, act=act)

    return carry_out(ticket_id, act_on, permission=Permission.MOVE_TICKET, notice="pecah")


def _person() -> UUID | None:
    text = form_text("assignee_id")
    if text == NOBODY:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise UnknownChoice(pointer="#/assignee_id") from None


def _priority() -> Priority:
    try:
        return Priority(form_text("priority"))
    except ValueError:
        raise UnknownChoice(pointer="#/priority") from None


def _day() -> date:
    try:
        return date.fromisoformat(form_text("until_on"))
    except ValueError:
        raise DayNotAhead(pointer="#/until_on") from None


def _days() -> int:
    text = form_text("days")
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise BadExtension(pointer="#/days")
    return int(text)


def _is_granted() -> bool:
    decision = form_text("decision")
    if decision not in ("granted", "refused"):
        raise UnknownChoice(pointer="#/decision")
    return decision == "granted"
