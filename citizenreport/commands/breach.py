"""`citizenreport breach`: whose data were seen, and telling them within 3 × 24 hours."""

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import click
from flask.cli import AppGroup
from flask_babel import force_locale
from tqdm import tqdm

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.documents.pdf import paper
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.intake.models import Report
from citizenreport.pipeline.breach import Affected, Notice, everybody, opened_by, tell
from citizenreport.triage.trail import staff_of_username
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.locale import day, moment
from citizenreport.web.translate import _

breach = AppGroup("breach", help="Data seen by someone who should not: whose, and telling them.")

MOMENT = click.DateTime(("%Y-%m-%dT%H:%M", "%Y-%m-%d"))
COLUMNS = ("tracking_code", "data", "first_read_at", "last_read_at")


def selection(command: Any) -> Any:
    """Give a command the options that say whose data."""
    for option in (
        click.option("--until", type=MOMENT, help="City time. Default: now."),
        click.option("--since", type=MOMENT, help="City time."),
        click.option("--read-by", help="User name: what this account opened."),
        click.option("--all", "is_all", is_flag=True, help="A copy of the database got out."),
    ):
        command = option(command)
    return command


@breach.command("affected")
@selection
@click.option("--out", type=click.File("w"), default="-", help="CSV; default: the terminal.")
def affected(out: IO[str], **chosen: Any) -> None:
    """List the reports concerned as CSV: code, kinds of data, when they were read. No content."""
    found = _found(**chosen)
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in found:
        writer.writerow(
            (one.tracking_code, " ".join(one.data), _iso(one.first_read_at), _iso(one.last_read_at))
        )
    click.echo(f"{len(found)} reports.", err=True)


@breach.command("tell")
@selection
@click.option("--found", type=MOMENT, required=True, help="When the city learned of it; city time.")
@click.option("--what", required=True, help="What was seen, and when. In Indonesian.")
@click.option("--how", required=True, help="How it came about. In Indonesian.")
@click.option("--handling", required=True, help="What is done about it. In Indonesian.")
@click.option(
    "--letters",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the letters as PDF: one a report, and the authority's.",
)
@click.confirmation_option(prompt="Tell the persons concerned now?")
def tell_them(
    found: datetime, what: str, how: str, handling: str, letters: Path | None, **chosen: Any
) -> None:
    """Write the notice on each reporter's page and mail those who confirmed an address.

    Run again with the same --found it tells only those who were not told.
    """
    city, now = current_city(), utcnow()
    notice = Notice(found_at=_aware(city, found), happened=what, cause=how, handling=handling)
    notice.check(now=now)
    concerned = _found(**chosen)
    told = sum(_tell(one, notice) for one in tqdm(concerned, unit="report", disable=None))
    if letters is not None:
        _write_letters(city, letters, concerned, notice, now=now)
    hours = (notice.tell_until - now).total_seconds() / 3600
    click.echo(
        f"{told} told, {len(concerned) - told} before. "
        + (f"{hours:.0f} of 72 hours are left." if hours >= 0 else "The 72 hours were over.")
    )


def _found(
    *, is_all: bool, read_by: str | None, since: datetime | None, until: datetime | None
) -> Sequence[Affected]:
    if is_all == (read_by is not None):
        raise click.UsageError("Say whose data: --all, or --read-by NAME with --since.")
    with transaction() as session:
        if read_by is None:
            return everybody(session)
        if since is None:
            raise click.UsageError("Say since when: --since.")
        staff_id = staff_of_username(session, read_by)
        if staff_id is None:
            raise click.ClickException("There is no account of that name.")
        city = current_city()
        ends = _aware(city, until) if until else utcnow()
        if ends < _aware(city, since):
            raise click.UsageError("--until lies before --since.")
        return opened_by(session, staff_id, since=_aware(city, since), until=ends)


def _tell(one: Affected, notice: Notice) -> bool:
    with transaction() as session:
        report = session.get_one(Report, one.report_id)
        with force_locale(report.locale):
            text = notice_text(notice)
        return tell(
            session,
            current_keys(),
            one.report_id,
            text,
            found_at=notice.found_at,
            now=utcnow(),
        )


def notice_text(notice: Notice) -> str:
    """Return what the person reads; under their language."""
    return _(
        "Data Anda dalam laporan ini mungkin dilihat orang yang tidak berhak.\n\n"
        "Yang terjadi: %(happened)s\n\nBagaimana: %(cause)s\n\nYang kami lakukan: %(handling)s\n\n"
        "Anda dapat meminta data Anda dihapus di halaman laporan ini.",
        happened=notice.happened.strip(),
        cause=notice.cause.strip(),
        handling=notice.handling.strip(),
    )


def _write_letters(
    city: City, folder: Path, concerned: Sequence[Affected], notice: Notice, *, now: datetime
) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    desk = city.agencies[city.desk_agency_code]
    with force_locale(DEFAULT_LANGUAGE):
        made_on, found_at = day(city.local_date(now)), moment(notice.found_at)
    data = {
        "city": city.name,
        "agency": desk.name,
        "agency_address": "",
        "title": "Pemberitahuan kegagalan pelindungan data pribadi",
        "made_on": made_on,
        "found_at": found_at,
        "happened": notice.happened.strip(),
        "cause": notice.cause.strip(),
        "handling": notice.handling.strip(),
        "count": str(len(concerned)),
        "code": "",
    }
    (folder / "lembaga.pdf").write_bytes(paper("breach", data, made_at=now))
    for one in tqdm(concerned, unit="letter", disable=None):
        letter = paper("breach", {**data, "code": one.tracking_code}, made_at=now)
        (folder / f"{one.tracking_code}.pdf").write_bytes(letter)


def _aware(city: City, moment: datetime) -> datetime:
    return moment.replace(tzinfo=city.calendar.time_zone).astimezone(UTC)


def _iso(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""
