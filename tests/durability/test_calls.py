"""No urgent call is lost when the worker is killed in the middle of calling, or of moving calls on."""

from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select, update

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.ids import new_id
from citizenreport.core.queue import enqueue
from citizenreport.duty.models import DutyCall, DutyShift
from citizenreport.identity.rules import Grant, Role
from citizenreport.jobs.stuck import stuck_jobs
from citizenreport.ledger.audit import verify
from citizenreport.ledger.queries import walk
from citizenreport.messaging.staff import set_mail
from tests.databases import FreshDatabase
from tests.identity.factories import make_staff
from tests.jobs.test_worker import eventually, jobs_left, reports_in, worker_process
from tests.jobs.world import FIRE, World
from tests.messaging.post_office import PostOffice

CALLS: Final = 40
KILLED_AT: Final = (CALLS // 4, CALLS // 2)  # mails
MOVED_AT: Final = CALLS // 4  # calls
A_WHILE: Final = 150.0
AGENCY: Final = "SATPOLPP"
ON_DUTY: Final = ("budi@kota.example", "ani@kota.example")  # the person, and the substitute
IS_CALLING: Final = (
    "status IN ('todo', 'doing')"
    " AND task_name IN ('alert_agency', 'send_call', 'mail_call', 'mail_body', 'move_calls')"
)


def put_on_duty(world: World) -> None:
    now = utcnow()
    for rank, address in enumerate(ON_DUTY):
        name = address.partition("@")[0]
        grant = Grant(role=Role.OFFICER, agency_code=AGENCY)
        staff = make_staff(world.session, name, grant, name=name.title())
        set_mail(world.session, world.keys, staff.id, address, now=now)
        world.session.add(
            DutyShift(
                id=new_id(),
                agency_code=AGENCY,
                staff_id=staff.id,
                rank=rank,
                starts_at=now - timedelta(hours=1),
                ends_at=now + timedelta(days=2),
                entered_by=None,
                entered_at=now,
            )
        )
    world.session.flush()


def calls_of_step(database: FreshDatabase, step: int) -> int:
    with database.owner() as connection:
        row = connection.execute(
            "SELECT count(*) FROM duty_call WHERE step = %s", (step,)
        ).fetchone()
    assert row is not None
    return int(row[0])


def mailed(office: PostOffice, address: str) -> dict[str, set[str]]:
    """Return the Message-IDs of what went to an address, by the subject that names the ticket."""
    found: dict[str, set[str]] = defaultdict(set)
    for mail in list(office.mails):
        if mail["To"] == address:
            found[mail["Subject"]].add(mail["Message-ID"])
    return found


def call_until_killed_twice(database: FreshDatabase, office: PostOffice) -> None:
    for mails in KILLED_AT:
        with worker_process(database) as worker:
            eventually(
                lambda wanted=mails: len(mailed(office, ON_DUTY[0])) >= wanted,
                f"{mails} calls by mail",
                within_s=A_WHILE,
            )
            worker.kill()
            worker.wait()
        assert len(mailed(office, ON_DUTY[0])) < CALLS


def let_time_pass(database: FreshDatabase) -> None:
    """Have every call wait too long, and the clock ask for them to be moved."""
    with database.app.app_context(), transaction() as session:
        waiting = update(DutyCall).where(DutyCall.ended_at.is_(None))
        session.execute(waiting.values(next_at=utcnow() - timedelta(minutes=1)))
        enqueue(session, "move_calls")


def work_until_quiet(database: FreshDatabase, office: PostOffice, address: str) -> None:
    with worker_process(database):
        eventually(
            lambda: len(mailed(office, address)) == CALLS and jobs_left(database, IS_CALLING) == 0,
            f"every call at {address}",
            within_s=A_WHILE,
        )


@pytest.fixture
def calling(
    mailing_database: FreshDatabase, post_office: PostOffice, city: City, tmp_path: Path
) -> FreshDatabase:
    """Fires, each of which calls for Budi and then for Ani; nothing is dispatched yet."""
    post_office.delay_s = 0.05
    with reports_in(mailing_database, city, tmp_path) as world:
        put_on_duty(world)
        for number in range(CALLS):
            words = f"Kebakaran di gudang nomor {number}"
            world.report(FIRE, now=utcnow(), description=words)
    return mailing_database


def test_calls_survive_three_killed_workers(
    calling: FreshDatabase, post_office: PostOffice
) -> None:
    call_until_killed_twice(calling, post_office)
    work_until_quiet(calling, post_office, ON_DUTY[0])
    assert calls_of_step(calling, 0) == CALLS

    let_time_pass(calling)
    with worker_process(calling) as worker:
        eventually(
            lambda: calls_of_step(calling, 1) >= MOVED_AT, "calls that move on", within_s=A_WHILE
        )
        worker.kill()
        worker.wait()
    work_until_quiet(calling, post_office, ON_DUTY[1])

    for address in ON_DUTY:
        told = mailed(post_office, address)
        assert len(told) == CALLS, "each ticket called"
        assert {len(ids) for ids in told.values()} == {1}, "a repeated mail says that it is one"
        assert len(set.union(*told.values())) == CALLS
    with calling.app.app_context(), transaction() as session:
        columns = (DutyCall.ticket_id, DutyCall.step, DutyCall.outcome, DutyCall.ended_at)
        calls = session.execute(select(*columns)).all()
        assert stuck_jobs(session) == []
        assert verify(walk(session), {}).faults == ()
    waiting = [call for call in calls if call.ended_at is None]
    assert {call.outcome for call in calls if call.step == 0} == {"moved"}
    assert len(waiting) == len({call.ticket_id for call in waiting}) == CALLS
    assert {call.step for call in waiting} == {1}
    assert len(calls) == 2 * CALLS, "none was called twice for"
