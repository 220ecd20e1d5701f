"""Retention: every night what has had its time is erased, some hundred reports a transaction."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.intake.rules import OnHold
from citizenreport.pipeline import retention
from citizenreport.pipeline.retention import Erased, Part
from citizenreport.triage.rules import TicketChanged
from citizenreport.web.context import current_city, current_keys, current_storage

log = logging.getLogger(__name__)

BATCH: Final = 200

Progress = Callable[[Part, int], None]
"""Told after each batch: what is being erased, and of how many reports it was by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many reports something was, or would be, erased of, by part and kind.

    `held`: reports that a legal hold keeps. `busy`: those somebody was working on; the next night
    takes them. `access_logs`: logs of who read a report that was erased long ago.
    """

    erased: Counter[tuple[Part, str]]
    held: int
    busy: int = 0
    access_logs: int = 0


def erase_expired(*, now: datetime | None = None) -> None:
    """Erase what is due."""
    apply(now=now, progress=_log)


def apply(*, now: datetime | None = None, progress: Progress | None = None) -> Tally:
    """Erase what is due and count it. Broken off and begun again, it goes on where it was."""
    at = now or utcnow()
    erased: Counter[tuple[Part, str]] = Counter()
    busy = 0
    for part in Part:  # the whole report first: most of the smaller parts go with it
        done = 0
        for batch in _due(part, at):
            found = _erase(batch, part, at)
            erased.update({(part, kind): count for kind, count in found.kinds.items()})
            busy += found.busy
            done += found.kinds.total()
            if progress:
                progress(part, done)
    logs = _expire_access_logs(at)
    return Tally(erased=+erased, held=_held(at), busy=busy, access_logs=logs)


def preview(*, now: datetime | None = None) -> Tally:
    """Count what `apply` would erase now, and change nothing."""
    at, city = now or utcnow(), current_city()
    erased: Counter[tuple[Part, str]] = Counter()
    with transaction() as session:
        for part in Part:
            found = retention.counts(session, city, part, now=at)
            erased.update({(part, kind): number for kind, number in found.items()})
    return Tally(erased=erased, held=_held(at))


def _expire_access_logs(at: datetime) -> int:
    count = 0
    while True:
        with transaction() as session:
            due = retention.access_logs_due(session, current_city(), now=at, limit=BATCH)
            count += retention.expire_access_logs(session, due, now=at)
        if len(due) < BATCH:
            return count


def _log(part: Part, done: int) -> None:
    log.info("retention: %s of %s reports erased", part.value, done)


def _due(part: Part, at: datetime) -> Iterator[Sequence[UUID]]:
    after: UUID | None = None
    while True:
        with transaction() as session:
            rows = retention.due(session, current_city(), part, now=at, limit=BATCH, after=after)
        if rows:
            yield [id_ for id_, _ in rows]
        if len(rows) < BATCH:
            return
        after = rows[-1][0]


def _erase(report_ids: Sequence[UUID], part: Part, at: datetime) -> Erased:
    """Erase a batch; where one of it stands in the way, each report by itself."""
    try:
        return _committed(report_ids, part, at)
    except (OnHold, TicketChanged):
        if len(report_ids) == 1:
            return Erased(kinds=Counter(), files=[], busy=1)
    alone = [_erase([id_], part, at) for id_ in report_ids]
    kinds: Counter[str] = Counter()
    for one in alone:
        kinds.update(one.kinds)
    return Erased(kinds=kinds, files=[], busy=sum(one.busy for one in alone))


def _committed(report_ids: Sequence[UUID], part: Part, at: datetime) -> Erased:
    with transaction() as session:
        found = retention.erase_part(
            session, current_city(), current_keys(), report_ids, part, now=at
        )
    current_storage().delete_all(found.files)
    return found


def _held(at: datetime) -> int:
    with transaction() as session:
        return retention.held(session, current_city(), now=at)
