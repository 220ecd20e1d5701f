"""I12 and I19: what is counted over all reports, confidential ones too. Pure.

Leaves the house in a numbered release only: for the city and a year, and never where somebody
could be told from it. Source: protection.md, section 4 (whole).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from citizenreport.indicators.rules.values import rounded

MEDIATIONS: Final = "I12"
MORE_PROTECTION: Final = "I19"
SENSITIVE_MOST: Final = 4
"""A count of 1 to 4 could tell of somebody. Source: protection.md, section 4."""
MERGED_BELOW: Final = 5
"""Fewer ended mediations than this count together with the next year. Source: indicators.csv I12."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearCount:
    """What was counted in one local calendar year."""

    numerator: int = 0
    denominator: int = 0

    def __add__(self, other: "YearCount") -> "YearCount":
        return YearCount(
            numerator=self.numerator + other.numerator,
            denominator=self.denominator + other.denominator,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeShare:
    """A share of the whole city over one year, or over years that had to be merged.

    Withheld: no number of it may be seen. `value` is per hundred; None also without a denominator.
    """

    code: str
    first_year: int
    last_year: int
    is_withheld: bool
    numerator: int | None
    denominator: int | None
    value: Decimal | None

    @property
    def years(self) -> str:
        if self.first_year == self.last_year:
            return str(self.last_year)
        return f"{self.first_year}–{self.last_year}"


def is_sensitive(count: int) -> bool:
    """Say whether a count could tell of somebody."""
    return 1 <= count <= SENSITIVE_MOST


def mediation_shares(counts: Mapping[int, YearCount], *, decimals: int = 2) -> Iterator[WholeShare]:
    """Yield I12 from the oldest year on; years with few mediations wait for the next."""
    first, waiting = None, YearCount()
    for year in sorted(counts):
        first = year if first is None else first
        waiting += counts[year]
        if waiting.denominator >= MERGED_BELOW:
            yield _share(MEDIATIONS, first, year, waiting, decimals)
            first, waiting = None, YearCount()


def protection_shares(
    counts: Mapping[int, YearCount], *, decimals: int = 2
) -> Iterator[WholeShare]:
    """Yield I19 of each year, oldest first."""
    for year in sorted(counts):
        yield _share(MORE_PROTECTION, year, year, counts[year], decimals)


def _share(code: str, first: int, last: int, count: YearCount, decimals: int) -> WholeShare:
    rest = count.denominator - count.numerator
    is_withheld = is_sensitive(count.numerator) or is_sensitive(rest)
    return WholeShare(
        code=code,
        first_year=first,
        last_year=last,
        is_withheld=is_withheld,
        numerator=None if is_withheld else count.numerator,
        denominator=None if is_withheld else count.denominator,
        value=None if is_withheld else rounded(count.numerator * 100, count.denominator, decimals),
    )
