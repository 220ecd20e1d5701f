"""`citizenreport import FILE --mapping M.toml`: reports of another system, with their history."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from uuid import UUID

import click
from flask.cli import with_appcontext
from tqdm import tqdm

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError
from citizenreport.indicators.service import outdate
from citizenreport.jobs.imports import undo_import
from citizenreport.pipeline import import_runs, import_undo
from citizenreport.pipeline.import_ import BATCH_ROWS, import_rows, import_waiting, judge
from citizenreport.pipeline.import_mapping import form_of, read_sketch
from citizenreport.pipeline.import_runs import RunState
from citizenreport.pipeline.importing.cells import Row
from citizenreport.pipeline.importing.files import Source, opened
from citizenreport.pipeline.importing.mapping import (
    ImportMapping,
    MappingInvalid,
    mapping_from,
    missing_columns,
    read_mapping,
)
from citizenreport.pipeline.importing.profiles import PROFILES, guess, profile_of
from citizenreport.pipeline.importing.rejects import Rejected, rejects_file
from citizenreport.pipeline.importing.run import Run
from citizenreport.web.context import current_city, current_keys, current_storage

FIRST_REJECTS = 10
SUSPECT_SHARE = 0.01  # a point with more of the rows than this may be a default point
BY_COMMAND = "Lewat baris perintah."
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("file", type=FILE, required=False)
@click.option("--mapping", "mapping_file", type=FILE, help="docs/import.md tells how.")
@click.option("--profile", type=click.Choice(list(PROFILES)), help="In place of a mapping file.")
@click.option("--rejects", type=click.Path(path_type=Path), help="Default: FILE.rejects.csv")
@click.option("--dry-run", is_flag=True, help="Only read, place and count; store nothing.")
@click.option("--undo", type=click.UUID, help="Take a whole import back, by its number.")
@with_appcontext
def import_(
    file: Path | None,
    mapping_file: Path | None,
    profile: str | None,
    rejects: Path | None,
    dry_run: bool,
    undo: UUID | None,
) -> None:
    """Take in the reports of FILE (CSV, JSON, XLSX or GeoPackage, plain or .gz).

    Interrupted, the same command continues. A newer FILE updates what it brought before.
    """
    if undo is not None:
        take_back(undo)
        return
    if file is None or (mapping_file is None) == (profile is None):
        raise click.UsageError("Sebutkan FILE dengan --mapping atau --profile, atau --undo.")
    try:
        city = current_city()
        mapping = mapping_of(mapping_file, city) if mapping_file else guessed(file, profile, city)
        with opened(file, mapping.form) as source:
            check_columns(mapping, source)
            run = Run(
                city=city,
                keys=current_keys(),
                storage=current_storage(),
                mapping=mapping,
                file_crs=source.crs,
                import_id=None if dry_run else begun(mapping, source, profile),
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


def guessed(file: Path, profile: str | None, city: City) -> ImportMapping:
    """Read the file as a ready-made kind; what cannot be told is set aside, and can be seen."""
    kind = profile_of(profile or "")
    sketch = read_sketch(file)
    pair = guess(kind, sketch, city).pair
    chosen = guess(kind, read_sketch(file, pair=pair) if pair else sketch, city)
    for field, columns in chosen.columns.items():
        click.echo(f"  {field}: {', '.join(columns)}")
    try:
        mapping = mapping_from(chosen.tables(kind.source or kind.code, sketch), city)
    except MappingInvalid as error:
        lines = "\n".join(f"  {fault}" for fault in error.faults)
        raise click.ClickException(f"{file.name}:\n{lines}") from error
    return replace(mapping, form=form_of(file))


def begun(mapping: ImportMapping, source: Source, profile: str | None) -> UUID:
    """Keep that an import has begun, so that it can be undone; return its number."""
    now = utcnow()
    with transaction() as session:
        row = import_runs.new_run(
            session, profile_code=profile or "own", source=mapping.source, by=None, now=now
        )
        row.state, row.total_count = RunState.STOPPED.value, source.total
        import_runs.note(session, row, "import_begun", {}, by=None, now=now)
        return row.id


def ended(run: Run) -> None:
    """Keep what an import brought."""
    assert run.import_id is not None
    now = utcnow()
    with transaction() as session:
        row = import_runs.run_of(session, run.import_id, lock=True)
        row.state, row.finished_at = RunState.IMPORTED.value, now
        row.counts, row.done_count = import_runs.counts_of(run), row.total_count
        told = {name: row.counts[name] for name in ("accepted", "added", "updated", "rejected")}
        import_runs.note(session, row, "import_done", told, by=None, now=now)


def take_back(import_id: UUID) -> None:
    """Undo an import now, and say what became of its reports."""
    try:
        with transaction() as session:
            row = import_runs.run_of(session, import_id, lock=True)
            import_runs.ask_undo(session, row, BY_COMMAND, by=None, now=utcnow())
        undo_import(import_id=str(import_id))
        with transaction() as session:
            told = import_undo.counts(session, import_id)
    except CitizenReportError as error:
        raise click.ClickException(error.detail) from error
    click.echo(f"{told.get('undone', 0)} laporan dikeluarkan, {told.get('kept', 0)} tetap.")


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
    ended(run)
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
    if run.import_id is not None and tally.added:
        click.echo(f"Membatalkan seluruhnya: citizenreport import --undo {run.import_id}")


def suspects(run: Run) -> list[tuple[tuple[float, float], int]]:
    """Return points shared by suspiciously many rows, the most frequent first."""
    placed = run.tally.points.total()
    least = max(20, placed * SUSPECT_SHARE)
    return [(point, count) for point, count in run.tally.points.most_common(5) if count > least]
