"""Reports of another city, fetched from its GeoReport address: window by window, to be taken up again.

What was fetched lies as sealed pieces of one file of JSON lines; mapped, tried and taken in like any
other. Source: GeoReport v2 (windows of at most 90 days; `page` and `page_size` where they are known).
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.orm import Session

from citizenreport.core.errors import InvalidInput
from citizenreport.core.outgoing import Outgoing
from citizenreport.core.queue import enqueue
from citizenreport.core.text import _n
from citizenreport.partners.georeport_client import Endpoint, ServiceRequest, read_requests
from citizenreport.pipeline.import_mapping import MAX_ROWS, Means, keep_guess, read_sketch
from citizenreport.pipeline.import_runs import RunState, new_run, note
from citizenreport.pipeline.importing import keeping
from citizenreport.pipeline.importing.models import ImportRun

WINDOW: Final = timedelta(days=7)
PAGE_SIZE: Final = 100
MOST_PAGES: Final = 500
LONGEST: Final = timedelta(days=3_660)
PROFILE: Final = "georeport"


class HarvestAddressInvalid(InvalidInput):
    code = "harvest-address-invalid"
    title = _n(
        "Tulis alamat GeoReport kota lain yang lengkap, misalnya https://contoh.go.id/open311/v2."
    )


class HarvestOwnAddress(InvalidInput):
    code = "harvest-own-address"
    title = _n("Alamat ini alamat layanan ini sendiri: laporannya sudah ada di sini.")


class HarvestDaysInvalid(InvalidInput):
    code = "harvest-days-invalid"
    title = _n("Tulis hari pertama dan hari terakhir, paling lama sepuluh tahun.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be fetched: an address, the first and the last day (both included)."""

    url: str
    first_on: date
    last_on: date


def wish_of(url: str, first: str, last: str, *, own_url: str) -> Wish:
    """Return what a form says. Raises HarvestAddressInvalid, HarvestOwnAddress, HarvestDaysInvalid."""
    address = url.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        raise HarvestAddressInvalid(pointer="#/url") from None
    if parts.scheme != "https" or not host or parts.query or parts.fragment or "@" in parts.netloc:
        raise HarvestAddressInvalid(pointer="#/url")
    own = urlsplit(own_url)
    if (host, parts.port) == (own.hostname, own.port):
        raise HarvestOwnAddress(pointer="#/url")
    try:
        found = Wish(
            url=address, first_on=date.fromisoformat(first), last_on=date.fromisoformat(last)
        )
    except ValueError:
        raise HarvestDaysInvalid(pointer="#/first") from None
    if not timedelta() <= found.last_on - found.first_on <= LONGEST:
        raise HarvestDaysInvalid(pointer="#/first")
    return found


def begin_harvest(
    session: Session, means: Means, wish: Wish, *, source: str, by: UUID, now: datetime
) -> ImportRun:
    """Have the worker fetch reports. Raises ImportSourceInvalid."""
    name = source.strip() or (urlsplit(wish.url).hostname or "")[:64]
    run = new_run(session, profile_code=PROFILE, source=name, by=by, now=now)
    run.state, run.suffix = RunState.FETCHING.value, ".jsonl"
    run.harvest = {
        "url": wish.url,
        "first_on": wish.first_on.isoformat(),
        "last_on": wish.last_on.isoformat(),
    }
    run.total_count = len(list(windows(run)))
    keeping.give_key(means.keys, run)
    keeping.keep_for(run, now=now)
    note(session, run, "harvest_begun", {"windows": run.total_count}, by=by, now=now)
    enqueue(session, "harvest_reports", import_id=run.id)
    return run


def windows(run: ImportRun) -> Iterator[tuple[datetime, datetime]]:
    """Yield the windows of a harvest, the oldest first, each beginning where the last one ended."""
    assert run.harvest is not None
    at = datetime.combine(date.fromisoformat(run.harvest["first_on"]), time(), UTC)
    last = date.fromisoformat(run.harvest["last_on"]) + timedelta(days=1)
    end = datetime.combine(last, time(), UTC)
    while at < end:
        yield at, min(at + WINDOW, end)
        at += WINDOW


def rows_of(
    outgoing: Outgoing, url: str, since: datetime, until: datetime
) -> Iterator[ServiceRequest]:
    """Yield the requests of a window, each once, whether or not the partner knows pages.

    Raises as `read_requests`.
    """
    seen: set[str] = set()
    endpoint = Endpoint(url=url)
    for page in count(1):
        found = read_requests(
            outgoing, endpoint, since=since, until=until, page=page, page_size=PAGE_SIZE
        )
        new = [row for row in found if row.service_request_id not in seen]
        seen.update(row.service_request_id for row in new)
        yield from new
        if not new or page == MOST_PAGES:
            return


def lines_of(rows: Iterable[ServiceRequest]) -> bytes:
    """Return requests as JSON lines under the names that GeoReport has for them."""
    return "".join(json.dumps(_line_of(row)) + "\n" for row in rows).encode()


def _line_of(row: ServiceRequest) -> dict[str, object]:
    return {
        "service_request_id": row.service_request_id,
        "status": row.status,
        "service_code": row.service_code,
        "service_name": row.service_name,
        "description": row.description,
        "agency_responsible": row.agency_responsible,
        "requested_datetime": row.requested_at.isoformat() if row.requested_at else None,
        "updated_datetime": row.updated_at.isoformat() if row.updated_at else None,
        "address": row.address,
        "lat": row.lat,
        "long": row.lon,
    }


def keep_window(means: Means, run: ImportRun, rows: list[ServiceRequest]) -> bool:
    """Keep what one window brought; return whether there is room for more."""
    if rows:
        piece = keeping.put(means.keys, means.storage, run, "file_keys", lines_of(rows))
        run.file_keys = [*run.file_keys, piece]
    assert run.harvest is not None
    fetched: int = run.harvest.get("rows", 0) + len(rows)
    run.harvest = {**run.harvest, "rows": fetched}
    run.done_count += 1
    return fetched < MAX_ROWS


def end_harvest(
    session: Session, means: Means, run: ImportRun, *, fault: str | None, now: datetime
) -> None:
    """Go on to the mapping with what was fetched; without any the import has failed."""
    run.fault, run.is_stopping, run.finished_at = fault, False, now
    assert run.harvest is not None
    fetched = int(run.harvest.get("rows", 0))
    if fetched:
        with keeping.file_of(means.keys, means.storage, run) as path:
            keep_guess(means.city, means.keys, run, path, read_sketch(path))
    run.state = (RunState.MAPPING if fetched else RunState.FAILED).value
    run.done_count = 0
    keeping.keep_for(run, now=now)
    note(session, run, "harvest_done", {"rows": fetched}, by=None, now=now)
