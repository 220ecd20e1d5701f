"""Boston's cases of three months as a city that keeps a quarter of them to itself.

Each month counts as a quarter, so that there are quarters to add up; neighborhoods lie in made-up
districts, reasons in made-up aspects.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random

from shapely.geometry import box

from citizenreport.cities.rules import Area, AreaLevel, Aspect, City
from citizenreport.disclosure.cells import Cell, Count
from citizenreport.disclosure.tables import NOT_STATED
from citizenreport.publication.release_counts import YearCounts
from tests.made_cities import category, city_of
from tests.packs import slug
from tests.real_data.imported import Rows, gz_rows
from tests.shared_data import rows_of, shared_data

RESTRICTED_SHARE = 0.25
WHOLE_REASONS_SHARE = 0.12
ASPECTS = (Aspect.SAFETY, Aspect.COMFORT, Aspect.HARMONY)
RARE = 6
"""How many of the rarest reasons make up the fourth aspect, so that quarters are thin there."""
DISTRICTS = ("North", "East", "South", "West")
TABLES = (
    ("city_category_year", "city", "category", "year"),
    ("city_aspect_quarter", "city", "aspect", "quarter"),
    ("district_aspect_year", "kecamatan", "aspect", "year"),
    ("village_aspect_year", "kelurahan", "aspect", "year"),
    ("agency_year", "agency", "total", "year"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An incident as the service knows it. `was_public`: the list has shown it at some time."""

    area: str
    reason: str
    quarter: str
    agency: str
    is_restricted: bool
    was_public: bool


def boston_cases() -> list[Case]:
    """Return the cases without duplicates; a quarter are restricted: whole reasons, and others."""
    rows = gz_rows(shared_data("reports", "boston", "boston_2011_jul_sep.csv.gz"))
    pairs = rows_of(shared_data("reports", "boston", "duplicate_pairs_jul_sep.csv"))
    merged = {pair["case_enquiry_id"] for pair in pairs}
    kept = [row for row in rows if row["case_enquiry_id"] not in merged]
    random = Random("boston")
    reasons = _kept_reasons(kept, random)
    left = RESTRICTED_SHARE * len(kept) - sum(row["reason"] in reasons for row in kept)
    chance = left / sum(row["reason"] not in reasons for row in kept)
    return [_case(row, row["reason"] in reasons or random.random() < chance) for row in kept]


def _kept_reasons(rows: Rows, random: Random) -> set[str]:
    """Return reasons that are restricted as a whole: about an eighth of all cases."""
    reasons = sorted({row["reason"] for row in rows})
    random.shuffle(reasons)
    chosen: set[str] = set()
    for reason in reasons:
        together = chosen | {reason}
        if sum(row["reason"] in together for row in rows) <= WHOLE_REASONS_SHARE * len(rows):
            chosen = together
    return chosen


def _case(row: dict[str, str], is_restricted: bool) -> Case:
    name = row["neighborhood"].strip()
    return Case(
        area=slug(name) if name else NOT_STATED,
        reason=slug(row["reason"]),
        quarter=f"Q{int(row['open_dt'][5:7]) - 6}",
        agency=slug(row["department"]),
        is_restricted=is_restricted,
        was_public=not is_restricted,
    )


def boston_city(cases: Iterable[Case]) -> City:
    known = list(cases)
    names = sorted({case.area for case in known} - {NOT_STATED})
    city = city_of(
        {name: box(n, 0, n + 1, 1) for n, name in enumerate(names)},
        metric_crs=3857,
        zone="America/New_York",
        categories=[category(r, aspect=a) for r, a in _aspects(known).items()],
        agencies=sorted({case.agency for case in known}),
    )
    districts = {d: Area(area_code=d, level=AreaLevel.DISTRICT, name=d) for d in DISTRICTS}
    villages = {
        name: replace(city.areas[name], parent_code=DISTRICTS[n % 4])
        for n, name in enumerate(names)
    }
    tables = [
        {"code": c, "rows": r, "columns": k, "period": p, "universe": "service"}
        for c, r, k, p in TABLES
    ]
    return replace(city, areas=districts | villages, release_tables=tuple(tables))


def _aspects(cases: list[Case]) -> dict[str, Aspect]:
    counts = Counter(case.reason for case in cases)
    rarest = sorted(counts, key=lambda reason: (counts[reason], reason))
    return {
        reason: Aspect.TOLERANCE if n < RARE else ASPECTS[n % 3] for n, reason in enumerate(rarest)
    }


def counted(cases: Iterable[Case]) -> YearCounts:
    """Count the cases as the service would."""
    cube: dict[Cell, Count] = {}
    for case in cases:
        cell = (case.area, case.reason, case.quarter, case.agency)
        seen = not case.is_restricted
        one = Count(total=1, public=(int(seen), int(seen or case.was_public)))
        cube[cell] = cube[cell] + one if cell in cube else one
    return YearCounts(cube=cube, confidential={})


def corrected(cases: list[Case], seed: int) -> list[Case]:
    """Return the cases some months later: some moved, came late, were merged, shown or withdrawn."""
    random = Random(seed)
    areas = sorted({case.area for case in cases})
    reasons = sorted({case.reason for case in cases})
    found = list(cases)
    for n in random.sample(range(len(found)), 60):
        found[n] = replace(found[n], area=random.choice(areas))
    for n in random.sample(range(len(found)), 40):
        found[n] = replace(found[n], reason=random.choice(reasons))
    for n in random.sample(range(len(found)), 40):
        is_restricted = not found[n].is_restricted
        found[n] = replace(found[n], is_restricted=is_restricted, was_public=True)
    found += [replace(case, quarter="Q3") for case in random.sample(cases, 30)]
    gone = set(random.sample(range(len(cases)), 25))
    return [case for n, case in enumerate(found) if n not in gone]
