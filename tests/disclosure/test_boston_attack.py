"""An outsider with the public list, every table and every revision of Boston learns no protected cell.

He reads the released tables as they are published, counts the public cases himself, sets up his own
equations (`outsider.py`) and is even told which cells did not change between two releases.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import pytest

from citizenreport.cities.rules import Aspect, City
from citizenreport.disclosure.cells import TOTAL
from citizenreport.indicators.rules.periods import parse_period
from citizenreport.publication.release_rules import PeriodRelease
from citizenreport.publication.release_store import StoredRelease, as_stored
from citizenreport.publication.release_tables import make_release
from tests.disclosure.boston import Case, boston_cases, boston_city, corrected, counted
from tests.disclosure.outsider import Outsider

pytestmark = [pytest.mark.real_data, pytest.mark.xdist_group("boston-attack")]
CUT_OFF = datetime(2012, 5, 1, tzinfo=UTC)
Key = tuple[str, str, str]
"""Table, row and column as published; the period stands in the release."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """A release, and the cases as they were when it was made (which the outsider does not have)."""

    city: City
    release: PeriodRelease
    cases: list[Case]

    @property
    def quarter(self) -> str | None:
        code = self.release.period.code
        return code[-2:] if "Q" in code else None

    def numbers(self) -> dict[Key, int | None]:
        return {
            (table.code, cell.row, cell.column): cell.count
            for table in self.release.tables
            for cell in table.cells
        }

    def sums(self, cases: Sequence[Case]) -> dict[Key, list[int]]:
        """Count cases into every cell that is published: all, public today, ever public."""
        found: dict[Key, list[int]] = {key: [0, 0, 0] for key in self.numbers()}
        for case, times in Counter(cases).items():
            if self.quarter not in (None, case.quarter):
                continue
            one = (times, times * (not case.is_restricted), times * case.was_public)
            for key in self._cells(case):
                if key in found:
                    found[key] = [a + b for a, b in zip(found[key], one, strict=True)]
        return found

    def _cells(self, case: Case) -> Iterator[Key]:
        columns = (TOTAL, self.aspect(case.reason), case.reason)
        places = (TOTAL, self.district(case.area), case.area)
        for table in self.release.tables:
            rows = (TOTAL, case.agency) if table.code == "agency_year" else places
            for row in dict.fromkeys(rows):
                for column in columns:
                    yield table.code, row, column

    def district(self, area: str) -> str:
        known = self.city.areas.get(area)
        return (known.parent_code if known else None) or area

    def aspect(self, reason: str) -> str:
        return self.city.categories[reason].aspect.value


@pytest.fixture(scope="module")
def published() -> list[Published]:
    """Three quarters and their year, then a quarter and the year again, then the year once more."""
    first = boston_cases()
    second = corrected(first, 1)
    third = corrected(second, 2)
    city = boston_city(first)
    found: list[Published] = []
    stored: list[StoredRelease] = []
    for code, cases in (
        *((f"2011-Q{n}", first) for n in (1, 2, 3)),
        ("2011", first),
        ("2011-Q2", second),
        ("2011", second),
        ("2011", third),
    ):
        counts = counted(cases)
        release = make_release(city, parse_period(code), counts, earlier=stored, cut_off=CUT_OFF)
        found.append(Published(city=city, release=release, cases=cases))
        stored.append(as_stored(release))
    return found


class Attack:
    """What the outsider makes of all releases to learn the truth of one of them."""

    def __init__(self, published: list[Published], target: Published, *, keeps_list: bool) -> None:
        self._target = target
        self._published = published
        self._keeps_list = keeps_list
        city, cases = target.city, target.cases
        areas = sorted({c.area for p in published for c in p.cases})
        reasons = sorted(city.categories)
        aspects = sorted(aspect.value for aspect in Aspect)
        quarters = ("Q1", "Q2", "Q3", "Q4")
        agencies = sorted(set(city.agencies) | {c.agency for c in cases})
        self._unknown: dict[tuple[str, str, str], int] = {}
        for block, firsts, seconds in (
            ("area", areas, aspects),
            ("quarter", quarters, aspects),
            ("reason", reasons, [""]),
            ("agency", agencies, [""]),
        ):
            for one in firsts:
                for other in seconds:
                    self._unknown[block, one, other] = len(self._unknown)
        self._aspects = aspects

    @cached_property
    def outsider(self) -> Outsider:
        floors = [0] * len(self._unknown)
        for case in self._target.cases:
            if self._is_seen(case):
                for place in self._places(case):
                    floors[place] += 1
        return Outsider(floors, [*self._alike(), *self._read()])

    def _is_seen(self, case: Case) -> bool:
        return case.was_public if self._keeps_list else not case.is_restricted

    def _places(self, case: Case) -> Iterator[int]:
        aspect = self._target.aspect(case.reason)
        yield self._unknown["area", case.area, aspect]
        yield self._unknown["quarter", case.quarter, aspect]
        yield self._unknown["reason", case.reason, ""]
        yield self._unknown["agency", case.agency, ""]

    def members(self, about: Published, key: Key) -> list[int]:
        """Return the unknowns that a published cell is the sum of."""
        table, row, column = key
        if about.quarter is not None:
            wanted = [column] if column != TOTAL else self._aspects
            return [self._unknown["quarter", about.quarter, aspect] for aspect in wanted]
        if table == "agency_year" and row != TOTAL:
            return [self._unknown["agency", row, ""]]
        if column not in (TOTAL, *self._aspects):
            return [self._unknown["reason", column, ""]]
        return [
            place
            for (block, one, other), place in self._unknown.items()
            if block == "area"
            and row in (TOTAL, one, about.district(one))
            and column in (TOTAL, other)
        ]

    def _alike(self) -> Iterator[tuple[dict[int, float], float]]:
        """Areas, quarters and reasons give the same aspects; agencies the same total."""
        for aspect in self._aspects:
            by_area = self._all("area", aspect)
            for block in ("quarter", "reason"):
                yield dict.fromkeys(by_area, 1.0) | dict.fromkeys(self._all(block, aspect), -1.0), 0
        every = [place for aspect in self._aspects for place in self._all("area", aspect)]
        yield dict.fromkeys(every, 1.0) | dict.fromkeys(self._all("agency", ""), -1.0), 0

    def _all(self, block: str, aspect: str) -> list[int]:
        return [
            place
            for (own, one, other), place in self._unknown.items()
            if own == block
            and (self._target.aspect(one) == aspect if block == "reason" else other == aspect)
        ]

    def _read(self) -> Iterator[tuple[dict[int, float], float]]:
        for other in self._published:
            now = other.sums(self._target.cases)
            for key, number in other.numbers().items():
                if number is not None and number == now[key][0]:
                    yield dict.fromkeys(self.members(other, key), 1.0), number


def protected(about: Published, keeps_list: bool) -> dict[Key, int]:
    """Return published cells with 1 to 4 restricted cases, and how many public ones they hold."""
    counts = about.sums(about.cases)
    public = {key: found[2 if keeps_list else 1] for key, found in counts.items()}
    return {key: n for key, n in public.items() if 1 <= counts[key][0] - n <= 4}


@pytest.mark.parametrize("keeps_list", [False, True], ids=["today", "from-the-beginning"])
def test_no_protected_cell_is_learnt_from_all_releases_together(
    published: list[Published], keeps_list: bool
) -> None:
    seen = 0
    for about in published:
        attack = Attack(published, about, keeps_list=keeps_list)
        for key, public in protected(about, keeps_list).items():
            members = attack.members(about, key)
            assert attack.outsider.can_be(members, at_most=public + 1), (about.quarter, key)
            assert attack.outsider.can_reach(members, at_least=public + 5), (about.quarter, key)
            seen += 1
    assert seen >= 60


def test_a_number_is_true_and_a_protected_one_is_never_shown(published: list[Published]) -> None:
    for about in published:
        hidden = {key for keeps in (False, True) for key in protected(about, keeps)}
        counts = about.sums(about.cases)
        for key, number in about.numbers().items():
            assert number in (None, counts[key][0])
            assert number is None or key not in hidden


def test_the_attack_works_where_complements_are_missing(published: list[Published]) -> None:
    """With only the sensitive cells withheld, the same outsider learns some of them."""
    year = next(p for p in published if p.quarter is None)
    naive = protected(year, keeps_list=False)
    counts = year.sums(year.cases)
    attack = Attack([year], year, keeps_list=False)
    everything = [
        (dict.fromkeys(attack.members(year, key), 1.0), counts[key][0])
        for key in counts
        if key not in naive
    ]
    floors = [0] * len(attack._unknown)
    outsider = Outsider(floors, [*attack._alike(), *everything])
    learnt = [key for key in naive if len(set(outsider.interval(attack.members(year, key)))) == 1]
    assert learnt


def test_the_public_log_counts_what_is_withheld_and_names_no_cell(
    published: list[Published],
) -> None:
    for about in published:
        log = about.release.log
        for table, line in zip(about.release.tables, log.tables, strict=True):
            withheld = [cell for cell in table.cells if cell.count is None]
            assert (line.cells, line.withheld) == (len(table.cells), len(withheld))
            assert 0 <= line.share_low <= line.share_high <= 100
        assert about.release.proof.is_safe
        assert about.release.proof.unproven == 0
