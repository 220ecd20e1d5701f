"""The mediation of a ticket: its page, its acts, the agreement as PDF.

Only for who works on the ticket where it lies, of a confidential one its handlers; each showing is a
chained row, whatever the ticket's visibility, and nothing of it stands on the ticket's own page.
"""

from collections.abc import Callable, Mapping
from datetime import date
from http import HTTPStatus
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.console.acts import UnknownChoice, seen_version
from citizenreport.console.work_order import pdf_response
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, Conflict, InvalidInput, NotAllowed
from citizenreport.core.text import _n
from citizenreport.documents.pdf import Value, paper
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.identity.rules import Actor, Permission
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.service import data_key_for
from citizenreport.triage import desk, mediation
from citizenreport.triage.authority import act_of, may_mediate
from citizenreport.triage.mediation import Entry
from citizenreport.triage.mediation_models import Mediation
from citizenreport.triage.mediation_rules import (
    EntryKind,
    MediationDayWrong,
    MediationState,
    MediationStepWrong,
    NewEntry,
    NotMediated,
)
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import by_id
from citizenreport.triage.rules import Act
from citizenreport.triage.service import record_reading
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.locale import day
from citizenreport.web.problems import describe
from citizenreport.web.sessions import current_actor

bp = Blueprint("mediation", __name__, url_prefix="/petugas/tiket/<uuid:ticket_id>/mediasi")

NOTHING_TYPED: Final[Mapping[str, str]] = {}
STATES: Final = {
    MediationState.OPEN.value: _n("Berlangsung"),
    MediationState.AGREED.value: _n("Sepakat"),
    MediationState.FAILED.value: _n("Tidak sepakat"),
}

Work = Callable[[Session, City, Ticket, Act, bytes | None], object]


@bp.get("")
@requires(Permission.MOVE_TICKET)
def show(ticket_id: UUID) -> ResponseReturnValue:
    """Show the mediation, or the form that opens one."""
    return _render(ticket_id)


@bp.post("")
@requires(Permission.MOVE_TICKET)
def begin(ticket_id: UUID) -> ResponseReturnValue:
    """Open a mediation."""

    def work(session: Session, city: City, ticket: Ticket, act: Act, key: bytes | None) -> None:
        mediation.begin(session, city, ticket, form_text("name"), act=act, data_key=key)

    return _carry_out(ticket_id, work)


@bp.post("/pihak")
@requires(Permission.MOVE_TICKET)
def add_party(ticket_id: UUID) -> ResponseReturnValue:
    """Write down a party; what it says stays in its own seal."""

    def work(session: Session, city: City, ticket: Ticket, act: Act, key: bytes | None) -> None:
        words = {name: form_text(name) for name in ("name", "contact", "statement")}
        entry = NewEntry(kind=EntryKind.PARTY, words=words)
        mediation.note(session, city, ticket, entry, act=act, data_key=key)

    return _carry_out(ticket_id, work)


@bp.post("/pertemuan")
@requires(Permission.MOVE_TICKET)
def add_session(ticket_id: UUID) -> ResponseReturnValue:
    """Write down a session."""

    def work(session: Session, city: City, ticket: Ticket, act: Act, key: bytes | None) -> None:
        entry = _dated(EntryKind.SESSION)
        mediation.note(session, city, ticket, entry, act=act, data_key=key)

    return _carry_out(ticket_id, work)


@bp.post("/hasil")
@requires(Permission.MOVE_TICKET)
def end(ticket_id: UUID) -> ResponseReturnValue:
    """End the mediation, agreed or not."""

    def work(session: Session, city: City, ticket: Ticket, act: Act, key: bytes | None) -> None:
        state = form_text("state")
        if state not in (MediationState.AGREED, MediationState.FAILED):
            raise UnknownChoice(pointer="#/state")
        mediation.end(
            session,
            city,
            ticket,
            _dated(EntryKind.OUTCOME),
            MediationState(state),
            follow_up_on=_day("follow_up_on"),
            act=act,
            data_key=key,
        )

    return _carry_out(ticket_id, work)


@bp.post("/tindak-lanjut")
@requires(Permission.MOVE_TICKET)
def follow_up(ticket_id: UUID) -> ResponseReturnValue:
    """Write down how the outcome holds."""

    def work(session: Session, city: City, ticket: Ticket, act: Act, key: bytes | None) -> None:
        mediation.follow_up(
            session,
            city,
            ticket,
            _dated(EntryKind.FOLLOW_UP),
            next_on=_day("follow_up_on"),
            act=act,
            data_key=key,
        )

    return _carry_out(ticket_id, work)


@bp.get("/kesepakatan.pdf")
@requires(Permission.MOVE_TICKET)
def agreement(ticket_id: UUID) -> Response:
    """Send the agreement. It names neither the report nor who made it: all parties hold it."""
    city = current_city()
    with force_locale(DEFAULT_LANGUAGE), transaction() as session:
        ticket, found, entries = _read(session, city, ticket_id)
        if found is None or found.state != MediationState.AGREED.value:
            raise MediationStepWrong
        data = agreement_data(city, ticket, found, entries)
        made_at = found.opened_at
    return pdf_response(paper("agreement", data, made_at=made_at), "kesepakatan")


def agreement_data(
    city: City, ticket: Ticket, found: Mediation, entries: list[Entry]
) -> dict[str, Value]:
    """Return what the agreement says: names and the agreement, no party's own statement."""
    agency = city.agencies.get(ticket.agency_code)
    names = [one.words.get("name", "") for one in entries if one.kind is EntryKind.PARTY]
    mediators = [one.words.get("name", "") for one in entries if one.kind is EntryKind.MEDIATOR]
    agreed = [one.words.get("text", "") for one in entries if one.kind is EntryKind.OUTCOME]
    return {
        "title": "Berita acara kesepakatan",
        "city": city.name,
        "place": city.name,
        "agency": agency.name if agency else ticket.agency_code,
        "agency_address": agency.address if agency else "",
        "mediator": mediators[-1],
        "parties": names,
        "agreement": agreed[-1],
        "ended_on": day(found.ended_on) if found.ended_on else "",
        "follow_up_on": day(found.follow_up_on) if found.follow_up_on else "",
    }


def _carry_out(ticket_id: UUID, work: Work) -> ResponseReturnValue:
    """Do it, then show the page; when it is refused, show why and keep what was typed."""
    actor, city = current_actor(), current_city()
    try:
        with transaction() as session:
            ticket = by_id(session, city, actor, ticket_id)
            _check(city, actor, ticket)
            act = act_of(city, actor, ticket, seen=seen_version(), now=utcnow())
            report = intake_queries.by_id(session, ticket.report_id)
            key = data_key_for(session, current_keys(), report)
            work(session, city, ticket, act, key)
    except NotMediated:
        raise
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _render(ticket_id, error=error, typed=request.form)
    return redirect(url_for("mediation.show", ticket_id=ticket_id), 303)


def _render(
    ticket_id: UUID,
    *,
    error: CitizenReportError | None = None,
    typed: Mapping[str, str] = NOTHING_TYPED,
) -> Response:
    city = current_city()
    problem = describe(error) if error else None
    with transaction() as session:
        ticket, found, entries = _read(session, city, ticket_id)
        html = render_template(
            "console/mediation.html",
            ticket=ticket,
            mediation=found,
            state=STATES[found.state] if found else "",
            entries={kind.value: [e for e in entries if e.kind is kind] for kind in EntryKind},
            today=city.local_date(utcnow()),
            problem=problem,
            faulty=(error.pointer or "#/").removeprefix("#/") if error else "",
            typed=typed,
        )
    return make_response(html, problem.status if problem else HTTPStatus.OK)


def _read(
    session: Session, city: City, ticket_id: UUID
) -> tuple[Ticket, Mediation | None, list[Entry]]:
    """Return the ticket with its mediation, and note the reading. Raises NotMediated."""
    ticket = desk.with_report(session, city, current_actor(), ticket_id).ticket
    _check(city, current_actor(), ticket)
    found = mediation.of_ticket(session, ticket)
    if found is None and not mediation.is_mediable(city, ticket):
        raise NotMediated
    if found is not None or ticket.visibility == Visibility.CONFIDENTIAL.value:
        staff_id = current_actor().staff_id
        record_reading(session, ticket, actor_id=staff_id, now=utcnow())
    data_key = intake_queries.data_key_of(session, current_keys(), ticket.report_id)
    return ticket, found, mediation.entries_of(session, found, data_key) if found else []


def _check(city: City, actor: Actor, ticket: Ticket) -> None:
    if not may_mediate(city, actor, ticket):
        raise NotAllowed


def _dated(kind: EntryKind) -> NewEntry:
    return NewEntry(kind=kind, words={"text": form_text("text")}, on=_day("on"))


def _day(name: str) -> date | None:
    given = form_text(name).strip()
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise MediationDayWrong(pointer=f"#/{name}") from None
