"""One Agency One Innovation: agencies are reminded before a deadline that they do not meet yet, once each."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from flask import current_app
from flask_babel import force_locale
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.queue import enqueue
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.identity import queries as identity_queries
from citizenreport.identity.rules import Permission, Role
from citizenreport.jobs.mails import message_key_of, post
from citizenreport.messaging.models import StaffAddress
from citizenreport.messaging.queries import address_of
from citizenreport.messaging.rules import Mail, SubscriptionChannel
from citizenreport.messaging.staff import addresses_of
from citizenreport.messaging.texts_innovations import REMINDERS
from citizenreport.programme.models import InnovationReminder
from citizenreport.programme.movement import standings
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.translate import _

PAGE: Final = "/petugas/inovasi"


def remind_of_innovations(*, now: datetime | None = None) -> None:
    """Remind the heads of agencies of a deadline that is near and not met."""
    at, city = now or utcnow(), current_city()
    today = city.local_date(at)
    soon = timedelta(days=city.innovations.remind_days)
    near = [
        name
        for name, day in city.innovations.deadlines(today.year)
        if timedelta() <= day - today <= soon
    ]
    if not near:
        return
    with transaction() as session:
        late = [
            (name, line.agency_code)
            for line in standings(session, city, today.year)
            for name in near
            if not line.meets(name)
        ]
    for name, agency_code in late:
        with transaction() as session:
            _remind(session, today.year, name, agency_code, now=at)


def _remind(session: Session, year: int, deadline: str, agency_code: str, *, now: datetime) -> None:
    """Mark an agency as reminded and enqueue its mails; nothing while its heads have no address."""
    heads = {
        actor.staff_id
        for actor in identity_queries.active_in_role(session, Role.AGENCY_LEAD)
        if agency_code in actor.agencies(Permission.ENDORSE_INNOVATIONS)
    }
    rows = [r for r in addresses_of(session, heads) if r.channel == SubscriptionChannel.MAIL.value]
    if not rows:
        return
    values = {"year": year, "deadline": deadline, "agency_code": agency_code, "sent_at": now}
    mark = insert(InnovationReminder).values(**values).on_conflict_do_nothing()
    if session.execute(mark.returning(InnovationReminder.year)).first() is None:
        return
    for row in rows:
        enqueue(
            session,
            "mail_innovation_reminder",
            year=year,
            deadline=deadline,
            agency_code=agency_code,
            address_id=str(row.id),
        )


def mail_innovation_reminder(
    *, year: int, deadline: str, agency_code: str, address_id: str
) -> None:
    """Mail one head that a deadline of the movement is near."""
    city = current_city()
    with transaction() as session:
        row = session.get(StaffAddress, UUID(address_id))
        if row is None or row.confirmed_at is None:
            return
        to = address_of(current_keys(), row)
    template, base = REMINDERS[deadline], str(current_app.config["PUBLIC_URL"])
    day = dict(city.innovations.deadlines(year))[deadline]
    with force_locale(DEFAULT_LANGUAGE):
        words = {
            "agency": city.agencies[agency_code].name,
            "year": year,
            "day": day.strftime("%d-%m-%Y"),
            "link": f"{base}{PAGE}",
        }
        mail = Mail(
            to=to,
            subject=_(template.subject, **words),
            text=_(template.text, **words),
            language=DEFAULT_LANGUAGE,
            message_key=message_key_of(
                "innovation", f"{year}-{deadline}-{agency_code}", address_id
            ),
            written_at=utcnow(),
            own_url=base,
        )
    post(mail)
