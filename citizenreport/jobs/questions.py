"""Telling a body that a question waits for it: that, and where to log in, and nothing else."""

from uuid import UUID

from flask import current_app
from flask_babel import force_locale
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.identity import queries as identity_queries
from citizenreport.identity.rules import Permission
from citizenreport.jobs.mails import message_key_of, post
from citizenreport.messaging.queries import address_of
from citizenreport.messaging.rules import Mail, SubscriptionChannel
from citizenreport.messaging.staff import addresses_of
from citizenreport.messaging.texts_question import QUESTION_WAITS
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
