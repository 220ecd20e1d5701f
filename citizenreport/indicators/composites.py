"""Reading what composites are made of: published yearly values and figures of other bodies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.indicators.definitions.composites import all_composites
from citizenreport.indicators.imported import imported_values
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.rules.composites import Composite, Part, composites
from citizenreport.indicators.rules.periods import PeriodKind
from citizenreport.indicators.rules.values import ValueStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class AspectComposite:
    """A composite with the values its parts have as published, by year and code."""

    aspect: str
    parts: tuple[Part, ...]
    values: dict[int, dict[str, Decimal]]
    years: tuple[Composite, ...]


def aspect_composites(
    session: Session,
    city: City,
    *,
    last_year: int | None = None,
    entered_before: datetime | None = None,
) -> Sequence[AspectComposite]:
    """Return the composite of each aspect, of all years that have any of its parts.

    Only final values count; a value that is missing or withheld is no part. For the public role.
    `last_year`, `entered_before`: no later years, and other bodies' figures as known then.
    """
    found = {
        year: values
        for year, values in _yearly(session, city, entered_before).items()
        if last_year is None or year <= last_year
    }
    return [
        AspectComposite(
            aspect=aspect,
            parts=parts,
            values=(mine := _of_parts(parts, found)),
            years=tuple(composites(parts, mine)),
        )
        for aspect, parts in all_composites().items()
    ]


def _yearly(
    session: Session, city: City, entered_before: datetime | None
) -> dict[int, dict[str, Decimal]]:
    codes = {part.code for parts in all_composites().values() for part in parts}
    row = PublishedIndicatorValue
    computed = select(row.period_start_on, row.code, row.value).where(
        row.code.in_(codes),
        row.period_kind == PeriodKind.YEAR.value,
        row.area_code == city.city_code,
        row.status == ValueStatus.FINAL.value,
        row.value.is_not(None),
    )
    found: dict[int, dict[str, Decimal]] = {}
    for start_on, code, value in session.execute(computed):
        found.setdefault(start_on.year, {})[code] = value
    for value in imported_values(session, entered_before=entered_before):
        if value.code in codes:
            found.setdefault(value.year, {})[value.code] = value.value
    return found


def _of_parts(
    parts: Sequence[Part], found: dict[int, dict[str, Decimal]]
) -> dict[int, dict[str, Decimal]]:
    codes = {part.code for part in parts}
    mine = {
        year: {code: value for code, value in values.items() if code in codes}
        for year, values in found.items()
    }
    return {year: values for year, values in mine.items() if values}
