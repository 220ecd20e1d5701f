"""What stands against a draft, in sentences without codes where a name is known."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from citizenreport.cities.findings import Finding
from citizenreport.cities.rules import City
from citizenreport.console.edits.words import CLASSES, COLUMNS, VALUES, column_name, value_words
from citizenreport.console.rule_words import BY_SITUATION, receiver_name
from citizenreport.core.errors import CitizenReportError
from citizenreport.pipeline.pack_edits import EditRefused, ProtectionLoosened
from citizenreport.web.translate import _

CODE_WORD: Final = re.compile(r"\b(?:visibility|[a-z]+(?:_[a-z]+)+)\b")
CODES_IN: Final = re.compile(r"[@A-Za-z0-9_.-]+")
AGENCY_VALUES: Final = ("agency", "bodies", "receiver", "successor")
COLUMN_OF: Final[Mapping[str, str]] = {
    "protection": "protection_class",
    "visibility": "visibility",
    "access": "village_access",
}


def faults_of(city: City, error: CitizenReportError | None) -> list[str]:
    """Return what is wrong in sentences."""
    if isinstance(error, EditRefused):
        return [_sentence(city, one) for one in error.findings]
    if isinstance(error, ProtectionLoosened):
        return [f"{one.category_code}: {column_name(one.column)}" for one in error.found]
    return []


def _sentence(city: City, finding: Finding) -> str:
    values = dict(_named(city, finding.values))
    text = f"{_(finding.problem_text) % values} {_(finding.remedy_text) % values}"
    return CODE_WORD.sub(lambda found: _word(found[0]), text)


def _named(city: City, values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    column = str(values.get("column", ""))
    for key, value in values.items():
        if key in AGENCY_VALUES:
            yield key, CODES_IN.sub(lambda found: _receiver(city, found[0]), str(value))
        elif key in COLUMN_OF:
            yield key, value_words(COLUMN_OF[key], str(value))
        elif key in ("wanted", "choices"):
            yield key, value_words(column, str(value))
        elif key == "column":
            yield key, column_name(column)
        else:
            yield key, value


def _receiver(city: City, code: str) -> str:
    known = code in city.agencies or code in BY_SITUATION
    return receiver_name(city, code) if known else code


def _word(code: str) -> str:
    if code in COLUMNS:
        return f"“{column_name(code)}”"
    if code in CLASSES:
        return f"“{_(CLASSES[code])}”"
    return next((f"“{_(words[code])}”" for words in VALUES.values() if code in words), code)
