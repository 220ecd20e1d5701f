"""Correcting what is held about a reporter: the contact. Words are added to, never rewritten."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from citizenreport.core.errors import TooMany
from citizenreport.core.keys import KeyRing
from citizenreport.core.text import _n
from citizenreport.intake import queries as intake_queries
from citizenreport.intake import rights
from citizenreport.intake.models import Report
from citizenreport.intake.rules import Contact
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import Payload, StreamKind
from citizenreport.messaging import service as messaging
from citizenreport.triage import service as triage
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party

MAX_CHANGES: Final = 10


class TooManyContactChanges(TooMany):
    code = "too-many-contact-changes"
    title = _n("Kontak sudah 10 kali diubah. Anda masih dapat menghapusnya.")


def change_contact(
    session: Session,
    keys: KeyRing,
    report: Report,
    ticket: Ticket,
    contact: Contact,
    *,
    now: datetime,
) -> bool:
    """Take another contact, or none: consent withdrawn. Tell whether anything changed.

    The event says which kinds there are now, and nothing of them.

    Raises:
        TooManyContactChanges: each may send a mail to a stranger; ten times are enough.
        TicketChanged.
    """
    data_key = intake_queries.data_key_of(session, keys, report.id)
    before = intake_queries.contact_of(report, data_key)
    if before == contact:
        return False
    if not contact.is_empty and _changes(session, ticket) >= MAX_CHANGES:
        raise TooManyContactChanges
    act = Act(parties=frozenset({Party.REPORTER}), at=now, seen=ticket.version)
    triage.change(session, ticket, act=act)
    rights.change_contact(session, keys, report, contact)
    has_new_email = before.email != contact.email
    if has_new_email:
        messaging.drop_check(session, report.id)  # nobody has confirmed the new one yet
    kinds = [name for name in ("name", "email", "phone") if getattr(contact, name)]
    payload: Payload = {"kinds": kinds, "has_new_email": has_new_email}
    triage.record(session, ticket, "contact_changed", payload, act=act)
    return True


def _changes(session: Session, ticket: Ticket) -> int:
    events = history(session, StreamKind.TICKET, ticket.id)
    return sum(event.type == "contact_changed" for event in events)
