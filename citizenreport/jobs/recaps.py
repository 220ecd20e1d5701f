"""Weekly recaps by mail: from seven on Monday in the city's time, each edition once a week.

An agency's goes to its leads, or where none has an address to the agency's own; the city's to the
mayor and the secretary. A worker that was down sends it later, until Tuesday is over.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from flask_babel import force_locale
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.queue import enqueue
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.identity import queries as identity_queries
from citizenreport.identity.rules import Permission, Role
from citizenreport.jobs.mails import message_key_of, post
from citizenreport.jobs.models import RecapSent
from citizenreport.messaging.models import StaffAddress
from citizenreport.messaging.queries import address_of
from citizenreport.messaging.rules import Attachment, Mail, SubscriptionChannel
from citizenreport.messaging.staff import addresses_of
from citizenreport.messaging.texts_recap import RECAP
from citizenreport.pipeline.recaps.figures import read_recap
from citizenreport.pipeline.recaps.rules import Recap, Week, last_week, read_week
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.recaps import (
    figure_lines,
    hidden_line,
    recap_link,
    recap_name,
    recap_paper,
    row_lines,
    shown_recap,
)
from citizenreport.web.translate import _

HOUR: Final = 7
DAYS: Final = (0, 1)  # Monday, and Tuesday for what was missed
CITY_EDITION: Final = "*"
OWN_ADDRESS: Final = ""
"""Stands for the address that the pack has for a body."""


def start_recaps(*, now: datetime | None = None) -> None:
    """Enqueue the mails of each edition of last week that has not been sent."""
    at, city = now or utcnow(), current_city()
    local = at.astimezone(city.calendar.time_zone)
    if local.weekday() not in DAYS or (local.weekday() == DAYS[0] and local.hour < HOUR):
        return
    week = last_week(local.date())
    editions = [code for code, agency in city.agencies.items() if not agency.is_external]
    for edition in (CITY_EDITION, *editions):
        with transaction() as session:
            _start(session, city, week, edition, now=at)


def _start(session: Session, city: City, week: Week, edition: str, *, now: datetime) -> None:
    """Mark an edition as sent and enqueue its mails, in one transaction."""
    rows = _addresses(session, edition)
    ids = [str(row.id) for row in rows] or _own_address(city, edition)
    if not ids:
        return
    values = {"monday": week.monday, "edition": edition, "sent_at": now}
    mark = insert(RecapSent).values(**values).on_conflict_do_nothing()
    if session.execute(mark.returning(RecapSent.edition)).first() is None:
        return
    for id_ in ids:
        enqueue(session, "send_recap", week=week.code, edition=edition, address_id=id_)


def _addresses(session: Session, edition: str) -> list[StaffAddress]:
    """Return the mail addresses of those whom an edition is for."""
    rows = addresses_of(session, _readers(session, edition))
    return [row for row in rows if row.channel == SubscriptionChannel.MAIL.value]


def _readers(session: Session, edition: str) -> list[UUID]:
    if edition == CITY_EDITION:
        leaders = identity_queries.active_in_role(session, Role.CITY_LEADER)
        return [actor.staff_id for actor in leaders]
    staff = identity_queries.active_at(session, edition)
    return [one.staff_id for one in staff if edition in one.agencies(Permission.READ_RECAPS)]


def _own_address(city: City, edition: str) -> list[str]:
    agency = city.agencies.get(edition)
    return [OWN_ADDRESS] if agency is not None and agency.duty_email else []


def send_recap(*, week: str, edition: str, address_id: str) -> None:
    """Mail an edition to one address, if it is still for whom it belongs to.

    However often this runs, the mail is the same one: it keeps its Message-ID.
    """
    city, now = current_city(), utcnow()
    with transaction() as session:
        to = _to(session, city, edition, address_id)
        if to is None:
            return
        wanted = read_week(week, today=city.local_date(now))
        agency_code = None if edition == CITY_EDITION else edition
        recap = read_recap(session, city, wanted, agency_code=agency_code)
    post(recap_mail(city, recap, to=to, address_id=address_id, now=now))


def _to(session: Session, city: City, edition: str, address_id: str) -> str | None:
    if address_id == OWN_ADDRESS:
        agency = city.agencies.get(edition)
        return agency.duty_email if agency else None
    mine = {str(row.id): row for row in _addresses(session, edition)}
    row = mine.get(address_id)
    return address_of(current_keys(), row) if row else None


def recap_mail(city: City, recap: Recap, *, to: str, address_id: str, now: datetime) -> Mail:
    """Write the mail: the figures as lines a phone shows, and the sheet beside them."""
    monday_after = recap.week.monday + timedelta(days=7)
    with force_locale(DEFAULT_LANGUAGE):
        shown = shown_recap(city, recap, language=DEFAULT_LANGUAGE)
        values = {
            "whose": shown.whose,
            "week": shown.week_words,
            "figures": figure_lines(shown),
            "rows": row_lines(shown),
            "hidden": hidden_line(shown),
            "link": recap_link(recap),
        }
        subject, text = _(RECAP.subject, **values), _(RECAP.text, **values)
    made_at = datetime.combine(monday_after, datetime.min.time(), city.calendar.time_zone)
    sheet = recap_paper(city, recap, made_at=made_at)
    key = message_key_of("recap", recap.week.code, recap.agency_code or CITY_EDITION, address_id)
    return Mail(
        to=to,
        subject=subject,
        text=text,
        language=DEFAULT_LANGUAGE,
        message_key=key,
        written_at=now,
        own_url=recap_link(recap).partition("/petugas")[0],
        attachments=(Attachment(name=f"{recap_name(recap)}.pdf", pdf=sheet),),
    )
