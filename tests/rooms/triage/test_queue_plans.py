"""How the database finds a page of the queue: by an index, whatever the filter or the order."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, create_engine, event, select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.cluster import Cluster
from citizenreport.identity.rules import Actor, Grant, Role
from citizenreport.intake.models import Report
from citizenreport.suggestions.queries import near_tickets
from citizenreport.triage import queue
from citizenreport.triage.models import Ticket
from citizenreport.triage.queue import QueueWish
from tests.benchmarks.queue import AT, DESK, NOW, agency_of, wishes
from tests.databases import fresh_database_in, load_magelang
from tests.many_tickets import make_tickets

TICKETS = 30_000
BIG = ("ticket", "report", "report_words")


@pytest.fixture(scope="module")
def place(template: Cluster, settings: Mapping[str, object]) -> Iterator[tuple[Connection, City]]:
    """A database with a large queue, and its city."""
    with fresh_database_in(template, f"queue_{uuid4().hex[:12]}", settings) as database:
        engine = create_engine(database.url)
        with Session(engine) as session:
            city = load_magelang(session)
        with database.owner() as owner:
            make_tickets(owner, city, TICKETS)
            # A few hundred open parts, as several agencies have them.
            owner.execute(
                "UPDATE ticket SET joint_agency_codes = ARRAY[%s] WHERE id IN (SELECT id FROM ticket"
                " WHERE state <> 'closed' AND agency_code <> %s ORDER BY id LIMIT 200)",
                (agency_of(city), agency_of(city)),
            )
            owner.execute("ANALYZE ticket")
        with engine.connect() as connection:
            yield connection, city
        engine.dispose()


def plans(connection: Connection, city: City, actor: Actor, wish: QueueWish) -> list[str]:
    """Return how the page and the counts are read."""
    asked: list[tuple[str, Any]] = []

    def note(_: Connection, __: object, statement: str, values: Any, *rest: object) -> None:
        asked.append((statement, values))

    event.listen(connection, "before_cursor_execute", note)
    try:
        with Session(connection) as session:
            rows, _ = queue.queue_page(session, city, actor, wish, at=AT)
            queue.queue_counts(session, city, actor, at=AT)
    finally:
        event.remove(connection, "before_cursor_execute", note)
    assert rows, "an empty page says nothing"
    assert len(asked) == 2
    found = []
    for statement, values in asked:
        lines = connection.exec_driver_sql(f"EXPLAIN {statement}", values)
        found.append("\n".join(line[0] for line in lines))
    return found


NAMES = (
    *("first_page", "by_priority", "newest", "oldest", "of_an_agency", "of_a_category"),
    *("of_a_village", "of_a_state", "closed", "overdue", "by_words", "by_similar_words"),
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("who", ["desk", "officer"])
def test_no_page_of_the_queue_reads_a_whole_table(
    place: tuple[Connection, City], name: str, who: str
) -> None:
    connection, city = place
    agency = agency_of(city)
    officer = Actor(
        staff_id=uuid4(), name="Sri", grants=(Grant(role=Role.OFFICER, agency_code=agency),)
    )
    wish = wishes(city)[name]
    if who == "officer" and name == "of_a_category":
        codes = connection.exec_driver_sql(
            "SELECT category_code FROM ticket WHERE agency_code = %s LIMIT 1", (agency,)
        )
        wish = QueueWish(category_code=codes.scalar_one())
    for plan in plans(connection, city, DESK if who == "desk" else officer, wish):
        assert not any(f"Seq Scan on {table}" in plan for table in BIG), plan


def test_parts_are_found_by_an_index_of_their_own(place: tuple[Connection, City]) -> None:
    connection, city = place
    grant = Grant(role=Role.OFFICER, agency_code=agency_of(city))
    officer = Actor(staff_id=uuid4(), name="Sri", grants=(grant,))
    page, counts = plans(connection, city, officer, QueueWish())
    for plan in (page, counts):
        assert "ix_ticket_joint" in plan, plan
    with Session(connection) as session:
        rows, _ = queue.queue_page(session, city, officer, QueueWish(), at=AT)
    assert {row.is_part for row in rows} == {True, False}


def test_what_lies_near_is_found_by_its_place(place: tuple[Connection, City]) -> None:
    connection, city = place
    asked: list[tuple[str, Any]] = []

    def note(_: Connection, __: object, statement: str, values: Any, *rest: object) -> None:
        asked.append((statement, values))

    with Session(connection) as session:
        ticket = session.scalars(
            select(Ticket).where(Ticket.visibility == "public").order_by(Ticket.id).limit(1)
        ).one()
        report = session.get_one(Report, ticket.report_id)
        event.listen(connection, "before_cursor_execute", note)
        try:
            assert near_tickets(session, city, DESK, ticket, report, now=NOW)
        finally:
            event.remove(connection, "before_cursor_execute", note)
    [(statement, values)] = asked
    plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values))
    assert "ix_report_position" in plan, plan
    assert not any(f"Seq Scan on {table}" in plan for table in BIG), plan


def test_every_page_that_is_measured_is_explained(magelang: City) -> None:
    assert set(wishes(magelang)) == set(NAMES)
