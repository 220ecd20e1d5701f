"""Telling a body that a question waits for it, and its asker of the answer.

That, and where to log in, and nothing else.
"""

from dataclasses import replace
from uuid import UUID

from flask import current_app
from flask_babel import force_locale
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.identity import queries as identity_queries
from citizenreport.identity.rules import Permission
from citizenreport.jobs.mails import (
    Subject,
    console_link,
    duty_address,
    message_key_of,
    post,
    subject_of,
    write_mail,
)
from citizenreport.jobs.staff_notices import mails_now
from citizenreport.messaging.queries import address_of
from citizenreport.messaging.rules import Mail, SubscriptionChannel
from citizenreport.messaging.staff import addresses_of
from citizenreport.messaging.texts_question import QUESTION_ANSWERED, QUESTION_WAITS
from citizenreport.triage.queries import is_readable
from citizenreport.triage.question_models import BodyQuestion
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.translate import _


def tell_body_of_question(*, question_id: str) -> None:
    """Mail those who may answer for a body; its own address where none of them has one."""
    with transaction() as session:
        row = session.get(BodyQuestion, UUID(question_id))
        if row is None or row.question_sealed is None or row.answered_at is not None:
            return
        mails = [_mail(row.id, to) for to in _addresses(session, row.body_code)]
    for mail in mails:
        post(mail)


def tell_of_answer(*, ticket_id: str, seq: int) -> None:
    """Mail those who may read the ticket at its agency that a question was answered: the code only.

    Where none of them has an address, the office itself. Nobody of the body that was asked.
    """
    with transaction() as session:
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        if subject is None:
            return
        mails = [_answered(subject, to) for to in _handlers(session, current_city(), subject)]
    for mail in mails:
        post(mail)


def _handlers(session: Session, city: City, subject: Subject) -> list[str]:
    """Return the addresses told at once; the others hear of it as they have chosen."""
    ticket = subject.ticket
    people = identity_queries.active_at(session, ticket.agency_code)
    ids = [one.staff_id for one in people if is_readable(city, one, ticket)]
    rows = addresses_of(session, ids)
    if rows:
        told = mails_now(session, city, rows, ticket_id=str(ticket.id), seq=subject.event.seq)
        return [address_of(current_keys(), row) for row in told]
    return [duty_address(city, ticket.agency_code, about=ticket.subject_agency_code)]


def _answered(subject: Subject, to: str) -> Mail:
    values: dict[str, object] = {"code": subject.report.tracking_code, "link": console_link()}
    mail = write_mail(QUESTION_ANSWERED, values, to=to, purpose="answer", event=subject.event)
    return replace(
        mail, message_key=message_key_of("answer", subject.event.seq, subject.ticket.id, to)
    )


def _addresses(session: Session, body_code: str) -> list[str]:
    staff = identity_queries.active_at(session, body_code)
    ids = [one.staff_id for one in staff if body_code in one.agencies(Permission.ANSWER_FOR_BODY)]
    rows = addresses_of(session, ids)
    mail = SubscriptionChannel.MAIL.value
    found = [address_of(current_keys(), row) for row in rows if row.channel == mail]
    agency = current_city().agencies.get(body_code)
    own = agency.duty_email if agency else None
    return found or ([own] if own else [])


def _mail(question_id: UUID, to: str) -> Mail:
    own_url = current_app.config["PUBLIC_URL"]
    with force_locale(DEFAULT_LANGUAGE):
        text = _(QUESTION_WAITS.text, link=f"{own_url}/petugas/pertanyaan")
        subject = _(QUESTION_WAITS.subject)
    return Mail(
        to=to,
        subject=subject,
        text=text,
        language=DEFAULT_LANGUAGE,
        message_key=message_key_of("question", question_id, to),
        written_at=utcnow(),
        own_url=own_url,
    )
