"""The staff's queue at a million tickets against ten thousand, side by side."""

import statistics
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from citizenreport.cities.rules import City
from citizenreport.core.db import db
from citizenreport.identity.rules import Actor, Grant, Role
from citizenreport.intake.search import wording_of
from citizenreport.triage import queue
from citizenreport.triage.queue import DueWhen, Instants, QueueWish, Sort
from citizenreport.triage.states import State
from tests.benchmarks.places import Place, databases
from tests.many_tickets import make_tickets

FEW, MANY = 10_000, 1_000_000
ROUNDS = 40
GOAL = 1.5
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
AT = Instants(now=NOW, day_ends_at=NOW.replace(hour=16, minute=59, second=59))
DESK = Actor(staff_id=uuid4(), name="Meja kota", grants=(Grant(role=Role.CITY_DESK),))


def figures() -> Iterator[dict[str, object]]:
    """Yield the ratio of each page's time, counts included, and the times in milliseconds."""
    with ExitStack() as stack:
        few, many = stack.enter_context(two_sizes())
        for name, wish in wishes(few[1]).items():
            yield compared(name, few, wish, many, wish)
        yield compared("page_1000", few, deep(few, pages=30), many, deep(many, pages=999))


def wishes(city: City) -> Mapping[str, QueueWish]:
    """Return the pages that are compared, by name."""
    category = next(c for c in city.categories.values() if c.public_photo)
    village = city.area_index.codes[0]
    return {
        "first_page": QueueWish(),
        "by_priority": QueueWish(sort=Sort.PRIORITY),
        "newest": QueueWish(sort=Sort.NEWEST),
        "oldest": QueueWish(sort=Sort.OLDEST),
        "of_an_agency": QueueWish(agency_code=agency_of(city)),
        "of_a_category": QueueWish(category_code=category.category_code),
        "of_a_village": QueueWish(area_code=village),
        "of_a_state": QueueWish(state=State.VERIFIED),
        "closed": QueueWish(state=State.CLOSED),
        "overdue": QueueWish(due=DueWhen.OVERDUE),
        "by_words": QueueWish(wording=wording_of("lampu rusak")),
        "by_similar_words": QueueWish(wording=wording_of("jembatann", is_loose=True)),
    }


def agency_of(city: City) -> str:
    return next(code for code, agency in city.agencies.items() if not agency.is_external)


def deep(place: Place, *, pages: int) -> QueueWish:
    """Return the wish for the page after so many, reached without going through them."""
    database, city = place
    with database.app.app_context():
        query = queue.queue_query(city, DESK, QueueWish(), at=AT)
        skipped = query.offset(pages * queue.PAGE_TICKETS - 1).limit(1)
        row = queue.row_of(city, DESK, *db.session.execute(skipped).one())
        db.session.remove()
    return replace(QueueWish(), after=row.key)


def compared(
    name: str, few: Place, small: QueueWish, many: Place, large: QueueWish
) -> dict[str, object]:
    """Return the ratio of the medians of one page at both sizes, taken in turns."""
    took: dict[str, list[float]] = {"few": [], "many": []}
    for number in range(ROUNDS + 5):
        for size, place, wish in (("few", few, small), ("many", many, large)):
            seconds, rows = timed(place, wish)
            assert rows > 0, f"{name}: an empty page says nothing"
            if number >= 5:
                took[size].append(seconds * 1_000)
    medians = {size: statistics.median(times) for size, times in took.items()}
    return {
        "figure": f"queue_{name}_ratio",
        "value": round(medians["many"] / medians["few"], 2),
        "goal": f"<= {GOAL}",
        "ms_at_10000": round(medians["few"], 2),
        "ms_at_1000000": round(medians["many"], 2),
    }


def timed(place: Place, wish: QueueWish) -> tuple[float, int]:
    """Return how long the reads of one page take, and how many rows it shows."""
    database, city = place
    with database.app.app_context():
        db.session.connection()
        started = time.perf_counter()
        rows, _ = queue.queue_page(db.session(), city, DESK, wish, at=AT)
        queue.queue_counts(db.session(), city, DESK, at=AT)
        seconds = time.perf_counter() - started
        db.session.remove()
    return seconds, len(rows)


@contextmanager
def two_sizes() -> Generator[tuple[Place, Place], None, None]:
    """Give two databases in one cluster, with few and with many tickets."""
    with databases_of(few=FEW, many=MANY) as (few, many):
        yield few, many


@contextmanager
def databases_of(**sizes: int) -> Generator[list[Place], None, None]:
    """Give databases in one cluster, with so many tickets each."""
    with databases(*sizes) as places:
        for (database, city), count in zip(places, sizes.values(), strict=True):
            with database.owner() as connection:
                make_tickets(connection, city, count)
        yield places
