"""News: tells a reporter who confirmed a mail address of replies, hand-overs and each step."""

from typing import Final
from uuid import UUID

from flask_babel import force_locale
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.db import transaction
from citizenreport.intake import queries as intake_queries
from citizenreport.jobs.mails import (
    Subject,
    instant_text,
    name_in,
    post,
    report_link,
    reporter_address,
    subject_of,
    survey_link,
    write_to_reporter,
)
from citizenreport.messaging.rules import Mail
from citizenreport.messaging.texts import (
    BREACH,
    CLOSED,
    EXTENDED_NEWS,
    HANDED_OVER,
    NEUTRAL_NEWS,
    QUESTION,
    REPLY,
    RESOLVED,
    STATE,
    STATE_WITH_REASON,
    SURVEY,
    Template,
)
from citizenreport.messaging.texts_together import PART_NEWS, SPLIT_NEWS
from citizenreport.routing.rules import agency_name
from citizenreport.triage.clocks import contest_ends_at
from citizenreport.triage.models import Message
from citizenreport.triage.queries import of_report, text_of
from citizenreport.triage.states import LABELS, State
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.translate import _

TEMPLATES: Final = {
    "replied": REPLY,
    "breach_told": BREACH,
    "extended": EXTENDED_NEWS,
    "joint_closed": PART_NEWS,
}


def tell_reporter(*, ticket_id: str, seq: int) -> None:
    """Mail what one event brought."""
    with transaction() as session:
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        address = reporter_address(session, subject.report) if subject else None
        mail = news(session, current_city(), subject, to=address) if subject and address else None
    if mail is not None:
        post(mail)


def news(session: Session, city: City, subject: Subject, *, to: str) -> Mail | None:
    """Write the mail. Of a confidential report it says nothing but the code.

    None where it would say that there is news, and there is none: the reporter closed it.
    """
    if subject.is_confidential and subject.is_own_closing:
        return None
    report = subject.report
    with force_locale(subject.language):
        template, values = _content(session, city, subject)
    values |= {"code": report.tracking_code, "link": report_link(report)}
    return write_to_reporter(template, values, to=to, purpose="news", subject=subject)


def _content(session: Session, city: City, subject: Subject) -> tuple[Template, dict[str, object]]:
    """Return which mail, and what it says; under the reader's language."""
    if subject.is_confidential:
        return NEUTRAL_NEWS, {}
    event = subject.event
    if event.type == "assigned":
        return HANDED_OVER, {"agency": agency_name(city, event.payload["agency_code"])}
    if event.type == "split":
        return SPLIT_NEWS, {"parts": _parts(session, city, subject)}
    values: dict[str, object] = {
        "agency": agency_name(city, subject.ticket.agency_code),
        "text": _text(session, subject),
    }
    if event.type == "extended":
        due_at = subject.ticket.settlement_due_at
        values["settlement_due"] = instant_text(city, due_at, language=subject.language)
    if event.type == "joint_closed":
        values["partner"] = agency_name(city, event.payload["joint_agency_code"])
    template = TEMPLATES.get(event.type)
    return (template, values) if template is not None else _step(city, subject, values)


def _parts(session: Session, city: City, subject: Subject) -> str:
    """Return the tickets of a report that was split: a line each, in the order of its page."""
    lines = []
    for number, ticket in enumerate(of_report(session, subject.report.id), start=1):
        category = city.categories.get(ticket.category_code)
        kind = name_in(category.names, subject.language) if category else ticket.category_code
        lines.append(f"{number}. {kind}: {agency_name(city, ticket.agency_code)}")
    return "\n".join(lines)


def _step(
    city: City, subject: Subject, values: dict[str, object]
) -> tuple[Template, dict[str, object]]:
    """Return the mail about a step of the ticket."""
    event = subject.event
    state = State(event.payload["to"])
    values["state"] = _(LABELS[state])
    if state is State.CLOSED:
        values["survey_link"] = survey_link(subject.report)
        return (SURVEY if subject.is_own_closing else CLOSED), values
    if state is State.NEEDS_INFO:
        return QUESTION, values
    if state is State.RESOLVED:
        ends_at = contest_ends_at(city.calendar, event.recorded_at, contest_days=city.contest_days)
        values["contest_until"] = instant_text(city, ends_at, language=subject.language)
        return RESOLVED, values
    return (STATE_WITH_REASON if values["text"] else STATE), values


def _text(session: Session, subject: Subject) -> str:
    """Return what staff wrote with the step, empty when nothing or erased."""
    message_id = subject.event.payload.get("message_id")
    message = session.get(Message, UUID(message_id)) if message_id else None
    if message is None:
        return ""
    data_key = intake_queries.data_key_of(session, current_keys(), subject.report.id)
    return text_of(message, data_key)
