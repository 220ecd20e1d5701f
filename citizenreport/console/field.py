"""In the field: an officer's tasks on a phone, and what came of each visit.

No confidential report is shown here: its handlers open it on the page of the ticket, and a phone
keeps nothing of it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.console import words
from citizenreport.console.acts import UnknownChoice, seen_version
from citizenreport.console.allowed import may_do
from citizenreport.console.clocks import Clock, next_clock
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, Conflict, InvalidInput, NotAllowed
from citizenreport.geo.position import Position
from citizenreport.identity.rules import Actor, Permission
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Photo, Report
from citizenreport.intake.photos import origin_of, prepare_photos
from citizenreport.pipeline.visit import ON_THE_WAY, Visit, check_places, record_visit
from citizenreport.triage import desk, field
from citizenreport.triage.authority import act_of, check_may, parties_of
from citizenreport.triage.field import Task
from citizenreport.triage.models import FieldVisit, Ticket
from citizenreport.triage.queries import by_id
from citizenreport.triage.states import LABELS, State
from citizenreport.web.context import current_city, current_keys, current_storage
from citizenreport.web.forms import chosen_files, form_text
from citizenreport.web.guards import requires
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.problems import Problem, describe
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint("field", __name__, url_prefix="/petugas/lapangan", template_folder="templates")

OUTCOMES: Final = {"done": True, "not_done": False}
LONGEST_ACCURACY_M: Final = 100_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A task as the list shows it; of a confidential one code and deadline only."""

    ticket: Ticket
    report: Report
    clock: Clock
    state: str
    category: str | None
    place: str | None

    @property
    def is_confidential(self) -> bool:
        return self.ticket.visibility == Visibility.CONFIDENTIAL.value


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPage:
    """The values of a task's page."""

    line: Line
    description: str
    landmark: str | None
    photos: tuple[Photo, ...]
    may_settle: bool
    may_note: bool
    wants_photo: bool
    visit: FieldVisit | None


@bp.get("")
@requires(Permission.MOVE_TICKET)
def show() -> str:
    """Show what is mine, and what nobody has taken, by deadline."""
    actor, city = current_actor(), current_city()
    keep_out_of_caches()
    with transaction() as session:
        own = [_line(city, task) for task in field.own_tasks(session, city, actor)]
        free = [_line(city, task) for task in field.free_tasks(session, city, actor)]
        return render_template(
            "console/field.html",
            own=own,
            free=free,
            notice=words.NOTICES.get(request.args.get("beres", "")),
        )


@bp.get("/<uuid:ticket_id>")
@requires(Permission.MOVE_TICKET)
def task(ticket_id: UUID) -> ResponseReturnValue:
    """Show where to go and what to do there."""
    return _page(ticket_id)


@bp.post("/<uuid:ticket_id>")
@requires(Permission.MOVE_TICKET)
def report(ticket_id: UUID) -> ResponseReturnValue:
    """Take in what came of a visit, once; when it is refused, show why and keep what was typed."""
    actor, city = current_actor(), current_city()
    try:
        with transaction() as session:
            check_may(actor, Permission.MOVE_TICKET, by_id(session, city, actor, ticket_id))
        visit = _visit(city)
        _record(city, actor, ticket_id, visit)
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _page(ticket_id, error=error)
    return redirect(url_for("field.show", beres="kunjungan"), 303)


def _record(city: City, actor: Actor, ticket_id: UUID, visit: Visit) -> None:
    with transaction() as session:
        ticket = by_id(session, city, actor, ticket_id)
        if ticket.visibility == Visibility.CONFIDENTIAL.value:
            raise NotAllowed
        act = act_of(city, actor, ticket, seen=seen_version(), now=utcnow())
        services = (current_keys(), current_storage())
        record_visit(session, city, *services, ticket, visit, act=act)


def _visit(city: City) -> Visit:
    """Read the form; photos are looked at for where they were taken before they lose it.

    Raises:
        UnknownChoice, VisitElsewhere, PhotoRefused.
    """
    if request.form.get("outcome", "") not in OUTCOMES:
        raise UnknownChoice(pointer="#/outcome")
    files = chosen_files()
    origins = [where for photo in files if (where := origin_of(photo)) is not None]
    check_places(city, origins)
    agreed = request.form.get("with_position") == "1"
    phone = _phone_position() if agreed else None
    check_places(city, [phone] if phone else [])
    return Visit(
        id=_visit_id(),
        is_done=OUTCOMES[request.form["outcome"]],
        reason=form_text("reason"),
        acted_at=field.acted_at(request.form.get("acted_at", ""), now=utcnow()),
        photos=prepare_photos(files),
        why_no_photo=form_text("why_no_photo"),
        position=(phone or next(iter(origins), None)) if agreed else None,
        accuracy_m=_number("accuracy_m", LONGEST_ACCURACY_M) if phone else None,
    )


def _visit_id() -> UUID:
    try:
        return UUID(request.form.get("visit_id", ""))
    except ValueError:
        raise UnknownChoice(pointer="#/visit_id") from None


def _phone_position() -> Position | None:
    lon, lat = _number("lon", 180), _number("lat", 90)
    return None if lon is None or lat is None else Position(lon=lon, lat=lat)


def _number(name: str, most: float) -> float | None:
    """Return a number of the form; None for none, or one that cannot be."""
    try:
        value = float(request.form.get(name, ""))
    except ValueError:
        return None
    return value if -most <= value <= most else None


def _page(ticket_id: UUID, error: CitizenReportError | None = None) -> ResponseReturnValue:
    city, actor = current_city(), current_actor()
    keep_out_of_caches()
    with transaction() as session:
        read = desk.with_report(session, city, actor, ticket_id)
        ticket, found = read.ticket, read.report
        if ticket.visibility == Visibility.CONFIDENTIAL.value:
            return redirect(url_for("ticket.show", ticket_id=ticket.id), 303)
        problem: Problem | None = describe(error) if error else None
        html = render_template(
            "console/field_task.html",
            page=_task_page(session, city, actor, Task(ticket, found)),
            visit_id=request.form.get("visit_id") or str(uuid4()),
            typed=request.form,
            problem=problem,
            faulty=(error.pointer or "#/").removeprefix("#/") if error else "",
        )
    return html, problem.status if problem else 200


def _task_page(session: Session, city: City, actor: Actor, task: Task) -> TaskPage:
    ticket, found = task
    category = city.categories.get(ticket.category_code)
    may = may_do(city, actor, ticket, parties_of(city, actor, ticket))
    return TaskPage(
        line=_line(city, task),
        description=intake_queries.description_of(found, None),
        landmark=intake_queries.landmark_of(found, None),
        photos=tuple(intake_queries.photos_of(session, found.id)),
        may_settle=may.resolve or (may.work and State(ticket.state) in ON_THE_WAY),
        may_note=may.work,
        wants_photo=category is not None and category.is_physical,
        visit=field.last_visit(session, ticket.id),
    )


def _line(city: City, task: Task) -> Line:
    ticket, found = task
    is_open = ticket.visibility != Visibility.CONFIDENTIAL.value
    place = words.area_name(city, ticket.area_code) or ""
    if found.neighbourhood:
        place = f"{place}, RW {found.neighbourhood}".removeprefix(", ")
    now: datetime = utcnow()
    return Line(
        ticket=ticket,
        report=found,
        clock=next_clock(city.calendar, ticket, now=now),
        state=_(LABELS[State(ticket.state)]),
        category=words.category_name(city, ticket.category_code) if is_open else None,
        place=place if is_open else None,
    )
