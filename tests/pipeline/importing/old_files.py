"""Files of an old system, and what became of their rows in the database."""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.intake.models import Report
from citizenreport.ledger.models import Event
from citizenreport.routing.models import Assignment
from citizenreport.triage.models import Ticket

WIB = ZoneInfo("Asia/Jakarta")
MAPPING = """
source = "old"
[external_id]
column = "id"
[category]
column = "kind"
values = { light = "LAMP", hole = "ROAD", harm = "HARM" }
[position]
lon = "lon"
lat = "lat"
default_points = [[110.5, -7.5]]
[times]
submitted = "opened"
verified = "seen"
closed = "closed"
reopened = "again"
deadline = "due"
[status]
column = "status"
values = { open = "new", work = "in_progress", done = "closed", gone = "archived" }
[agency]
column = "body"
values = { works = "WORKS", lights = "LIGHTS" }
[duplicate_of]
column = "same_as"
[visibility]
column = "seen_by"
values = { all = "public", some = "restricted", few = "confidential" }
[description]
column = "text"
"""
FIRST = {
    "kind": "light",
    "lon": "110.2",
    "lat": "-7.2",
    "opened": "2024-05-02 10:00:00",
    "text": "Lampu padam",
}
COLUMNS = ["id", *FIRST, "seen", "closed", "again", "due", "status", "body", "same_as", "seen_by"]


def write(path: Path, rows: Iterable[dict[str, str]]) -> Path:
    """Write rows that differ from FIRST in what they give; ids are numbered where not given."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.DictWriter(file, COLUMNS)
        lines.writeheader()
        lines.writerows({"id": f"R{n}", **FIRST, **row} for n, row in enumerate(rows, start=1))
    return path


def ticket_of(session: Session, external_id: str) -> Ticket:
    session.expire_all()
    return session.scalars(
        select(Ticket)
        .join(Report, Report.id == Ticket.report_id)
        .where(Report.external_source == "old", Report.external_id == external_id)
    ).one()


def history(session: Session, ticket_id: UUID) -> list[Event]:
    return list(
        session.scalars(select(Event).where(Event.stream_id == ticket_id).order_by(Event.seq))
    )


def at(hour: int, day: int = 2) -> datetime:
    """Return an hour of a day in May 2024, WIB."""
    return datetime(2024, 5, day, hour, tzinfo=WIB).astimezone(UTC)


def counts(session: Session) -> tuple[int, ...]:
    tables = (Report, Assignment, Ticket, Event)
    return tuple(session.scalar(select(func.count()).select_from(t)) or 0 for t in tables)
