"""`citizenreport erasures`: holds, and erasing again what a restore brought back."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from citizenreport.commands.erasures import erasures
from citizenreport.core.clock import utcnow
from citizenreport.intake import queries
from citizenreport.intake.erasure_ledger import FILE_NAME
from citizenreport.intake.models import Report
from citizenreport.intake.rules import ErasedBy, OnHold
from citizenreport.jobs.dispatch import dispatch
from citizenreport.jobs.erasures import note_erasure
from citizenreport.ledger.models import Event
from citizenreport.pipeline.erase import erase_report
from tests.scenes import Scene

AsOwner = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(app.config, "CHECKPOINT_DIR", tmp_path / "outside")
    return tmp_path / "outside"


def run(app: Flask, *arguments: str) -> Result:
    return CliRunner().invoke(erasures, arguments, obj=ScriptInfo(create_app=lambda: app))


def erase(scene: Scene, report: Report) -> None:
    erase_report(scene.session, scene.city, scene.keys, report, how=ErasedBy.REPORTER, now=utcnow())


def test_a_hold_keeps_a_report_until_it_is_lifted(
    app: Flask, scene: Scene, session: Session
) -> None:
    sent = scene.submit()
    report = session.get_one(Report, sent.report_id)
    reason = "Diminta Pengadilan Negeri Magelang."
    assert run(app, "hold", sent.tracking_code, "--reason", reason).exit_code == 0
    with pytest.raises(OnHold):
        erase(scene, report)
    hold = queries.hold_on(session, report.id)
    assert hold is not None
    assert reason.encode() not in (hold.reason_sealed or b"")
    key = queries.data_key_of(session, scene.keys, report.id)
    assert queries.hold_reason(hold, key) == reason
    assert run(app, "lift", sent.tracking_code).exit_code == 0
    erase(scene, report)
    types = select(Event.type).where(Event.stream_id == scene.ticket_of(sent).id)
    told = session.scalars(types.order_by(Event.seq)).all()
    assert [kind for kind in told if kind.startswith("hold")] == ["hold_placed", "hold_lifted"]


@pytest.mark.parametrize("reason", ["", "  x  ", "x" * 501])
def test_a_hold_without_a_reason_people_understand_is_refused(
    app: Flask, scene: Scene, session: Session, reason: str
) -> None:
    sent = scene.submit()
    assert run(app, "hold", sent.tracking_code, "--reason", reason).exit_code != 0
    assert session.scalar(text("SELECT count(*) FROM legal_hold")) == 0


def test_what_is_not_on_hold_is_not_lifted(app: Flask, scene: Scene) -> None:
    assert "not on hold" in run(app, "lift", scene.submit().tracking_code).output


def test_an_erasure_is_written_down_outside_once_and_done_again_after_a_restore(
    app: Flask, scene: Scene, session: Session, folder: Path, as_owner: AsOwner
) -> None:
    sent, other = scene.submit(), scene.submit()
    report = session.get_one(Report, sent.report_id)
    words = report.description
    erase(scene, report)
    session.commit()
    dispatch()
    queued = session.execute(
        text("SELECT args FROM procrastinate_jobs WHERE task_name = 'note_erasure'")
    ).scalars()
    for args in (*queued, {"ticket_id": str(scene.ticket_of(sent).id), "seq": 2}):
        note_erasure(**args)
    assert (folder / FILE_NAME).read_text() == f"{sent.report_id}\n"
    assert run(app, "replay").output == "0 erased again.\n"

    # A backup of before the erasure:
    session.execute(
        text("UPDATE report SET erased_at = NULL, description = :w WHERE id = :id"),
        {"w": words, "id": sent.report_id},
    )
    with as_owner():
        session.execute(text("DELETE FROM erasure"))
    session.expire_all()
    assert run(app, "replay").output == "1 erased again.\n"
    session.expire_all()
    assert session.get_one(Report, sent.report_id).description is None
    assert session.get_one(Report, other.report_id).description == words
