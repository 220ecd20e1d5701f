"""Digests: tells subscribers, by day or week, which released reports in their area are new or changed.

Published rows only: whoever reads a digest learns nothing that the public pages do not say.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from flask import current_app
from flask_babel import force_locale, format_date

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import public_reading, transaction
from citizenreport.core.queue import enqueue
from citizenreport.jobs.mails import message_key_of, name_in, post
from citizenreport.jobs.pushes import hand_over, opened
from citizenreport.messaging import queries as messaging_queries
from citizenreport.messaging import service as messaging
from citizenreport.messaging.models import Subscription
from citizenreport.messaging.push import Push
from citizenreport.messaging.rules import (
    Frequency,
    Mail,
    SubscriptionChannel,
    first_day,
    is_due,
)
from citizenreport.messaging.texts_reader import DIGEST
from citizenreport.publication.models import PublishedReport
from citizenreport.publication.queries import changed_between
from citizenreport.triage.states import LABELS, State
from citizenreport.web.area_words import area_words, list_path
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.links import Purpose, mint_link, mint_stop_link
from citizenreport.web.translate import _, ngettext

MORNING_HOUR: Final = 6  # in the city's time
LISTED_MAX: Final = 20
DAY_FORMAT: Final = "d MMM"


def start_digests(*, now: datetime | None = None) -> None:
    """Enqueue each digest of the days before today, once, from six in the morning on."""
    city = current_city()
    local = (now or utcnow()).astimezone(city.calendar.time_zone)
    if local.hour < MORNING_HOUR:
        return
    today = local.date()
    through = today - timedelta(days=1)
    with transaction() as session:
        for row in messaging_queries.maybe_due(session, today=today):
            frequency = Frequency(row.frequency)
            if not is_due(frequency, told_through=row.told_through, today=today):
                continue
            first = first_day(frequency, told_through=row.told_through, today=today)
            days = {"first": first.isoformat(), "through": through.isoformat()}
            enqueue(session, "send_digest", subscription_id=row.id, **days)
            messaging.told(session, row.id, through=through)


def send_digest(*, subscription_id: str, first: str, through: str) -> None:
    """Send what happened from a day to another. When nothing did, nothing is sent."""
    id_ = UUID(subscription_id)
    with transaction() as session:
        row = messaging_queries.in_force(session, id_)
        about = (row.area_code, row.aspect) if row else None
    if about is None:
        return
    with public_reading() as public:
        reports = changed_between(
            public,
            area_code=about[0],
            aspect=about[1],
            first=date.fromisoformat(first),
            last=date.fromisoformat(through),
        )
        public.expunge_all()
    if not reports:
        return
    with transaction() as session:
        row = messaging_queries.in_force(session, id_)
        send = _prepared(row, reports, through) if row else None
    if send is not None:
        send()


def _prepared(
    row: Subscription, reports: Sequence[PublishedReport], through: str
) -> Callable[[], None]:
    """Return what sends the digest, for after the transaction."""
    if row.channel == SubscriptionChannel.PUSH.value:
        return partial(hand_over, digest_push(current_city(), row, reports), *opened(row))
    return partial(post, digest_mail(current_city(), row, reports, through=through))


def digest_mail(
    city: City, row: Subscription, reports: Sequence[PublishedReport], *, through: str
) -> Mail:
    """Write the digest: a count, and a line with a link for each of the first twenty."""
    stop_url = mint_stop_link(row.id)
    own_url = current_app.config["PUBLIC_URL"]
    with force_locale(row.language):
        what = area_words(city, row.area_code, row.aspect)
        values = {
            "what": what,
            "count": count_words(reports),
            "reports": "\n\n".join(_line(city, one, row.language) for one in reports[:LISTED_MAX]),
            "list_link": own_url + list_path(row.area_code, row.aspect),
            "link": mint_link(row.id, Purpose.SUBSCRIPTION),
            "stop_link": stop_url,
        }
        subject, text = _(DIGEST.subject, what=what), _(DIGEST.text, **values)
    return Mail(
        to=messaging_queries.address_of(current_keys(), row),
        subject=subject,
        text=text,
        language=row.language,
        message_key=message_key_of("digest", row.id, through),
        written_at=utcnow(),
        own_url=own_url,
        stop_url=stop_url,
    )


def digest_push(city: City, row: Subscription, reports: Sequence[PublishedReport]) -> Push:
    """Write the push: a count."""
    with force_locale(row.language):
        return Push(
            title=_(DIGEST.subject, what=area_words(city, row.area_code, row.aspect)),
            body=count_words(reports),
            url=current_app.config["PUBLIC_URL"] + list_path(row.area_code, row.aspect),
            tag=message_key_of("digest", row.id),
            language=row.language,
        )


def count_words(reports: Sequence[PublishedReport]) -> str:
    """Return how many reports were released or changed, in a sentence."""
    return ngettext(
        "%(num)d laporan baru ditayangkan atau berubah.",
        "%(num)d laporan baru ditayangkan atau berubah.",
        len(reports),
    )


def _line(city: City, report: PublishedReport, language: str) -> str:
    """Return a report as two lines: day, kind of problem, place and state; its page."""
    category, area = (
        city.categories.get(report.category_code),
        city.areas.get(report.area_code or ""),
    )
    parts = [
        format_date(report.submitted_on, DAY_FORMAT),
        name_in(category.names, language) if category else report.category_code,
        *([area.name] if area else []),
        _(LABELS[State(report.state)]),
    ]
    url = f"{current_app.config['PUBLIC_URL']}/laporan/{report.tracking_code}"
    return f"{' · '.join(parts)}\n{url}"
