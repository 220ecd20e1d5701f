"""Rules: a draft is tried on the past, and the tickets of a change are moved or given back."""

from typing import Final
from uuid import UUID

from citizenreport.cities.edited_rules import with_routing
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.pipeline.rule_change import due, move_one, planned, restore_one, skip_planned
from citizenreport.pipeline.rule_replay import WINDOW, Comparison, Difference, begin, step
from citizenreport.routing.drafts import replay_of
from citizenreport.web.context import current_city, refresh_city

NOBODY: Final = UUID(int=0)


def replay_rules(*, replay_id: str) -> None:
    """Try a draft on the past ninety days; the page shows how far it is."""
    refresh_city()
    city, key, since = current_city(), UUID(replay_id), utcnow() - WINDOW
    with transaction() as session:
        row = replay_of(session, key)
        if row.finished_at is not None:
            return
        begin(session, row, since=since)
        comparison = Comparison(
            before=with_routing(city, row.previous_rows),
            after=with_routing(city, row.rows),
            day=row.from_day,
        )
    found = Difference()
    after: UUID | None = NOBODY
    while after is not None:
        with transaction() as session:
            row = replay_of(session, key)
            after = step(session, row, comparison, found, since=since, after=after)
            if after is None:
                row.result, row.finished_at = found.as_json(), utcnow()


def apply_rules(*, replay_id: str) -> None:
    """Move the tickets that a change showed, one transaction each; begun again, it goes on."""
    refresh_city()
    city, key, now = current_city(), UUID(replay_id), utcnow()
    with transaction() as session:
        ids = planned(session, key)
    for ticket_id in ids:
        with transaction() as session:
            move_one(session, city, key, ticket_id, now)
    with transaction() as session:
        replay_of(session, key, lock=True).applied_at = now


def begin_rules() -> None:
    """Move the tickets of changes whose day has come."""
    with transaction() as session:
        ripe = due(session, current_city().local_date(utcnow()))
    for replay_id in ripe:
        apply_rules(replay_id=str(replay_id))


def restore_rules(*, replay_id: str) -> None:
    """Give back the tickets of a change that was undone."""
    refresh_city()
    city, key, now = current_city(), UUID(replay_id), utcnow()
    with transaction() as session:
        skip_planned(session, key)
        ids = planned(session, key, "moved")
    for ticket_id in ids:
        with transaction() as session:
            restore_one(session, city, key, ticket_id, now)
    with transaction() as session:
        replay_of(session, key, lock=True).restored_at = now
