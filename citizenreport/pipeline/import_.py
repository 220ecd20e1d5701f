"""Reports of another system, many at a time: judge, route, store with their history; update later.

One call is one transaction (the door commits); what came before stays when a later batch fails, and
the same call again changes nothing. A report is known by (source, external id).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from citizenreport.cities.queries import EDITION_IN_FORCE
from citizenreport.cities.rules import Visibility
from citizenreport.disclosure.rules import stricter
from citizenreport.pipeline.importing import store
from citizenreport.pipeline.importing.cells import Refused, Row
from citizenreport.pipeline.importing.facts import Facts, facts_of
from citizenreport.pipeline.importing.places import Placed, place_all
from citizenreport.pipeline.importing.rejects import Rejected
from citizenreport.pipeline.importing.run import NO_ORIGINAL, OTHER_VISIBILITY, Run, no_cycle_search
from citizenreport.pipeline.importing.tickets import TABLES, Rows, make_rows
from citizenreport.pipeline.importing.updates import update_known
from citizenreport.pipeline.submit import StaleCity

BATCH_ROWS = 5_000


def judge(run: Run, rows: Iterable[Row], *, now: datetime) -> tuple[list[Placed], list[Rejected]]:
    """Return the rows that can be imported, placed; and those that cannot, with reasons."""
    facts: list[Facts] = []
    rejected: list[Rejected] = []
    for row in rows:
        try:
            facts.append(facts_of(run.city, run.mapping, row, now=now))
        except Refused as reason:
            rejected.append(Rejected(row=row, reason=reason))
    placed: list[Placed] = []
    places = place_all(run.city, run.mapping.place, facts, file_crs=run.file_crs)
    for one, place in zip(facts, places, strict=True):
        if isinstance(place, Refused):
            rejected.append(Rejected(row=one.row, reason=place))
        else:
            placed.append(place)
    rejected.sort(key=lambda one: one.row.number)
    run.tally.note(placed, rejected)
    return placed, rejected


def import_rows(
    session: Session, run: Run, rows: Iterable[Row], *, now: datetime
) -> list[Rejected]:
    """Take in a batch of rows; return those that were refused.

    Raises:
        StaleCity: the pack changed since the run began; nothing of the batch was stored.
    """
    with no_cycle_search():
        placed, rejected = judge(run, rows, now=now)
        _begin(session, run)
        _take_in(session, run, placed, now=now, is_last=False)
    return rejected


def import_waiting(session: Session, run: Run, *, now: datetime) -> None:
    """Take in a batch of the duplicates that waited for their original; call while any wait."""
    run.waiting[:] = originals_first(run.waiting)
    batch, run.waiting[:] = run.waiting[:BATCH_ROWS], run.waiting[BATCH_ROWS:]
    with no_cycle_search():
        _begin(session, run)
        _take_in(session, run, batch, now=now, is_last=True)


def _begin(session: Session, run: Run) -> None:
    """Let one import of the source write at a time, on the pack that the run knows."""
    store.lock_source(session, run.mapping.source)
    if session.scalar(text(EDITION_IN_FORCE)) != run.city.pack_version:
        raise StaleCity


def _take_in(
    session: Session, run: Run, placed: Sequence[Placed], *, now: datetime, is_last: bool
) -> None:
    """Add what is new and update what is known. A second row of one report comes after the first."""
    while placed:
        batch: dict[str, Placed] = {}
        later: list[Placed] = []
        for one in originals_first(placed):
            if one.facts.external_id in batch:
                later.append(one)
            else:
                batch[one.facts.external_id] = one
        _take_in_once(session, run, batch, now=now, is_last=is_last)
        placed = later


def _take_in_once(
    session: Session, run: Run, batch: dict[str, Placed], *, now: datetime, is_last: bool
) -> None:
    originals = {one.facts.duplicate_of for one in batch.values() if one.facts.duplicate_of}
    tickets = store.tickets_of(session, run.mapping.source, batch.keys() | originals)
    visibilities = store.visibility_of(session, tickets.values())
    rows: Rows = {table: [] for table in TABLES}
    known: dict[str, tuple[Placed, UUID | None]] = {}
    for external_id, one in batch.items():
        original = one.facts.duplicate_of
        if original and original not in tickets and not is_last:
            run.waiting.append(one)
            continue
        parent = _parent(run, one, tickets, visibilities)
        if external_id in tickets:
            known[external_id] = (one, parent)
        else:
            id_ = make_rows(run, one, parent_ticket_id=parent, now=now, into=rows)
            tickets[external_id], visibilities[id_] = id_, one.facts.visibility.value
    store.insert_all(session, rows)
    store.note_added(session, run.import_id, rows)
    run.tally.added += len(rows["report"])
    changed = update_known(session, run, known, tickets, now=now) if known else 0
    run.tally.updated += changed
    run.tally.unchanged += len(known) - changed


def _parent(
    run: Run, one: Placed, tickets: Mapping[str, UUID], visibilities: Mapping[UUID, str]
) -> UUID | None:
    """Return the ticket that a duplicate joins. A join never crosses visibility (protection.md)."""
    if one.facts.duplicate_of is None:
        return None
    parent = tickets.get(one.facts.duplicate_of)
    if parent is None:
        run.tally.notes[NO_ORIGINAL] += 1
        return None
    own = tickets.get(one.facts.external_id)  # staff may have made it stricter meanwhile
    known = Visibility(visibilities[own]) if own else None
    if visibilities[parent] != stricter(one.facts.visibility, known).value:
        run.tally.notes[OTHER_VISIBILITY] += 1
        return None
    return parent


def originals_first(placed: Sequence[Placed]) -> list[Placed]:
    """Return the rows so that the original of a duplicate comes before it, where both are there."""
    original_of = {one.facts.external_id: one.facts.duplicate_of for one in placed}

    def depth(one: Placed) -> int:
        """Return how many originals lie above a row, among these rows."""
        steps, at = 0, one.facts.duplicate_of
        while at in original_of and steps <= len(original_of):  # the limit ends a circle
            steps, at = steps + 1, original_of[at]
        return steps

    if not any(original_of.values()):
        return list(placed)
    return sorted(placed, key=depth)
