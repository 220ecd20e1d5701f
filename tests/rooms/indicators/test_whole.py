"""I12 and I19 over the whole universe, against an independent count of the same events."""

from dataclasses import replace
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from citizenreport.cities.models import PackVersion
from citizenreport.cities.rules import City, Visibility
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.rules.whole import YearCount, mediation_shares, protection_shares
from citizenreport.indicators.service import recompute
from citizenreport.indicators.whole import mediations_by_year, protection_by_year, whole_shares
from tests.rooms.indicators.histories import History, wib
from tests.rooms.indicators.stored import store

CUT_OFF = wib("2027-03-01T00:00")
STRICT = {"public": 0, "restricted": 1, "confidential": 2}
DAYS = ("2024-12-31T23:30", "2025-01-01T00:30", "2025-06-02", "2026-02-02", "2027-02-28T23:59")


def made(random: Random, city: City) -> History:
    """A report of any category, as strict as its category or stricter, mediated or not."""
    category = random.choice(list(city.categories.values()))
    stricter = [v for v in STRICT if STRICT[v] >= STRICT[category.visibility.value]]
    opening: dict[str, Any] = {"visibility": random.choice(stricter), "channel": "web"}
    if random.random() < 0.1:
        opening["split_from_ticket_id"] = "0190a000-0000-7000-8000-000000000000"
    day = random.choice(DAYS)
    story = History(day, category_code=category.category_code, opening=opening)
    if random.random() < 0.5:
        outcome = random.choice(["agreed", "failed"])
        story.add("mediation_ended", random.choice(DAYS[2:]), outcome=outcome)
    return story


def counted(stories: list[History], city: City) -> dict[str, dict[int, YearCount]]:
    """The same by pandas over the events as they were written down."""
    zone = ZoneInfo("Asia/Jakarta")
    rows = [
        {"type": e.type, "year": e.recorded_at.astimezone(zone).year, **e.payload}
        for story in stories
        for e in story.events
        if e.recorded_at < CUT_OFF
    ]
    frame = pd.DataFrame(rows).reindex(
        columns=["type", "year", "outcome", "visibility", "category_code", "split_from_ticket_id"]
    )
    opened = frame[(frame.type == "opened") & frame.split_from_ticket_id.isna()]
    usual = opened.category_code.map(lambda c: STRICT[city.categories[c].visibility.value])
    opened = opened.assign(more=opened.visibility.map(STRICT) > usual)
    ended = frame[frame.type == "mediation_ended"]
    ended = ended.assign(more=ended.outcome == "agreed")
    return {
        name: {
            int(year): YearCount(numerator=int(g.more.sum()), denominator=len(g))
            for year, g in part.groupby("year")
        }
        for name, part in (("I12", ended), ("I19", opened))
    }


@pytest.mark.parametrize("seed", range(4))
def test_both_equal_an_independent_count(session: Session, magelang: City, seed: int) -> None:
    random = Random(seed)
    stories = [made(random, magelang) for _ in range(60)]
    for story in stories:
        store(session, story.events)
    expected = counted(stories, magelang)
    assert mediations_by_year(session, magelang, cut_off=CUT_OFF) == expected["I12"]
    assert protection_by_year(session, magelang, cut_off=CUT_OFF) == expected["I19"]


def test_what_is_recorded_after_the_cut_off_is_not_counted(
    session: Session, magelang: City
) -> None:
    store(
        session, History("2026-03-02").add("mediation_ended", "2026-03-09", outcome="agreed").events
    )
    early = wib("2026-03-05T00:00")
    assert mediations_by_year(session, magelang, cut_off=early) == {}
    assert protection_by_year(session, magelang, cut_off=early)[2026].denominator == 1
    assert protection_by_year(session, magelang, cut_off=wib("2026-03-01T00:00")) == {}


def test_a_mediation_counts_in_the_year_in_which_it_ended(session: Session, magelang: City) -> None:
    story = History("2025-12-02")
    story.add("mediation_ended", "2026-01-05", outcome="agreed", ended_on="2025-12-30")
    store(session, story.events)
    assert set(mediations_by_year(session, magelang, cut_off=CUT_OFF)) == {2025}


def test_what_a_category_gave_then_is_what_counts(session: Session, magelang: City) -> None:
    """Since then the category has become stricter: who asked for more still did."""
    now = session.execute(select(PackVersion)).scalar_one()
    lines = [
        line | ({"visibility": "confidential"} if line["category_code"] == "A04" else {})
        for line in now.content["categories.csv"]
    ]
    now.is_current = False
    session.flush()
    later = PackVersion(
        city_code=now.city_code,
        digest="0" * 64,
        loaded_at=now.loaded_at,
        content=now.content | {"categories.csv": lines},
        is_current=True,
    )
    session.add(later)
    session.flush()
    category = replace(magelang.categories["A04"], visibility=Visibility.CONFIDENTIAL)
    stricter = replace(magelang, categories=dict(magelang.categories) | {"A04": category})
    for number, visibility in (
        (now.pack_version, "restricted"),
        (later.pack_version, "confidential"),
    ):
        opening = {"visibility": visibility, "pack_version": number}
        store(session, History("2026-03-02", opening=opening).events)
    found = protection_by_year(session, stricter, cut_off=CUT_OFF)
    assert found == years({2026: (1, 2)})


def years(counts: dict[int, tuple[int, int]]) -> dict[int, YearCount]:
    return {y: YearCount(numerator=n, denominator=d) for y, (n, d) in counts.items()}


@pytest.mark.parametrize(
    ("numerator", "is_withheld"),
    [
        (0, False),
        (1, True),
        (4, True),
        (5, False),
        (15, False),
        (16, True),
        (19, True),
        (20, False),
    ],
)
def test_a_share_that_could_tell_of_somebody_is_withheld(numerator: int, is_withheld: bool) -> None:
    [share] = protection_shares(years({2026: (numerator, 20)}))
    assert share.is_withheld is is_withheld
    assert (share.value is None, share.numerator is None) == (is_withheld, is_withheld)


def test_years_with_few_mediations_are_merged_with_the_next_and_wait_for_it() -> None:
    found = mediation_shares(years({2023: (2, 2), 2024: (4, 4), 2025: (5, 12), 2026: (1, 3)}))
    assert [(s.years, s.numerator, s.denominator) for s in found] == [
        ("2023–2024", 6, 6),
        ("2025", 5, 12),
    ]


def test_neither_is_ever_published_live(session: Session, magelang: City) -> None:
    for number in range(12):
        opening = {"visibility": "confidential" if number < 6 else "public"}
        story = History("2026-03-02", opening=opening)
        store(session, story.add("mediation_ended", "2026-03-09", outcome="agreed").events)
    recompute(session, magelang, cut_off=CUT_OFF)
    shares = {s.code: s for s in whole_shares(session, magelang, cut_off=CUT_OFF)}
    assert (shares["I12"].numerator, shares["I19"].numerator) == (12, 6)
    published = session.query(PublishedIndicatorValue.code).distinct().all()
    assert {code for (code,) in published}.isdisjoint({"I12", "I19"})
    assert session.execute(text("SELECT count(*) FROM published_indicator_value")).scalar() == 0
