"""Retention: every night what has had its time is erased, one report a transaction."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.intake.rules import OnHold
from citizenreport.pipeline import retention
from citizenreport.pipeline.retention import Part
from citizenreport.triage.rules import TicketChanged
from citizenreport.web.context import current_city, current_keys, current_storage

BATCH: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many reports something was, or would be, erased of, by part and kind.

    `held`: reports that a legal hold keeps. `busy`: those somebody was working on; the next night
    takes them.
    """

    erased: Counter[tuple[Part, str]]
    held: int
    busy: int = 0


def erase_expired(*, now: datetime | None = None) -> None:
    """Erase what is due."""
    apply(now=now)


def apply(*, now: datetime | None = None) -> Tally:
    """Erase what is due and count it. Broken off and begun again, it goes on where it was."""
    at = now or utcnow()
    erased: Counter[tuple[Part, str]] = Counter()
    busy = 0
    for part in Part:  # the whole report first: most of the smaller parts go with it
        for report_id, kind in _due(part, at):
            try:
                erased[part, kind] += _erase(report_id, part, at)
            except (OnHold, TicketChanged):
                busy += 1
    return Tally(erased=+erased, held=_held(at), busy=busy)


def preview(*, now: datetime | None = None) -> Tally:
    """Count what `apply` would erase now, and change nothing."""
    at, city = now or utcnow(), current_city()
    erased: Counter[tuple[Part, str]] = Counter()
    with transaction() as session:
        for part in Part:
            found = retention.counts(session, city, part, now=at)
            erased.update({(part, kind): number for kind, number in found.items()})
    return Tally(erased=erased, held=_held(at))


def _due(part: Part, at: datetime) -> Iterator[tuple[UUID, str]]:
    after: UUID | None = None
    while True:
        with transaction() as session:
            batch = retention.due(session, current_city(), part, now=at, limit=BATCH, after=after)
        yield from batch
        if len(batch) < BATCH:
            return
        after = batch[-1][0]


def _erase(report_id: UUID, part: Part, at: datetime) -> int:
    with transaction() as session:
        files = retention.erase_part(
            session, current_city(), current_keys(), report_id, part, now=at
        )
    if files is None:
        return 0
    for key in files:
        current_storage().delete(key)
    return 1


def _held(at: datetime) -> int:
    with transaction() as session:
        return retention.held(session, current_city(), now=at)
