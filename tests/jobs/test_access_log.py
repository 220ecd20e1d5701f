"""An access log goes when its time is over: the ledger says where it ended, and still verifies."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.intake.models import Report
from citizenreport.intake.rules import ErasedBy
from citizenreport.jobs.retention import apply
from citizenreport.ledger.audit import verify
from citizenreport.ledger.checkpoints import finish_file, heads_after, make, read_files, start_file
from citizenreport.ledger.expiry import expired_ends
from citizenreport.ledger.queries import history, walk
from citizenreport.ledger.rules import StreamKind
from citizenreport.pipeline.erase import erase_report
from citizenreport.triage import service as triage
from citizenreport.triage.queries import of_report
from citizenreport.web.context import CityHolder
from tests.jobs.world import NOON, VIOLENCE, World

AsOwner = Callable[[], AbstractContextManager[None]]
DAYS = 365


@pytest.fixture
def read_and_erased(world: World) -> UUID:
    """A confidential ticket that was read three times and erased at noon; the pack keeps a year."""
    days = {**world.city.retention_days, "access_log": DAYS}
    world.city = replace(world.city, retention_days=days)
    holder: CityHolder = world.app.extensions["citizenreport"].city_holder
    holder.replace(world.city)
    sent = world.report(VIOLENCE)
    ticket = world.ticket(sent)
    for _ in range(3):
        triage.record_reading(world.session, ticket, actor_id=UUID(int=7), now=NOON)
    report = world.session.get_one(Report, sent.report_id)
    how = ErasedBy.REPORTER
    erase_report(world.session, world.city, world.keys, report, how=how, now=NOON)
    world.session.commit()
    return ticket.id


class Files:
    """Checkpoints outside, and what an audit against them says."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder

    def checkpoint(self) -> None:
        row, content = make(self.world.session, self.world.keys.checkpoint, now=utcnow())
        finish_file(start_file(self.folder, row.number, content))

    def faults(self) -> list[str]:
        session: Session = self.world.session
        session.expire_all()
        known = heads_after(read_files(self.folder, self.world.keys.checkpoint_key_at))
        return [one.kind for one in verify(walk(session), known, expired_ends(session)).faults]


def reads(world: World, ticket_id: UUID) -> list[int]:
    return [event.seq for event in history(world.session, StreamKind.ACCESS, ticket_id)]


def after(days: int) -> datetime:
    return NOON + timedelta(days=days, minutes=1)


def test_it_goes_when_its_time_is_over_and_the_audit_still_passes(
    world: World, read_and_erased: UUID, tmp_path: Path
) -> None:
    files = Files(world, tmp_path / "files")
    files.checkpoint()
    assert apply(now=after(DAYS - 1)).access_logs == 0
    assert apply(now=after(DAYS)).access_logs == 1
    assert reads(world, read_and_erased) == []
    assert files.faults() == []
    files.checkpoint()
    assert files.faults() == []
    assert apply(now=after(DAYS)).access_logs == 0


def test_who_reads_afterwards_is_written_down_from_there_on(
    world: World, read_and_erased: UUID, tmp_path: Path
) -> None:
    files = Files(world, tmp_path / "files")
    files.checkpoint()
    apply(now=after(DAYS))
    files.checkpoint()
    read_again(world, read_and_erased)
    assert reads(world, read_and_erased) == [4]
    assert files.faults() == []
    files.checkpoint()
    assert files.faults() == []


def read_again(world: World, ticket_id: UUID) -> None:
    report_id = world.session.scalar(
        text("SELECT report_id FROM ticket WHERE id = :id"), {"id": ticket_id}
    )
    (ticket,) = of_report(world.session, report_id)
    triage.record_reading(world.session, ticket, actor_id=UUID(int=8), now=after(DAYS))


def test_without_a_period_in_the_pack_it_stays(world: World, read_and_erased: UUID) -> None:
    days = {key: value for key, value in world.city.retention_days.items() if key != "access_log"}
    holder: CityHolder = world.app.extensions["citizenreport"].city_holder
    holder.replace(replace(world.city, retention_days=days))
    assert apply(now=after(5_000)).access_logs == 0
    assert reads(world, read_and_erased) == [1, 2, 3]


def test_a_log_that_was_taken_away_otherwise_is_missed(
    world: World, read_and_erased: UUID, tmp_path: Path, as_owner: AsOwner
) -> None:
    files = Files(world, tmp_path / "files")
    files.checkpoint()
    with as_owner():
        world.session.execute(text("DELETE FROM event WHERE stream_kind = 'access'"))
    assert files.faults() == ["missing-stream"]


def test_the_function_deletes_nothing_that_the_ledger_does_not_say(
    world: World, read_and_erased: UUID
) -> None:
    gone = world.session.scalar(
        text("SELECT expire_access_log(ARRAY[:id]::uuid[])"), {"id": read_and_erased}
    )
    assert (gone, reads(world, read_and_erased)) == (0, [1, 2, 3])
