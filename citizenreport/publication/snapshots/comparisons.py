"""What a yearly snapshot shows apart: figures of other bodies, rankings, composites.

Nothing of it counts a restricted or a confidential report, so the auditor of the release tables has no
equation more with it: rankings count public reports, composites are made of open indicators and of
what other bodies publish. `check_open` refuses anything else.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.indicators.composites import AspectComposite, aspect_composites
from citizenreport.indicators.definitions import all_definitions, definition_at
from citizenreport.indicators.imported import ImportedValue, imported_values
from citizenreport.indicators.models import PublishedRanking
from citizenreport.indicators.rankings import MEASURES, rankings_of_year
from citizenreport.indicators.rules.composites import Composite
from citizenreport.indicators.rules.definitions import UniverseName
from citizenreport.indicators.rules.periods import Period, PeriodKind
from citizenreport.indicators.rules.sensitivity import Span

FIGURES: Final = "lembaga-lain.json"
RANKINGS: Final = "peringkat.json"
COMPOSITES: Final = "komposit.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparisons:
    """As of a cut-off, of one year and, for figures and composites, of the years before it."""

    figures: Sequence[ImportedValue]
    rankings: Sequence[PublishedRanking]
    composites: Sequence[AspectComposite]


def comparisons_of(
    session: Session, city: City, period: Period, *, cut_off: datetime
) -> Comparisons | None:
    """Return what is compared; None of a period shorter than a year.

    The published values have to be those of the cut-off.
    """
    if period.kind is not PeriodKind.YEAR:
        return None
    year = period.start_on.year
    composites = aspect_composites(session, city, last_year=year, entered_before=cut_off)
    check_open([*MEASURES, *(part.code for one in composites for part in one.parts)])
    return Comparisons(
        figures=[v for v in imported_values(session, entered_before=cut_off) if v.year <= year],
        rankings=rankings_of_year(session, city, year, cut_off=cut_off),
        composites=composites,
    )


def check_open(codes: Sequence[str]) -> None:
    """Refuse what counts reports that are not public.

    Raises:
        ValueError: an indicator does; its numbers leave by the release tables only.
    """
    for code in codes:
        if all_definitions()[code].universe is UniverseName.WHOLE:
            raise ValueError(f"{code} counts reports that are not public")


def figure_bodies(city: City, found: Sequence[ImportedValue]) -> list[dict[str, Any]]:
    """Return figures of other bodies with their source and the SHA-256 of their evidence."""
    return [
        _body(
            city,
            universe=UniverseName.EXTERNAL.value,
            code=value.code,
            year=value.year,
            version=value.definition_version,
            value=value.value,
            unit=definition_at(value.code, value.definition_version).unit.value,
            details={
                "source": value.source,
                "evidence_sha256": value.evidence_sha256,
                "revision": value.revision,
            },
        )
        for value in found
    ]


def ranking_bodies(city: City, found: Sequence[PublishedRanking]) -> list[dict[str, Any]]:
    """Return each subject with the places it may have, or why it has none."""
    return [
        _body(
            city,
            universe=UniverseName.PUBLIC.value,
            code=f"ranking:{row.measure}",
            year=row.year,
            version=all_definitions()[row.measure].version,
            value=row.value,
            unit=all_definitions()[row.measure].unit.value,
            details={
                "first": row.first,
                "last": row.last,
                "interval_low": number(row.low),
                "interval_high": number(row.high),
                "n": row.n,
                "coverage_percent": number(row.coverage),
                "mix": row.mix,
                "why_not": row.why_not,
            },
        )
        | {"area_code": f"{row.kind}/{row.subject_code}", "area_level": row.kind, "bps_code": None}
        for row in found
    ]


def composite_bodies(city: City, found: Sequence[AspectComposite]) -> list[dict[str, Any]]:
    """Return the composite of each aspect and year with its parts; null where a part is missing."""
    return list(_composite_bodies(city, found))


def _composite_bodies(city: City, found: Sequence[AspectComposite]) -> Iterator[dict[str, Any]]:
    for one in found:
        universes = sorted({all_definitions()[part.code].universe.value for part in one.parts})
        for year in one.years:
            yield _body(
                city,
                universe="+".join(universes),
                code=f"composite:{one.aspect}",
                year=year.year,
                version=1,
                value=year.value,
                unit="index_0_100",
                details={
                    "geometric": number(year.geometric),
                    "parts": _parts(one, year),
                    "missing": list(year.missing),
                    "sensitivity": {
                        choice.value: _span(span) for choice, span in year.spans.items()
                    },
                },
            )


def _parts(one: AspectComposite, year: Composite) -> dict[str, Any]:
    whole = sum(part.weight for part in one.parts)
    return {
        part.code: {
            "weight_percent": float(round(100 * part.weight / whole, 2)),
            "value": number(one.values[year.year].get(part.code)),
            "normalised": number(year.parts.get(part.code)),
        }
        for part in one.parts
    }


def _span(span: Span) -> dict[str, Any]:
    return {
        "low": number(span.low),
        "high": number(span.high),
        "first": span.first,
        "last": span.last,
    }


def _body(
    city: City,
    *,
    universe: str,
    code: str,
    year: int,
    version: int,
    value: Decimal | None,
    unit: str,
    details: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        "universe": universe,
        "indicator_code": code,
        "definition_version": version,
        "period": str(year),
        "period_kind": PeriodKind.YEAR.value,
        "area_code": city.city_code,
        "area_level": "kota",
        "bps_code": city.bps_code,
        "value": number(value),
        "unit": unit,
        "numerator": None,
        "denominator": None,
        "status": "final",
        "is_suppressed": False,
        "details": dict(details),
    }


def number(value: Decimal | None) -> float | int | None:
    """Return a decimal as JSON writes it: at most four decimals, so nothing is lost."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
