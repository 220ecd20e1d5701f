"""Rankings: the same mix for all, ties as ties, and nobody by few reports."""

from collections import Counter
from decimal import Decimal
from math import isclose
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.utils import median_survival_times
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, PublicPrecision, Visibility
from citizenreport.indicators.models import PublishedRanking
from citizenreport.indicators.rankings import rank
from citizenreport.indicators.rules.ends import CENSORED, EVENT, Ends
from citizenreport.indicators.rules.rankings import (
    MIN_N,
    NotRanked,
    Share,
    Spans,
    common_mix,
    ranked,
    standard_median,
    standard_share,
)
from citizenreport.indicators.rules.values import wilson
from citizenreport.indicators.service import fold_tickets, forget_ticket
from citizenreport.triage.models import Ticket
from tests.rooms.indicators.histories import LAMP, PARK, History, wib
from tests.rooms.indicators.stored import store

CUT_OFF = wib("2026-07-01T00:00")
Rows = dict[str, dict[str, Share]]


def in_order(table: Rows) -> dict[str, tuple[int | None, int | None]]:
    mix = common_mix(table)
    found = {s: standard_share(table[s], mix.weights) for s in mix.subjects}
    return {r.subject: (r.first, r.last) for r in ranked(table, mix, found, is_more_better=True)}


def test_a_mix_of_hard_cases_does_not_make_a_subject_worse() -> None:
    """Both settle 90 % of the easy and 30 % of the hard on time; one has more of the hard."""
    table = {
        "A": {"easy": Share(met=180, n=200), "hard": Share(met=12, n=40)},
        "B": {"easy": Share(met=36, n=40), "hard": Share(met=60, n=200)},
    }
    weights = common_mix(table).weights
    assert weights == {"easy": 0.5, "hard": 0.5}
    a, b = (standard_share(table[s], weights) for s in "AB")
    assert a.value is not None
    assert b.value is not None
    assert isclose(a.value, 60)
    assert isclose(b.value, 60)
    assert in_order(table) == {"A": (1, 2), "B": (1, 2)}


def test_of_one_category_the_interval_is_wilsons() -> None:
    found = standard_share({"x": Share(met=37, n=90)}, {"x": 1.0})
    expected = wilson(37, 90)
    assert expected is not None
    assert isclose(found.low, expected[0])
    assert found.high is not None
    assert isclose(found.high, expected[1])


def test_clear_differences_have_one_place_and_overlaps_are_ties() -> None:
    table = {
        name: {"x": Share(met=met, n=200)}
        for name, met in (("best", 195), ("good", 120), ("alike", 124), ("bad", 20))
    }
    assert in_order(table) == {"best": (1, 1), "alike": (2, 3), "good": (2, 3), "bad": (4, 4)}


def test_few_reports_and_another_mix_have_no_place() -> None:
    table = {
        "A": {"lamps": Share(met=80, n=100)},
        "B": {"lamps": Share(met=70, n=100)},
        "C": {"trees": Share(met=70, n=100)},
        "D": {"lamps": Share(met=29, n=MIN_N - 1)},
    }
    mix = common_mix(table)
    assert mix.subjects == ("A", "B")
    found = {s: standard_share(table[s], mix.weights) for s in mix.subjects}
    why = {r.subject: r.why_not for r in ranked(table, mix, found, is_more_better=True)}
    assert why == {"A": None, "B": None, "C": NotRanked.OTHER_MIX, "D": NotRanked.FEW}


def test_alone_nobody_is_ranked() -> None:
    assert common_mix({"A": {"lamps": Share(met=80, n=100)}}).subjects == ()


@given(
    st.dictionaries(
        st.sampled_from("ABCDE"),
        st.dictionaries(st.sampled_from("xyz"), st.integers(1, 60), min_size=1),
        max_size=5,
    )
)
def test_every_ranked_subject_has_the_same_categories_and_each_place_is_possible(
    sizes: dict[str, dict[str, int]],
) -> None:
    table = {s: {k: Share(met=n // 2, n=n) for k, n in row.items()} for s, row in sizes.items()}
    mix = common_mix(table)
    assert all(set(mix.weights) <= set(table[s]) for s in mix.subjects)
    assert not mix.subjects or isclose(sum(mix.weights.values()), 1)
    for first, last in in_order(table).values():
        assert (first is None) == (last is None)
        if first is not None and last is not None:
            assert 1 <= first <= last <= len(mix.subjects)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_median_and_its_interval_equal_lifelines(seed: int) -> None:
    random = Random(seed)
    waits = [(random.randrange(30, 6000), random.random() < 0.75) for _ in range(150)]
    ends = Ends(counts=Counter((m, EVENT if is_over else CENSORED) for m, is_over in waits))
    found = standard_median({"x": Spans(ends=ends)}, {"x": 1.0})
    fitted = KaplanMeierFitter().fit([m / 60 for m, _ in waits], [e for _, e in waits])
    low, high = median_survival_times(fitted.confidence_interval_).to_numpy()[0]
    assert found.value is not None
    assert isclose(found.value, fitted.median_survival_time_)
    assert isclose(found.low, low)
    assert (found.high is None) == bool(np.isinf(high))
    assert found.high is None or isclose(found.high, high)


def test_agencies_of_the_log_are_ranked_and_a_report_that_leaves_takes_the_ranking_along(
    session: Session, magelang: City
) -> None:
    ids = []
    for agency, on_time in (("DLH", 30), ("DPUPR", 4)):
        for number in range(40):
            code = LAMP if number % 2 else PARK
            story = History("2026-03-02", category_code=code).released("2026-03-03")
            if number < on_time:
                story.settled("2026-03-10")
            ids.append(store(session, story.events))
            session.execute(update(Ticket).where(Ticket.id == ids[-1]).values(agency_code=agency))
    session.flush()
    fold_tickets(session)
    rank(session, magelang, cut_off=CUT_OFF)
    row = PublishedRanking
    query = select(row).where(row.measure == "I02", row.kind == "instansi").order_by(row.first)
    found = [
        (r.subject_code, r.year, r.n, r.value, r.first, r.last) for r in session.scalars(query)
    ]
    assert found == [
        ("DLH", 2026, 40, Decimal("75.00"), 1, 1),
        ("DPUPR", 2026, 40, Decimal("10.00"), 2, 2),
    ]
    forget_ticket(session, ids[0])
    assert session.scalars(select(row)).all() == []


def test_where_categories_are_too_fine_groups_of_them_are_made_the_same(
    session: Session, magelang: City
) -> None:
    """Two agencies without one category in common, of one aspect and one target."""
    target = magelang.categories[LAMP].settlement_working_days
    alike = [
        code
        for code, c in magelang.categories.items()
        if (c.aspect, c.settlement_working_days) == (magelang.categories[LAMP].aspect, target)
        and c.public_precision is not PublicPrecision.NONE
        and c.visibility is Visibility.PUBLIC
    ]
    assert len(alike) > 1
    for agency, code in (("DLH", alike[0]), ("DPUPR", alike[1])):
        for _ in range(MIN_N):
            story = History("2026-03-02", category_code=code).released("2026-03-03")
            ticket_id = store(session, story.settled("2026-03-10").events)
            session.execute(update(Ticket).where(Ticket.id == ticket_id).values(agency_code=agency))
    session.flush()
    fold_tickets(session)
    rank(session, magelang, cut_off=CUT_OFF)
    row = PublishedRanking
    query = select(row).where(row.measure == "I02", row.kind == "instansi")
    found = {(r.subject_code, r.mix, r.first, r.last) for r in session.scalars(query)}
    assert found == {("DLH", "group", 1, 2), ("DPUPR", "group", 1, 2)}
