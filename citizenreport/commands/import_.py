"""`citizenreport import FILE --mapping M.toml`: reports of another system, with their history."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import click
from flask.cli import with_appcontext
from tqdm import tqdm

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError
from citizenreport.indicators.service import outdate
from citizenreport.pipeline.import_ import BATCH_ROWS, import_rows, import_waiting, judge
from citizenreport.pipeline.importing.cells import Row
from citizenreport.pipeline.importing.files import Source, opened
from citizenreport.pipeline.importing.mapping import (
    ImportMapping,
    MappingInvalid,
    missing_columns,
    read_mapping,
)
from citizenreport.pipeline.importing.rejects import Rejected, rejects_file
from citizenreport.pipeline.importing.run import Run
from citizenreport.web.context import current_city, current_keys, current_storage

FIRST_REJECTS = 10
SUSPECT_SHARE = 0.01  # a point with more of the rows than this may be a default point
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("file", type=FILE)
@click.option(
    "--mapping", "mapping_file", type=FILE, required=True, help="docs/import.md tells how."
)
@click.option("--rejects", type=click.Path(path_type=Path), help="Default: FILE.rejects.csv")
@click.option("--dry-run", is_flag=True, help="Only read, place and count; store nothing.")
@with_appcontext
def import_(file: Path, mapping_file: Path, rejects: Path | None, dry_run: bool) -> None:
    """Take in the reports of FILE (CSV, JSON or GeoPackage, plain or .gz).

    Interrupted, the same command continues. A newer FILE updates what it brought before.
    """
    try:
        city = current_city()
        mapping = mapping_of(mapping_file, city)
        with opened(file, mapping.form) as source:
            check_columns(mapping, source)
            run = Run(
                city=city,
                keys=current_keys(),
                storage=current_storage(),
                mapping=mapping,
                file_crs=source.crs,
            )
            target = rejects or file.with_name(f"{file.name}.rejects.csv")
            refused = dry(run, source) if dry_run else take_in(run, source, target)
    except CitizenReportError as error:
        raise click.ClickException(error.detail) from error
    except KeyboardInterrupt:
        click.echo("\nDihentikan. Perintah yang sama akan melanjutkan.", err=True)
        raise click.exceptions.Exit(130) from None
    report(run, refused, None if dry_run else target)


def mapping_of(path: Path, city: City) -> ImportMapping:
    """Read the mapping file, or end with everything that is wrong in it."""
    try:
        return read_mapping(path.read_text(encoding="utf-8"), city)
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{path.name}: isinya bukan UTF-8.") from error
    except MappingInvalid as error:
        lines = "\n".join(f"  {fault}" for fault in error.faults)
        raise click.ClickException(f"{path.name}:\n{lines}") from error


def check_columns(mapping: ImportMapping, source: Source) -> None:
    if missing := missing_columns(mapping, source.columns):
        raise click.ClickException(
            f"Berkas ini tidak punya kolom {', '.join(missing)}. "
            f"Yang ada: {', '.join(source.columns)}"
        )


def take_in(run: Run, source: Source, target: Path) -> list[Rejected]:
    """Store the rows, one transaction a batch; return the first that were refused."""
    first: list[Rejected] = []
    with rejects_file(target, source.columns) as file, progress(source.total) as bar:
        for batch in batches(source.rows):
            with transaction() as session:
                refused = import_rows(session, run, batch, now=utcnow())
            file.write(refused)
            first += refused[: FIRST_REJECTS - len(first)]
            bar.update(len(batch))
        while run.waiting:
            with transaction() as session:
                import_waiting(session, run, now=utcnow())
    if run.tally.added or run.tally.updated:
        with transaction() as session:
            outdate(session)  # the past has changed, and the indicators with it
    return first


def dry(run: Run, source: Source) -> list[Rejected]:
    """Judge the rows and store nothing; return the first that would be refused."""
    first: list[Rejected] = []
    with progress(source.total) as bar:
        for batch in batches(source.rows):
            _, refused = judge(run, batch, now=utcnow())
            first += refused[: FIRST_REJECTS - len(first)]
            bar.update(len(batch))
    return first


def batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH_ROWS)):
        yield batch


def progress(total: int) -> "tqdm[None]":
    """Return a bar with rate and time left."""
    return tqdm(total=total, unit=" baris", unit_scale=False, dynamic_ncols=True, miniters=1)


def report(run: Run, refused: list[Rejected], rejects: Path | None) -> None:
    """Print what became of the rows."""
    tally = run.tally
    if rejects is not None:
        click.echo(
            f"{tally.added} laporan baru, {tally.updated} diperbarui,"
            f" {tally.unchanged} tetap, {tally.rejected} ditolak."
        )
    else:
        click.echo(f"{tally.accepted} laporan dapat diterima, {tally.rejected} ditolak.")
    for note, count in sorted(tally.notes.items()):
        click.echo(f"  {count} {note}")
    for (lon, lat), count in suspects(run):
        click.echo(
            f"  {count} laporan tepat di {lon:.6f}, {lat:.6f}: bila itu berarti “tidak tahu”,"
            " sebutkan di position.default_points"
        )
    for one in refused:
        click.echo(f"  baris {one.row.number}: {one.reason}")
    if rejects is not None and tally.rejected:
        click.echo(f"Semua yang ditolak, dengan alasannya: {rejects}")


def suspects(run: Run) -> list[tuple[tuple[float, float], int]]:
    """Return points shared by suspiciously many rows, the most frequent first."""
    placed = run.tally.points.total()
    least = max(20, placed * SUSPECT_SHARE)
    return [(point, count) for point, count in run.tally.points.most_common(5) if count > least]
