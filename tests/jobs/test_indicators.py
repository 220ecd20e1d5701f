"""From the real pipeline to the published number, and out of it again."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from citizenreport.cities.rules import Visibility
from citizenreport.core.db import public_reading
from citizenreport.geo.position import Position
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.queries import ValuesWanted, published_values
from citizenreport.indicators.rules.periods import parse_period
from citizenreport.indicators.service import outdate
from citizenreport.jobs.deadlines import move_deadlines
from citizenreport.jobs.indicators import recompute_indicators
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.pipeline.handle import raise_visibility
from citizenreport.pipeline.release import TextRelease, release_report
from citizenreport.pipeline.submit import Submitted
from citizenreport.publication.rules import ReleaseState
from citizenreport.triage.states import Party, State
from tests.jobs.world import NOON, ROAD, World

NEXT_DAY = NOON + timedelta(days=1)


def released(world: World) -> Submitted:
    sent = world.report(ROAD)
    ticket = world.ticket(sent)
    held = TextRelease(state=ReleaseState.HELD)
    release_report(world.session, world.city, ticket, held, act=world.act(ticket))
    return sent


def received(world: World) -> int:
    """Return how many reports the city received in March, as anyone can read it."""
    world.session.commit()
    wanted = ValuesWanted(code="I01", period=parse_period("2026-03"), area_code="33.71")
    with public_reading() as reader:
        return sum(row.denominator or 0 for row in published_values(reader, wanted))


def test_a_released_report_is_counted_the_day_after(world: World) -> None:
    sent = released(world)
    world.move(sent, State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)
    recompute_indicators(now=NOON)
    assert received(world) == 0
    recompute_indicators(now=NEXT_DAY)
    assert received(world) == 1


@pytest.mark.parametrize("way", ["raised", "withdrawn"])
def test_what_leaves_the_public_leaves_the_numbers_in_the_same_act(world: World, way: str) -> None:
    stays, leaves = released(world), released(world)
    recompute_indicators(now=NEXT_DAY)
    assert received(world) == 2
    ticket = world.ticket(leaves)
    if way == "raised":
        stricter = Visibility.RESTRICTED
        act = world.act(ticket)
        raise_visibility(
            world.session, world.city, world.keys, world.storage, ticket, stricter, act=act
        )
    else:
        world.move(leaves, State.WITHDRAWN, by=Party.REPORTER)
    assert received(world) == 0
    assert ("recompute_indicators", {}) in world.jobs()
    recompute_indicators(now=NEXT_DAY)
    assert received(world) == 1
    assert world.ticket(stays).state == State.NEW.value


def test_what_was_never_public_asks_for_no_work(world: World) -> None:
    ticket = world.ticket(world.report(ROAD))
    act = world.act(ticket)
    raise_visibility(
        world.session,
        world.city,
        world.keys,
        world.storage,
        ticket,
        Visibility.CONFIDENTIAL,
        act=act,
    )
    assert "recompute_indicators" not in [name for name, _ in world.jobs()]


def test_complete_values_of_the_day_are_not_computed_twice(world: World) -> None:
    released(world)
    recompute_indicators(now=NEXT_DAY)
    world.session.execute(delete(PublishedIndicatorValue))
    count = select(func.count()).select_from(PublishedIndicatorValue)
    recompute_indicators(now=NEXT_DAY)
    assert world.session.scalar(count) == 0
    outdate(world.session)
    recompute_indicators(now=NEXT_DAY)
    assert world.session.scalar(count)


def test_a_new_pack_has_the_numbers_computed_anew(world: World) -> None:
    released(world)
    recompute_indicators(now=NEXT_DAY)
    move_deadlines(pack_version=world.city.pack_version)
    assert ("recompute_indicators", {}) in world.jobs()


def test_a_place_outside_the_city_is_told_by_the_first_event(world: World) -> None:
    yogyakarta = Position(lon=110.3671, lat=-7.7829)
    outside = world.report(ROAD, position=yogyakarta, refer_outside=True)
    inside = world.report(ROAD)
    told = [
        history(world.session, StreamKind.TICKET, world.ticket(sent).id)[0].payload["is_outside"]
        for sent in (outside, inside)
    ]
    assert told == [True, False]
