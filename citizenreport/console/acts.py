"""What staff do with a ticket. Each act is one transaction; a refused one shows the page again."""

from collections.abc import Callable
from typing import Final, TypeVar
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.cities.rules import Visibility
from citizenreport.console.board import board_address
from citizenreport.console.tickets import render_ticket
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import Conflict, InvalidInput, NotAllowed
from citizenreport.core.ids import normalise_tracking_code
from citizenreport.core.text import _n
from citizenreport.documents.covering import CELLS
from citizenreport.identity.rules import Permission
from citizenreport.pipeline import hand_over as pipeline_hand_over
from citizenreport.pipeline.handle import move_ticket, raise_visibility, reply_publicly
from citizenreport.pipeline.release import TextRelease, release_photo, release_report
from citizenreport.publication.rules import ReleaseState
from citizenreport.triage import desk
from citizenreport.triage.archive_rules import read_archive_reason
from citizenreport.triage.authority import act_of, check_may, check_part, own_parts
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import by_id, is_readable
from citizenreport.triage.rules import Act, TicketNotFound
from citizenreport.triage.states import State
from citizenreport.web.context import current_city, current_keys, current_storage
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.sessions import current_actor

bp = Blueprint("acts", __name__, url_prefix="/petugas/tiket/<uuid:ticket_id>")

ASKED_APART: Final = frozenset({State.DUPLICATE, State.SCHEDULED, State.RESOLVED, State.REFERRED})
"""Steps with a form of their own: of what, until when, with which photos, to whom."""

Work = Callable[[Session, Ticket, Act], list[str] | None]
"""What an act does. It may return storage keys that nothing uses any more once it is committed."""

E = TypeVar("E", State, Visibility, ReleaseState)


class UnknownChoice(InvalidInput):
    code = "unknown-choice"
    title = _n("Pilihan ini tidak dikenal.")


class NoSuchParent(InvalidInput):
    code = "no-such-parent"
    title = _n("Tidak ada laporan dengan kode itu di antara tiket yang dapat Anda baca.")


@bp.post("/langkah")
@requires(Permission.MOVE_TICKET)
def move(ticket_id: UUID) -> ResponseReturnValue:
    """Make one step of the state machine."""

    def work(session: Session, ticket: Ticket, act: Act) -> None:
        target = _chosen(State, "target")
        if target in ASKED_APART:
            raise UnknownChoice(pointer="#/target")
        move_ticket(
            session,
            current_city(),
            current_keys(),
            ticket,
            target,
            act=act,
            reason=form_text("reason"),
            reason_code=read_archive_reason(target, form_text("reason_code")),
        )

    return carry_out(ticket_id, work, permission=Permission.MOVE_TICKET, notice="langkah")


@bp.post("/jawaban")
@requires(Permission.REPLY)
def reply(ticket_id: UUID) -> ResponseReturnValue:
    """Answer the reporter."""

    def work(session: Session, ticket: Ticket, act: Act) -> None:
        text = form_text("text")
        reply_publicly(session, current_city(), current_keys(), ticket, text, act=act)

    return carry_out(ticket_id, work, permission=Permission.REPLY, notice="jawaban")


@bp.post("/tayang")
@requires(Permission.RELEASE)
def release(ticket_id: UUID) -> ResponseReturnValue:
    """Decide what the public sees of the report and its text."""

    def work(session: Session, ticket: Ticket, act: Act) -> None:
        text = TextRelease(
            state=_chosen(ReleaseState, "text_state"),
            public_text=form_text("public_text"),
            public_landmark=form_text("public_landmark").strip() or None,
        )
        release_report(session, current_city(), ticket, text, act=act)

    return carry_out(ticket_id, work, permission=Permission.RELEASE, notice="tayang")


@bp.post("/foto/<uuid:photo_id>")
@requires(Permission.RELEASE)
def decide_photo(ticket_id: UUID, photo_id: UUID) -> ResponseReturnValue:
    """Show one photo to the public, or not."""

    def work(session: Session, ticket: Ticket, act: Act) -> None:
        release_photo(
            session,
            current_city(),
            current_storage(),
            ticket,
            photo_id,
            state=_chosen(ReleaseState, "photo_state"),
            act=act,
            cells=_cells(),
        )

    return carry_out(ticket_id, work, permission=Permission.RELEASE, notice="foto")


@bp.post("/perlindungan")
@requires(Permission.RAISE_VISIBILITY)
def protect(ticket_id: UUID) -> ResponseReturnValue:
    """Make a ticket stricter; what was public is gone when this returns."""

    def work(session: Session, ticket: Ticket, act: Act) -> list[str]:
        wanted = _chosen(Visibility, "visibility")
        return raise_visibility(
            session,
            current_city(),
            current_keys(),
            current_storage(),
            ticket,
            wanted,
            act=act,
        )

    return carry_out(ticket_id, work, permission=Permission.RAISE_VISIBILITY, notice="perlindungan")


@bp.post("/serah")
@requires(Permission.ROUTE_TICKET, Permission.READ_CONFIDENTIAL)
def hand_over(ticket_id: UUID) -> ResponseReturnValue:
    """Hand a ticket to the agency that the city desk, or a confidential one's handler, names."""

    def work(session: Session, ticket: Ticket, act: Act) -> None:
        pipeline_hand_over.hand_over(
            session,
            current_city(),
            current_keys(),
            ticket,
            agency_code=form_text("agency_code"),
            act=act,
        )

    return carry_out(ticket_id, work, permission=Permission.MOVE_TICKET, notice="serah")


@bp.post("/gabung")
@requires(Permission.MOVE_TICKET)
def merge(ticket_id: UUID) -> ResponseReturnValue:
    """End a ticket as a duplicate of another one."""

    def work(session: Session, ticket: Ticket, act: Act) -> None:
        city = current_city()
        code = normalise_tracking_code(form_text("parent_code"))
        try:
            parent = desk.by_tracking_code(session, city, current_actor(), code)
        except TicketNotFound:
            raise NoSuchParent(pointer="#/parent_code") from None
        pipeline_hand_over.merge(
            session,
            city,
            current_keys(),
            ticket,
            parent,
            act=act,
            reason=form_text("reason"),
        )

    return carry_out(ticket_id, work, permission=Permission.MOVE_TICKET, notice="gabung")


def carry_out(
    ticket_id: UUID,
    work: Work,
    *,
    permission: Permission,
    notice: str,
    before: Callable[[], None] | None = None,
    part_of: str | None = None,
    parts_too: bool = False,
) -> ResponseReturnValue:
    """Do it, then show the ticket; when it is refused, show why and keep what was typed.

    `before` is what takes long and needs no transaction. `part_of`: the agency for whose open part
    it is done; None: for the one that leads the ticket. `parts_too`: whoever
    has an open part may do it as well.

    Raises:
        TicketNotFound: no such ticket, or not for this person.
    """
    actor, city = current_actor(), current_city()
    try:
        if before is not None:
            before()
        with transaction() as session:
            ticket = by_id(session, city, actor, ticket_id)
            if part_of is None and not (parts_too and own_parts(actor, ticket)):
                check_may(actor, permission, ticket)
            elif part_of is not None:
                check_part(actor, ticket, part_of)
            act = act_of(city, actor, ticket, seen=seen_version(), now=utcnow())
            unused = work(session, ticket, act) or []
            stays = is_readable(city, actor, ticket)
    except (InvalidInput, Conflict, NotAllowed) as error:
        return render_ticket(ticket_id, error=error, typed=request.form)
    for key in unused:
        current_storage().delete(key)
    if not stays:
        return redirect(url_for("queue.show", beres=notice), 303)
    if "papan" in request.form and (then := board_address(form_text("papan"), city, notice)):
        return redirect(then, 303)
    return redirect(url_for("ticket.show", ticket_id=ticket_id, beres=notice), 303)


def _cells() -> frozenset[int]:
    """Return the parts of a photo to be covered. Raises UnknownChoice."""
    given = request.form.getlist("cell")
    known = {str(cell) for cell in range(CELLS)}
    if not known.issuperset(given):
        raise UnknownChoice(pointer="#/cell")
    return frozenset(map(int, given))


def seen_version() -> int:
    """Return the version of the ticket that the form was made from; 0 fits none."""
    text = request.form.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _chosen(kind: type[E], name: str) -> E:
    try:
        return kind(request.form.get(name, ""))
    except ValueError:
        raise UnknownChoice(pointer=f"#/{name}") from None
