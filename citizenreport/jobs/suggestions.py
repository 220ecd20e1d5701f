"""Learning suggestions every night, and anew when a text was taken back."""

import logging

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.pipeline import suggest
from citizenreport.publication.released_texts import released_texts
from citizenreport.suggestions import service
from citizenreport.web.context import current_city

log = logging.getLogger(__name__)

TRIES = 3


def learn_suggestions() -> None:
    """Learn from what is released today; where that is too little nothing is kept."""
    city = current_city()
    for _ in range(TRIES):
        now = utcnow()
        today = city.local_date(now)
        with transaction() as session:
            examples = released_texts(session, city, until=today)
        found = suggest.lesson(city, examples, until=today)
        if found is None:
            with transaction() as session:
                service.empty(session)
            return
        with transaction() as session:
            version = suggest.keep(session, city, found, now=now)
        if version is not None:
            return
    log.warning("suggestions: texts are being taken back faster than they are learned from")


def learn_again() -> None:
    """Learn anew unless that was done since the text was taken back."""
    with transaction() as session:
        is_there = service.current_version(session) is not None
    if not is_there:
        learn_suggestions()
