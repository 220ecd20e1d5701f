"""What the room computes equals an independent computation, on random histories."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from citizenreport.cities.pack import read_city
from citizenreport.cities.rules import City
from citizenreport.indicators.definitions import all_versions
from citizenreport.indicators.rules.cohorts import tally_public
from citizenreport.indicators.rules.facts import LoggedEvent, fold_at
from citizenreport.indicators.rules.values import Value, values
from tests.rooms.indicators import independent
from tests.rooms.indicators.histories import random_streams

UNLIKE = ("I05", "R01", "R02", "R03", "W01", "W02", "W03")
"""Has a population below, or counts duplicates too."""
CUT_OFF = datetime(2026, 6, 30, 17, tzinfo=UTC)  # midnight in Magelang


@cache
def magelang() -> City:
    return read_city("magelang")


def of_city(streams: list[list[LoggedEvent]]) -> dict[tuple[str, str], Value]:
    city = magelang()
    facts = (fold_at(events, cut_off=CUT_OFF) for events in streams)
    cells = tally_public(city, filter(None, facts), cut_off=CUT_OFF)
    found = values(city, all_versions(), cells, cut_off=CUT_OFF)
    return {
        (v.code, v.period.code): v
        for v in found
        if v.area_code == city.city_code
        and v.period.kind == ("tahun" if v.code == "I22" else "bulan")
    }


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.sampled_from([1, 5, 40, 100]))
def test_all_equal_an_independent_computation(seed: int, size: int) -> None:
    streams = random_streams(seed, size)
    ours = of_city(streams)
    holidays = list(magelang().calendar.holidays)
    rows = independent.table(streams, CUT_OFF)
    if rows.empty:
        assert not any(v.numerator or v.denominator for v in ours.values() if v.code not in UNLIKE)
        return
    for name, (settled, received, apart) in independent.settlement(rows, CUT_OFF, holidays).items():
        value = ours["I01", name]
        assert (value.numerator, value.denominator) == (settled, received)
        assert sum(value.extra.get(s, 0) for s in independent.APART) == apart
    shares = {
        "I02": independent.timeliness(rows, CUT_OFF),
        "I04": independent.response(rows, CUT_OFF, holidays),
        "I14": independent.contests(rows, CUT_OFF),
        "I22": independent.year_end(rows, CUT_OFF),
    }
    for code, by_period in shares.items():
        got = {n: (ours[code, n].numerator, ours[code, n].denominator) for n in by_period}
        assert got == by_period, code
    for name, (median, p90, ended, count) in independent.verification(
        rows, CUT_OFF, holidays
    ).items():
        value = ours["I03", name]
        assert (value.numerator, value.denominator) == (ended, count)
        assert value.value == (None if median is None else Decimal(median))
        assert value.extra["p90"].startswith(">") if p90 is None else value.extra["p90"] == str(p90)
    for name, count in independent.safety(rows).items():
        assert ours["I05", name].numerator == count
    for code, whole in (("I01", len(rows)), ("I03", len(rows))):
        assert sum(v.denominator or 0 for (c, _), v in ours.items() if c == code) == whole


def test_the_random_histories_reach_every_indicator() -> None:
    """A generator that never settles or verifies anything would prove nothing."""
    ours = of_city(random_streams(1, 600))
    for code in ("I01", "I02", "I03", "I04", "I05", "I14", "I22"):
        assert sum(v.numerator for (c, _), v in ours.items() if c == code) > 10
    assert any(v.extra.get("paused") for v in ours.values())
    assert any(v.extra.get("archived") for v in ours.values())
