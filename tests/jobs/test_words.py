"""What staff search in: filed by the outbox, and in step with the report from then on."""

import threading
import time
from typing import Any
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from citizenreport.core.db import transaction
from citizenreport.intake.models import Report, ReportWords
from citizenreport.intake.search import file_words
from citizenreport.jobs.dispatch import dispatch
from tests.databases import FreshDatabase
from tests.jobs.world import ROAD, World

WORDS = "Jembatan retak di tengah."


def written(session: Session) -> list[str]:
    session.expire_all()
    return list(session.scalars(select(ReportWords.written)))


def test_the_outbox_files_the_words_of_a_new_report(world: World) -> None:
    world.report(ROAD, description=WORDS, landmark="Dekat pasar")
    assert written(world.session) == []
    dispatch()
    assert written(world.session) == [f"{WORDS} Dekat pasar"]


def test_words_are_filed_once(world: World) -> None:
    sent = world.report(ROAD, description=WORDS)
    for _ in range(2):
        file_words(world.session, [sent.report_id])
    assert written(world.session) == [WORDS]


def test_a_report_without_words_has_nothing_to_file(world: World) -> None:
    sent = world.report(ROAD, description=WORDS)
    report = world.session.get_one(Report, sent.report_id)
    report.description = "  "
    world.session.flush()
    file_words(world.session, [sent.report_id])
    assert written(world.session) == []


def test_what_is_sealed_is_not_filed_and_what_was_filed_goes(world: World) -> None:
    sent = world.report(ROAD, description=WORDS)
    dispatch()
    seal = update(Report).values(description=None, description_sealed=b"sealed")
    world.session.execute(seal)
    assert written(world.session) == []
    file_words(world.session, [sent.report_id])
    assert written(world.session) == []


def test_what_becomes_plain_again_is_found_again(world: World) -> None:
    world.report(ROAD, description=WORDS)
    dispatch()
    world.session.execute(update(Report).values(description=None, description_sealed=b"sealed"))
    world.session.execute(update(Report).values(description=WORDS, description_sealed=None))
    assert written(world.session) == [WORDS]


def test_an_edit_of_something_else_leaves_the_words_alone(world: World) -> None:
    world.report(ROAD, description=WORDS)
    dispatch()
    before = world.session.scalar(text("SELECT xmin::text FROM report_words"))
    world.session.execute(update(Report).values(wish="Cepat diperbaiki"))
    assert world.session.scalar(text("SELECT xmin::text FROM report_words")) == before


def test_what_is_sealed_while_it_is_filed_is_not_found(fresh_database: FreshDatabase) -> None:
    report_id = uuid4()
    with fresh_database.owner() as owner, fresh_database.owner() as watching:
        owner.execute(
            "INSERT INTO report (id, tracking_code, category_code, description, submitted_at,"
            " channel, locale, pack_version, is_demo)"
            " VALUES (%s, 'ABCDEFGHJK', 'A08', %s, now(), 'web', 'id', 1, false)",
            (report_id, WORDS),
        )
        owner.execute("BEGIN")
        owner.execute("UPDATE report SET description = NULL, description_sealed = 'x'")
        filing = threading.Thread(target=_file, args=(fresh_database, report_id))
        filing.start()
        _wait_for_a_lock(watching)
        owner.execute("COMMIT")
        filing.join(timeout=60)
        assert watching.execute("SELECT count(*) FROM report_words").fetchone() == (0,)


def _file(database: FreshDatabase, report_id: UUID) -> None:
    with database.app.app_context(), transaction() as session:
        file_words(session, [report_id])


def _wait_for_a_lock(connection: psycopg.Connection[Any]) -> None:
    waiting = (
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND database ="
        " (SELECT oid FROM pg_database WHERE datname = current_database())"
        " OR NOT granted AND locktype = 'transactionid'"
    )
    until = time.monotonic() + 60
    while connection.execute(waiting).fetchone() == (0,):
        assert time.monotonic() < until, "nobody waits for the one who seals"
        time.sleep(0.02)
