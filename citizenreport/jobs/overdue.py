"""Deadlines: a warning to the agency before, the bodies of the class's own line in turn after.

Mails carry the code and the deadline only. Never told: the body a report is about.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from flask_babel import force_locale
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, ComplaintClass, Visibility
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.queue import enqueue
from citizenreport.core.text import _n
from citizenreport.duty import queries as duty_queries
from citizenreport.duty.rules import LINE_ENDED, RunningClock, next_step
from citizenreport.duty.service import note_step
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.identity import queries as identity_queries
from citizenreport.identity.rules import Permission
from citizenreport.jobs.escalation import escalation_order, was_opened
from citizenreport.jobs.mails import (
    NobodyOnDuty,
    Subject,
    console_link,
    duty_address,
    instant_text,
    post,
    subject_of,
    write_mail,
)
from citizenreport.jobs.staff_notices import mails_now
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.messaging.models import StaffAddress
from citizenreport.messaging.queries import address_of
from citizenreport.messaging.rules import Mail
from citizenreport.messaging.staff import addresses_of
from citizenreport.messaging.texts import DEADLINE_MISSED, DEADLINE_NEAR
from citizenreport.triage import queries as triage_queries
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import is_about, is_readable
from citizenreport.triage.states import OPEN, State
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.translate import _

BATCH: Final = 500
HORIZON: Final = timedelta(days=40)  # ten working days with the longest holidays between them
FIRST_RESPONSE: Final = "first_response"
PART: Final = "part"
CLOCK_NAMES: Final = {
    FIRST_RESPONSE: _n("tanggapan pertama"),
    "verification": _n("verifikasi"),
    "settlement": _n("penyelesaian"),
    PART: _n("bagian instansi"),
}


def watch_deadlines(*, now: datetime | None = None) -> None:
    """Take each step that is due for an open ticket's next deadline, one transaction each."""
    at, city = now or utcnow(), current_city()
    after: tuple[datetime, UUID] | None = None
    while True:
        with transaction() as session:
            tickets = triage_queries.due_before(session, at + HORIZON, after=after, limit=BATCH)
            last = duty_queries.last_steps(session, [ticket.id for ticket in tickets])
            ripe = [t.id for t in tickets if _step(city, t, last, now=at) is not None]
        for ticket_id in ripe:
            _remind(city, ticket_id, at)
        if len(tickets) < BATCH:
            return
        after = (tickets[-1].next_due_at, tickets[-1].id)


def _remind(city: City, ticket_id: UUID, at: datetime) -> None:
    with transaction() as session:
        ticket = triage_queries.for_system(session, ticket_id)
        if ticket is not None and State(ticket.state) in OPEN:
            remind(session, city, ticket, now=at)


def remind(session: Session, city: City, ticket: Ticket, *, now: datetime) -> None:
    """Take the step that is due for one ticket, if there is one.

    A deadline that had passed before the ticket came here (an import) is nobody's news.
    """
    clock = clock_of(ticket)
    step = _step(city, ticket, duty_queries.last_steps(session, [ticket.id]), now=now)
    if step is None or is_told_as_unopened(session, ticket, clock, now=now):
        return
    opened = history(session, StreamKind.TICKET, ticket.id)[0]
    if opened.recorded_at > clock.due_at:
        step = LINE_ENDED
    note_step(session, ticket, clock, step, line=line_of(city, ticket), now=now)


def is_told_as_unopened(
    session: Session, ticket: Ticket, clock: RunningClock, *, now: datetime
) -> bool:
    """Tell whether the watch over unopened confidential tickets tells the bodies already."""
    is_confidential = ticket.visibility == Visibility.CONFIDENTIAL.value
    is_missed = clock.name == FIRST_RESPONSE and now > clock.due_at
    return is_confidential and is_missed and not was_opened(session, ticket)


def _step(
    city: City, ticket: Ticket, last: dict[tuple[UUID, datetime], int], *, now: datetime
) -> int | None:
    clock = clock_of(ticket)
    taken = last.get((ticket.id, clock.due_at))
    line = line_of(city, ticket)
    return next_step(city.calendar, city.duty, clock, last=taken, line=line, now=now)


def clock_of(ticket: Ticket) -> RunningClock:
    """Return the clock that `next_due_at` is the end of."""
    due_at, started_at = ticket.next_due_at, ticket.submitted_at
    name = "settlement"
    if ticket.first_responded_at is None and due_at == ticket.first_response_due_at:
        name = FIRST_RESPONSE
    elif ticket.verified_at is None and due_at == ticket.verification_due_at:
        name = "verification"
    elif ticket.verified_at is not None:
        started_at = ticket.verified_at
    return RunningClock(name=name, started_at=started_at, due_at=due_at)


def line_of(city: City, ticket: Ticket) -> list[str]:
    """Return who is told of a missed deadline, in the pack's order of the ticket's class."""
    if ticket.visibility == Visibility.CONFIDENTIAL.value:
        return escalation_order(city, ticket)
    category = city.categories.get(ticket.category_code)
    is_supervisory = category is not None and category.complaint_class is ComplaintClass.SUPERVISORY
    line = city.duty.supervisory if is_supervisory else city.duty.ordinary
    excluded = {ticket.agency_code, ticket.subject_agency_code}
    return [code for code in line or (city.desk_agency_code,) if code not in excluded]


def tell_of_deadline(*, ticket_id: str, seq: int) -> None:
    """Mail a warning to the agency, or a missed deadline to a body, and the people there.

    Not when the clock was met meanwhile, or the deadline moved. Where nobody has an address nobody
    is mailed: the console shows what is late.
    """
    city, mail = current_city(), None
    with transaction() as session:
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        if subject is None or not is_still_so(subject):
            return
        with suppress(NobodyOnDuty):
            about = subject.ticket.subject_agency_code
            to = duty_address(city, _body(subject), about=about)
            mail = deadline_mail(city, subject, to=to, purpose="deadline")
        rows = addresses_of(session, told_people(session, city, subject))
        for row in mails_now(session, city, rows, ticket_id=ticket_id, seq=seq):
            enqueue(session, "mail_deadline", ticket_id=ticket_id, seq=seq, address_id=row.id)
    if mail is not None:
        post(mail)


def told_people(session: Session, city: City, subject: Subject) -> list[UUID]:
    """Return who is told beside the body's own address.

    Of a warning who is responsible, else the agency's leads, of a confidential ticket its handlers;
    of a missed deadline the leads of the body. Never anybody of the body a report is about.
    """
    ticket, body = subject.ticket, _body(subject)
    staff = identity_queries.active_at(session, body)
    if body not in (ticket.agency_code, *ticket.joint_agency_codes):
        leads = [actor for actor in staff if body in actor.agencies(Permission.MANAGE_ROSTER)]
        return [actor.staff_id for actor in leads if not is_about(city, actor, ticket)]
    readers = [actor for actor in staff if is_readable(city, actor, ticket)]
    responsible = [actor for actor in readers if actor.staff_id == ticket.assignee_id]
    deciders = [a for a in readers if body in a.agencies(Permission.APPROVE_EXTENSION)]
    return [actor.staff_id for actor in responsible or deciders]


def mail_deadline(*, ticket_id: str, seq: int, address_id: str) -> None:
    """Mail a warning or a missed deadline to one address of one person."""
    with transaction() as session:
        row = session.get(StaffAddress, UUID(address_id))
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        if row is None or subject is None or not is_still_so(subject):
            return
        to, purpose = address_of(current_keys(), row), f"deadline-{row.id}"
        mail = deadline_mail(current_city(), subject, to=to, purpose=purpose)
    post(mail)


def _body(subject: Subject) -> str:
    """Return who is told: a body of the line, else who has the deadline."""
    payload = subject.event.payload
    body: str = payload.get("to") or payload.get("joint_agency_code") or subject.ticket.agency_code
    return body


def is_still_so(subject: Subject) -> bool:
    """Tell whether the deadline that an event tells of still waits."""
    ticket = subject.ticket
    is_open = State(ticket.state) in OPEN and ticket.paused_at is None
    payload = subject.event.payload
    part_of = payload.get("joint_agency_code")
    if part_of is not None:  # a part that ended is in nobody's hands
        return is_open and part_of in ticket.joint_agency_codes
    return is_open and clock_of(ticket).due_at.isoformat() == payload["due_at"]


def deadline_mail(city: City, subject: Subject, *, to: str, purpose: str) -> Mail:
    """Write the mail: the code, which clock, and its end."""
    event = subject.event
    body, name = event.payload.get("to"), CLOCK_NAMES[event.payload["clock"]]
    with force_locale(DEFAULT_LANGUAGE):
        clock = _(name)
    values = {
        "code": subject.report.tracking_code,
        "clock": clock,
        "due": instant_text(city, datetime.fromisoformat(event.payload["due_at"])),
        "link": console_link(),
    }
    template = DEADLINE_MISSED if body else DEADLINE_NEAR
    return write_mail(template, values, to=to, purpose=purpose, event=event)
