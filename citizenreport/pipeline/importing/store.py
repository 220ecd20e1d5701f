"""What the database knows of a source already, and adding to it in bulk."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from psycopg import sql
from sqlalchemy import ARRAY, ColumnElement, Text, Uuid, any_, literal, select, text
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from citizenreport.core.db import raw_connection
from citizenreport.intake.models import Report
from citizenreport.intake.search import file_words
from citizenreport.ledger.models import Event
from citizenreport.ledger.rules import StreamKind
from citizenreport.pipeline.importing.tickets import TABLES, Rows
from citizenreport.routing.rules import DecidedBy
from citizenreport.triage.models import Ticket

UPDATED = (
    "state",
    "version",
    "agency_code",
    "assignment_id",
    "parent_ticket_id",
    "settlement_due_at",
    "has_fixed_deadlines",
    "first_responded_at",
    "verified_at",
    "settled_at",
    "closed_at",
    "closed_how",
    "paused_at",
    "resume_state",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An event, as far as an update looks at it."""

    seq: int
    type: str
    payload: Mapping[str, Any]
    occurred_at: datetime
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A report that was imported before: its ticket's row as it is now, and its events."""

    report_id: UUID
    ticket: Mapping[str, Any]
    events: Sequence[Past]

    def steps(self, source: str) -> list[tuple[str, datetime]]:
        """Return the states and instants that this source told before, oldest record first."""
        return [
            (event.payload["to"], event.occurred_at)
            for event in self.events
            if event.type == "state_changed" and event.payload.get("source") == source
        ]

    def told(self, name: str, source: str) -> Any:
        """Return what the source last said about agency or deadline; None: nothing yet."""
        opened = self.events[0].payload
        own = {
            "agency_code": opened["decided_by"] == DecidedBy.IMPORTED.value,
            "settlement_due_at": opened.get("has_fixed_deadlines", False),
        }
        told = opened[name] if own[name] else None
        for event in self.events[1:]:
            if (
                event.type in ("assigned", "deadlines_moved")
                and event.payload.get("source") == source
            ):
                told = event.payload.get(name, told)
        return told


def array_of(values: Iterable[Any], kind: type[TypeEngine[Any]]) -> ColumnElement[Any]:
    """Return one parameter that holds many values: a list of 5,000 parameters is slow to send."""
    return literal(list(values), ARRAY(kind))


def lock_source(session: Session, source: str) -> None:
    """Let one import of a source write at a time, until the transaction ends."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('import:' || :source, 0))"),
        {"source": source},
    )


def tickets_of(session: Session, source: str, external_ids: Collection[str]) -> dict[str, UUID]:
    """Return the ticket of each external id that is known (the first, where a report was split)."""
    query = (
        select(Report.external_id, Ticket.id)
        .join(Ticket, Ticket.report_id == Report.id)
        .where(
            Report.external_source == source,
            Report.external_id == any_(array_of(external_ids, Text)),
        )
        .order_by(Ticket.id.desc())
    )
    return {str(external_id): id_ for external_id, id_ in session.execute(query)}


def visibility_of(session: Session, ticket_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the visibility of tickets."""
    query = select(Ticket.id, Ticket.visibility).where(
        Ticket.id == any_(array_of(ticket_ids, Uuid))
    )
    return {row.id: row.visibility for row in session.execute(query)}


def known_of(session: Session, tickets: Mapping[str, UUID]) -> dict[str, Known]:
    """Return what is known of tickets, locked until the transaction ends."""
    table = Ticket.__table__
    found = session.execute(
        select(table)
        .where(Ticket.id == any_(array_of(tickets.values(), Uuid)))
        .order_by(Ticket.id)
        .with_for_update()
    )
    rows = {row["id"]: dict(row) for row in found.mappings()}
    events: dict[UUID, list[Past]] = {id_: [] for id_ in rows}
    query = (
        select(Event.stream_id, Event.seq, Event.type, Event.payload, Event.occurred_at, Event.hash)
        .where(
            Event.stream_kind == StreamKind.TICKET.value,
            Event.stream_id == any_(array_of(rows, Uuid)),
        )
        .order_by(Event.stream_id, Event.seq)
    )
    for stream_id, seq, type_, payload, occurred_at, hash_ in session.execute(query):
        events[stream_id].append(
            Past(seq=seq, type=type_, payload=payload, occurred_at=occurred_at, hash=hash_)
        )
    return {
        external_id: Known(report_id=rows[id_]["report_id"], ticket=rows[id_], events=events[id_])
        for external_id, id_ in tickets.items()
    }


def insert_all(session: Session, rows: Rows) -> None:
    """Copy rows into their tables, in the order of the foreign keys, and file the words of reports.

    Events of an import ask for no work, so nobody files those words later.
    """
    for table in TABLES:
        if rows.get(table):
            copy_rows(session, table, rows[table])
    file_words(session, [UUID(str(row["id"])) for row in rows.get("report", ())])


def copy_rows(session: Session, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Copy rows of the same columns into a table. Names come from the code, never from outside."""
    columns = list(rows[0])
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with raw_connection(session).cursor() as cursor, cursor.copy(statement) as copy:
        values_of = itemgetter(*columns)
        for row in rows:
            copy.write_row(values_of(row))


def update_tickets(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the columns that an import may change, of tickets that are locked."""
    assignments = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in UPDATED
    )
    if not rows:
        return
    statement = sql.SQL("UPDATE ticket SET {} WHERE id = {}").format(
        assignments, sql.Placeholder("id")
    )
    with raw_connection(session).cursor() as cursor:
        cursor.executemany(statement, [{k: row[k] for k in ("id", *UPDATED)} for row in rows])


def note_added(session: Session, import_id: UUID | None, rows: Rows) -> None:
    """Keep which tickets a run added, with the last event of each, so that it can be undone."""
    if import_id is None or not rows.get("ticket"):
        return
    last = {event["stream_id"]: event["seq"] for event in rows["event"]}
    noted = [
        {"import_id": import_id, "ticket_id": ticket_id, "seq": seq, "state": "added"}
        for ticket_id, seq in last.items()
    ]
    copy_rows(session, "imported_ticket", noted)


NOTE_UPDATED = text(
    """
    INSERT INTO imported_ticket (import_id, ticket_id, seq, state)
    SELECT :import_id, stream_id, max(seq), 'updated' FROM event
    WHERE stream_kind = 'ticket' AND stream_id = ANY(:ids) GROUP BY stream_id
    ON CONFLICT (import_id, ticket_id) DO UPDATE SET seq = excluded.seq
    """
)


def note_updated(session: Session, import_id: UUID | None, ticket_ids: Collection[UUID]) -> None:
    """Keep which tickets a run updated; what the same run had added stays an addition."""
    if import_id is not None and ticket_ids:
        session.execute(NOTE_UPDATED, {"import_id": import_id, "ids": list(ticket_ids)})
