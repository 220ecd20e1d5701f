"""`citizenreport audit`: prove that no event was changed, removed, cut off or reordered."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

import click
from flask.cli import AppGroup
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from tqdm import tqdm

from citizenreport.core.db import transaction
from citizenreport.jobs.checkpoint import CheckpointFilesAhead, write_checkpoint
from citizenreport.ledger.audit import Audit, verify
from citizenreport.ledger.checkpoints import (
    BadCheckpoint,
    heads_after,
    latest_number,
    read_files,
)
from citizenreport.ledger.expiry import expired_ends
from citizenreport.ledger.models import Event
from citizenreport.ledger.queries import walk
from citizenreport.ledger.rules import SealedEvent
from citizenreport.web.context import current_keys

Heads = dict[tuple[str, UUID], tuple[int, bytes]]

audit = AppGroup("audit", help="The ledger of events: checkpoints and verification.")


@audit.command("checkpoint")
def checkpoint() -> None:
    """Sign where all streams stand now, and write the file. The worker does so every hour."""
    try:
        click.echo(str(write_checkpoint()))
    except CheckpointFilesAhead as error:
        raise click.ClickException(
            f"The folder holds checkpoint {error.public['number']} and later, the database does not:"
            " it was restored. Verify against them first, then move them elsewhere and keep them."
        ) from error


@audit.command("verify")
@click.option(
    "--checkpoint",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of checkpoint files, kept where the database's owner cannot write.",
)
def check(folder: Path | None) -> None:
    """Walk all events and print what is wrong. Exit 1 when something is.

    Without checkpoint files a stream that was cut off, rewritten whole or removed is not noticed.
    """
    with transaction() as session:
        known, problems = known_heads(session, folder) if folder else ({}, [])
        total = session.scalar(select(func.count()).select_from(Event)) or 0
        expired = expired_ends(session)
        result = verify(with_progress(walk(session), total), known, expired)
    for line in (*problems, *lines_of(result)):
        click.echo(line)
    count = len(result.faults) + len(problems)
    click.echo(
        f"{result.events} events in {result.streams} streams: "
        + (f"{count} faults." if count else "nothing is wrong.")
        + (f" {len(expired)} access logs went with their time." if expired else "")
        + ("" if folder else " Not compared with any checkpoint.")
    )
    if count:
        raise click.exceptions.Exit(1)


def known_heads(session: Session, folder: Path) -> tuple[Heads, list[str]]:
    """Return where streams stood at the last checkpoint, and what is wrong with the files."""
    try:
        files = read_files(folder, current_keys().checkpoint_key_at)
        heads = heads_after(files)
    except BadCheckpoint as error:
        raise click.ClickException(f"The checkpoint files cannot be trusted: {error}") from error
    in_database, in_files = latest_number(session), len(files)
    problems: list[str] = []
    if in_files == 0:
        problems.append(f"missing-checkpoint: no files in {folder}")
    elif in_files < in_database:
        problems.append(
            f"missing-checkpoint: files end at {in_files}, the database at {in_database}"
        )
    return heads, problems


def with_progress(events: Iterable[SealedEvent], total: int) -> Iterator[SealedEvent]:
    """Pass events on with a bar: rate and time left. Silent where nobody watches."""
    yield from tqdm(events, total=total, unit="event", unit_scale=True, disable=None, leave=False)


def lines_of(result: Audit) -> Iterator[str]:
    """Yield one line for each fault: kind, stream, number of the event."""
    for fault in result.faults:
        yield f"{fault.kind}: {fault.stream_kind} {fault.stream_id} event {fault.seq}"
