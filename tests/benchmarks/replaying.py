"""A draft of the rules tried on a hundred thousand reports, as the worker does it."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from uuid import UUID

from citizenreport.cities.edited_rules import cells_of, merged
from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import db, transaction
from citizenreport.core.ids import new_id
from citizenreport.identity.rules import Grant, Role
from citizenreport.jobs.rules import replay_rules
from citizenreport.routing.draft_models import RuleReplay
from citizenreport.routing.drafts import replay_of
from tests.benchmarks.queue import databases_of
from tests.databases import FreshDatabase
from tests.identity.factories import make_staff

REPORTS = 100_000
GOAL_S = 10


def figures() -> Iterator[dict[str, object]]:
    """Yield how long the trial of a draft takes, and how many reports it decided twice."""
    with ExitStack() as stack:
        ((database, city),) = stack.enter_context(databases_of(rules=REPORTS))
        move_into_window(database)
        with database.app.app_context():
            replay = make_replay(city)
            started = time.perf_counter()
            replay_rules(replay_id=str(replay))
            took = time.perf_counter() - started
            row = replay_of(db.session(), replay)
            assert row.result is not None
            assert row.result["changed"] > 0, "a draft that changes nothing says nothing"
            yield {
                "figure": "replay_100000_s",
                "value": round(took, 2),
                "goal": f"<= {GOAL_S}",
                "reports": row.done_count,
                "changed": row.result["changed"],
            }
            db.session.remove()


def move_into_window(database: FreshDatabase) -> None:
    """Have every report come in within the last ninety days."""
    with database.owner() as connection:
        connection.execute("UPDATE ticket SET submitted_at = now() - random() * interval '89 days'")
        connection.commit()


def make_replay(city: City) -> UUID:
    """Return a replay of a draft in which every tenth rule names another agency."""
    current = [cells_of(row) for row in city.routing]
    own = sorted({row.agency_code for row in city.routing if not row.agency_code.startswith("@")})
    wanted = [
        {**row, "agency_code": own[n % len(own)]} if n % 10 == 0 else row
        for n, row in enumerate(current)
    ]
    now = utcnow()
    today = city.local_date(now)
    with transaction() as session:
        staff = make_staff(session, "meja", Grant(role=Role.CITY_DESK))
        row = RuleReplay(
            id=new_id(),
            draft_version=1,
            pack_version=city.pack_version,
            from_day=today,
            rows=merged(current, wanted, from_day=today),
            previous_rows=current,
            asked_by=staff.id,
            asked_at=now,
        )
        session.add(row)
        session.flush()
        return row.id
