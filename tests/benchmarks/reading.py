"""Reading a published value where ten million reports are counted, against ten thousand."""

import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from random import Random

import psycopg

from citizenreport.cities.rules import City
from citizenreport.core.db import db, public_reading
from citizenreport.indicators.queries import ValuesWanted, published_values
from citizenreport.indicators.rules.periods import PeriodKind, containing
from citizenreport.indicators.rules.values import NOT_STATED
from tests.benchmarks.places import Place, databases

FEW, MANY = 10_000, 10_000_000
YEARS = {FEW: 1, MANY: 10}
CODES = [f"I{number:02}" for number in range(1, 31)]
READS = 600
Wish = Callable[[Random, City, int], ValuesWanted]
GOAL = 1.2
SEED = 7
FACTS = """
    INSERT INTO ticket_fact (ticket_id, last_seq, category_code, aspect, complaint_class, area_code,
        visibility, submitted_at, assigned_at, settlement_due_at, settlements, turns, released_at,
        is_outside, is_demo)
    SELECT lpad(to_hex(n), 32, '0')::uuid, 2, 'A04', 'aman', 'aspirasi', NULL, 'public', at, at, at, '[]', '[]',
        at, false, true
    FROM (SELECT timestamptz '2026-11-24 00:00+07' - n * %(years)s * interval '1 year' / %(count)s
          AS at, n FROM generate_series(1, %(count)s) AS n) AS made
"""
VALUES = """
    INSERT INTO published_indicator_value (code, period_kind, period_start_on, area_code, area_level,
        definition_version, universe, numerator, denominator, value, unit, status, cut_off_at, extra)
    SELECT code, kind, day::date, area, 'kelurahan', 1, 'public', n / 2, n, 50, 'percent', 'final',
        '2026-11-24 00:00+07', %(extra)s::jsonb
    FROM unnest(%(codes)s::text[]) AS code,
        (VALUES ('bulan', 1), ('triwulan', 3), ('tahun', 12)) AS kinds (kind, months),
        generate_series(date '2026-01-01' - (%(years)s - 1) * interval '1 year',
            date '2026-12-01', months * interval '1 month') AS day,
        unnest(%(areas)s::text[]) AS area,
        (SELECT %(count)s::int / 200) AS counted (n)
"""


def figures() -> Iterator[dict[str, object]]:
    """Yield the ratio of the medians of reading one value, taken in turns, and of one series."""
    with ExitStack() as stack:
        few, many = stack.enter_context(databases("few", "many"))
        rows = {count: filled(place, count) for place, count in ((few, FEW), (many, MANY))}
        for name, wished in (("one_value", one_value), ("a_year_of_months", a_year_of_months)):
            took = compared(few, many, wished)
            small, large = (statistics.median(times) for times in took)
            yield {
                "figure": f"read_{name}",
                "value": round(large / small, 3),
                "goal": f"<= {GOAL}",
                "milliseconds": [round(1000 * seconds, 3) for seconds in (small, large)],
                "reports": [FEW, MANY],
                "published_rows": [rows[FEW], rows[MANY]],
            }


def filled(place: Place, count: int) -> int:
    """Make so many counted reports, and what is published of their years; return how many rows."""
    database, city = place
    with database.owner() as connection:
        connection.execute("SET session_replication_role = replica")  # facts without their tickets
        given = {"years": YEARS[count], "count": count}
        connection.execute(FACTS, given)
        found = connection.execute(
            VALUES,
            given
            | {
                "codes": CODES,
                "areas": areas_of(city),
                "extra": json.dumps({"censored": 12, "median": "31.5", "p90": "> 120.0"}),
            },
        )
        analyse(connection)
        return found.rowcount


def analyse(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    connection.execute("VACUUM ANALYZE ticket_fact")
    connection.execute("VACUUM ANALYZE published_indicator_value")


def areas_of(city: City) -> list[str]:
    return sorted({city.city_code, *city.areas, NOT_STATED})


def one_value(random: Random, city: City, years: int) -> ValuesWanted:
    """Return any value: some indicator, period and area."""
    kind = random.choice(list(PeriodKind))
    day = date(2026 - random.randrange(years), random.randint(1, 12), 1)
    return ValuesWanted(
        code=random.choice(CODES),
        period=containing(day, kind),
        area_code=random.choice(areas_of(city)),
    )


def a_year_of_months(random: Random, city: City, years: int) -> ValuesWanted:
    """Return the twelve months of some year of some indicator in some area."""
    return ValuesWanted(
        code=random.choice(CODES),
        period_kind=PeriodKind.MONTH,
        area_code=random.choice(areas_of(city)),
        after=("bulan", f"{2025 - random.randrange(years)}-12-31", ""),
        limit=12,
    )


def compared(few: Place, many: Place, wish: Wish) -> tuple[list[float], list[float]]:
    """Return the seconds of reads of both, one after the other in turns."""
    took: tuple[list[float], list[float]] = ([], [])
    random = Random(SEED)
    for number in range(READS):
        for times, (database, city), count in zip(took, (few, many), (FEW, MANY), strict=True):
            wanted = wish(random, city, YEARS[count])
            with database.app.app_context():
                began = time.perf_counter()
                with public_reading() as session:
                    found = published_values(session, wanted)
                seconds = time.perf_counter() - began
                db.session.remove()
            assert found, wanted
            if number >= READS // 10:
                times.append(seconds)
    return took
