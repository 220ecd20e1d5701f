"""Areas and channels reached, problems that come back, the pulse, and complaints by aspect."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import floor
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.geo.frame import metric_frame
from citizenreport.geo.position import Position
from citizenreport.indicators.definitions import all_versions
from citizenreport.indicators.keeping import keep_published
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.rules.beside import Beside, channels_used
from citizenreport.indicators.rules.facts import LoggedEvent
from citizenreport.indicators.rules.reckoning import Reckoning
from citizenreport.indicators.service import recompute
from citizenreport.intake.models import Report
from citizenreport.surveys.models import PublishedPulseValue
from citizenreport.triage.models import Ticket
from tests.databases import magelang_pack
from tests.rooms.indicators.histories import (
    CACABAN,
    LAMP,
    PARK,
    WISH,
    WITHOUT_PLACE,
    History,
    wib,
)
from tests.rooms.indicators.stored import log, store

CUT_OFF = wib("2026-07-01T00:00")
CORNER = Position(lon=110.2180, lat=-7.4700)


def kept(session: Session, story: History, **of_report: Any) -> UUID:
    ticket_id = store(session, story.events)
    report_id = session.get_one(Ticket, ticket_id).report_id
    if of_report:
        session.execute(update(Report).where(Report.id == report_id).values(**of_report))
    return ticket_id


def published(
    session: Session, city: City, code: str, cut_off: datetime = CUT_OFF
) -> dict[str, PublishedIndicatorValue]:
    """The city's values by first day and kind of period."""
    recompute(session, city, cut_off=cut_off)
    row = PublishedIndicatorValue
    query = select(row).where(row.code == code, row.area_code == city.city_code)
    return {f"{v.period_start_on:%Y-%m} {v.period_kind}": v for v in session.scalars(query)}


def over(value: PublishedIndicatorValue) -> tuple[int, int | None]:
    return value.numerator, value.denominator


def test_areas_are_reached_by_valid_reports_with_a_place(session: Session, magelang: City) -> None:
    kept(session, History("2026-02-02").released("2026-02-03"))
    kept(session, History("2026-02-09").released("2026-02-10"))
    kept(session, History("2026-03-02", area_code=CACABAN).released("2026-03-03"))
    kept(session, History("2026-03-02", category_code=WITHOUT_PLACE).released("2026-03-03"))
    kept(session, History("2026-03-02", area_code="33.71.01.1010"))  # never released
    found = published(session, magelang, "C01")
    assert over(found["2026-02 bulan"]) == (1, 17)
    assert over(found["2026-03 bulan"]) == (1, 17)
    assert over(found["2026-01 tahun"]) == (2, 17)
    assert found["2026-01 tahun"].value == Decimal("11.7600")


def test_a_channel_is_named_from_ten_and_never_leaves_a_few(
    session: Session, magelang: City
) -> None:
    for channel, count in (("web", 12), ("loket", 10), ("telepon", 3)):
        for _ in range(count):
            kept(session, History("2026-02-02").released("2026-02-03"), channel=channel)
    value = published(session, magelang, "C02")["2026-01 tahun"]
    assert over(value) == (1, 25)
    assert value.extra["channels"] == {"web": "48.0"}  # "loket" hides the three by telephone


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from("abcdefg"), st.integers(1, 40), min_size=1))
def test_what_is_not_named_of_channels_is_nobody_or_ten(
    counts: dict[str, int],
) -> None:
    city = magelang_pack().city
    assert city is not None
    reckoning = Reckoning(calendar=city.calendar, cut_off=CUT_OFF)
    beside = Beside(city=city, dictionary=all_versions(), reckoning=reckoning)
    (value,) = channels_used(beside, {2026: counts})
    named = value.extra["channels"]
    rest = sum(counts.values()) - sum(counts[name] for name in named)
    assert not named or rest == 0 or rest >= 10
    assert all(counts[name] >= 10 for name in named)


def test_problems_that_come_back_equal_a_count_in_python(session: Session, magelang: City) -> None:
    random = Random(11)
    frame = metric_frame(magelang.metric_crs)
    told: list[tuple[str, tuple[int, int], date, date | None]] = []
    for _ in range(120):
        position = Position(
            lon=CORNER.lon + random.random() * 0.004, lat=CORNER.lat + random.random() * 0.004
        )
        code = random.choice([LAMP, PARK])
        received = date(2026, 1, 5) + timedelta(days=random.randrange(150))
        settled = received + timedelta(days=random.randrange(1, 20))
        story = History(received.isoformat(), category_code=code).released(f"{received}T01:00")
        is_settled = random.random() < 0.7
        if is_settled:
            story.settled(settled.isoformat())
        kept(session, story, position=position)
        x, y = frame.to_metres(position)
        cell = (floor(x / 100), floor(y / 100))
        told.append((code, cell, received, settled if is_settled else None))
    came_back = [
        received
        for code, cell, received, _ in told
        if any(
            (c, p) == (code, cell) and s is not None and s <= received < s + timedelta(days=90)
            for c, p, _, s in told
        )
    ]
    assert 5 < len(came_back) < 110
    found = published(session, magelang, "U01")
    assert over(found["2026-01 tahun"]) == (len(came_back), 120)
    in_march = sum(day.month == 3 for day in came_back)
    assert found["2026-03 bulan"].numerator == in_march


@pytest.mark.parametrize(
    "later",
    [
        lambda first, _: first.settled("2026-03-25"),
        lambda _, second: second.add("corrected", "2026-03-02", category_code=PARK),
        lambda _, second: second.move("duplicate", "2026-03-03"),
        lambda _, second: second.move("archived", "2026-03-03", reason_code="spam"),
    ],
    ids=("a settlement", "another category", "a duplicate", "spam"),
)
def test_what_is_recorded_after_a_cut_off_brings_nothing_back_before_it(
    session: Session, magelang: City, later: Callable[[History, History], object]
) -> None:
    """Something of the past is noted on 2 July: it counts from then on."""
    first = History("2026-02-02").released("2026-02-03")
    second = History("2026-03-01").released("2026-03-02")
    third = History("2026-01-05").released("2026-01-06").settled("2026-02-09")
    fourth = History("2026-05-20").released("2026-05-21")
    told = (first, second, third, fourth)
    stories = {kept(session, one, position=CORNER): one for one in told}
    as_it_was = brief(published(session, magelang, "U01"))
    lengths = {id_: len(one.events) for id_, one in stories.items()}
    later(first, second)
    for id_, one in stories.items():
        log(session, id_, [late(event) for event in one.events[lengths[id_] :]])
    assert brief(published(session, magelang, "U01")) == as_it_was
    assert brief(published(session, magelang, "U01", wib("2026-07-03T00:00"))) != as_it_was


def test_a_channel_counts_from_when_the_report_was_recorded(
    session: Session, magelang: City
) -> None:
    """An import brings reports of February on 2 July."""
    for _ in range(12):
        kept(session, History("2026-02-02").released("2026-02-03"), channel="web")
    before = brief(published(session, magelang, "C02"))
    for _ in range(10):
        story = History("2026-02-02", opening={"channel": "import"}).released("2026-02-03")
        story.events = [late(event) for event in story.events]
        kept(session, story, channel="import")
    assert brief(published(session, magelang, "C02")) == before
    later = published(session, magelang, "C02", wib("2026-07-03T00:00"))
    assert over(later["2026-01 tahun"]) == (2, 22)


def test_what_came_back_stays_in_a_year_that_goes_on_when_retention_erases_its_place(
    session: Session, magelang: City
) -> None:
    first = History("2026-02-02").released("2026-02-03").settled("2026-02-09")
    for story in (first, History("2026-03-01").released("2026-03-02")):
        kept(session, story, position=CORNER)
    before = published(session, magelang, "U01")
    assert over(before["2026-01 tahun"]) == (1, 2)
    assert before["2026-01 tahun"].status == "provisional"
    keep_published(session, list(session.scalars(select(Report.id))))
    session.execute(update(Report).values(position=None))
    kept(session, History("2026-06-02").released("2026-06-03"), position=CORNER)
    assert over(published(session, magelang, "U01")["2026-01 tahun"]) == (1, 3)


def late(event: LoggedEvent) -> LoggedEvent:
    return replace(event, recorded_at=wib("2026-07-02"))


def brief(found: dict[str, PublishedIndicatorValue]) -> dict[str, tuple[int, int | None]]:
    return {name: over(value) for name, value in found.items()}


def test_places_that_are_not_shown_do_not_come_back(session: Session, magelang: City) -> None:
    for day in ("2026-02-02", "2026-02-20"):
        hidden = History(day, category_code=WITHOUT_PLACE).released(f"{day}T01:00").settled(day)
        kept(session, hidden, position=CORNER)
        kept(session, History(day).settled(day), position=CORNER)  # never released
    assert published(session, magelang, "U01") == {}


def test_the_pulse_says_that_it_is_no_sample(session: Session, magelang: City) -> None:
    for month_on in (date(2026, 5, 1), date(2026, 7, 1)):  # the second lies after the cut-off
        session.add(
            PublishedPulseValue(
                month_on=month_on,
                question="dark",
                division="none",
                cell="city",
                n=80,
                share=Decimal("61.3"),
                standard_error=Decimal("5.6"),
                effective_n=Decimal("75.2"),
                is_weighted=True,
                is_demo=False,
            )
        )
    session.flush()
    found = published(session, magelang, "P02")
    assert list(found) == ["2026-05 bulan"]
    value = found["2026-05 bulan"]
    assert (value.value, value.numerator, value.denominator) == (Decimal("61.3000"), 80, None)
    assert (value.extra["counting_error"], value.extra["effective_n"]) == ("5.6", "75.2")
    assert published(session, magelang, "P01") == {}


def test_complaints_not_wishes_count_by_aspect(session: Session, magelang: City) -> None:
    kept(session, History("2026-02-02").released("2026-02-03"))
    for _ in range(2):
        comfort = History("2026-02-02", category_code=PARK, aspect="nyaman")
        kept(session, comfort.released("2026-02-03"))
    wish = History("2026-02-02", category_code=WISH, aspect="nyaman", complaint_class="aspirasi")
    kept(session, wish.released("2026-02-03"))
    value = published(session, magelang, "R01")["2026-01 tahun"]
    assert value.numerator == 2
    assert value.extra["population_year"] in (2024, 2025)
    assert value.denominator is not None
    assert value.value == round(Decimal(2000) / value.denominator, 4)


def test_time_is_lost_until_the_last_hand_over(session: Session, magelang: City) -> None:
    for _ in range(12):
        story = History("2026-02-02T08:00").released("2026-02-02T09:00")
        story.add("assigned", "2026-02-02T10:00", **{"from": "DLH", "agency_code": "DPUPR"})
        story.add("assigned", "2026-02-03T08:30", **{"from": "DPUPR", "agency_code": "DISHUB"})
        kept(session, story)
    kept(session, History("2026-02-02T08:00").released("2026-02-02T09:00"))
    value = published(session, magelang, "H04")["2026-02 bulan"]
    assert over(value) == (12, 12)
    assert value.extra["median"] == "9.0"  # 8 hours until 16:00, one on the next morning
