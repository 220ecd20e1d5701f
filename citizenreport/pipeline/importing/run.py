"""One run of the importer over one file."""

import gc
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing
from citizenreport.core.text import _n
from citizenreport.pipeline.importing.clocks import Memory
from citizenreport.pipeline.importing.mapping import ImportMapping
from citizenreport.pipeline.importing.places import Placed
from citizenreport.pipeline.importing.rejects import Rejected
from citizenreport.storage.rules import Storage

MANY_POINTS = 100_000
NO_POSITION = _n("tanpa titik lokasi")
DEFAULT_POINT = _n("dengan titik baku, dianggap tanpa titik lokasi")
OUTSIDE = _n("di luar kota, tetap diterima")
NEAR_BORDER = _n("sedikit di luar batas kota, dihitung pada wilayah terdekat")
ENDED_BEFORE = _n("selesai sebelum masuk menurut sumbernya, tetap diterima")
NO_ORIGINAL = _n("laporan ganda yang laporan asalnya tidak ditemukan")
OTHER_VISIBILITY = _n("laporan ganda yang keterbukaannya lain dari asalnya, tidak digabung")


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the rows so far. `notes` count rows that were accepted with a remark."""

    accepted: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    points: Counter[tuple[float, float]] = field(default_factory=Counter)  # to find a default point

    def note(self, placed: Sequence[Placed], rejected: Sequence[Rejected]) -> None:
        """Count what a batch of rows was like."""
        self.accepted += len(placed)
        self.rejected += len(rejected)
        self.reasons.update(one.reason.text for one in rejected)
        for one in placed:
            for remark in _remarks(one):
                self.notes[remark] += 1
            if one.position is not None:
                self.points[one.position.lon, one.position.lat] += 1
        if len(self.points) > MANY_POINTS:  # a default point comes again and again: it stays
            self.points = Counter({at: n for at, n in self.points.items() if n > 1})


def _remarks(one: Placed) -> Iterable[str]:
    if one.position is None:
        yield DEFAULT_POINT if one.is_default else NO_POSITION
    elif one.located is not None and one.located.outside_m > 0:
        yield OUTSIDE if one.is_outside else NEAR_BORDER
    if any(step.at < one.facts.submitted_at for step in one.facts.steps):
        yield ENDED_BEFORE


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a run needs, what it has counted, and what waits for the end.

    `waiting` are duplicates whose original had not come when they were read. `patterns` are the
    rows that most reports are filled into (tickets.py). `import_id`: where it is kept which tickets
    the run wrote, so that it can be undone (None: nowhere).
    """

    city: City
    keys: KeyRing
    storage: Storage
    mapping: ImportMapping
    file_crs: str | None = None
    import_id: UUID | None = None
    memory: Memory = field(default_factory=Memory)
    tally: Tally = field(default_factory=Tally)
    waiting: list[Placed] = field(default_factory=list)
    patterns: dict[tuple[object, ...], object] = field(default_factory=dict)


@contextmanager
def no_cycle_search() -> Generator[None, None, None]:
    """Keep Python's collector of cycles from walking over a batch again and again.

    The rows of a batch hold no cycles and go by reference count; looking for some among hundreds of
    thousands of values took a quarter of an import, and half of a repeated one.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
