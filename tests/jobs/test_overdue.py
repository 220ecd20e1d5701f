"""A warning before each deadline; after it the bodies of the class's own line, one after the other."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from citizenreport.cities.rules import ComplaintClass, Visibility
from citizenreport.duty.rules import LINE_ENDED, RunningClock, next_step, warn_at
from citizenreport.identity.rules import Grant, Role
from citizenreport.intake.rules import Channel, Subject
from citizenreport.jobs.overdue import line_of, watch_deadlines
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.messaging.staff import set_mail
from citizenreport.pipeline.submit import Submitted
from citizenreport.triage.service import record_reading
from citizenreport.triage.states import State
from citizenreport.web.context import CityHolder
from tests.identity.factories import make_staff
from tests.jobs.world import NOON, ROAD, VIOLENCE, World, with_duty
from tests.messaging.post_office import PostOffice, text_of

SECOND = timedelta(seconds=1)
ADDRESSES = {
    "DPUPR": "jalan@kota.example",
    "SATPOLPP": "piket@kota.example",
    "DISKOMINSTA": "meja@kota.example",
    "INSPEKTORAT": "insp@kota.example",
    "SETDA": "setda@kota.example",
    "DPMP4KB": "ppa@kota.example",
}


@pytest.fixture(autouse=True)
def _addresses(world: World) -> None:
    serve(world, agencies=with_duty(world.city, ADDRESSES).agencies)


def serve(world: World, **changes: object) -> None:
    world.city = replace(world.city, **changes)  # type: ignore[arg-type]
    holder: CityHolder = world.app.extensions["citizenreport"].city_holder
    holder.replace(world.city)


def steps(world: World, sent: Submitted) -> list[tuple[str, object, object]]:
    stream = history(world.session, StreamKind.TICKET, world.ticket(sent).id)
    return [
        (event.type, event.payload["clock"], event.payload.get("to"))
        for event in stream
        if event.type.startswith("deadline_")
    ]


def as_supervisory(world: World, category_code: str) -> None:
    category = replace(
        world.city.categories[category_code], complaint_class=ComplaintClass.SUPERVISORY
    )
    serve(world, categories={**world.city.categories, category_code: category})


class TestWarning:
    def test_the_agency_is_warned_once_before_the_deadline(
        self, world: World, office: PostOffice
    ) -> None:
        sent = world.report(ROAD)
        world.work()
        due_at = world.ticket(sent).next_due_at
        warned_at = warn_at(world.city.calendar, world.city.duty, clock(world, sent))
        watch_deadlines(now=warned_at - SECOND)
        assert steps(world, sent) == []
        for _ in range(2):
            watch_deadlines(now=due_at)
        assert steps(world, sent) == [("deadline_warned", "first_response", None)]
        assert "tell_of_deadline" in world.work()
        mail = office.only
        assert mail["To"] == ADDRESSES[sent.agency_code]
        assert sent.tracking_code in text_of(mail)
        assert "Lubang" not in text_of(mail)

    def test_the_lead_is_warned_at_the_own_address_too(
        self, world: World, office: PostOffice
    ) -> None:
        sent = world.report(ROAD)
        lead = Grant(role=Role.AGENCY_LEAD, agency_code=sent.agency_code)
        staff = make_staff(world.session, "ratna", lead)
        set_mail(world.session, world.keys, staff.id, "ratna@kota.example", now=NOON)
        watch_deadlines(now=world.ticket(sent).next_due_at)
        while world.work():
            pass
        wanted = {ADDRESSES[sent.agency_code], "ratna@kota.example"}
        assert {mail["To"] for mail in office.mails} == wanted

    def test_where_nobody_has_an_address_nothing_fails(
        self, world: World, office: PostOffice
    ) -> None:
        serve(world, agencies=with_duty(world.city, {}).agencies)
        sent = world.report(ROAD)
        watch_deadlines(now=world.ticket(sent).next_due_at)
        assert "tell_of_deadline" in world.work()
        assert office.mails == []

    def test_a_deadline_that_was_met_meanwhile_is_not_mailed(
        self, world: World, office: PostOffice
    ) -> None:
        sent = world.report(ROAD)
        watch_deadlines(now=world.ticket(sent).next_due_at)
        world.reply(sent, "Kami cek besok.")
        world.work()
        assert office.mails == []

    def test_no_warning_while_the_reporter_is_waited_for(self, world: World) -> None:
        sent = world.report(ROAD)
        world.move(sent, State.NEEDS_INFO)
        watch_deadlines(now=NOON + timedelta(days=90))
        assert steps(world, sent) == []

    def test_demo_and_closed_tickets_are_left_alone(self, world: World) -> None:
        demo = world.report(ROAD, is_demo=True)
        done = world.report(ROAD)
        world.move(done, State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)
        watch_deadlines(now=NOON + timedelta(days=90))
        assert steps(world, demo) == steps(world, done) == []


class TestLine:
    def test_an_ordinary_complaint_goes_to_the_desk_then_to_setda(
        self, world: World, office: PostOffice
    ) -> None:
        sent = world.report(ROAD)
        told_of(world, sent, 4)
        assert [to for _, _, to in steps(world, sent)] == ["DISKOMINSTA", "SETDA"]
        world.work()
        assert {mail["To"] for mail in office.mails} == {"meja@kota.example", "setda@kota.example"}

    def test_a_supervisory_complaint_goes_to_the_inspectorate_then_to_setda(
        self, world: World
    ) -> None:
        as_supervisory(world, ROAD)
        sent = world.report(ROAD)
        told_of(world, sent, 4)
        assert [to for _, _, to in steps(world, sent)] == ["INSPEKTORAT", "SETDA"]

    def test_the_body_it_is_about_is_never_told(self, world: World, office: PostOffice) -> None:
        as_supervisory(world, ROAD)
        sent = world.report(ROAD, subject=Subject(agency_code="INSPEKTORAT"))
        assert "INSPEKTORAT" not in line_of(world.city, world.ticket(sent))
        told_of(world, sent, 4)
        world.work()
        assert steps(world, sent)
        assert "insp@kota.example" not in {mail["To"] for mail in office.mails}

    def test_a_confidential_one_tells_code_and_deadline_along_its_own_line(
        self, world: World, office: PostOffice
    ) -> None:
        sent = world.report(VIOLENCE, description="Tetangga saya dipukuli")
        assert sent.visibility is Visibility.CONFIDENTIAL
        ticket = world.ticket(sent)
        record_reading(world.session, ticket, actor_id=world.act(ticket).actor_id, now=NOON)  # type: ignore[arg-type]
        told_of(world, sent, 4)
        assert [to for _, _, to in steps(world, sent)] == ["INSPEKTORAT", "SETDA"]
        world.work()
        told = [mail for mail in office.mails if mail["To"] == "insp@kota.example"]
        assert len(told) == 1
        said = f"{told[0]}\n{text_of(told[0])}"
        secrets = ("dipukuli", world.city.categories[VIOLENCE].names["id"], sent.agency_code)
        assert sent.tracking_code in said
        assert [word for word in secrets if word in said] == []

    def test_one_that_nobody_opened_is_told_of_once_not_twice(self, world: World) -> None:
        sent = world.report(VIOLENCE)
        told_of(world, sent, 4)
        assert steps(world, sent) == []

    def test_what_was_late_before_it_was_imported_is_no_news(self, world: World) -> None:
        sent = world.report(ROAD, channel=Channel.IMPORT, now=NOON)
        ticket = world.ticket(sent)
        ticket.first_response_due_at = NOON - timedelta(days=30)
        world.session.flush()
        world.session.refresh(ticket)
        for day in range(4):
            watch_deadlines(now=NOON + timedelta(days=day))
        assert steps(world, sent) == []


class TestSteps:
    def test_the_line_ends_and_is_not_asked_again(self, world: World) -> None:
        one = RunningClock(
            name="settlement", started_at=NOON, due_at=datetime(2026, 4, 1, 16, 59, 59, tzinfo=UTC)
        )
        calendar, rules = world.city.calendar, world.city.duty
        late = one.due_at + timedelta(days=30)

        def step(last: int | None, now: datetime = late) -> int | None:
            return next_step(calendar, rules, one, last=last, line=["A", "B"], now=now)

        assert [step(None), step(0), step(1), step(2), step(LINE_ENDED)] == [1, 1, 2, 99, None]
        assert step(1, one.due_at + timedelta(hours=24)) is None
        assert step(0, one.due_at) is None

    def test_a_warning_comes_as_the_offices_open_on_the_working_day_before(
        self, world: World
    ) -> None:
        monday = datetime(2026, 6, 8, 16, 59, 59, tzinfo=UTC)
        long = RunningClock(
            name="settlement", started_at=monday - timedelta(days=14), due_at=monday
        )
        warned = warn_at(world.city.calendar, world.city.duty, long)
        assert warned == datetime(2026, 6, 5, 0, 30, tzinfo=UTC)  # Friday, 07.30 WIB

    def test_a_short_clock_is_warned_of_at_its_half(self, world: World) -> None:
        short = RunningClock(
            name="first_response", started_at=NOON, due_at=NOON + timedelta(hours=4)
        )
        warned = warn_at(world.city.calendar, world.city.duty, short)
        assert warned == NOON + timedelta(hours=2)


def told_of(world: World, sent: Submitted, days: int) -> None:
    """Let so many days pass after the ticket's next deadline."""
    due_at = world.ticket(sent).next_due_at
    for day in range(days):
        watch_deadlines(now=due_at + timedelta(days=day) + SECOND)


def clock(world: World, sent: Submitted) -> RunningClock:
    ticket = world.ticket(sent)
    return RunningClock(
        name="first_response", started_at=ticket.submitted_at, due_at=ticket.next_due_at
    )
