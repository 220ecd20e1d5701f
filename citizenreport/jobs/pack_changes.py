"""Changes of the pack that were decided for a later day come into force on it."""

from flask import current_app

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError
from citizenreport.pipeline.pack_change import begin, due, give_up
from citizenreport.web.context import current_city, refresh_city


def begin_pack_changes() -> None:
    """Put the changes into force whose day has come; one that no longer fits is noted and left out."""
    now, pack = utcnow(), str(current_app.config["CITY"])
    with transaction() as session:
        ripe = due(session, current_city().local_date(now))
    for change_id in ripe:
        refresh_city()
        try:
            with transaction() as session:
                begin(session, current_city(), change_id, pack=pack, now=now)
        except CitizenReportError as error:
            with transaction() as session:
                give_up(session, current_city(), change_id, error, now=now)
    if ripe:
        refresh_city()
