"""Extensions: who decides is told that one is wanted, who asked that it was decided. Code and days only."""

from uuid import UUID

from flask import current_app
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.db import transaction
from citizenreport.core.queue import enqueue
from citizenreport.identity import queries as identity_queries
from citizenreport.identity.rules import Permission
from citizenreport.jobs.mails import Subject, post, subject_of, write_mail
from citizenreport.jobs.staff_notices import mails_now
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.messaging.models import StaffAddress
from citizenreport.messaging.queries import address_of
from citizenreport.messaging.rules import Mail
from citizenreport.messaging.staff import addresses_of
from citizenreport.messaging.texts import EXTENSION_ASKED, EXTENSION_GRANTED, EXTENSION_REFUSED
from citizenreport.triage.queries import is_readable
from citizenreport.triage.states import OPEN, State
from citizenreport.web.context import current_city, current_keys

TEMPLATES = {
    "extension_asked": EXTENSION_ASKED,
    "extended": EXTENSION_GRANTED,
    "extension_refused": EXTENSION_REFUSED,
}


def tell_of_extension(*, ticket_id: str, seq: int) -> None:
    """Enqueue one mail for each member of staff whom an extension concerns and who has an address."""
    with transaction() as session:
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        if subject is None or State(subject.ticket.state) not in OPEN:
            return
        city = current_city()
        rows = addresses_of(session, concerned(session, city, subject))
        for row in mails_now(session, city, rows, ticket_id=ticket_id, seq=seq):
            enqueue(session, "mail_extension", ticket_id=ticket_id, seq=seq, address_id=row.id)


def concerned(session: Session, city: City, subject: Subject) -> list[UUID]:
    """Return who is told: of a wish who may decide, of a decision who asked and who is responsible.

    Only who may read the ticket, and never whose act it was.
    """
    ticket, event = subject.ticket, subject.event
    if event.type == "extension_asked":
        staff = identity_queries.active_at(session, ticket.agency_code)
        people = [
            a for a in staff if ticket.agency_code in a.agencies(Permission.APPROVE_EXTENSION)
        ]
    else:
        earlier = history(session, StreamKind.TICKET, ticket.id)
        asked = [one.actor_id for one in earlier if one.type == "extension_asked"][-1:]
        ids = {id_ for id_ in (*asked, ticket.assignee_id) if id_ is not None}
        people = list(identity_queries.active_by_ids(session, ids).values())
    return [
        actor.staff_id
        for actor in people
        if actor.staff_id != event.actor_id and is_readable(city, actor, ticket)
    ]


def mail_extension(*, ticket_id: str, seq: int, address_id: str) -> None:
    """Mail what became of an extension to one address."""
    with transaction() as session:
        row = session.get(StaffAddress, UUID(address_id))
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        if row is None or subject is None:
            return
        mail = extension_mail(subject, row, to=address_of(current_keys(), row))
    post(mail)


def extension_mail(subject: Subject, row: StaffAddress, *, to: str) -> Mail:
    """Write the mail: the code and the days; the reason is read in the console."""
    event = subject.event
    values = {
        "code": subject.report.tracking_code,
        "days": event.payload["days"],
        "link": f"{current_app.config['PUBLIC_URL']}/petugas/tiket/{subject.ticket.id}",
    }
    purpose = f"extension-{row.id}"
    return write_mail(TEMPLATES[event.type], values, to=to, purpose=purpose, event=event)
