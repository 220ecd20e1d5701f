"""What has had its time goes by itself, and nothing goes earlier."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import select

from citizenreport.cities.rules import Visibility
from citizenreport.commands.retention import retention as command
from citizenreport.intake import queries as intake_queries
from citizenreport.intake import rights
from citizenreport.intake.models import Erasure, Report
from citizenreport.jobs.retention import apply, preview
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.pipeline.retention import Part
from citizenreport.pipeline.submit import Submitted
from citizenreport.triage.states import Party, State
from citizenreport.web.context import CityHolder
from tests.jobs.world import CONTACT, NOON, ROAD, VIOLENCE, World

SETTLED = (State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)
KEPT = {"public": 100, "restricted": 90, "confidential": 80, "violence": 200}
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _periods(world: World) -> None:
    keep(world, KEPT)


def keep(world: World, days: dict[str, int]) -> None:
    world.city = replace(world.city, retention_days=days)
    holder: CityHolder = world.app.extensions["citizenreport"].city_holder
    holder.replace(world.city)


def closed(world: World, sent: Submitted, *, at: datetime = NOON) -> Submitted:
    world.move(sent, *SETTLED, at=at)
    world.move(sent, State.CLOSED, by=Party.REPORTER, at=at)
    return sent


def is_erased(world: World, sent: Submitted) -> bool:
    world.session.expire_all()
    report = world.session.get_one(Report, sent.report_id)
    return report.erased_at is not None


def after(days: int) -> datetime:
    return NOON + timedelta(days=days)


def test_a_closed_report_goes_when_its_last_day_is_over_and_not_before(world: World) -> None:
    sent = closed(world, world.report(ROAD, contact=CONTACT))
    assert not apply(now=after(100) - SECOND).erased
    assert not is_erased(world, sent)
    assert apply(now=after(100)).erased == {(Part.REPORT, "public"): 1}
    assert is_erased(world, sent)
    assert world.ticket(sent).state == State.CLOSED
    last = history(world.session, StreamKind.TICKET, world.ticket(sent).id)[-1]
    assert (last.type, last.payload, last.actor_id) == ("erased", {"by": "retention"}, None)
    assert world.session.scalars(select(Erasure.how)).all() == ["retention"]


@pytest.mark.parametrize(
    ("category_code", "wish", "days"),
    [
        (ROAD, None, 100),
        (ROAD, Visibility.RESTRICTED, 90),
        (ROAD, Visibility.CONFIDENTIAL, 80),
        (VIOLENCE, None, 200),
    ],
)
def test_the_class_goes_before_the_visibility(
    world: World, category_code: str, wish: Visibility | None, days: int
) -> None:
    sent = closed(world, world.report(category_code, wish=wish))
    assert not apply(now=after(days) - SECOND).erased
    assert sum(apply(now=after(days)).erased.values()) == 1
    assert is_erased(world, sent)


def test_a_class_without_a_period_of_its_own_has_that_of_confidential_reports(
    world: World,
) -> None:
    keep(world, {"public": 10, "restricted": 10, "confidential": 80})
    sent = closed(world, world.report(VIOLENCE))
    assert not apply(now=after(80) - SECOND).erased
    apply(now=after(80))
    assert is_erased(world, sent)


@pytest.mark.parametrize("exit_", [State.ARCHIVED, State.REFERRED, State.EMERGENCY])
def test_what_left_by_a_side_exit_counts_from_there(world: World, exit_: State) -> None:
    sent = world.report(ROAD)
    world.move(sent, State.VERIFIED)
    world.move(sent, exit_, at=after(30))
    assert not apply(now=after(130) - SECOND).erased
    apply(now=after(130))
    assert is_erased(world, sent)


def test_what_is_open_or_opened_again_stays_however_old(world: World) -> None:
    open_, settled, again = (world.report(ROAD) for _ in range(3))
    world.move(settled, *SETTLED)
    closed(world, again)
    world.move(again, State.REOPENED)
    assert not apply(now=after(5_000)).erased
    assert [is_erased(world, sent) for sent in (open_, settled, again)] == [False] * 3


def test_a_hold_stops_it_until_it_is_lifted(world: World) -> None:
    sent = closed(world, world.report(ROAD, contact=CONTACT))
    report = world.session.get_one(Report, sent.report_id)
    reason = "Diminta Pengadilan Negeri Magelang."
    rights.place_hold(world.session, world.keys, report, reason=reason, now=NOON)
    for tally in (preview(now=after(400)), apply(now=after(400))):
        assert (dict(tally.erased), tally.held) == ({}, 1)
    assert not is_erased(world, sent)
    rights.lift_hold(world.session, report, now=NOON)
    assert apply(now=after(400)).held == 0
    assert is_erased(world, sent)


def test_a_made_up_report_stays(world: World) -> None:
    sent = closed(world, world.report(ROAD, is_demo=True))
    assert not apply(now=after(400)).erased
    assert not is_erased(world, sent)


def test_a_second_run_finds_nothing_and_adds_no_event(world: World) -> None:
    sent = closed(world, world.report(ROAD))
    apply(now=after(100))
    before = len(history(world.session, StreamKind.TICKET, world.ticket(sent).id))
    assert not apply(now=after(101)).erased
    assert len(history(world.session, StreamKind.TICKET, world.ticket(sent).id)) == before


def test_all_are_reached_over_several_batches(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("citizenreport.jobs.retention.BATCH", 2)
    sent = [closed(world, world.report(ROAD)) for _ in range(5)]
    assert apply(now=after(100)).erased == {(Part.REPORT, "public"): 5}
    assert all(is_erased(world, one) for one in sent)


def test_contact_and_photos_may_go_before_the_words(world: World) -> None:
    keep(world, KEPT | {"public_contact": 10})
    sent = closed(world, world.confirmed(ROAD))
    report = world.session.get_one(Report, sent.report_id)
    assert not apply(now=after(10) - SECOND).erased
    assert apply(now=after(10)).erased == {(Part.CONTACT, "public"): 1}
    world.session.expire_all()
    assert (report.contact_sealed, report.erased_at) == (None, None)
    assert report.description
    key = intake_queries.data_key_of(world.session, world.keys, report.id)
    assert intake_queries.contact_of(report, key).is_empty
    events = history(world.session, StreamKind.TICKET, world.ticket(sent).id)
    assert [event.type for event in events].count("contact_expired") == 1
    assert not apply(now=after(11)).erased
    assert apply(now=after(100)).erased == {(Part.REPORT, "public"): 1}


def test_nothing_outlives_the_report(world: World) -> None:
    keep(world, KEPT | {"public_contact": 5_000})
    sent = closed(world, world.report(ROAD, contact=CONTACT))
    assert apply(now=after(100)).erased == {(Part.REPORT, "public"): 1}
    assert world.session.get_one(Report, sent.report_id).contact_sealed is None


def test_the_dry_run_counts_the_same_and_changes_nothing(world: World, app: Flask) -> None:
    sent = [closed(world, world.report(code)) for code in (ROAD, ROAD, VIOLENCE)]
    now = after(300)
    tally = preview(now=now)
    assert tally.erased == {(Part.REPORT, "public"): 2, (Part.REPORT, "violence"): 1}
    assert not any(is_erased(world, one) for one in sent)
    assert apply(now=now).erased == tally.erased


def test_the_command_tells_what_is_due_by_kind(world: World, app: Flask) -> None:
    for _ in range(2):
        closed(world, world.report(ROAD, now=NOON - timedelta(days=900)), at=NOON - timedelta(900))
    keep(world, KEPT)

    def run(*arguments: str) -> str:
        return CliRunner().invoke(command, arguments, obj=ScriptInfo(create_app=lambda: app)).output

    said = run("--dry-run")
    assert "report   public                 2\n" in said
    assert said.endswith("2 would be erased.\n")
    assert run().endswith("2 erased.\n")
    assert run() == "0 erased.\n"
