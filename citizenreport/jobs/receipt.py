"""The receipt: tells a reporter who confirmed a mail address that the report has arrived."""

from citizenreport.cities.rules import City
from citizenreport.core.db import transaction
from citizenreport.jobs.mails import (
    Subject,
    instant_text,
    name_in,
    post,
    report_link,
    reporter_address,
    subject_of,
    write_to_reporter,
)
from citizenreport.messaging.rules import Mail
from citizenreport.messaging.texts import NEUTRAL_RECEIPT, RECEIPT
from citizenreport.web.context import current_city


def send_receipt(*, ticket_id: str, seq: int) -> None:
    """Send the receipt of a report."""
    with transaction() as session:
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        address = reporter_address(session, subject.report) if subject else None
        mail = receipt(current_city(), subject, to=address) if subject and address else None
    if mail is not None:
        post(mail)


def receipt(city: City, subject: Subject, *, to: str) -> Mail:
    """Write the receipt; of a confidential report it says nothing but the code."""
    report, ticket, language = subject.report, subject.ticket, subject.language
    values: dict[str, object] = {"code": report.tracking_code, "link": report_link(report)}
    template = NEUTRAL_RECEIPT
    if not subject.is_confidential:
        template = RECEIPT
        first_due, settlement_due = ticket.first_response_due_at, ticket.settlement_due_at
        values |= {
            "category": name_in(city.categories[ticket.category_code].names, language),
            "agency": city.agencies[ticket.agency_code].name,
            "first_response_due": instant_text(city, first_due, language=language),
            "settlement_due": instant_text(city, settlement_due, language=language),
        }
    return write_to_reporter(template, values, to=to, purpose="receipt", subject=subject)
