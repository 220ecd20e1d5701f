"""A backup brings back whom it knew; the service does not answer before they are erased again."""

import threading
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.cli import ScriptInfo
from sqlalchemy import text

from citizenreport.commands.erasures import erasures
from citizenreport.core.db import db, transaction
from citizenreport.jobs.erasures import note_erasure
from citizenreport.jobs.worker import Pace, run_worker
from citizenreport.ledger.audit import verify
from citizenreport.ledger.queries import heads, walk
from tests.backups import backup, restored
from tests.databases import FreshDatabase
from tests.protection.test_canaries import dump
from tests.protection.test_erasure import (
    MoreCanaries,
    erased,
    hold,
    lived,
    server,  # noqa: F401
)
from tests.protection.test_retention import report_of
from tests.servers import LiveServer


def replay(database: FreshDatabase) -> tuple[int, str]:
    info = ScriptInfo(create_app=lambda: database.app)
    found = CliRunner().invoke(erasures, ["replay"], obj=info)
    return found.exit_code, found.output


@pytest.mark.parametrize("category_code", ["A04", "A12"])
def test_a_restored_service_answers_only_when_the_erased_are_erased_again(
    server: LiveServer,  # noqa: F811
    tmp_path: Path,
    category_code: str,
) -> None:
    due, other = MoreCanaries(), MoreCanaries()
    resident, code = lived(server, due, category_code)
    _, kept = lived(server, other, category_code)
    yesterday = backup(server.database, tmp_path / "yesterday.dump")
    erased(resident)
    note_erasure()
    db.session.remove()
    with restored(yesterday, server.database) as again:
        client = again.app.test_client()
        words = other.found_in(dump(again))
        assert due.found_in(dump(again)) == words
        for path in ("/", "/lapor", f"/laporan/{code}", "/api/v1/openapi.json", "/petugas/masuk"):
            answer = client.get(path)
            assert answer.status_code == 503, path
            assert due.found_in(answer.data) == set()
        assert "dipulihkan dari cadangan" in client.get("/").text
        assert replay(again) == (0, "1 erased again.\n")
        assert due.found_in(dump(again)) == set()
        assert other.found_in(dump(again)) == words
        assert client.get("/").status_code == 200
        assert report_of(kept).contact_sealed is not None
        with transaction() as session:
            known = {(kind, id_): (seq, hash_) for kind, id_, seq, hash_ in heads(session)}
            assert verify(walk(session), known).faults == ()
        assert replay(again) == (0, "0 erased again.\n")


def test_the_worker_writes_to_nobody_before(server: LiveServer, tmp_path: Path) -> None:  # noqa: F811
    resident, _ = lived(server, MoreCanaries(), "A04")
    yesterday = backup(server.database, tmp_path / "yesterday.dump")
    erased(resident)
    note_erasure()
    db.session.remove()
    with restored(yesterday, server.database) as again:
        assert waiting(again) > 0
        stop = threading.Event()
        timer = threading.Timer(2.0, stop.set)
        timer.start()
        before = waiting(again)
        run_worker(again.app, stop, pace=Pace(dispatch_s=0.1, restart_s=0.1))
        timer.join()
        assert waiting(again) == before


def waiting(database: FreshDatabase) -> int:
    """Return how many events nobody has turned into work."""
    with database.owner() as connection:
        ((count,),) = connection.execute(
            "SELECT count(*) FROM event WHERE dispatched_at IS NULL"
        ).fetchall()
    return int(count)


def test_what_a_court_wanted_when_the_backup_was_made_keeps_the_service_shut(
    server: LiveServer,  # noqa: F811
    tmp_path: Path,
) -> None:
    resident, code = lived(server, MoreCanaries(), "A04")
    with transaction() as session:
        hold(session, session.merge(report_of(code)), "Diminta Pengadilan Negeri.")
    yesterday = backup(server.database, tmp_path / "yesterday.dump")
    with transaction() as session:
        session.execute(text("UPDATE legal_hold SET lifted_at = now()"))
    erased(resident)
    note_erasure()
    db.session.remove()
    with restored(yesterday, server.database) as again:
        status, said = replay(again)
        assert (status, "on hold" in said) == (1, True)
        assert again.app.test_client().get("/").status_code == 503
        with transaction() as session:
            session.execute(text("UPDATE legal_hold SET lifted_at = now()"))
        assert replay(again)[0] == 0
        assert again.app.test_client().get("/").status_code == 200
