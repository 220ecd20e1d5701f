"""Many reports with a word of its own in everything personal: after the night none of what was due.

The same at 50,000 is measured by `python -m tests.benchmarks retaining`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from citizenreport.core.clock import utcnow
from citizenreport.core.db import db, transaction
from citizenreport.core.keys import read_key_files
from citizenreport.identity.rules import Grant, Role
from citizenreport.intake.erasure_ledger import kept
from citizenreport.intake.models import Report
from citizenreport.jobs import retention
from citizenreport.jobs.dispatch import dispatch
from citizenreport.jobs.erasures import note_erasure
from citizenreport.pipeline.retention import Part
from tests.databases import FreshDatabase, dispose, load_magelang
from tests.identity.factories import make_staff
from tests.lives.kinds import DUE, YOUNG, Maker
from tests.lives.planting import plant
from tests.lives.searching import faults, of, rows_left, words_in_dump, words_in_files

COUNT = 300


@pytest.fixture
def lived(fresh_database: FreshDatabase, tmp_path: Path) -> Iterator[FreshDatabase]:
    """A database with 300 lives in it, and a storage of its own."""
    aside = {"STORAGE_DIR": tmp_path / "storage", "CHECKPOINT_DIR": tmp_path / "checkpoints"}
    database = FreshDatabase(url=fresh_database.url, settings=fresh_database.settings | aside)
    with database.app.app_context():
        try:
            plant_in(database, tmp_path / "storage")
            yield database
        finally:
            db.session.remove()
            dispose()


def plant_in(database: FreshDatabase, storage: Path) -> None:
    with transaction() as session:
        maker = Maker(
            city=load_magelang(session),
            keys=read_key_files(Path(str(database.settings["KEYS_DIR"]))),
            storage=storage,
            staff_id=make_staff(session, "meja", Grant(role=Role.CITY_DESK)).id,
            now=utcnow(),
        )
    with database.owner() as connection:
        plant(connection, maker, COUNT)


def test_of_many_nothing_is_left_that_is_due_and_all_that_is_not(
    lived: FreshDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 50)
    dumped, stored = words_in_dump(lived), words_in_files(tmp_path)
    assert len(of(DUE, dumped)) > COUNT
    assert of(DUE, stored)
    said: list[int] = []
    foreseen = retention.preview().erased

    tally = retention.apply(progress=lambda part, done: said.append(done))

    assert tally.erased == foreseen
    number = tally.erased.total()
    assert number == COUNT * 8 // 10
    assert (tally.held, tally.busy, max(said)) == (COUNT // 10, 0, number)
    assert words_in_dump(lived) == of(YOUNG, dumped)
    assert words_in_files(tmp_path) == of(YOUNG, stored)
    assert rows_left(lived) == 0
    with transaction() as session:
        assert faults(session) == 0
        erased = select(func.count()).where(Report.erased_at.is_not(None))
        assert session.scalar(erased) == number
    dispatch()
    note_erasure()
    assert len(kept(tmp_path / "checkpoints")) == number
    assert not retention.apply().erased


def test_broken_off_it_goes_on_where_it_was(
    lived: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 50)

    def stop(_part: Part, done: int) -> None:
        if done >= 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        retention.apply(progress=stop)
    assert rows_left(lived) == 0
    assert retention.apply().erased.total() == COUNT * 8 // 10 - 100
    assert rows_left(lived) == 0


def test_what_somebody_is_at_is_left_for_the_next_night_and_nothing_waits(
    lived: FreshDatabase,
) -> None:
    with lived.owner() as connection, connection.transaction():
        rows = connection.execute(
            "SELECT t.id FROM ticket t JOIN report r ON r.id = t.report_id"
            " WHERE r.description LIKE '%kanaritua%' LIMIT 3 FOR UPDATE OF t"
        ).fetchall()
        assert len(rows) == 3
        tally = retention.apply()
        assert (tally.busy, tally.erased.total()) == (3, COUNT * 8 // 10 - 3)
    assert retention.apply().erased.total() == 3
