"""`citizenreport city`: check a pack, and load it into the database."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from citizenreport.cities import service
from citizenreport.cities.findings import Finding, Severity
from citizenreport.cities.ground import bounds_of
from citizenreport.cities.pack import check_pack, good_city
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError
from citizenreport.storage.basemap import install
from citizenreport.web.context import current_city

city_cli = AppGroup("city", help="The city as data: check a pack, load it.")

_WORDS = {Severity.ERROR: "SALAH", Severity.NOTE: "CATATAN", Severity.OPEN: "TERBUKA"}


# Without an application: a pack that is wrong must not keep its own checker from starting.
@city_cli.command("check", with_appcontext=False)
@click.argument("path", type=click.Path())
@click.option("--open", "show_open", is_flag=True, help="List what waits for the city, too.")
def check(path: str, *, show_open: bool) -> None:
    """Print everything wrong with the pack at PATH: file, row, remedy. Exit 1 when it is refused."""
    checked = check_pack(path)
    errors, notes, waiting = map(checked.of, (Severity.ERROR, Severity.NOTE, Severity.OPEN))
    for finding in (*errors, *notes, *(waiting if show_open else ())):
        print_finding(finding)
    click.echo(
        f"{click.format_filename(path)}: {len(errors)} salah, {len(notes)} catatan, {len(waiting)} menunggu kota"
        + ("." if show_open or not waiting else " (--open menampilkannya).")
    )
    if errors:
        raise click.exceptions.Exit(1)


@city_cli.command("load")
@click.argument("path", type=click.Path(), required=False)
def load(path: str | None) -> None:
    """Make the pack at PATH, or the configured one, the pack of this database; print what changed."""
    name = path or str(current_app.config["CITY"])
    checked = check_pack(name)
    try:
        city = good_city(checked, name)
        with transaction() as session:
            loaded = service.load(session, city, content=checked.content, now=utcnow())
    except CitizenReportError as error:
        raise click.ClickException(error.detail) from error
    for change in loaded.changes:
        click.echo(f"  {change}")
    click.echo(
        f"{city.name}: paket versi {loaded.pack_version}, "
        + (f"{len(loaded.changes)} perubahan." if loaded.changes else "tidak ada yang berubah.")
    )


@city_cli.command("basemap")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def basemap(file: Path) -> None:
    """Draw the streets of FILE (.pmtiles, vector tiles) under every map, in place of those before."""
    folder = Path(current_app.config["BASEMAP_DIR"])
    try:
        installed = install(file, folder, city_bounds=bounds_of(current_city()))
    except CitizenReportError as error:
        raise click.ClickException(error.detail) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    header = installed.header
    click.echo(
        f"{installed.path}: zum {header.min_zoom} sampai {header.max_zoom}. "
        + (f"Sumber: {installed.credit}" if installed.credit else "Sumber tidak disebut.")
    )


def print_finding(finding: Finding) -> None:
    """Print one finding: where and what, then the remedy."""
    click.echo(f"{_WORDS[finding.severity]} {finding.place}: {finding.problem}")
    if finding.remedy:
        click.echo(f"    → {finding.remedy}")
