"""Forgetting: what has had its time goes, what is named stays."""

import os
from datetime import timedelta

from sqlalchemy import func, select, text

from citizenreport.core.clock import utcnow
from citizenreport.identity.models import StaffSession
from citizenreport.intake.models import IdempotencyKey, Report
from citizenreport.jobs.forgetting import forget, sweep_files
from citizenreport.jobs.models import JobFailure
from citizenreport.web.models import ActCount
from tests.jobs.test_thumbnails import a_photo
from tests.jobs.world import ROAD, World

A_DAY = timedelta(hours=24)


def count(world: World, model: type) -> int:
    return world.session.scalar(select(func.count()).select_from(model)) or 0


def test_sends_are_remembered_for_a_day(world: World) -> None:
    now = utcnow()
    world.report(ROAD, now=now - A_DAY + timedelta(minutes=1))
    world.report(ROAD, now=now - A_DAY)
    forget(now=now)
    assert count(world, IdempotencyKey) == 1
    assert count(world, Report) == 2


def test_dead_staff_sessions_go(world: World) -> None:
    forget()
    assert count(world, StaffSession) == 0


def test_files_without_a_row_go_after_a_day_and_others_stay(world: World) -> None:
    world.report(ROAD, photos=(a_photo(),))
    world.work()
    named = set(world.storage.keys())
    old, new = world.storage.put(b"rolled back"), world.storage.put(b"on its way")
    now = utcnow()
    for key in named | {old}:
        path = next(world.storage._root.glob(f"??/??/{key}"))
        os.utime(path, (now.timestamp() - 90_000,) * 2)
    assert sweep_files(world.storage, now=now) == 1
    assert set(world.storage.keys()) == named | {new}


def test_a_reason_goes_with_its_job(world: World) -> None:
    world.session.add(JobFailure(job_id=987_654, reason="mail-refused", failed_at=utcnow()))
    world.session.flush()
    forget()
    assert world.session.scalar(text("SELECT count(*) FROM job_failure")) == 0


def test_counts_per_network_go_when_their_window_is_over(world: World) -> None:
    now = utcnow()
    for key, left in (("over", timedelta(0)), ("running", timedelta(seconds=1))):
        world.session.add(ActCount(key=f"test/{key}", count=1, expires_at=now + left))
    world.session.flush()
    forget(now=now)
    kept = world.session.scalars(select(ActCount.key).where(ActCount.key.startswith("test/")))
    assert list(kept) == ["test/running"]
