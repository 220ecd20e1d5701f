"""Counting by columns, from the log and from stored facts, gives what counting one by one gives."""

from datetime import datetime
from random import Random
from typing import Any

import pytest
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.indicators.definitions import all_versions
from citizenreport.indicators.queries import public_facts
from citizenreport.indicators.reading import facts_of_log, stored_facts
from citizenreport.indicators.rules.cohorts import Cell, Tally, tally_public
from citizenreport.indicators.rules.columns.counts import tally_columns
from citizenreport.indicators.rules.values import Value, values
from citizenreport.indicators.service import fold_tickets
from tests.rooms.indicators.histories import random_streams, wib
from tests.rooms.indicators.stored import store

CUT_OFFS = [wib(day) for day in ("2026-01-15T00:00", "2026-04-01T00:00", "2026-07-01T00:00")]


def brief(cells: dict[Cell, Tally]) -> dict[Cell, Any]:
    return {
        cell: (
            {name: n for name, n in tally.counts.items() if n},
            tally.waits,
            (tally.end_columns.exact() if tally.end_columns.pieces else tally.ends).counts,
        )
        for cell, tally in cells.items()
    }


def said(city: City, cells: dict[Cell, Tally], cut_off: datetime) -> list[Value]:
    return list(values(city, all_versions(), cells, cut_off=cut_off))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("cut_off", CUT_OFFS, ids=str)
def test_all_three_ways_count_the_same(
    session: Session, city: City, seed: int, cut_off: datetime
) -> None:
    size = Random(seed).choice([1, 40, 150])
    for events in random_streams(seed, size):
        store(session, events)
    fold_tickets(session)
    one_by_one = tally_public(city, public_facts(session, cut_off=cut_off), cut_off=cut_off)
    [of_log] = facts_of_log(session, cut_off=cut_off)
    stored = stored_facts(session, cut_off=cut_off)
    for facts in (of_log, stored):
        counted = tally_columns(city, [facts], cut_off=cut_off)
        assert brief(counted) == brief(one_by_one)
        assert said(city, counted, cut_off) == said(city, one_by_one, cut_off)
    assert len(of_log) == len(stored)
