"""Another key takes over: what was sealed opens, what was signed verifies, the old key may go."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.core.db import Base
from citizenreport.core.keys import (
    BrokenKeys,
    KeyRing,
    SealBroken,
    add_encryption_key,
    make_key_files,
    read_key_files,
    replace_checkpoint_key,
)
from citizenreport.identity import second_factor, totp
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Report, ReportKey
from citizenreport.ledger.checkpoints import (
    BadCheckpoint,
    finish_file,
    make,
    read_files,
    start_file,
)
from citizenreport.pipeline import rewrap
from tests.identity.factories import make_staff
from tests.jobs.world import CONTACT, VIOLENCE, World
from tests.ledger.streams import a_stream

NOON = datetime(2026, 3, 17, 5, 0, tzinfo=UTC)
HOUR, STEP = timedelta(hours=1), timedelta(seconds=30)


def rotated(folder: Path) -> KeyRing:
    """Add a key, as an operator does, and read the set again."""
    assert add_encryption_key(folder) == "0002"
    return read_key_files(folder)


def without_the_old(folder: Path) -> KeyRing:
    (folder / "encryption-0001.key").unlink()
    return read_key_files(folder)


def all_anew(session: Session, keys: KeyRing) -> int:
    count = sum(rewrap.rewrap(session, keys, name, limit=500) for name in rewrap.WRAPPED)
    session.expire_all()
    return count


def test_after_rewrapping_the_old_key_is_not_needed(world: World, tmp_path: Path) -> None:
    session, folder = world.session, tmp_path / "keys"
    sent = world.report(VIOLENCE, contact=CONTACT)
    staff = make_staff(session)
    totp.begin(session, world.keys, staff.id, now=NOON)
    made = totp.enrolment(session, world.keys, staff.id, username="sri", issuer="Lapor")
    assert made is not None
    app = pyotp.TOTP(made.secret)
    second_factor.confirm_app(session, world.keys, staff, app.at(NOON), now=NOON)

    keys = rotated(folder)
    assert rewrap.left(session, keys) == 2
    assert totp.accept(session, keys, staff.id, app.at(NOON + 3 * STEP), now=NOON + 3 * STEP)
    assert all_anew(session, keys) == 2
    assert (rewrap.left(session, keys), all_anew(session, keys)) == (0, 0)
    assert session.scalars(select(ReportKey.key_id)).all() == ["0002"]

    keys = without_the_old(folder)
    report = session.get_one(Report, sent.report_id)
    data_key = intake_queries.data_key_of(session, keys, report.id)
    assert intake_queries.contact_of(report, data_key).email == CONTACT.email
    assert intake_queries.description_of(report, data_key) == "Lubang besar di depan warung"
    later = NOON + 9 * STEP
    assert totp.accept(session, keys, staff.id, app.at(later), now=later)


def test_a_key_that_went_too_early_is_named_and_nothing_is_lost(
    world: World, tmp_path: Path
) -> None:
    world.report(VIOLENCE, contact=CONTACT)
    rotated(tmp_path / "keys")
    (tmp_path / "keys" / "encryption-0001.key").rename(tmp_path / "elsewhere.key")
    keys = read_key_files(tmp_path / "keys")
    with pytest.raises(SealBroken):
        all_anew(world.session, keys)
    (tmp_path / "elsewhere.key").rename(tmp_path / "keys" / "encryption-0001.key")
    assert all_anew(world.session, read_key_files(tmp_path / "keys")) == 1


def test_everything_that_is_wrapped_is_known() -> None:
    sealed = {
        name
        for name, table in Base.metadata.tables.items()
        if "key_id" in table.c
        and any(column.name.endswith(("_sealed", "wrapped_key")) for column in table.c)
    }
    assert sealed == set(rewrap.WRAPPED)
    for name, columns in rewrap.WRAPPED.items():
        assert set(columns) <= set(Base.metadata.tables[name].c.keys())


class Folder:
    """Checkpoints of one ledger, signed with whatever key the folder holds now."""

    def __init__(self, session: Session, root: Path) -> None:
        self.session, self.keys, self.files = session, root / "keys", root / "files"
        make_key_files(self.keys, demo=True)

    def sign(self, at: datetime, ring: KeyRing | None = None) -> None:
        key = (ring or read_key_files(self.keys)).checkpoint
        row, content = make(self.session, key, now=at)
        finish_file(start_file(self.files, row.number, content))

    def read(self) -> int:
        return len(read_files(self.files, read_key_files(self.keys).checkpoint_key_at))


@pytest.fixture
def folder(session: Session, tmp_path: Path) -> Folder:
    a_stream(session)
    return Folder(session, tmp_path)


def test_checkpoints_of_several_keys_verify(folder: Folder) -> None:
    for number in range(3):
        at = NOON + number * 2 * HOUR
        folder.sign(at)
        replace_checkpoint_key(folder.keys, now=at + HOUR)
    folder.sign(NOON + 10 * HOUR)
    assert folder.read() == 4


def test_a_key_that_was_replaced_signs_nothing_afterwards(folder: Folder) -> None:
    folder.sign(NOON)
    stolen = read_key_files(folder.keys)
    replace_checkpoint_key(folder.keys, now=NOON + HOUR)
    folder.sign(NOON + 2 * HOUR, stolen)
    with pytest.raises(BadCheckpoint):
        folder.read()


def test_the_new_key_signs_nothing_of_before(folder: Folder) -> None:
    replace_checkpoint_key(folder.keys, now=NOON + HOUR)
    folder.sign(NOON)
    with pytest.raises(BadCheckpoint):
        folder.read()


def test_a_retired_key_whose_name_says_no_instant_is_refused(folder: Folder) -> None:
    kept = replace_checkpoint_key(folder.keys, now=NOON)
    kept.rename(folder.keys / "checkpoint-until-lately.pub")
    with pytest.raises(BrokenKeys, match="instant"):
        read_key_files(folder.keys)
