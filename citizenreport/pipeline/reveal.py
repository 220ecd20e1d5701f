"""Opening a reporter's contact for a member of staff who has to reach them.

It asks a reason, is limited, leaves a chained row in the access log, and stands in the reporter's
own timeline. Source: protection.md, section 6.
"""

from sqlalchemy.orm import Session

from citizenreport.core.keys import KeyRing
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Report
from citizenreport.intake.rules import Contact
from citizenreport.triage import reveals
from citizenreport.triage.models import Ticket
from citizenreport.triage.reveals import NoContact
from citizenreport.triage.rules import Act


def reveal_contact(
    session: Session, keys: KeyRing, ticket: Ticket, *, reason: str, act: Act
) -> Contact:
    """Return the contact, and leave the traces of it in the same transaction.

    Raises:
        NoContact: there is none, or it was erased.
        ReasonMissing, TextTooLong, TooManyReveals.
    """
    report = session.get_one(Report, ticket.report_id)
    data_key = intake_queries.data_key_of(session, keys, report.id)
    contact = intake_queries.contact_of(report, data_key)
    if contact.is_empty:
        raise NoContact
    reveals.note_reveal(session, ticket, reason=reason, act=act, data_key=data_key)
    return contact
