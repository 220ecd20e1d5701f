"""What an indicator is: the words and numbers that make a published value checkable. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from citizenreport.core.errors import NotFound
from citizenreport.core.text import _n


class IndicatorNotFound(NotFound):
    code = "indicator-not-found"
    title = _n("Indikator tidak ditemukan.")


class Status(StrEnum):
    """Whether this service has values of an indicator."""

    COMPUTED = "computed"
    IMPORTED = "imported"  # another body's figure
    NO_DATA = "no_data"  # belum ada data: not computed yet


class Unit(StrEnum):
    PERCENT = "percent"
    WORKING_DAYS = "working_days"
    PER_1000 = "per_1000"
    COUNT = "count"
    SCORE_0_4 = "score_0_4"
    SCORE_1_7 = "score_1_7"
    INDEX_1_5 = "index_1_5"
    INDEX_0_100 = "index_0_100"
    INDEX_25_100 = "index_25_100"


class CohortEvent(StrEnum):
    """What puts a report into a period."""

    RECEIVED = "received"
    DUE = "due"
    ASSIGNED = "assigned"
    CLOSED = "closed"
    ENDED = "ended"
    RECORDED = "recorded"
    SURVEY = "survey"
    ASSESSMENT = "assessment"


class Direction(StrEnum):
    HIGHER = "higher_is_better"
    LOWER = "lower_is_better"
    NEUTRAL = "neutral"


class UniverseName(StrEnum):
    """What is counted (protection.md, section 4); the last three are not of reports."""

    PUBLIC = "public"
    WHOLE = "whole"
    SURVEY = "survey"
    PROGRAMME = "programme"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One version of an indicator. Texts are Indonesian, `names` in three languages.

    `formula` is the city's own wording. `producer` "@DESK" is the agency that runs the service.
    """

    code: str
    version: int
    valid_from: date
    status: Status
    names: Mapping[str, str]
    aspect: str
    dimension: str
    concept: str
    definition: str
    interpretation: str
    formula: str
    cohort_event: CohortEvent
    follow_up_working_days: int
    exits: str
    clock: str
    numerator: str
    denominator: str
    unit: Unit
    decimals: int
    direction: Direction
    universe: UniverseName
    disaggregations: tuple[str, ...]
    producer: str
    source: str
    reference: str

    @property
    def is_computed(self) -> bool:
        return self.status is Status.COMPUTED


ENUMS = {
    "status": Status,
    "unit": Unit,
    "cohort_event": CohortEvent,
    "direction": Direction,
    "universe": UniverseName,
    "disaggregations": tuple,
}


def parse_definition(row: Mapping[str, Any]) -> Definition:
    """Return a definition from its TOML table. Raises ValueError naming what is wrong with it."""
    expected = {field.name for field in fields(Definition)}
    if set(row) != expected:
        wrong = ", ".join(sorted(set(row) ^ expected))
        raise ValueError(f"{row.get('code')}: missing or unknown: {wrong}")
    return Definition(**{k: ENUMS[k](v) if k in ENUMS else v for k, v in row.items()})
