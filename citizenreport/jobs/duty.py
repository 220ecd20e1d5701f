"""The call: an urgent ticket is mailed to the agency's on-call address at once."""

from typing import Final

from citizenreport.cities.rules import City, Priority
from citizenreport.core.db import transaction
from citizenreport.core.text import _n
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.jobs.mails import (
    Subject,
    console_link,
    duty_address,
    instant_text,
    name_in,
    post,
    subject_of,
    write_mail,
)
from citizenreport.messaging.rules import Mail
from citizenreport.messaging.texts import NEUTRAL_URGENT, URGENT
from citizenreport.triage.states import OPEN, State
from citizenreport.web.context import current_city

PRIORITY_NAMES: Final = {
    Priority.CRITICAL: _n("kritis"),
    Priority.HIGH: _n("tinggi"),
    Priority.MEDIUM: _n("sedang"),
    Priority.LOW: _n("rendah"),
}


def alert_agency(*, ticket_id: str, seq: int) -> None:
    """Mail an urgent ticket to whoever is on call. Raises NobodyOnDuty."""
    with transaction() as session:
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        if subject is None or State(subject.ticket.state) not in OPEN:
            return
        mail = alert(current_city(), subject)
    post(mail)


def alert(city: City, subject: Subject) -> Mail:
    """Write the mail; of a confidential ticket it names the code and the deadline only."""
    ticket = subject.ticket
    values: dict[str, object] = {
        "code": subject.report.tracking_code,
        "first_response_due": instant_text(city, ticket.first_response_due_at),
        "link": console_link(),
    }
    template = NEUTRAL_URGENT
    if not subject.is_confidential:
        template = URGENT
        area = city.areas.get(ticket.area_code or "")
        values |= {
            "agency": city.agencies[ticket.agency_code].name,
            "category": name_in(city.categories[ticket.category_code].names, DEFAULT_LANGUAGE),
            "area": area.name if area else "-",
            "priority": PRIORITY_NAMES[Priority(ticket.priority)],
        }
    to = duty_address(city, ticket.agency_code, about=ticket.subject_agency_code)
    return write_mail(template, values, to=to, purpose="alert", event=subject.event)
