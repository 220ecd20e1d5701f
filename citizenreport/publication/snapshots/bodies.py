"""The numbers of a snapshot as JSON: one file a universe, the same numbers the same bytes. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from citizenreport.cities.rules import City
from citizenreport.disclosure.whole import WholeYear
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.rules.periods import Period, PeriodKind, last_day_before
from citizenreport.indicators.rules.whole import WholeShare
from citizenreport.ledger.rules import canonical
from citizenreport.publication.release_rules import ReleaseCell, ReleaseTable
from citizenreport.publication.snapshots.comparisons import (
    COMPOSITES,
    FIGURES,
    RANKINGS,
    Comparisons,
    composite_bodies,
    figure_bodies,
    number,
    ranking_bodies,
)
from citizenreport.publication.snapshots.contents import Contents
from citizenreport.publication.snapshots.rules import SnapshotFile

VALUES: Final = "nilai.json"
WHOLE: Final = "seluruh.json"
TABLES: Final = "tabel_rilis.json"
NUMBERS: Final = (VALUES, WHOLE, TABLES, FIGURES, RANKINGS, COMPOSITES)
"""Files that hold the numbers, and nothing about when they were written."""


def number_files(city: City, contents: Contents) -> list[SnapshotFile]:
    """Return the files that a recomputation must give again, byte by byte."""
    files = [SnapshotFile(name=VALUES, content=canonical(value_bodies(city, contents.values)))]
    if contents.comparisons is not None:
        files += _comparison_files(city, contents.comparisons)
    release = contents.release
    if release is None:
        return files
    period = contents.period.code
    tables = [_cell_body(period, table, cell) for table in release.tables for cell in table.cells]
    files.append(SnapshotFile(name=TABLES, content=canonical(tables)))
    if release.whole is not None:
        shares = [whole_body(city, share) for share in release.shares]
        groups = list(_group_bodies(city, release.whole))
        files.append(SnapshotFile(name=WHOLE, content=canonical([*groups, *shares])))
    return files


def _comparison_files(city: City, found: Comparisons) -> list[SnapshotFile]:
    bodies = {
        FIGURES: figure_bodies(city, found.figures),
        RANKINGS: ranking_bodies(city, found.rankings),
        COMPOSITES: composite_bodies(city, found.composites),
    }
    return [SnapshotFile(name=name, content=canonical(body)) for name, body in bodies.items()]


def _cell_body(period: str, table: ReleaseTable, cell: ReleaseCell) -> dict[str, Any]:
    """Return one number of the service universe; "total" is a margin."""
    return {
        "universe": table.universe,
        "indicator_code": table.code,
        "row_level": table.rows,
        "column_level": table.columns,
        "period": period,
        "period_kind": table.period,
        "area_code": f"{cell.row}/{cell.column}",
        "row": cell.row,
        "column": cell.column,
        "value": cell.count,
        "numerator": cell.count,
        "denominator": None,
        "status": "final",
        "definition_version": 1,
        "is_suppressed": cell.count is None,
        "details": {},
    }


def _group_bodies(city: City, whole: WholeYear) -> Iterator[dict[str, Any]]:
    """Yield all reports of the year, and the confidential ones by group of protection."""
    groups = [("all", whole.total), *(("+".join(g.classes), g.count) for g in whole.groups)]
    for code, count in groups:
        yield {
            "universe": "whole",
            "indicator_code": f"reports:{code}",
            "definition_version": 1,
            "period": str(whole.year),
            "area_code": city.city_code,
            "area_level": "kota",
            "bps_code": city.bps_code,
            "value": count,
            "unit": "count",
            "numerator": count,
            "denominator": None,
            "status": "final",
            "is_suppressed": count is None,
            "details": {},
        }


def value_bodies(city: City, values: Sequence[PublishedIndicatorValue]) -> list[dict[str, Any]]:
    """Return the values with the codes of both systems; the row "not stated" has none."""
    return [_value_body(city, row) for row in values]


def _value_body(city: City, row: PublishedIndicatorValue) -> dict[str, Any]:
    period = Period(start_on=row.period_start_on, kind=PeriodKind(row.period_kind))
    area = city.areas.get(row.area_code)
    is_city = row.area_code == city.city_code
    return {
        "universe": row.universe,
        "indicator_code": row.code,
        "definition_version": row.definition_version,
        "period": period.code,
        "period_kind": row.period_kind,
        "period_start_on": period.start_on.isoformat(),
        "period_end_on": period.end_on.isoformat(),
        "area_code": row.area_code,
        "area_level": row.area_level,
        "bps_code": city.bps_code if is_city else area and area.bps_code,
        "value": number(row.value),
        "unit": row.unit,
        "numerator": row.numerator,
        "denominator": row.denominator,
        "status": row.status,
        "data_until": last_day_before(row.cut_off_at, city.calendar.time_zone).isoformat(),
        "is_suppressed": False,
        "details": row.extra,
    }


def whole_body(city: City, share: WholeShare) -> dict[str, Any]:
    """Return a share over all reports; every number of a withheld one is null."""
    return {
        "universe": "whole",
        "indicator_code": share.code,
        "definition_version": 1,
        "period": share.years,
        "area_code": city.city_code,
        "area_level": "kota",
        "bps_code": city.bps_code,
        "value": number(share.value),
        "unit": "percent",
        "numerator": share.numerator,
        "denominator": share.denominator,
        "status": "final",
        "is_suppressed": share.is_withheld,
        "details": {},
    }
