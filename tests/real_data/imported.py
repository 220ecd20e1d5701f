"""What an import made, read back from the database by external id."""

import csv
import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from citizenreport.intake.models import Report
from citizenreport.ledger.audit import verify
from citizenreport.ledger.queries import walk
from citizenreport.triage.models import Ticket

Rows = list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Imported:
    """A report and its ticket."""

    report: Report
    ticket: Ticket

    @property
    def is_on_time(self) -> bool:
        """Settled by the source's deadline; without a deadline nothing is late."""
        ticket = self.ticket
        assert ticket.settled_at is not None
        return not ticket.has_fixed_deadlines or ticket.settled_at <= ticket.settlement_due_at


def gz_rows(path: Path) -> Rows:
    """Return the rows of a gzipped CSV file as it stands."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def imported(session: Session, source: str) -> dict[str, Imported]:
    """Return everything of a source; an external id that came twice would fail here."""
    session.expire_all()
    query = (
        select(Report, Ticket)
        .join(Ticket, Ticket.report_id == Report.id)
        .where(Report.external_source == source)
    )
    found: dict[str, Imported] = {}
    for report, ticket in session.execute(query):
        assert report.external_id not in found
        found[report.external_id] = Imported(report=report, ticket=ticket)
    return found


STEPS = text(
    "SELECT r.external_id, e.payload->>'to' AS state, e.occurred_at FROM event e"
    " JOIN ticket t ON t.id = e.stream_id JOIN report r ON r.id = t.report_id"
    " WHERE e.stream_kind = 'ticket' AND e.type = 'state_changed' AND r.external_source = :source"
)
STORY = text(
    "SELECT r.external_id, r.category_code, r.area_code, r.submitted_at, r.description, t.state,"
    " t.agency_code, t.settlement_due_at, t.settled_at, t.closed_at, t.version, original.external_id,"
    " (SELECT string_agg(concat_ws(' ', e.type, e.payload->>'to', e.occurred_at), ', ' ORDER BY seq)"
    "  FROM event e WHERE e.stream_kind = 'ticket' AND e.stream_id = t.id)"
    " FROM report r JOIN ticket t ON t.report_id = r.id"
    " LEFT JOIN ticket parent ON parent.id = t.parent_ticket_id"
    " LEFT JOIN report original ON original.id = parent.report_id"
    " WHERE r.external_source = :source ORDER BY r.external_id"
)


def steps(session: Session, source: str) -> dict[tuple[str, str], list[datetime]]:
    """Return the instants of each (external id, state) in the event log."""
    found: dict[tuple[str, str], list[datetime]] = {}
    for external_id, state, occurred_at in session.execute(STEPS, {"source": source}):
        found.setdefault((external_id, state), []).append(occurred_at)
    return found


def story(session: Session, source: str) -> list[Row[Any]]:
    """Return all that an import of a source says, without ids and the time of the import."""
    return list(session.execute(STORY, {"source": source}))


def assert_chains_verify(session: Session, *, streams: int) -> None:
    audit = verify(walk(session), {})
    assert (audit.faults, audit.streams) == ((), streams), audit


def toml_values(values: Mapping[str, str]) -> str:
    """Return a mapping as an inline TOML table."""
    return "{ " + ", ".join(f'"{k}" = "{v}"' for k, v in values.items()) + " }"
