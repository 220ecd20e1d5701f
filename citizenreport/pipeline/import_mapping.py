"""How the file of an import is read: its sketch, what somebody chose, the first rows as they become."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from citizenreport.cities.rules import City, Visibility
from citizenreport.core.errors import Conflict, InvalidInput
from citizenreport.core.keys import KeyRing
from citizenreport.core.text import _n
from citizenreport.pipeline.import_ import judge
from citizenreport.pipeline.importing import keeping
from citizenreport.pipeline.importing.chosen import Chosen, chosen_from
from citizenreport.pipeline.importing.clocks import routed
from citizenreport.pipeline.importing.files import Form, opened
from citizenreport.pipeline.importing.mapping import ImportMapping, mapping_from
from citizenreport.pipeline.importing.models import ImportRun
from citizenreport.pipeline.importing.places import Placed
from citizenreport.pipeline.importing.profiles import guess, profile_of
from citizenreport.pipeline.importing.rejects import Rejected
from citizenreport.pipeline.importing.run import Run
from citizenreport.pipeline.importing.sketch import Sketch, sketch_from, sketch_of
from citizenreport.storage.rules import Storage

MAX_ROWS: Final = 200_000
HEAD_MAX_CHARS: Final = 100_000


class ImportFileGone(Conflict):
    code = "import-file-gone"
    title = _n("Berkas impor ini sudah dihapus. Unggah lagi berkasnya.")


class ImportTooManyRows(InvalidInput):
    code = "import-too-many-rows"
    title = _n("Berkas ini lebih dari 200.000 baris. Bagi menjadi beberapa berkas.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What an import works with."""

    city: City
    keys: KeyRing
    storage: Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """A row as it would become: a placed report with its agency, or the reason why not."""

    number: int
    placed: Placed | None = None
    agency_code: str | None = None
    rejected: Rejected | None = None

    @property
    def is_hidden(self) -> bool:
        """Whether its words are for named handlers only."""
        return self.placed is not None and self.placed.facts.visibility is Visibility.CONFIDENTIAL


def keep_guess(city: City, keys: KeyRing, run: ImportRun, path: Path, sketch: Sketch) -> None:
    """Keep a file's sketch and how it is probably read."""
    profile = profile_of(run.profile)
    pair = guess(profile, sketch, city).pair
    if pair:
        sketch = read_sketch(path, pair=pair)
    chosen = guess(profile, sketch, city)
    run.total_count = sketch.total
    run.sketch_sealed = keeping.sealed_json(keys, run, "sketch_sealed", sketch.as_json())
    run.mapping_sealed = keeping.sealed_json(keys, run, "mapping_sealed", chosen.as_json())


def read_sketch(path: Path, *, pair: Sequence[str] = ()) -> Sketch:
    """Look through a file. Raises FileUnreadable, ImportTooManyRows."""
    with opened(path, form_of(path)) as file:
        if file.total > MAX_ROWS:
            raise ImportTooManyRows(pointer="#/file")
        return sketch_of(file.columns, file.rows, pair=pair)


def form_of(path: Path) -> Form:
    """Return how a file is written: spreadsheets of this country part cells by semicolons."""
    if path.suffix not in (".csv", ".tsv"):
        return Form()
    encoding = _encoding_of(path)
    with path.open(encoding=encoding, errors="replace") as file:
        head = file.readline(HEAD_MAX_CHARS)
    return Form(encoding=encoding, delimiter=max(",;\t", key=head.count))


def _encoding_of(path: Path) -> str:
    """Return how letters are written: UTF-8, or what spreadsheets of Windows make instead."""
    content = path.read_bytes()
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def sketch_kept(keys: KeyRing, run: ImportRun) -> Sketch:
    """Return the sketch of an import's file. Raises ImportFileGone."""
    if run.sketch_sealed is None:
        raise ImportFileGone
    return sketch_from(keeping.opened_json(keys, run, "sketch_sealed", run.sketch_sealed))


def chosen_kept(keys: KeyRing, run: ImportRun) -> Chosen:
    """Return how an import's file is read. Raises ImportFileGone."""
    if run.mapping_sealed is None:
        raise ImportFileGone
    return chosen_from(keeping.opened_json(keys, run, "mapping_sealed", run.mapping_sealed))


def mapping_kept(city: City, keys: KeyRing, run: ImportRun) -> ImportMapping:
    """Return the mapping of an import. Raises ImportFileGone, MappingInvalid."""
    chosen, sketch = chosen_kept(keys, run), sketch_kept(keys, run)
    return mapping_from(chosen.tables(run.source, sketch), city)


def choose(means: Means, run: ImportRun, chosen: Chosen) -> Sketch:
    """Keep how a file is read; return its sketch, made anew where two other columns go together.

    Raises:
        ImportFileGone.
    """
    keys = means.keys
    sketch = sketch_kept(keys, run)
    if chosen.pair and tuple(sketch.pair) != chosen.pair:
        with keeping.file_of(keys, means.storage, run) as path:
            sketch = read_sketch(path, pair=chosen.pair)
        run.sketch_sealed = keeping.sealed_json(keys, run, "sketch_sealed", sketch.as_json())
    run.mapping_sealed = keeping.sealed_json(keys, run, "mapping_sealed", chosen.as_json())
    return sketch


def preview(means: Means, run: ImportRun, *, now: datetime) -> list[Previewed]:
    """Return the first rows as they would become. Raises ImportFileGone, MappingInvalid."""
    city, keys = means.city, means.keys
    mapping = mapping_kept(city, keys, run)
    trial = Run(city=city, keys=keys, storage=means.storage, mapping=mapping)
    placed, rejected = judge(trial, sketch_kept(keys, run).rows(), now=now)
    found = [Previewed(number=one.row.number, rejected=one) for one in rejected]
    for one in placed:
        _, decision = routed(city, trial.memory, one)
        agency = decision.agency_code
        found.append(Previewed(number=one.facts.row.number, placed=one, agency_code=agency))
    return sorted(found, key=lambda row: row.number)
