"""Figures of other bodies in the API and its files, marked as such."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from citizenreport.cities.rules import AreaLevel, City
from citizenreport.core.text import _n
from citizenreport.documents.tables import Cell
from citizenreport.indicators.definitions import definition_at
from citizenreport.indicators.imported import ImportedValue
from citizenreport.indicators.queries import Key, ValuesWanted
from citizenreport.indicators.rules.definitions import Status
from citizenreport.indicators.rules.periods import Period, PeriodKind
from citizenreport.web.indicators import UNIT_NAMES

STATUS_NAME: Final = _n("angka lembaga lain")


def fitting(
    city: City, values: Iterable[ImportedValue], wanted: ValuesWanted
) -> list[ImportedValue]:
    """Return the figures that are asked for, oldest first: each is of the city and of a year."""
    is_of_city = wanted.area_code in (None, city.city_code)
    is_of_level = wanted.area_level in (None, AreaLevel.CITY.value)
    is_of_year = wanted.period_kind in (None, PeriodKind.YEAR)
    if not (is_of_city and is_of_level and is_of_year):
        return []
    found = [
        value
        for value in values
        if wanted.period in (None, year_of(value))
        and (wanted.after is None or key_of(city, value) > wanted.after)
    ]
    return found[: wanted.limit]


def year_of(value: ImportedValue) -> Period:
    return Period(kind=PeriodKind.YEAR, start_on=date(value.year, 1, 1))


def key_of(city: City, value: ImportedValue) -> Key:
    """Return where it stands among the values of its indicator."""
    return PeriodKind.YEAR.value, year_of(value).start_on.isoformat(), city.city_code


def imported_body(city: City, value: ImportedValue) -> dict[str, Any]:
    """Return a figure as a value whose status is `imported`; nobody here knows what it was counted from."""
    definition = definition_at(value.code, value.definition_version)
    period = year_of(value)
    return {
        "indicator_code": value.code,
        "definition_version": value.definition_version,
        "universe": definition.universe,
        "period": period.code,
        "period_kind": period.kind.value,
        "period_start_on": period.start_on,
        "period_end_on": period.end_on,
        "area_code": city.city_code,
        "area_level": AreaLevel.CITY.value,
        "area_name": city.name,
        "bps_code": city.bps_code,
        "value": value.value,
        "unit": definition.unit,
        "numerator": None,
        "denominator": None,
        "interval_low": None,
        "interval_high": None,
        "status": Status.IMPORTED.value,
        "data_until": None,
        "is_suppressed": False,
        "details": {
            "source": value.source,
            "year": value.year,
            "revision": value.revision,
            "evidence_sha256": value.evidence_sha256,
        },
    }


def imported_rows(city: City, values: Iterable[ImportedValue]) -> Iterable[Sequence[Cell]]:
    """Yield the figures in the long form; the remark names the source and the evidence."""
    for value in values:
        definition = definition_at(value.code, value.definition_version)
        period = year_of(value)
        yield (
            value.code,
            definition.names["id"],
            value.definition_version,
            definition.universe.value,
            period.kind.value,
            period.code,
            period.start_on,
            period.end_on,
            AreaLevel.CITY.value,
            city.city_code,
            city.bps_code,
            city.name,
            "total",
            value.value,
            UNIT_NAMES[definition.unit],
            STATUS_NAME,
            None,
            None,
            0,
            None,
            None,
            None,
            f"sumber: {value.source}; SHA-256 bukti {value.evidence_sha256}",
        )
