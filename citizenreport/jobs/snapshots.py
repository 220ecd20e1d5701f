"""Snapshots: preparing what somebody asked for, and reminding those who agree to releases."""

from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app
from flask_babel import force_locale
from sqlalchemy.dialects.postgresql import insert

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError
from citizenreport.core.queue import enqueue
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.identity import queries as identity_queries
from citizenreport.identity.rules import PERMISSIONS, Permission, Role
from citizenreport.indicators.rules.periods import Period, PeriodKind
from citizenreport.indicators.service import latest_cut_off
from citizenreport.jobs.checkpoint import write_checkpoint
from citizenreport.jobs.mails import message_key_of, post
from citizenreport.messaging.models import StaffAddress
from citizenreport.messaging.queries import address_of
from citizenreport.messaging.rules import Mail, SubscriptionChannel
from citizenreport.messaging.staff import addresses_of
from citizenreport.messaging.texts_releases import DUE
from citizenreport.publication.snapshots.models import SnapshotOrder, SnapshotReminder
from citizenreport.publication.snapshots.preparing import Order, prepare
from citizenreport.publication.snapshots.rules import LENGTHS
from citizenreport.publication.snapshots.sign_offs import calendar
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.indicator_lines import period_name
from citizenreport.web.snapshots.places import snapshots_dir
from citizenreport.web.snapshots.writing import writer
from citizenreport.web.translate import _


def prepare_snapshot(*, order_id: str) -> None:
    """Prepare what was asked for; what stands against it is noted for whoever asked."""
    city, id_ = current_city(), UUID(order_id)
    write_checkpoint()
    try:
        with transaction() as session:
            asked = session.get(SnapshotOrder, id_)
            if asked is None or asked.number is not None:
                return
            order = Order(
                period=_period(asked),
                cut_off=latest_cut_off(city, utcnow()),
                reason=asked.reason,
            )
            write = writer(city, str(current_app.config["PUBLIC_URL"]))
            made = prepare(
                session,
                city,
                order,
                root=snapshots_dir(),
                write=write,
                now=utcnow(),
                say=lambda _step: None,
            )
            asked.number, asked.fault = made.row.number, ""
    except CitizenReportError as error:
        with transaction() as session:
            failed = session.get(SnapshotOrder, id_)
            assert failed is not None
            failed.fault = error.title


def _period(row: SnapshotOrder) -> Period:
    return Period(start_on=row.period_start_on, kind=PeriodKind(row.period_kind))


def remind_of_releases(*, now: datetime | None = None) -> None:
    """Remind those who agree to releases of a period whose day is near, once a period."""
    at, city = now or utcnow(), current_city()
    with transaction() as session:
        planned = calendar(session, city, today=city.local_date(at))
    soon = timedelta(days=city.releases.remind_days)
    for one in planned:
        if not one.is_published and timedelta() <= one.planned_at - at <= soon:
            _remind(one.period, at)


def _remind(period: Period, at: datetime) -> None:
    """Mark a period as reminded of and enqueue its mails, in one transaction."""
    with transaction() as session:
        values = {
            "period_kind": period.kind.value,
            "period_start_on": period.start_on,
            "sent_at": at,
        }
        mark = insert(SnapshotReminder).values(**values).on_conflict_do_nothing()
        if session.execute(mark.returning(SnapshotReminder.period_kind)).first() is None:
            return
        roles = [role for role in Role if Permission.RELEASE_NUMBERS in PERMISSIONS[role]]
        people = {
            actor.staff_id
            for role in roles
            for actor in identity_queries.active_in_role(session, role)
        }
        for row in addresses_of(session, people):
            if row.channel == SubscriptionChannel.MAIL.value:
                enqueue(
                    session,
                    "mail_release_reminder",
                    period_kind=period.kind.value,
                    first_day=period.start_on.isoformat(),
                    address_id=str(row.id),
                )


def mail_release_reminder(*, period_kind: str, first_day: str, address_id: str) -> None:
    """Mail one person that a period's release is near."""
    city = current_city()
    period = Period(start_on=datetime.fromisoformat(first_day).date(), kind=PeriodKind(period_kind))
    with transaction() as session:
        row = session.get(StaffAddress, UUID(address_id))
        if row is None or row.confirmed_at is None:
            return
        to = address_of(current_keys(), row)
    planned = city.releases.planned_at(
        period.end_on, months=LENGTHS[period.kind], zone=city.calendar.time_zone
    )
    with force_locale(DEFAULT_LANGUAGE):
        words = {
            "period": period_name(period),
            "day": planned.strftime("%d-%m-%Y %H.%M"),
            "link": f"{current_app.config['PUBLIC_URL']}/petugas/rilis",
        }
        mail = Mail(
            to=to,
            subject=_(DUE.subject, **words),
            text=_(DUE.text, **words),
            language=DEFAULT_LANGUAGE,
            message_key=message_key_of("release", period.code, address_id),
            written_at=utcnow(),
            own_url=str(current_app.config["PUBLIC_URL"]),
        )
    post(mail)
