"""No notice is lost when the worker is killed in the middle, twice; what is repeated says so."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from citizenreport.cities.rules import City
from citizenreport.core.db import transaction
from citizenreport.intake.rules import Contact
from citizenreport.jobs.stuck import stuck_jobs
from citizenreport.jobs.worker import CONCURRENCY
from tests.databases import FreshDatabase, dispose
from tests.jobs.test_worker import eventually, jobs_left, reports_in, worker_process
from tests.jobs.world import ROAD
from tests.messaging.post_office import PostOffice, open_post_office

REPORTERS = 250
NOTICES = 2 * REPORTERS  # a receipt and a reply each
A_WHILE = 150.0
KILLED_AT = (NOTICES // 4, NOTICES // 2)


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_post_office() as office:
        yield office


@pytest.fixture
def database(
    fresh_database: FreshDatabase, office: PostOffice, tmp_path: Path
) -> Iterator[FreshDatabase]:
    settings = {
        **fresh_database.settings,
        "SMTP_URL": office.url,
        "MAIL_FROM": "lapor@magelang.example",
        "KEYS_DIR": tmp_path / "keys",
        "STORAGE_DIR": tmp_path / "storage",
        "CHECKPOINT_DIR": tmp_path / "checkpoints",
    }
    database = FreshDatabase(url=fresh_database.url, settings=settings)
    yield database
    with database.app.app_context():
        dispose()


def test_five_hundred_notices_survive_two_killed_workers(
    database: FreshDatabase, office: PostOffice, city: City, tmp_path: Path
) -> None:
    office.delay_s = 0.01
    with reports_in(database, city, tmp_path) as world:
        for number in range(REPORTERS):
            contact = Contact(email=f"warga{number}@example.com")
            sent = world.confirm(world.report(ROAD, contact=contact))
            world.reply(sent, f"Jawaban {number}")
    for mails in KILLED_AT:
        with worker_process(database) as worker:
            eventually(
                lambda wanted=mails: len(office.mails) >= wanted, f"{mails} mails", within_s=A_WHILE
            )
            worker.kill()
            worker.wait()
        assert len(office.mails) < NOTICES
    with worker_process(database):
        eventually(lambda: jobs_left(database, "true") == 0, "an empty queue", within_s=A_WHILE)

    ids_of: dict[str, set[str]] = defaultdict(set)
    for mail in office.mails:
        ids_of[mail["To"]].add(mail["Message-ID"])
    assert set(ids_of) == {f"warga{number}@example.com" for number in range(REPORTERS)}
    assert {len(ids) for ids in ids_of.values()} == {2}
    assert len(set.union(*ids_of.values())) == NOTICES
    assert len(office.mails) - NOTICES <= CONCURRENCY * len(KILLED_AT)
    with database.app.app_context(), transaction() as session:
        assert stuck_jobs(session) == []
