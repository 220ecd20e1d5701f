"""Surveys by the clock: publish months of the pulse that are over, forget what has had its time."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from citizenreport.cities.rules import Visibility
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.publication.queries import released_among
from citizenreport.surveys import queries, service
from citizenreport.triage.queries import visible_among
from citizenreport.web.context import current_city


def publish_pulse(*, now: datetime | None = None) -> None:
    """Publish the months of the feeling-of-safety pulse that are ripe."""
    with transaction() as session:
        service.publish_pulse(session, current_city(), now=now or utcnow())


def forget_surveys(session: Session, *, now: datetime) -> None:
    """Cut answers off from tickets after the pack's days, and let the pulse forget."""
    city = current_city()
    service.forget(session, city, now=now)
    before = city.local_date(now) - timedelta(days=city.survey_link_days)
    due = queries.links_before(session, before)
    released = set(released_among(session, due))
    public = visible_among(session, released, Visibility.PUBLIC)
    service.cut_links(session, due, public=public)
