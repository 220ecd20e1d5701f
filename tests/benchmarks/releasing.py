"""Making the releases of a year of Kota Magelang: four quarters, the year, and its revision."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

from citizenreport.cities.pack import read_city
from citizenreport.cities.rules import AreaLevel, City, Visibility
from citizenreport.disclosure.cells import Cell, Count
from citizenreport.disclosure.tables import NOT_STATED, QUARTERS
from citizenreport.indicators.rules.periods import parse_period
from citizenreport.publication.release_counts import YearCounts
from citizenreport.publication.release_store import StoredRelease, as_stored
from citizenreport.publication.release_tables import make_release

SIZES = (2_000, 20_000)
RESTRICTED_SHARE = 0.25
CHANGED = 40
CUT_OFF = datetime(2027, 6, 1, tzinfo=UTC)
PERIODS = ("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4", "2026", "2026")


def figures() -> Iterator[dict[str, object]]:
    """Yield seconds, cells and withheld cells of each release."""
    city = read_city("magelang")
    for size in SIZES:
        random = Random(size)
        reports = [_report(city, random) for _ in range(size)]
        stored: list[StoredRelease] = []
        for n, code in enumerate(PERIODS):
            if n == len(PERIODS) - 1:
                reports = [*reports[CHANGED:], *(_report(city, random) for _ in range(CHANGED))]
            yield {"figure": "release", "reports": size} | _made(city, code, reports, stored)


Report = tuple[Cell, bool]


def _report(city: City, random: Random) -> Report:
    areas = [a.area_code for a in city.areas.values() if a.level is AreaLevel.VILLAGE]
    kinds = [c for c in city.categories.values() if c.visibility is not Visibility.CONFIDENTIAL]
    category = random.choices(kinds, [1 / (n + 1) for n in range(len(kinds))])[0]
    inside = [a.agency_code for a in city.agencies.values() if not a.is_external]
    agency = category.lead if category.lead in city.agencies else random.choice(inside)
    area = random.choice([*areas, NOT_STATED])
    cell = (area, category.category_code, random.choice(QUARTERS), agency)
    return cell, random.random() < RESTRICTED_SHARE


def _made(
    city: City, code: str, reports: list[Report], stored: list[StoredRelease]
) -> dict[str, object]:
    cube: dict[Cell, Count] = {}
    for cell, is_restricted in reports:
        one = Count(total=1, public=(int(not is_restricted),) * 2)
        cube[cell] = cube[cell] + one if cell in cube else one
    counts = YearCounts(cube=cube, confidential={})
    started = time.perf_counter()
    release = make_release(city, parse_period(code), counts, earlier=stored, cut_off=CUT_OFF)
    seconds = time.perf_counter() - started
    stored.append(as_stored(release))
    return {
        "period": f"{code}/{release.revision}",
        "seconds": round(seconds, 2),
        "audit_seconds": release.proof.seconds,
        "cells": release.log.cells,
        "sensitive": len(release.sealed.primary),
        "withheld": release.log.withheld,
        "programs": release.proof.programs,
    }
