"""No notice is lost when the worker is killed in the middle, twice; what is repeated says so."""

from collections import defaultdict
from pathlib import Path

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.intake.rules import Contact
from citizenreport.jobs.stuck import stuck_jobs
from citizenreport.jobs.worker import CONCURRENCY
from tests.databases import FreshDatabase
from tests.jobs.test_worker import eventually, jobs_left, reports_in, worker_process
from tests.jobs.world import ROAD
from tests.messaging.post_office import PostOffice

REPORTERS = 250
NOTICES = 2 * REPORTERS  # a receipt and a reply each
A_WHILE = 150.0
KILLED_AT = (NOTICES // 4, NOTICES // 2)


def test_five_hundred_notices_survive_two_killed_workers(
    mailing_database: FreshDatabase, post_office: PostOffice, city: City, tmp_path: Path
) -> None:
    post_office.delay_s = 0.01
    with reports_in(mailing_database, city, tmp_path) as world:
        for number in range(REPORTERS):
            contact = Contact(email=f"warga{number}@example.com")
            sent = world.confirm(world.report(ROAD, contact=contact, now=utcnow()))
            world.reply(sent, f"Jawaban {number}")
    for mails in KILLED_AT:
        with worker_process(mailing_database) as worker:
            eventually(
                lambda wanted=mails: len(post_office.mails) >= wanted,
                f"{mails} mails",
                within_s=A_WHILE,
            )
            worker.kill()
            worker.wait()
        assert len(post_office.mails) < NOTICES
    with worker_process(mailing_database):
        eventually(
            lambda: jobs_left(mailing_database, "true") == 0, "an empty queue", within_s=A_WHILE
        )

    ids_of: dict[str, set[str]] = defaultdict(set)
    for mail in post_office.mails:
        ids_of[mail["To"]].add(mail["Message-ID"])
    assert set(ids_of) == {f"warga{number}@example.com" for number in range(REPORTERS)}
    assert {len(ids) for ids in ids_of.values()} == {2}
    assert len(set.union(*ids_of.values())) == NOTICES
    assert len(post_office.mails) - NOTICES <= CONCURRENCY * len(KILLED_AT)
    with mailing_database.app.app_context(), transaction() as session:
        assert stuck_jobs(session) == []
