"""A run that is interrupted, and a city that changes under it."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.ledger.audit import verify
from citizenreport.ledger.queries import walk
from citizenreport.pipeline.import_ import judge
from citizenreport.pipeline.importing.cells import Row
from citizenreport.pipeline.importing.clocks import routed
from citizenreport.pipeline.importing.mapping import read_mapping
from citizenreport.pipeline.importing.run import Run
from citizenreport.pipeline.importing.tickets import TABLES, Rows, make_pattern, make_rows
from citizenreport.pipeline.submit import StaleCity
from citizenreport.web.context import current_storage
from tests.imports import import_file
from tests.pipeline.importing.old_files import FIRST, MAPPING, counts, ticket_of, write

RANDOM = {"id", "report_id", "assignment_id", "stream_id", "tracking_code", "nonce", "hash"}


def stable(row: dict[str, object]) -> dict[str, object]:
    """Return a row without what is drawn anew each time."""
    kept = {name: value for name, value in row.items() if name not in RANDOM | {"previous_hash"}}
    if "payload" in kept:
        payload = json.loads(str(kept["payload"]))
        kept["payload"] = {name: value for name, value in payload.items() if name != "report_id"}
    return kept


def test_a_changed_pack_stops_the_run_before_it_stores_anything(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    stale = replace(city, pack_version=city.pack_version - 1)
    with pytest.raises(StaleCity):
        import_file(write(tmp_path / "a.csv", [{}]), MAPPING, stale, keys)
    assert counts(session) == (0, 0, 0, 0)


def test_an_interrupted_run_continues_to_the_same_result(
    session: Session, city: City, keys: KeyRing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"closed": "2024-05-03 09:00:00"} if n % 3 else {"same_as": "R9"} for n in range(20)]
    path = write(tmp_path / "a.csv", rows)
    seen = 0

    def clock() -> datetime:
        nonlocal seen
        seen += 1
        if seen == 3:
            raise KeyboardInterrupt
        return utcnow()

    with monkeypatch.context() as patch:
        patch.setattr("tests.imports.utcnow", clock)
        with pytest.raises(KeyboardInterrupt):
            import_file(path, MAPPING, city, keys, batch_rows=5)
    assert 0 < counts(session)[0] < 20
    run, _ = import_file(path, MAPPING, city, keys, batch_rows=5)
    assert counts(session)[0] == counts(session)[2] == 20
    assert run.tally.added < 20
    assert ticket_of(session, "R1").parent_ticket_id == ticket_of(session, "R9").id
    assert verify(walk(session), {}).faults == ()


def test_a_pattern_filled_in_is_what_the_rooms_would_make(
    session: Session, city: City, keys: KeyRing
) -> None:
    """Many rows share a pattern in one run; alone in a run each makes its own. The same comes out."""
    mapping = read_mapping(
        MAPPING.replace("default_points", 'outside = "keep"\ndefault_points'), city
    )
    given = [
        {"text": "a", "closed": "2024-05-03 09:00:00"},
        {"text": "b", "lon": "110.21", "opened": "2024-05-04 22:00:00"},
        {"lon": "109.99995", "seen": "2024-05-09 22:00:00"},
        {"lon": "112.0"},
        {"lon": "", "lat": ""},
        {"lon": "112.5", "due": "2024-05-20"},
        {"due": "2024-05-21", "body": "works"},
        {"due": "2024-05-22", "body": "works"},
        {"seen_by": "some"},
    ]
    rows = [
        Row(number=n, cells={"id": f"R{n}", **FIRST, **row}) for n, row in enumerate(given, start=1)
    ]
    now = utcnow()

    def made(run: Run, some: list[Row]) -> Rows:
        into: Rows = {table: [] for table in TABLES}
        for one in judge(run, some, now=now)[0]:
            make_rows(run, one, parent_ticket_id=None, now=now, into=into)
            rooms = make_pattern(run, one, *routed(city, run.memory, one))
            assert stable(into["report"][-1]) == stable(dict(rooms.report))
        return into

    together = made(Run(city=city, keys=keys, storage=current_storage(), mapping=mapping), rows)
    alone: Rows = {table: [] for table in TABLES}
    for row in rows:
        for table, several in made(
            Run(city=city, keys=keys, storage=current_storage(), mapping=mapping), [row]
        ).items():
            alone[table] += several
    assert len(together["report"]) == len(rows)
    for table in TABLES:
        assert [stable(row) for row in together[table]] == [stable(row) for row in alone[table]]
