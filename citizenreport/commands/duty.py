"""`citizenreport duty`: the on-call rosters of the agencies, from a spreadsheet."""

import csv
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError
from citizenreport.duty import roster
from citizenreport.duty.shifts import ShiftWish, Span
from citizenreport.identity import queries as identity_queries
from citizenreport.web.context import current_city

duty = AppGroup("duty", help="Who is on call.")

COLUMNS: Final = ("agency_code", "username", "rank", "starts_at", "ends_at")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class BadRow(Exception):
    """A row that cannot be read; the message says why."""


class NothingStored(Exception):
    """Ends a transaction without its changes."""


@duty.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Only check; store nothing.")
def import_(file: Path, *, dry_run: bool) -> None:
    """Enter the shifts of FILE, all or none.

    CSV with the columns agency_code, username, rank (0 is on duty, 1 to 5 substitutes), starts_at
    and ends_at (2026-12-01 07:00, the city's time).
    """
    city, faults = current_city(), list[str]()
    with suppress(NothingStored), transaction() as session:
        wishes = _read(session, city, file, faults)
        # In order of agency: two imports at once must not wait for each other.
        for number, wish in sorted(wishes, key=lambda pair: pair[1].agency_code):
            _enter(session, city, number, wish, faults)
        if faults or dry_run:
            raise NothingStored
    if faults:
        raise click.ClickException("\n".join([*faults, "Nothing was stored."]))
    click.echo(f"{len(wishes)} shifts {'could be ' if dry_run else ''}entered.")


def _enter(session: Session, city: City, number: int, wish: ShiftWish, faults: list[str]) -> None:
    try:
        roster.add_shifts(session, city, [wish], by=None, now=utcnow())
    except CitizenReportError as error:
        with_what = "".join(f" {key}={value}" for key, value in error.public.items())
        faults.append(f"row {number}: {error.code}{with_what}")


def _read(
    session: Session, city: City, file: Path, faults: list[str]
) -> list[tuple[int, ShiftWish]]:
    """Return the rows by number as a spreadsheet counts them; what is wrong goes to `faults`."""
    wishes: list[tuple[int, ShiftWish]] = []
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream)
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            faults.append(f"missing columns: {', '.join(missing)}")
            return []
        for number, row in enumerate(rows, start=2):
            try:
                wishes.append((number, _wish(session, city, row)))
            except BadRow as error:
                faults.append(f"row {number}: {error}")
    return wishes


def _wish(session: Session, city: City, row: dict[str, str]) -> ShiftWish:
    agency_code = (row["agency_code"] or "").strip()
    if agency_code not in city.agencies:
        raise BadRow("no such agency_code")
    rank = (row["rank"] or "").strip()
    if not (rank.isascii() and rank.isdigit()):
        raise BadRow("rank is not a number")
    span = Span(starts_at=_time(city, row["starts_at"]), ends_at=_time(city, row["ends_at"]))
    return ShiftWish(
        agency_code=agency_code,
        staff_id=_staff_id(session, (row["username"] or "").strip()),
        rank=int(rank),
        span=span,
    )


def _staff_id(session: Session, username: str) -> UUID:
    staff = identity_queries.find_staff(session, username)
    if staff is None:
        raise BadRow("no such username")
    return staff.id


def _time(city: City, text: str | None) -> datetime:
    try:
        at = datetime.fromisoformat((text or "").strip())
    except ValueError:
        raise BadRow("a time is not like 2026-12-01 07:00") from None
    return at if at.tzinfo else at.replace(tzinfo=city.calendar.time_zone)
