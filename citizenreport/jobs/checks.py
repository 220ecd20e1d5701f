"""Mails that ask whether an address is the reader's own: before a yes nothing else is sent there.

Anybody can type anybody's address. So these mails say nothing, and one address gets few of them a
day (`web/limits.py`); whoever typed it is answered the same either way.
"""

from uuid import UUID

from flask import current_app
from flask_babel import force_locale
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.jobs.mails import (
    Subject,
    given_address,
    message_key_of,
    post,
    subject_of,
    write_mail,
)
from citizenreport.messaging import queries as messaging_queries
from citizenreport.messaging import service as messaging
from citizenreport.messaging.models import ContactCheck, StaffAddress, Subscription
from citizenreport.messaging.rules import Mail
from citizenreport.messaging.texts_reader import CHECK_CONTACT, CHECK_STAFF, CHECK_SUBSCRIPTION
from citizenreport.web.area_words import area_words
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.limits import LimitReached, count_mail
from citizenreport.web.links import Purpose, mint_link
from citizenreport.web.translate import _


def check_contact(*, ticket_id: str, seq: int) -> None:
    """Ask the address that was given with a report whether it is the reporter's."""
    with transaction() as session:
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        address = given_address(session, subject.report) if subject else None
        if subject is None or address is None:
            return
        check = _to_be_asked(session, subject.report.id, address)
        if check is None:
            return
        mail = _contact_mail(current_city(), subject, check, address)
    post(mail)


def _to_be_asked(session: Session, report_id: UUID, address: str) -> ContactCheck | None:
    """Return what the mail asks; None once it was answered, or when the address had too many.

    Counted once for a report, however often the job runs.
    """
    is_first = messaging.begin_check(session, report_id, now=utcnow())
    check = messaging_queries.check_of(session, report_id)
    if not is_first:
        return None if messaging_queries.is_answered(check) else check
    try:
        count_mail(address)
    except LimitReached:
        messaging.drop_check(session, report_id)
        return None
    return check


def _contact_mail(city: City, subject: Subject, check: ContactCheck, address: str) -> Mail:
    values = {"city": city.name, "link": mint_link(check.id, Purpose.VERIFY_EMAIL)}
    return write_mail(
        CHECK_CONTACT,
        values,
        to=address,
        purpose="check-contact",
        event=subject.event,
        language=subject.language,
    )


def check_staff_address(*, address_id: str) -> None:
    """Ask the owner of an address that a member of staff entered whether it is theirs."""
    with transaction() as session:
        row = session.get(StaffAddress, UUID(address_id))
        if row is None or row.confirmed_at is not None:
            return
        mail = _staff_mail(current_city(), row)
    post(mail)


def _staff_mail(city: City, row: StaffAddress) -> Mail:
    values = {"city": city.name, "link": mint_link(row.id, Purpose.STAFF_ADDRESS)}
    with force_locale(DEFAULT_LANGUAGE):
        subject, text = _(CHECK_STAFF.subject), _(CHECK_STAFF.text, **values)
    return Mail(
        to=messaging_queries.address_of(current_keys(), row),
        subject=subject,
        text=text,
        language=DEFAULT_LANGUAGE,
        message_key=message_key_of("check-staff-address", row.id),
        written_at=utcnow(),
        own_url=current_app.config["PUBLIC_URL"],
    )


def check_subscription(*, subscription_id: str) -> None:
    """Ask the address of a subscription whether the reader wants it."""
    with transaction() as session:
        row = messaging_queries.subscription(session, UUID(subscription_id))
        if row is None or row.confirmed_at is not None:
            return
        mail = _subscription_mail(current_city(), row)
    post(mail)


def _subscription_mail(city: City, row: Subscription) -> Mail:
    with force_locale(row.language):
        what = area_words(city, row.area_code, row.aspect)
        values = {"what": what, "link": mint_link(row.id, Purpose.SUBSCRIPTION)}
        subject, text = _(CHECK_SUBSCRIPTION.subject), _(CHECK_SUBSCRIPTION.text, **values)
    return Mail(
        to=messaging_queries.address_of(current_keys(), row),
        subject=subject,
        text=text,
        language=row.language,
        message_key=message_key_of("check-subscription", row.id),
        written_at=utcnow(),
        own_url=current_app.config["PUBLIC_URL"],
    )
