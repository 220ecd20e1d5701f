"""What the clock does with tickets: closes, escalates, counts deadlines anew."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from citizenreport.cities.rules import Visibility
from citizenreport.cities.service import load
from citizenreport.intake.rules import Subject
from citizenreport.jobs import deadlines
from citizenreport.jobs.closing import close_uncontested
from citizenreport.jobs.escalation import escalate_unopened, escalation_order
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.pipeline.submit import Submitted
from citizenreport.triage.service import record_reading
from citizenreport.triage.states import Party, State
from citizenreport.web.context import CityHolder
from tests.jobs.world import DUTY, NOON, ROAD, VIOLENCE, World, with_duty
from tests.messaging.post_office import PostOffice, text_of

STEPS = (State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)
LAST_SECOND = datetime(2026, 3, 27, 16, 59, 59, tzinfo=UTC)  # 23.59.59 WIB, ten days after NOON


def events(world: World, sent: Submitted, type_: str) -> list[dict[str, object]]:
    stream = history(world.session, StreamKind.TICKET, world.ticket(sent).id)
    return [event.payload for event in stream if event.type == type_]


def serve(world: World, **changes: object) -> None:
    world.city = replace(world.city, **changes)  # type: ignore[arg-type]
    holder: CityHolder = world.app.extensions["citizenreport"].city_holder
    holder.replace(world.city)


class TestClosing:
    def test_it_waits_for_the_last_second_of_the_contest_window(self, world: World) -> None:
        sent = world.report(ROAD)
        world.move(sent, *STEPS)
        close_uncontested(now=LAST_SECOND)
        assert world.ticket(sent).state == State.RESOLVED
        close_uncontested(now=LAST_SECOND + timedelta(seconds=1))
        ticket = world.ticket(sent)
        assert (ticket.state, ticket.closed_how) == (State.CLOSED, "automatic")

    def test_what_was_contested_stays_open(self, world: World) -> None:
        sent = world.report(ROAD)
        world.move(sent, *STEPS)
        world.move(sent, State.CONTESTED, by=Party.REPORTER)
        close_uncontested(now=LAST_SECOND + timedelta(days=30))
        assert world.ticket(sent).state == State.CONTESTED

    def test_it_may_run_twice(self, world: World) -> None:
        sent = world.report(ROAD)
        world.move(sent, *STEPS)
        for _ in range(2):
            close_uncontested(now=LAST_SECOND + timedelta(days=1))
        assert [e["to"] for e in events(world, sent, "state_changed")].count("closed") == 1


class TestEscalation:
    def overdue(self, world: World, sent: Submitted, times: float = 1) -> datetime:
        ticket = world.ticket(sent)
        return (
            ticket.submitted_at
            + times * (ticket.first_response_due_at - ticket.submitted_at)
            + timedelta(seconds=1)
        )

    def test_the_next_body_is_told_a_code_and_a_deadline_once(
        self, world: World, office: PostOffice
    ) -> None:
        sent = world.report(VIOLENCE, description="Tetangga saya dipukuli")
        assert sent.visibility is Visibility.CONFIDENTIAL
        serve(world, agencies=with_duty(world.city, {"INSPEKTORAT": "insp@kota.example"}).agencies)
        escalate_unopened(now=sent.first_response_due_at)
        assert events(world, sent, "escalated") == []
        for _ in range(2):
            escalate_unopened(now=self.overdue(world, sent))
        assert events(world, sent, "escalated") == [{"to": "INSPEKTORAT"}]
        world.session.flush()
        world.move(sent, State.VERIFIED)  # so that the call itself stays out of this test
        world.move(sent, State.ARCHIVED)
        assert "tell_next_body" in world.work()
        mail = office.only
        assert mail["To"] == "insp@kota.example"
        assert sent.tracking_code in text_of(mail)
        told = f"{mail}\n{text_of(mail)}"
        secrets = (
            world.city.categories[VIOLENCE].names["id"],
            world.city.agencies[sent.agency_code].name,
            sent.agency_code,
            "dipukuli",
        )
        assert [word for word in secrets if word in told] == []

    def test_a_ticket_that_was_opened_stays_where_it_is(self, world: World) -> None:
        sent = world.report(VIOLENCE)
        ticket = world.ticket(sent)
        actor = world.act(ticket).actor_id
        assert actor is not None
        record_reading(world.session, ticket, actor_id=actor, now=NOON)
        escalate_unopened(now=self.overdue(world, sent))
        assert events(world, sent, "escalated") == []

    def test_each_body_has_its_time_and_the_order_ends(self, world: World) -> None:
        sent = world.report(VIOLENCE)
        for times in (1, 1.9, 2, 3, 4, 5):
            escalate_unopened(now=self.overdue(world, sent, times))
        assert [e["to"] for e in events(world, sent, "escalated")] == ["INSPEKTORAT", "SETDA"]

    def test_an_old_ticket_that_was_imported_gives_its_handlers_their_time(
        self, world: World
    ) -> None:
        sent = world.report(VIOLENCE)
        world.ticket(sent).submitted_at -= timedelta(days=700)
        world.ticket(sent).first_response_due_at -= timedelta(days=700)
        world.session.flush()
        window = sent.first_response_due_at - sent.submitted_at
        escalate_unopened(now=sent.submitted_at + window)
        assert events(world, sent, "escalated") == []
        for _ in range(3):
            escalate_unopened(now=sent.submitted_at + window + timedelta(seconds=1))
        assert events(world, sent, "escalated") == [{"to": "INSPEKTORAT"}]

    def test_the_body_a_report_is_about_is_never_told(self, world: World) -> None:
        sent = world.report(VIOLENCE, subject=Subject(agency_code="INSPEKTORAT"))
        assert "INSPEKTORAT" not in escalation_order(world.city, world.ticket(sent))

    def test_public_and_demo_tickets_are_left_alone(self, world: World) -> None:
        public = world.report(ROAD)
        demo = world.report(VIOLENCE, is_demo=True)
        escalate_unopened(now=NOON + timedelta(days=60))
        assert events(world, public, "escalated") == events(world, demo, "escalated") == []

    def test_who_is_confidential_by_wish_has_an_order_too(self, world: World) -> None:
        sent = world.report(ROAD, wish=Visibility.CONFIDENTIAL)
        order = escalation_order(world.city, world.ticket(sent))
        assert order
        assert sent.agency_code not in order


class TestDeadlines:
    def decree(self, world: World, *days: date) -> None:
        """Make these days holidays, in a new version of the pack."""
        holidays = {**world.city.calendar.holidays, **dict.fromkeys(days, "Cuti bersama")}
        calendar = replace(world.city.calendar, holidays=holidays)
        changed = replace(world.city, calendar=calendar, digest="f" * 64)
        loaded = load(world.session, changed, content={}, now=NOON)
        numbered = replace(changed, pack_version=loaded.pack_version)
        holder: CityHolder = world.app.extensions["citizenreport"].city_holder
        holder._load = lambda: numbered

    def test_a_holiday_decreed_later_moves_open_deadlines(self, world: World) -> None:
        sent = world.report(ROAD)
        done = world.report(ROAD)
        world.move(done, *STEPS)
        before = [world.ticket(s).settlement_due_at for s in (sent, done)]
        self.decree(world, date(2026, 4, 1), date(2026, 4, 2))
        assert "move_deadlines" in world.work()
        after = [world.ticket(s).settlement_due_at for s in (sent, done)]
        assert after[0] > before[0]
        assert after[1] == before[1]
        moved = events(world, sent, "deadlines_moved")
        assert [e["settlement_due_at"] for e in moved] == [after[0].isoformat()]

    def test_it_may_run_twice(self, world: World) -> None:
        sent = world.report(ROAD)
        self.decree(world, date(2026, 4, 1))
        world.work()
        deadlines.move_deadlines(pack_version=world.city.pack_version)
        assert len(events(world, sent, "deadlines_moved")) == 1

    def test_all_tickets_are_reached_over_several_batches(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(deadlines, "BATCH", 2)
        sent = [world.report(ROAD) for _ in range(5)]
        self.decree(world, date(2026, 4, 1))
        world.work()
        assert [len(events(world, one, "deadlines_moved")) for one in sent] == [1] * 5

    def test_a_worker_with_the_old_pack_tries_again(self, world: World) -> None:
        with pytest.raises(deadlines.OldCity):
            deadlines.move_deadlines(pack_version=world.city.pack_version + 1)

    def test_the_first_pack_moves_nothing(self, world: World) -> None:
        assert world.work() == []
        assert DUTY
