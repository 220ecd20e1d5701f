"""Running the importer in a test as the command does, a transaction a batch."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from citizenreport.cities import service as cities
from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.keys import KeyRing, make_key_files, read_key_files
from citizenreport.pipeline.import_ import BATCH_ROWS, import_rows, import_waiting
from citizenreport.pipeline.importing.cells import Row
from citizenreport.pipeline.importing.files import opened
from citizenreport.pipeline.importing.mapping import missing_columns, read_mapping
from citizenreport.pipeline.importing.rejects import Rejected
from citizenreport.pipeline.importing.run import Run
from citizenreport.web.context import current_storage


def make_keys(folder: Path) -> KeyRing:
    make_key_files(folder, demo=True)
    return read_key_files(folder)


def loaded(session: Session, city: City) -> City:
    """Make a city the one of this database; return it with the number it has there."""
    cities.load(session, city, content={}, now=utcnow())
    session.commit()
    return cities.numbered(session, city)


def import_file(
    path: Path,
    mapping: str,
    city: City,
    keys: KeyRing,
    *,
    batch_rows: int = BATCH_ROWS,
    import_id: UUID | None = None,
) -> tuple[Run, list[Rejected]]:
    """Import a file in the current application context; return the run and what was refused."""
    read = read_mapping(mapping, city)
    rejected: list[Rejected] = []
    with opened(path, read.form) as source:
        assert missing_columns(read, source.columns) == []
        run = Run(
            city=city,
            keys=keys,
            storage=current_storage(),
            mapping=read,
            file_crs=source.crs,
            import_id=import_id,
        )
        for batch in batches(source.rows, batch_rows):
            with transaction() as session:
                rejected += import_rows(session, run, batch, now=utcnow())
    while run.waiting:
        with transaction() as session:
            import_waiting(session, run, now=utcnow())
    return run, rejected


def batches(rows: Iterator[Row], size: int) -> Iterator[list[Row]]:
    while batch := list(islice(rows, size)):
        yield batch
