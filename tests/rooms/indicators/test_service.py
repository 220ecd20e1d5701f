"""Folding into the database, publishing, and leaving no trace of what is not public."""

from collections import Counter
from datetime import datetime
from random import Random
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from citizenreport.cities.pack import read_city
from citizenreport.cities.rules import City
from citizenreport.core.db import public_reading
from citizenreport.indicators import service
from citizenreport.indicators.definitions import all_definitions
from citizenreport.indicators.models import PublishedIndicatorValue, TicketFact
from citizenreport.indicators.queries import (
    ValuesWanted,
    fact_of,
    published_values,
)
from citizenreport.indicators.reading import stored_facts
from citizenreport.indicators.rules.columns.facts import Facts
from citizenreport.indicators.rules.facts import LoggedEvent
from citizenreport.indicators.service import (
    fold_tickets,
    forget_ticket,
    latest_cut_off,
    recompute,
    refold_all,
)
from citizenreport.triage.models import Ticket
from tests.rooms.indicators.histories import (
    CACABAN,
    PANJANG,
    PARK,
    TIDAR_UTARA,
    WITHOUT_PLACE,
    History,
    random_streams,
    wib,
)
from tests.rooms.indicators.stored import log, store

CUT_OFF = wib("2026-07-01T00:00")


@pytest.fixture(scope="module")
def city() -> City:
    return read_city("magelang")


def public(submitted: str = "2026-03-02", **story: Any) -> History:
    return History(submitted, **story).released("2026-03-03")


def all_rows(session: Session) -> list[tuple[Any, ...]]:
    table = PublishedIndicatorValue.__table__
    query = select(table).order_by(*table.primary_key.columns)
    return [tuple(row) for row in session.execute(query)]


def value(session: Session, code: str, period: str, area_code: str) -> PublishedIndicatorValue:
    rows = published_values(session, ValuesWanted(code=code, area_code=area_code))
    [found] = [row for row in rows if period_code(row) == period]
    return found


def period_code(row: PublishedIndicatorValue) -> str:
    lengths = {"tahun": 4, "bulan": 7}
    if row.period_kind in lengths:
        return row.period_start_on.isoformat()[: lengths[row.period_kind]]
    return f"{row.period_start_on.year}-Q{row.period_start_on.month // 3 + 1}"


@pytest.mark.parametrize("seed", range(6))
def test_folding_bit_by_bit_equals_folding_from_scratch(session: Session, seed: int) -> None:
    random = Random(seed)
    ids = []
    for events in random_streams(seed, 15):
        cut = random.randint(1, len(events))
        ticket_id = store(session, events[:cut])
        ids.append(ticket_id)
        while cut < len(events):
            if random.random() < 0.5:
                fold_tickets(session, [ticket_id])
            step = random.randint(1, 3)
            log(session, ticket_id, events[cut : cut + step])
            cut += step
    fold_tickets(session)
    bit_by_bit = {ticket_id: fact_of(session, ticket_id) for ticket_id in ids}
    assert None not in bit_by_bit.values()
    assert refold_all(session) == len(ids)
    assert {ticket_id: fact_of(session, ticket_id) for ticket_id in ids} == bit_by_bit


def test_only_what_changed_is_folded_again(session: Session) -> None:
    first, second = store(session, public().events), store(session, public().events)
    assert fold_tickets(session) == 2
    log(session, second, History("2026-03-02").add("replied", "2026-03-04").events[1:])
    assert fold_tickets(session) == 1
    assert fold_tickets(session) == 0
    known = dict(session.execute(select(TicketFact.ticket_id, TicketFact.last_seq)).tuples().all())
    assert known == {first: 2, second: 3}


def test_a_settled_report_is_in_its_month_quarter_year_and_in_every_area_around_it(
    session: Session, city: City
) -> None:
    store(session, public(area_code=PANJANG).settled("2026-03-10").events)
    store(session, public(area_code=CACABAN).events)
    recompute(session, city, cut_off=CUT_OFF)
    for period in ("2026-03", "2026-Q1", "2026"):
        assert value(session, "I01", period, PANJANG).value == 100
        assert value(session, "I01", period, CACABAN).value == 0
        for area_code in ("33.71.03", "33.71"):
            found = value(session, "I01", period, area_code)
            assert (found.numerator, found.denominator, found.value) == (1, 2, 50)
        elsewhere = value(session, "I01", period, TIDAR_UTARA)
        assert (elsewhere.denominator, elsewhere.value) == (0, None)


def test_a_cohort_is_final_once_all_of_it_is_sixty_working_days_old(
    session: Session, city: City
) -> None:
    store(session, public().events)
    recompute(session, city, cut_off=wib("2026-07-03T00:00"))
    assert value(session, "I01", "2026-03", "33.71").status == "provisional"
    recompute(session, city, cut_off=wib("2026-07-04T00:00"))  # 31 March and 60 working days
    assert value(session, "I01", "2026-03", "33.71").status == "final"
    assert value(session, "I01", "2026", "33.71").status == "provisional"


def test_areas_and_not_stated_sum_to_the_city(session: Session, city: City) -> None:
    for events in random_streams(3, 60):
        store(session, events)
    recompute(session, city, cut_off=CUT_OFF)
    sums: dict[str, Counter[Any]] = {}
    for row in session.scalars(select(PublishedIndicatorValue)):
        if "kelurahan" not in all_definitions()[row.code].disaggregations:
            assert row.area_level == "kota"
            continue
        key = (row.code, row.period_kind, row.period_start_on)
        level = sums.setdefault(row.area_level, Counter())
        level[(*key, "above")] += row.numerator
        if row.unit != "per_1000":
            level[(*key, "below")] += row.denominator or 0
    assert sums["kota"].total() > 0
    assert sums["tidak_disebut"].total() > 0
    for level in ("kelurahan", "kecamatan"):
        assert sums[level] + sums["tidak_disebut"] == sums["kota"]


def test_a_report_without_a_public_place_counts_in_no_area(session: Session, city: City) -> None:
    story = History("2026-03-02", category_code=WITHOUT_PLACE, aspect="harmoni")
    store(session, story.released("2026-03-03").events)
    recompute(session, city, cut_off=CUT_OFF)
    assert value(session, "I01", "2026-03", PANJANG).denominator == 0
    assert value(session, "I01", "2026-03", "tidak_disebut").denominator == 1
    assert value(session, "I01", "2026-03", "33.71").denominator == 1


def test_a_rate_names_the_year_of_its_population_and_is_refused_without_one(
    session: Session, city: City
) -> None:
    store(session, public().events)
    store(session, History("2019-03-04").released("2019-03-05").events)
    recompute(session, city, cut_off=CUT_OFF)
    recent = value(session, "I05", "2026", "33.71")
    assert (recent.numerator, recent.denominator) == (1, 128_709)
    assert float(recent.value or 0) == 0.0078
    assert recent.extra["population_year"] == 2025
    for period, area_code in (("2019", "33.71"), ("2026", PANJANG), ("2026", "tidak_disebut")):
        refused = value(session, "I05", period, area_code)
        assert (refused.value, refused.denominator) == (None, None)
        assert refused.extra["missing"] == "population"


def test_a_median_that_is_not_reached_is_told_as_longer_than(session: Session, city: City) -> None:
    store(session, public("2026-06-25").move("verified", "2026-06-26").events)
    for _ in range(3):
        store(session, public("2026-06-25").events)
    recompute(session, city, cut_off=CUT_OFF)
    found = value(session, "I03", "2026-06", "33.71")
    assert (found.numerator, found.denominator, found.value) == (1, 4, None)
    assert found.extra == {"censored": 3, "median": "> 3", "p90": "> 3", "waiting": 3}
    assert found.status == "provisional"


# -- two worlds -------------------------------------------------------------------------------


def protected(seed: int, visibility: str) -> list[list[LoggedEvent]]:
    """Streams that never were public, busy as the others."""
    streams = []
    for events in random_streams(seed, 50):
        kept = [e for e in events if e.type not in ("released", "visibility_raised")]
        kept[0].payload["visibility"] = visibility  # type: ignore[index]
        streams.append(kept)
    return streams


def test_values_are_the_same_in_a_world_without_the_protected(session: Session, city: City) -> None:
    for events in random_streams(11, 40):
        store(session, events)
    recompute(session, city, cut_off=CUT_OFF)
    without = all_rows(session)
    assert without
    for events in protected(12, "restricted") + protected(13, "confidential"):
        store(session, events)
    held_back = [e for e in public("2026-01-05").events if e.type != "released"]
    store(session, held_back)  # public by category, not released
    recompute(session, city, cut_off=CUT_OFF)
    assert all_rows(session) == without


def raise_visibility(session: Session, ticket_id: Any, *, at: str) -> None:
    ticket = session.get_one(Ticket, ticket_id)
    raised = History("2026-03-02").add(
        "visibility_raised", at, **{"from": ticket.visibility, "to": "confidential"}
    )
    ticket.visibility = "confidential"
    session.flush()
    log(session, ticket_id, raised.events[1:])
    forget_ticket(session, ticket_id)


def test_a_report_turned_confidential_leaves_the_numbers_as_if_it_never_was(
    session: Session, city: City
) -> None:
    store(session, public("2026-05-04", category_code=PARK).events)
    recompute(session, city, cut_off=CUT_OFF)
    never = all_rows(session)
    turned = store(session, public("2025-12-30", area_code=TIDAR_UTARA).events)
    recompute(session, city, cut_off=CUT_OFF)
    assert all_rows(session) != never
    raise_visibility(session, turned, at="2026-06-01")
    recompute(session, city, cut_off=CUT_OFF)
    assert all_rows(session) == never


def test_what_a_turned_report_counted_in_is_gone_at_once_and_nothing_else_is(
    session: Session, city: City
) -> None:
    turned = store(session, public("2026-04-06", area_code=PANJANG).events)
    store(session, public("2026-02-02", area_code=PANJANG).events)
    store(session, public("2026-05-04", area_code=TIDAR_UTARA).events)
    recompute(session, city, cut_off=CUT_OFF)
    before = {row[:4]: row for row in all_rows(session)}
    raise_visibility(session, turned, at="2026-06-01")
    after = {row[:4]: row for row in all_rows(session)}
    gone = set(before) - set(after)
    assert {PANJANG, "33.71.03", "33.71"} <= {area for _, _, _, area in gone}
    assert ("I01", "bulan", wib("2026-04-01").date(), PANJANG) in gone
    assert ("I01", "tahun", wib("2026-01-01").date(), "33.71") in gone
    assert ("I01", "bulan", wib("2026-02-01").date(), PANJANG) in after
    assert ("I01", "bulan", wib("2026-05-01").date(), TIDAR_UTARA) in after
    assert all(after[key] == before[key] for key in after)


def test_raising_what_was_never_released_touches_nothing(session: Session, city: City) -> None:
    store(session, public().events)
    hidden = store(session, History("2026-03-02").events)
    recompute(session, city, cut_off=CUT_OFF)
    before = all_rows(session)
    raise_visibility(session, hidden, at="2026-06-01")
    assert all_rows(session) == before


def test_a_fact_that_lags_behind_never_outruns_the_ticket(session: Session, city: City) -> None:
    """The ticket says confidential before the fact does: the ticket counts."""
    turned = store(session, public().events)
    fold_tickets(session)
    session.get_one(Ticket, turned).visibility = "restricted"
    session.flush()
    recompute(session, city, cut_off=CUT_OFF)
    assert all_rows(session) == []


def test_a_computation_under_way_when_a_report_leaves_begins_again(
    session: Session, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(session, public().events)
    turned = store(session, public("2026-04-06").events)
    left: list[Any] = []

    def counted_then_raised(reading: Session, *, cut_off: datetime) -> Facts:
        found = stored_facts(reading, cut_off=cut_off)
        if not left:
            left.append(turned)
            raise_visibility(session, turned, at="2026-06-01")
        return found

    monkeypatch.setattr(service, "stored_facts", counted_then_raised)
    recompute(session, city, cut_off=CUT_OFF)
    assert left
    assert value(session, "I01", "2026", "33.71").denominator == 1


def test_a_second_run_changes_nothing(session: Session, city: City) -> None:
    for events in random_streams(21, 20):
        store(session, events)
    count = recompute(session, city, cut_off=CUT_OFF)
    first = all_rows(session)
    assert count == len(first)
    recompute(session, city, cut_off=CUT_OFF, from_log=True)
    assert all_rows(session) == first
    refold_all(session)
    recompute(session, city, cut_off=CUT_OFF)
    assert all_rows(session) == first


def test_the_cut_off_is_the_last_midnight_of_the_city(city: City) -> None:
    assert latest_cut_off(city, wib("2026-07-01T23:59")) == CUT_OFF


def test_the_public_reads_values_and_never_facts(session: Session, city: City) -> None:
    store(session, public().events)
    recompute(session, city, cut_off=CUT_OFF)
    session.commit()
    with public_reading() as reader:
        assert published_values(reader, ValuesWanted(code="I01", limit=1))
    for table in ("ticket_fact", "indicator_generation"):
        with public_reading() as reader, pytest.raises(ProgrammingError):
            reader.execute(text(f"SELECT * FROM {table}"))


def test_pages_of_values_go_on_where_the_last_ended(session: Session, city: City) -> None:
    store(session, public().events)
    recompute(session, city, cut_off=CUT_OFF)
    whole = published_values(session, ValuesWanted(code="I02"))
    pieces: list[PublishedIndicatorValue] = []
    after = None
    while page := published_values(session, ValuesWanted(code="I02", after=after, limit=7)):
        pieces += page
        last = page[-1]
        after = (last.period_kind, last.period_start_on.isoformat(), last.area_code)
    assert pieces == list(whole)
