"""What an indicator is: the words and numbers that make a published value checkable. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
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
    WORKING_HOURS = "working_hours"
    PER_REPORT = "per_report"
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

    `translations` hold `concept`, `definition` and `interpretation` by language. `formula` is the city's own
    wording. `producer` "@DESK" is the agency that runs the service.
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
    translations: Mapping[str, Mapping[str, str]]

    @property
    def is_computed(self) -> bool:
        return self.status is Status.COMPUTED

    @property
    def estimation_levels(self) -> tuple[str, ...]:
        """Return the levels of areas a value is given for, the largest first."""
        return tuple(level for level in LEVELS if level in self.disaggregations)

    def said(self, name: str, language: str) -> str:
        """Return concept, definition or interpretation in a language; Indonesian where it is not said."""
        return self.translations.get(language, {}).get(name) or str(getattr(self, name))

    @property
    def fingerprint(self) -> str:
        """Return a hash of all that decides what a value means: with another one it is another version.

        Names, translations, the interpretation, and whether there are values yet may change.
        """
        free = {"names", "translations", "interpretation", "status"}
        meant = {f.name: str(getattr(self, f.name)) for f in fields(self) if f.name not in free}
        return hashlib.sha256(json.dumps(meant, sort_keys=True).encode()).hexdigest()[:32]


LEVELS = ("kota", "kecamatan", "kelurahan")
Versions = Sequence[Definition]
"""Every version of one indicator, oldest first."""


def version_on(versions: Versions, day: date) -> Definition:
    """Return the version that holds for a period that ends on a day.

    What lies before the first version is computed as that one says.
    """
    valid = [definition for definition in versions if definition.valid_from <= day]
    return valid[-1] if valid else versions[0]


def in_order(found: Sequence[Definition]) -> dict[str, Versions]:
    """Return all versions by code, oldest first.

    Raises:
        ValueError: versions of a code do not count 1, 2, 3, or a later one begins no later.
    """
    by_code: dict[str, list[Definition]] = {}
    for definition in sorted(found, key=lambda d: (d.code, d.version)):
        by_code.setdefault(definition.code, []).append(definition)
    for code, versions in by_code.items():
        begins = [definition.valid_from for definition in versions]
        numbers = [definition.version for definition in versions]
        if numbers != list(range(1, len(numbers) + 1)) or begins != sorted(set(begins)):
            raise ValueError(f"{code}: versions count 1, 2, 3 and each begins after the last")
    return dict(by_code)


ENUMS = {
    "status": Status,
    "unit": Unit,
    "cohort_event": CohortEvent,
    "direction": Direction,
    "universe": UniverseName,
    "disaggregations": tuple,
}
LANGUAGES = ("en", "jv")  # beside Indonesian


def parse_definition(
    row: Mapping[str, Any], translations: Mapping[str, Any], concept: Mapping[str, str]
) -> Definition:
    """Return a definition from its TOML table, and what it and its concept say in other languages.

    Raises:
        ValueError: names what is wrong with it.
    """
    expected = {field.name for field in fields(Definition)} - {"translations"}
    if set(row) != expected:
        wrong = ", ".join(sorted(set(row) ^ expected))
        raise ValueError(f"{row.get('code')}: missing or unknown: {wrong}")
    for language in LANGUAGES:
        said = translations.get(language, {})
        if set(said) != {"definition", "interpretation"}:
            raise ValueError(f"{row['code']}: not said in {language}")
        if not concept.get(language):
            raise ValueError(f"{row['code']}: concept not said in {language}")
    known = {k: ENUMS[k](v) if k in ENUMS else v for k, v in row.items()}
    spoken = {
        language: {**translations[language], "concept": concept[language]} for language in LANGUAGES
    }
    return Definition(**known, translations=spoken)
