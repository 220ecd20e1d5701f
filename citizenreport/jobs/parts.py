"""Joint handling by mail: an agency learns what is asked of it, the one that leads how a part ended.

A code and a link. Who may be told is asked again when the mail is written: a ticket that became
confidential or another's meanwhile is told to nobody who may not read it.
"""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from flask import current_app
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.db import transaction
from citizenreport.core.queue import enqueue
from citizenreport.identity import queries as identity_queries
from citizenreport.identity.rules import Actor, Permission
from citizenreport.jobs.mails import Subject, post, subject_of, write_mail
from citizenreport.jobs.staff_notices import mails_now
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.messaging.models import StaffAddress
from citizenreport.messaging.queries import address_of
from citizenreport.messaging.rules import Mail, SubscriptionChannel
from citizenreport.messaging.staff import addresses_of
from citizenreport.messaging.texts_together import (
    PART_ASKED,
    PART_DECLINED,
    PART_DONE,
    PART_TAKEN_BACK,
)
from citizenreport.routing.rules import agency_name
from citizenreport.triage.joint import ASKED, CLOSED, DECLINED, TAKEN_BACK
from citizenreport.triage.queries import is_about, is_readable, may_read_for
from citizenreport.web.context import current_city, current_keys

TEMPLATES: Final = {
    ASKED: PART_ASKED,
    CLOSED: PART_DONE,
    DECLINED: PART_DECLINED,
    TAKEN_BACK: PART_TAKEN_BACK,
}


def tell_of_part(*, ticket_id: str, seq: int) -> None:
    """Enqueue one mail for each person whom a part concerns; where nobody has an address the body's own.

    The body's own address is told of no part that was taken back: nothing is to be done.
    """
    city = current_city()
    with transaction() as session:
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        if subject is None:
            return
        rows = [
            row
            for row in addresses_of(session, concerned(session, city, subject))
            if row.channel != SubscriptionChannel.PUSH.value
        ]
        for row in mails_now(session, city, rows, ticket_id=ticket_id, seq=seq):
            enqueue(session, "mail_part", ticket_id=ticket_id, seq=seq, address_id=row.id)
        to = None if rows else own_address(city, subject)
        mail = part_mail(city, subject, to=to, purpose="part") if to else None
    if mail is not None:
        post(mail)


def concerned(session: Session, city: City, subject: Subject) -> list[UUID]:
    """Return who is told, never whose act it was.

    Of a part that is asked or taken back everybody who works on such tickets there; of one that
    ended who asked for it and who is responsible, else who decides at the agency that leads.
    """
    ticket, event = subject.ticket, subject.event
    code: str = event.payload["joint_agency_code"]
    if event.type == ASKED:
        found: Iterable[Actor] = _workers(session, code)
        found = [actor for actor in found if is_readable(city, actor, ticket)]
    elif event.type == TAKEN_BACK:
        found = [
            actor
            for actor in _workers(session, code)
            if may_read_for(actor, ticket, code) and not is_about(city, actor, ticket)
        ]
    else:
        found = _leading(session, city, subject, code)
    return [actor.staff_id for actor in found if actor.staff_id != event.actor_id]


def _workers(session: Session, agency_code: str) -> list[Actor]:
    staff = identity_queries.active_at(session, agency_code)
    return [actor for actor in staff if agency_code in actor.agencies(Permission.MOVE_TICKET)]


def _leading(session: Session, city: City, subject: Subject, code: str) -> list[Actor]:
    ticket, seq = subject.ticket, subject.event.seq
    asked = [
        event.actor_id
        for event in history(session, StreamKind.TICKET, ticket.id)
        if event.type == ASKED and event.payload["joint_agency_code"] == code and event.seq < seq
    ][-1:]
    ids = {id_ for id_ in (*asked, ticket.assignee_id) if id_ is not None}
    named = identity_queries.active_by_ids(session, ids).values()
    readers = [actor for actor in named if is_readable(city, actor, ticket)]
    if readers:
        return readers
    lead = ticket.agency_code
    return [
        actor
        for actor in identity_queries.active_at(session, lead)
        if lead in actor.agencies(Permission.APPROVE_EXTENSION) and is_readable(city, actor, ticket)
    ]


def own_address(city: City, subject: Subject) -> str | None:
    """Return the address of the body that is told, None when it has none or the report is about it."""
    ticket, event = subject.ticket, subject.event
    code: str = event.payload["joint_agency_code"]
    if event.type == TAKEN_BACK or (event.type == ASKED and code not in ticket.joint_agency_codes):
        return None
    body = code if event.type == ASKED else ticket.agency_code
    agency = city.agencies.get(body)
    is_party = body == ticket.subject_agency_code
    return None if agency is None or is_party else agency.duty_email


def mail_part(*, ticket_id: str, seq: int, address_id: str) -> None:
    """Mail what became of a part to one address of one person."""
    city = current_city()
    with transaction() as session:
        row = session.get(StaffAddress, UUID(address_id))
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        if row is None or subject is None:
            return
        if row.staff_id not in concerned(session, city, subject):
            return
        to = address_of(current_keys(), row)
        mail = part_mail(city, subject, to=to, purpose=f"part-{row.id}")
    post(mail)


def part_mail(city: City, subject: Subject, *, to: str, purpose: str) -> Mail:
    """Write the mail: code, who it was, and where the rest is read."""
    event = subject.event
    values = {
        "code": subject.report.tracking_code,
        "lead": agency_name(city, subject.ticket.agency_code),
        "partner": agency_name(city, event.payload["joint_agency_code"]),
        "link": f"{current_app.config['PUBLIC_URL']}/petugas/tiket/{subject.ticket.id}",
    }
    return write_mail(TEMPLATES[event.type], values, to=to, purpose=purpose, event=event)
