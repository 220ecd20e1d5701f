"""The innovation index as BSKDN reckons it: an edition a year, levels by weight, and what is missing. Pure.

Source: letter 400.10.11/1887/BSKDN of 29-04-2026 (IID/IGA 2026): indicators 1 to 15 of the region (at most 63
points), 16 to 35 of an innovation (at most 111), the number of innovations 0.38 a piece (at most 76);
the index is the sum over 250, times 100.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n

LEVELS: Final = (0, 1, 2, 3)
COMPLAINTS: Final = 29
"""Complaints settled: filled from I22 of this service."""
REGIONAL: Final = range(1, 16)
MOST_REGIONAL: Final = 63
EACH_INNOVATION: Final = Decimal("0.38")
MOST_INNOVATIONS: Final = 200
WHOLE: Final = 250
EVIDENCE_CHARS: Final = 1_000
VERY_FROM, INNOVATIVE_FROM = Decimal("65.01"), Decimal("40.01")
HALF_FROM, NEARLY_ALL_FROM = 51, 91


class Standing(StrEnum):
    VERY = "very"
    INNOVATIVE = "innovative"
    LESS = "less"
    NONE = "none"


class LevelInvalid(InvalidInput):
    code = "index-level-invalid"
    title = _n("Pilih 0, 1, 2, atau 3 untuk setiap indikator.")


class LevelWithoutEvidence(InvalidInput):
    code = "index-level-without-evidence"
    title = _n("Indikator yang diberi nilai perlu bukti: sebut dokumennya.")


class PointsInvalid(InvalidInput):
    code = "index-points-invalid"
    title = _n("Tulis angka nilai daerah, semuanya bersama paling banyak 63.")


class CountInvalid(InvalidInput):
    code = "index-count-invalid"
    title = _n("Tulis banyaknya inovasi sebagai bilangan bulat, dari 0 sampai 9999.")


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexLine:
    """One indicator of an innovation. `parameters`: what levels 1, 2, 3 ask for; "" where unknown."""

    number: int
    name: str
    weight: int
    parameters: tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """The questions of one year's edition."""

    year: int
    source: str
    lines: tuple[IndexLine, ...]

    @property
    def most(self) -> int:
        return sum(line.weight for line in self.lines) * LEVELS[-1]


def score(instrument: Instrument, levels: Mapping[int, int]) -> int:
    """Return the points of an innovation: each level times the weight of its indicator."""
    return sum(line.weight * levels.get(line.number, 0) for line in instrument.lines)


def gaps(instrument: Instrument, levels: Mapping[int, int]) -> list[tuple[IndexLine, int]]:
    """Return the indicators with the points they still lack, the largest gap first."""
    found = [
        (line, line.weight * (LEVELS[-1] - levels.get(line.number, 0))) for line in instrument.lines
    ]
    return sorted(found, key=lambda pair: (-pair[1], pair[0].number))


def complaints_level(share: Decimal) -> int:
    """Return the level of indicator 29 for a share in per cent, rounded to whole per cent.

    Source: IID 2026, indicator 29: up to 50, 51 to 90, 91 and more.
    """
    whole = int(share.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return 1 + (whole >= HALF_FROM) + (whole >= NEARLY_ALL_FROM)


def city_index(regional: Decimal, of_innovations: Sequence[int], count: int) -> Decimal:
    """Return the index of a city, to two decimals.

    `of_innovations`: the points of those that were assessed; their mean counts (the letter does not
    say how several are put together).
    """
    mean = Decimal(sum(of_innovations)) / len(of_innovations) if of_innovations else Decimal(0)
    factor = EACH_INNOVATION * min(count, MOST_INNOVATIONS)
    total = (regional + mean + factor) * 100 / WHOLE
    return total.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def standing_of(index: Decimal) -> Standing:
    """Return what an index is called."""
    if index >= VERY_FROM:
        return Standing.VERY
    if index >= INNOVATIVE_FROM:
        return Standing.INNOVATIVE
    return Standing.LESS if index > 0 else Standing.NONE


def check_level(number: int, level: str, evidence: str) -> int:
    """Return a level. Raises LevelInvalid, LevelWithoutEvidence; the pointer names the indicator."""
    if level not in {str(one) for one in LEVELS}:
        raise LevelInvalid(pointer=f"#/tingkat-{number}")
    if len(evidence) > EVIDENCE_CHARS or (level != "0" and not evidence):
        raise LevelWithoutEvidence(pointer=f"#/bukti-{number}")
    return int(level)


def check_points(given: Mapping[int, tuple[str, str]]) -> dict[int, Decimal]:
    """Return the points of the region by indicator, of (points, evidence) as they were written.

    Raises:
        PointsInvalid, LevelWithoutEvidence.
    """
    found: dict[int, Decimal] = {}
    for number, (text, evidence) in given.items():
        plain = text.strip().replace(",", ".")
        if not plain:
            continue
        digits = plain.replace(".", "", 1)
        if not (digits.isascii() and digits.isdigit() and len(plain) <= len("63.00")):
            raise PointsInvalid(pointer=f"#/nilai-{number}")
        if not evidence.strip() or len(evidence) > EVIDENCE_CHARS:
            raise LevelWithoutEvidence(pointer=f"#/bukti-{number}")
        found[number] = Decimal(plain)
        if sum(found.values()) > MOST_REGIONAL:
            raise PointsInvalid(pointer=f"#/nilai-{number}")
    return found
