"""The alert: an urgent ticket is mailed to the agency's on-call address, and the calling begins."""

from citizenreport.cities.rules import City, Priority
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.duty.calls import begin_round
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.jobs.calls import PRIORITY_NAMES
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


def alert_agency(*, ticket_id: str, seq: int) -> None:
    """Begin calling for an urgent ticket, and mail the agency's own address. Raises NobodyOnDuty."""
    city = current_city()
    with transaction() as session:
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        if subject is None or State(subject.ticket.state) not in OPEN:
            return
        call = begin_round(session, city, subject.ticket, round_seq=seq, now=utcnow())
        is_person = call.staff_id is not None
    if is_person and not city.agencies[subject.ticket.agency_code].duty_email:
        return
    post(alert(city, subject))


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
