"""Urgent calls on their way: each by every channel of whom it goes to, moved on when nobody answers.

The events are the outbox: a worker that dies in the middle leaves an event undispatched or a job to
be taken up again, and every minute the calls that wait are looked at anew. None is forgotten.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from flask import current_app
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Priority
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.queue import Id, enqueue
from citizenreport.core.text import _n
from citizenreport.duty import queries as duty_queries
from citizenreport.duty.calls import move_on
from citizenreport.duty.models import DutyCall
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.identity import queries as identity_queries
from citizenreport.identity.rules import Role
from citizenreport.jobs.mails import (
    NobodyOnDuty,
    Subject,
    instant_text,
    message_key_of,
    name_in,
    post,
    subject_of,
    write_mail,
)
from citizenreport.jobs.pushes import hand_over, opened
from citizenreport.messaging.models import StaffAddress
from citizenreport.messaging.push import Push
from citizenreport.messaging.queries import address_of
from citizenreport.messaging.rules import Mail, SubscriptionChannel
from citizenreport.messaging.staff import addresses_of
from citizenreport.messaging.texts import CALL, NEUTRAL_CALL
from citizenreport.triage import queries as triage_queries
from citizenreport.web.context import current_city, current_keys

PRIORITY_NAMES: Final = {
    Priority.CRITICAL: _n("kritis"),
    Priority.HIGH: _n("tinggi"),
    Priority.MEDIUM: _n("sedang"),
    Priority.LOW: _n("rendah"),
}

PUSH_BODY: Final = _n("Buka untuk menjawab.")


def move_calls(*, now: datetime | None = None) -> None:
    """Move each call that waited too long to the next person, one transaction each."""
    at, city = now or utcnow(), current_city()
    with transaction() as session:
        waiting = duty_queries.waiting_ids(session)
    for ticket_id in waiting:
        with transaction() as session:
            ticket = triage_queries.for_system(session, ticket_id)
            call = duty_queries.waiting_call(session, ticket_id) if ticket else None
            if ticket is not None and call is not None:
                move_on(session, city, call, ticket, now=at)


def send_call(*, ticket_id: str, seq: int) -> None:
    """Enqueue one notice for each address of whom a call goes to. Raises NobodyOnDuty."""
    city = current_city()
    with transaction() as session:
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        call = call_of(session, subject) if subject else None
        if subject is None or call is None or call.ended_at is not None:
            return
        rows = addresses_of(session, _staff_ids(session, city, call))
        for row in rows:
            _enqueue(session, row, ticket_id=ticket_id, seq=seq)
        # The body's own address had the alert with the first step; the city desk's gets later ones.
        agency = city.agencies.get(call.agency_code)
        is_body_told = call.staff_id is None and agency is not None and bool(agency.duty_email)
        if call.step > 0 and is_body_told:
            enqueue(session, "mail_body", ticket_id=ticket_id, seq=seq)
    if call.staff_id is None and not rows and not is_body_told:
        raise NobodyOnDuty


def _staff_ids(session: Session, city: City, call: DutyCall) -> list[UUID]:
    """Return who is told of a call: its person, or for the city desk as a whole everybody there."""
    if call.staff_id is not None:
        return [call.staff_id]
    if call.agency_code != city.desk_agency_code:
        return []
    at_desk = identity_queries.active_in_role(session, Role.CITY_DESK)
    return [actor.staff_id for actor in at_desk]


def _enqueue(session: Session, row: StaffAddress, *, ticket_id: str, seq: int) -> None:
    ids: dict[str, Id] = {"ticket_id": ticket_id, "seq": seq, "address_id": row.id}
    if row.channel == SubscriptionChannel.MAIL.value:
        enqueue(session, "mail_call", **ids)
    elif row.channel == SubscriptionChannel.MESSENGER.value:
        enqueue(session, "message_call", **ids)
    else:
        enqueue(session, "push_call", **ids)


def mail_call(*, ticket_id: str, seq: int, address_id: str) -> None:
    """Mail a call to one address of one person."""
    with transaction() as session:
        row = session.get(StaffAddress, UUID(address_id))
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        call = call_of(session, subject) if subject else None
        if row is None or subject is None or call is None or call.ended_at is not None:
            return
        to = address_of(current_keys(), row)
        mail = call_mail(current_city(), subject, call, to=to, purpose=f"call-{row.id}")
    post(mail)


def mail_body(*, ticket_id: str, seq: int) -> None:
    """Mail a call to a body's own address."""
    city = current_city()
    with transaction() as session:
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        call = call_of(session, subject) if subject else None
        if subject is None or call is None or call.ended_at is not None:
            return
        to = city.agencies[call.agency_code].duty_email or ""
        mail = call_mail(city, subject, call, to=to, purpose="call-body")
    post(mail)


def push_call(*, ticket_id: str, seq: int, address_id: str) -> None:
    """Push a call to one browser of one person: the code only, whoever looks at the phone."""
    with transaction() as session:
        row = session.get(StaffAddress, UUID(address_id))
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        call = call_of(session, subject) if subject else None
        if row is None or subject is None or call is None or call.ended_at is not None:
            return
        push = Push(
            title=NEUTRAL_CALL.subject % {"code": subject.report.tracking_code},
            body=PUSH_BODY,
            url=call_link(call),
            tag=message_key_of("call", call.ticket_id),
            language=DEFAULT_LANGUAGE,
        )
        to, hmac = opened(row)
    hand_over(push, to, hmac)


def call_of(session: Session, subject: Subject) -> DutyCall | None:
    """Return the call that an event tells of."""
    return duty_queries.call_by_id(session, UUID(subject.event.payload["call_id"]))


def call_mail(city: City, subject: Subject, call: DutyCall, *, to: str, purpose: str) -> Mail:
    """Write the mail of a call; of a confidential ticket the code and the deadline only."""
    ticket = subject.ticket
    values: dict[str, object] = {
        "code": subject.report.tracking_code,
        "first_response_due": instant_text(city, ticket.first_response_due_at),
        "minutes": city.duty.answer_minutes,
        "link": call_link(call),
    }
    template = NEUTRAL_CALL
    if not subject.is_confidential:
        template = CALL
        area = city.areas.get(ticket.area_code or "")
        category = city.categories.get(ticket.category_code)
        values |= {
            "category": name_in(category.names, DEFAULT_LANGUAGE) if category else "-",
            "area": area.name if area else "-",
            "priority": PRIORITY_NAMES[Priority(ticket.priority)],
        }
    return write_mail(template, values, to=to, purpose=purpose, event=subject.event)


def call_link(call: DutyCall) -> str:
    """Return the page on which a call is answered; opening it needs a login and changes nothing."""
    return f"{current_app.config['PUBLIC_URL']}/petugas/panggilan/{call.id}"
