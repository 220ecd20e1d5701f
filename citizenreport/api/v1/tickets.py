"""/api/v1/tickets: what programs of an agency do in its queue, through the services of the console.

A key is no named handler: a confidential ticket answers it like an id that there is not.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time
from typing import Any, Final
from uuid import UUID

from flask import Response, json, request
from flask_smorest import Blueprint
from marshmallow import RAISE
from sqlalchemy.orm import Session
from werkzeug.exceptions import UnsupportedMediaType

from citizenreport.api.v1.ticket_answers import cursor_after, listed, shown, wish_of
from citizenreport.api.v1.ticket_schemas import (
    StaffTicketSchema,
    TicketSearchSchema,
    TicketsPageSchema,
    TicketsQuerySchema,
    TicketStepSchema,
    TicketWordsSchema,
)
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.identity.rules import Permission
from citizenreport.identity.scopes import Scope
from citizenreport.pipeline.handle import move_ticket, reply_publicly
from citizenreport.pipeline.resolve import Outcome, resolve
from citizenreport.triage import desk, queue, work
from citizenreport.triage.authority import act_of, check_may, own_parts
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import by_id, is_readable
from citizenreport.triage.queue import Instants
from citizenreport.triage.rules import Act, TicketChanged
from citizenreport.triage.states import State
from citizenreport.web.bodies import BodyTooLarge, read_json
from citizenreport.web.context import current_city, current_keys, current_storage
from citizenreport.web.key_guard import current_program, requires_key
from citizenreport.web.versions import VersionStale, etag, sent_version, unless_known

bp = Blueprint(
    "staff_tickets",
    __name__,
    url_prefix="/api/v1/tickets",
    description="The queue of one agency or of the city desk, for its programs",
)

BODY_MAX_BYTES: Final = 64 * 1024
STEP, WORDS, SEARCH = TicketStepSchema(), TicketWordsSchema(), TicketSearchSchema()
KEY: Final[list[dict[str, list[str]]]] = [{"apiKey": []}]
IF_MATCH: Final = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string"},
    "description": "The ETag of the ticket as it was read; 412 when somebody was faster",
    "example": '"1"',
}

Work = Callable[[Session, Ticket, Act], None]


def _sends(schema: object, **examples: object) -> dict[str, Any]:
    """Return the part of the document that tells what is sent; a test sends the examples."""
    named = {name: {"value": value} for name, value in examples.items()}
    content = {"application/json": {"schema": schema, "examples": named}}
    return {"required": True, "content": content}


@bp.get("")
@requires_key(Scope.READ_TICKETS)
@bp.arguments(TicketsQuerySchema, location="query", unknown=RAISE)
@bp.response(200, TicketsPageSchema)
@bp.doc(security=KEY)
def index(asked: dict[str, Any]) -> Response:
    """List open tickets, soonest deadline first, 25 a page; with filters as the queue of the console."""
    return _page(asked)


@bp.post("/search")
@requires_key(Scope.READ_TICKETS)
@bp.response(200, TicketsPageSchema)
@bp.doc(
    security=KEY,
    requestBody=_sends(TicketSearchSchema, words={"words": "lubang sekolah", "sort": "newest"}),
)
def search() -> Response:
    """List tickets whose text holds these words. They stand in no address and in no log."""
    return _page(SEARCH.load(_body()))


@bp.get("/<uuid:ticket_id>")
@requires_key(Scope.READ_TICKETS)
@bp.response(200, StaffTicketSchema)
@bp.doc(security=KEY)
def show(ticket_id: UUID) -> Response:
    """Show one ticket. Its ETag is what a change is sent with; `If-None-Match` answers 304."""
    response = _ticket(ticket_id)
    return unless_known(response)


@bp.post("/<uuid:ticket_id>/steps")
@requires_key(Scope.WRITE_TICKETS)
@bp.response(200, StaffTicketSchema)
@bp.doc(
    security=KEY,
    parameters=[IF_MATCH],
    requestBody=_sends(
        TicketStepSchema,
        accept={"target": "verified"},
        begin={"target": "in_progress"},
        settle={
            "target": "resolved",
            "reason": "Lubang sudah ditambal.",
            "reply": "Terima kasih, lubangnya sudah kami tambal pagi ini.",
            "why_no_photo": "Foto ada di sistem dinas.",
        },
        give_back={"target": "returned", "reason": "Jalan ini milik provinsi."},
    ),
    responses={"204": {"description": "Done; this key may not read the ticket any more"}},
)
def step(ticket_id: UUID) -> Response:
    """Make one step: accept, begin, ask the reporter, settle, or give back to the city desk."""
    asked = STEP.load(_body())

    def do(session: Session, ticket: Ticket, act: Act) -> None:
        if asked["reply"]:
            check_may(current_program(), Permission.REPLY, ticket)
            reply_publicly(session, current_city(), current_keys(), ticket, asked["reply"], act=act)
            act = replace(act, seen=ticket.version)
        _move(session, ticket, asked, act)

    return _carry_out(ticket_id, do, permission=Permission.MOVE_TICKET)


@bp.post("/<uuid:ticket_id>/replies")
@requires_key(Scope.WRITE_TICKETS)
@bp.response(200, StaffTicketSchema)
@bp.doc(
    security=KEY,
    parameters=[IF_MATCH],
    requestBody=_sends(TicketWordsSchema, answer={"text": "Petugas kami ke lokasi besok pagi."}),
)
def reply(ticket_id: UUID) -> Response:
    """Answer the reporter; the public reads it too where the report's text is released."""
    asked = WORDS.load(_body())

    def do(session: Session, ticket: Ticket, act: Act) -> None:
        reply_publicly(session, current_city(), current_keys(), ticket, asked["text"], act=act)

    return _carry_out(ticket_id, do, permission=Permission.REPLY)


@bp.post("/<uuid:ticket_id>/notes")
@requires_key(Scope.WRITE_TICKETS)
@bp.response(200, StaffTicketSchema)
@bp.doc(
    security=KEY,
    parameters=[IF_MATCH],
    requestBody=_sends(TicketWordsSchema, note={"text": "Nomor SPK 17/2026."}),
)
def note(ticket_id: UUID) -> Response:
    """Write a note that only staff who may read the ticket see; also for an agency with a part."""
    asked = WORDS.load(_body())

    def do(session: Session, ticket: Ticket, act: Act) -> None:
        work.note(session, current_city(), ticket, asked["text"], act=act, data_key=None)

    return _carry_out(ticket_id, do, permission=Permission.MOVE_TICKET, parts_too=True)


def _page(asked: dict[str, Any]) -> Response:
    city, actor, now = current_city(), current_program(), utcnow()
    day_ends_at = datetime.combine(city.local_date(now), time.max, city.calendar.time_zone)
    at = Instants(now=now, day_ends_at=day_ends_at)
    wish = wish_of(city, asked)
    with transaction() as session:
        rows, has_more = queue.queue_page(session, city, actor, wish, at=at)
        items = [listed(row) for row in rows]
        following = cursor_after(rows[-1]) if has_more else None
    body = TicketsPageSchema().dump({"items": items, "next": following})
    return Response(json.dumps(body), mimetype="application/json")


def _ticket(ticket_id: UUID) -> Response:
    """Return the answer about a ticket. Raises TicketNotFound."""
    city, actor = current_city(), current_program()
    with transaction() as session:
        found = desk.with_report(session, city, actor, ticket_id)
        body = StaffTicketSchema().dump(shown(session, city, actor, found))
        version = found.ticket.version
    response = Response(json.dumps(body), mimetype="application/json")
    response.headers["ETag"] = etag(version)
    return response


def _carry_out(
    ticket_id: UUID, do: Work, *, permission: Permission, parts_too: bool = False
) -> Response:
    """Do it to the ticket at the version that If-Match names, and show the ticket.

    Raises:
        TicketNotFound: no such ticket, or not for this key.
        VersionNeeded, VersionStale.
    """
    city, actor, seen = current_city(), current_program(), sent_version()
    with transaction() as session:
        ticket = by_id(session, city, actor, ticket_id)
        if not (parts_too and own_parts(actor, ticket)):
            check_may(actor, permission, ticket)
        if ticket.version != seen:
            raise VersionStale(version=ticket.version)
        act = act_of(city, actor, ticket, seen=seen, now=utcnow())
        try:
            do(session, ticket, act)
        except TicketChanged:
            session.refresh(ticket)
            raise VersionStale(version=ticket.version) from None
        stays = is_readable(city, actor, ticket)
    return _ticket(ticket_id) if stays else Response(status=204)


def _move(session: Session, ticket: Ticket, asked: dict[str, Any], act: Act) -> None:
    city, keys, target = current_city(), current_keys(), asked["target"]
    if target is State.RESOLVED:
        outcome = Outcome(reason=asked["reason"], why_no_photo=asked["why_no_photo"])
        resolve(session, city, keys, current_storage(), ticket, outcome, act=act)
    else:
        move_ticket(session, city, keys, ticket, target, act=act, reason=asked["reason"])


def _body() -> Any:
    """Return the JSON that was sent. Raises MalformedBody, BodyTooLarge, UnsupportedMediaType."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    sent = request.stream.read(BODY_MAX_BYTES + 1)
    if len(sent) > BODY_MAX_BYTES:
        raise BodyTooLarge(maximum_bytes=BODY_MAX_BYTES)
    return read_json(sent)
