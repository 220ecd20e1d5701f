"""A part of its own deadline: its agency is warned, then who leads, then the line of the class."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from citizenreport.jobs.part_deadlines import part_line, watch_part_deadlines
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.pipeline.joint import ask_part, close_part
from citizenreport.pipeline.submit import Submitted
from citizenreport.triage import part_deadlines
from citizenreport.triage.part_deadlines import PartDayWrong
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party, State
from citizenreport.web.context import CityHolder
from tests.jobs.world import NOON, ROAD, World, with_duty
from tests.messaging.post_office import PostOffice, text_of

PARTNER = "DLH"
ADDRESSES = {
    "DPUPR": "jalan@kota.example",
    PARTNER: "lingkungan@kota.example",
    "SATPOLPP": "piket@kota.example",
    "DISKOMINSTA": "meja@kota.example",
}
DAYS = 4


@pytest.fixture(autouse=True)
def _addresses(world: World) -> None:
    world.city = replace(world.city, agencies=with_duty(world.city, ADDRESSES).agencies)
    holder: CityHolder = world.app.extensions["citizenreport"].city_holder
    holder.replace(world.city)


def asked(world: World, due_on: date | None = None) -> Submitted:
    sent = world.report(ROAD)
    ticket = world.ticket(sent)
    act = Act(parties=frozenset({Party.AGENCY}), at=NOON, seen=ticket.version)
    day = due_on or world.city.local_date(NOON) + timedelta(days=DAYS)
    ask_part(
        world.session,
        world.city,
        world.keys,
        ticket,
        agency_code=PARTNER,
        task="Pangkas dahannya.",
        act=act,
        due_on=day,
    )
    world.session.commit()
    while world.work():
        pass
    return sent


def steps(world: World, sent: Submitted) -> list[tuple[str, object]]:
    stream = history(world.session, StreamKind.TICKET, world.ticket(sent).id)
    return [
        (event.type, event.payload.get("to"))
        for event in stream
        if event.payload.get("clock") == "part"
    ]


def test_its_agency_is_warned_and_then_the_lead_and_the_line_are_told(
    world: World, office: PostOffice
) -> None:
    sent = asked(world)
    ticket = world.ticket(sent)
    due_at = part_deadlines.of_ticket(world.session, ticket)[PARTNER].due_at
    before = len(office.mails)
    watch_part_deadlines(now=NOON)
    assert steps(world, sent) == []
    for _ in range(2):
        watch_part_deadlines(now=due_at)
    assert steps(world, sent) == [("deadline_warned", None)]
    while world.work():
        pass
    [mail] = office.mails[before:]
    assert mail["To"] == ADDRESSES[PARTNER]
    assert "bagian instansi" in text_of(mail)
    assert "dahan" not in text_of(mail)
    line = part_line(world.city, ticket, PARTNER)
    assert line[0] == ticket.agency_code
    watch_part_deadlines(now=due_at + timedelta(seconds=1))
    watch_part_deadlines(now=due_at + timedelta(days=60))
    assert [to for _, to in steps(world, sent)] == [None, *line[:2]]


def test_a_part_that_ended_or_waits_for_the_reporter_is_left_alone(world: World) -> None:
    done, waiting = asked(world), asked(world)
    ticket = world.ticket(done)
    act = Act(parties=frozenset({Party.AGENCY}), at=NOON, seen=ticket.version)
    close_part(world.session, world.keys, ticket, agency_code=PARTNER, note="Sudah.", act=act)
    world.session.commit()
    world.move(waiting, State.NEEDS_INFO)
    watch_part_deadlines(now=NOON + timedelta(days=90))
    assert steps(world, done) == steps(world, waiting) == []


def test_the_days_of_waiting_for_the_reporter_are_given_back(world: World) -> None:
    sent = asked(world)
    ticket = world.ticket(sent)
    before = part_deadlines.of_ticket(world.session, ticket)[PARTNER].due_at
    part_deadlines.move_by(world.session, world.city, ticket, 0)
    assert part_deadlines.of_ticket(world.session, ticket)[PARTNER].due_at == before
    part_deadlines.move_by(world.session, world.city, ticket, 2)
    after = part_deadlines.of_ticket(world.session, ticket)[PARTNER].due_at
    assert after - before >= timedelta(days=2)


@pytest.mark.parametrize("days", [0, -1, 400])
def test_a_day_that_is_past_or_after_the_settlement_is_refused(world: World, days: int) -> None:
    with pytest.raises(PartDayWrong):
        asked(world, world.city.local_date(NOON) + timedelta(days=days))
