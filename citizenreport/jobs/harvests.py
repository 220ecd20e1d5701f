"""Fetching another city's reports: a window a transaction; broken off, it goes on where it was."""

from itertools import islice
from uuid import UUID

from flask import current_app

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, Unavailable
from citizenreport.core.outgoing import Outgoing
from citizenreport.partners.georeport_client import LIST_BYTES_MAX
from citizenreport.pipeline.import_harvest import end_harvest, keep_window, rows_of, windows
from citizenreport.pipeline.import_mapping import Means
from citizenreport.pipeline.import_runs import RunState, run_of
from citizenreport.web.context import current_city, current_keys, current_storage, refresh_city


def harvest_reports(*, import_id: str) -> None:
    """Fetch what a harvest asks for. A partner that is down is asked again later, from there on."""
    refresh_city()
    key = UUID(import_id)
    with transaction() as session:
        run = run_of(session, key)
        if run.state != RunState.FETCHING.value or run.harvest is None:
            return
        url, left = str(run.harvest["url"]), list(islice(windows(run), run.done_count, None))
    outgoing = Outgoing(test_ca=current_app.config["OUTGOING_TEST_CA"], most_bytes=LIST_BYTES_MAX)
    fault: str | None = None
    try:
        for since, until in left:
            rows = list(rows_of(outgoing, url, since, until))
            with transaction() as session:
                run = run_of(session, key, lock=True)
                has_room = keep_window(_means(), run, rows)
                is_over = run.is_stopping or not has_room
            if is_over:
                break
    except Unavailable:
        raise
    except CitizenReportError as error:
        fault = error.code
    with transaction() as session:
        run = run_of(session, key, lock=True)
        end_harvest(session, _means(), run, fault=fault, now=utcnow())


def _means() -> Means:
    return Means(city=current_city(), keys=current_keys(), storage=current_storage())
