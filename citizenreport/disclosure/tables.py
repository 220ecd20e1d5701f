"""The closed list of release tables as cells of one frame, and how coarse each is shown. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from citizenreport.cities.release_policy import LADDER, ReleasePolicy
from citizenreport.cities.rules import AreaLevel, Aspect, City, Visibility
from citizenreport.disclosure.cells import TOTAL, Cell, Cube, Dimension, Frame, Table, tally

NOT_STATED: Final = "tidak_disebut"
QUARTERS: Final = ("Q1", "Q2", "Q3", "Q4")
CITY, AGENCY = "city", "agency"
AREA_LEVELS: Final = {"kecamatan": AreaLevel.DISTRICT, "kelurahan": AreaLevel.VILLAGE}
AREA, SUBJECT, QUARTER, HOLDER = range(4)
"""Where each dimension stands in a cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """A line of the closed list; after coarsening, what is left of it."""

    code: str
    rows: str  # city, kecamatan, kelurahan, agency
    columns: str  # total, aspect, category
    period: str  # year, quarter

    @classmethod
    def read(cls, values: Mapping[str, object]) -> Self:
        return cls(**{key: str(values[key]) for key in ("code", "rows", "columns", "period")})

    @property
    def shape(self) -> tuple[str, str, str]:
        return (self.rows, self.columns, self.period)


def service_specs(city: City) -> tuple[TableSpec, ...]:
    """Return the city's tables of the service universe, in its order."""
    found = [t for t in city.release_tables if t.get("universe") == "service"]
    return tuple(TableSpec.read(table) for table in found)


def release_frame(city: City, cubes: Iterable[Cube]) -> Frame:
    """Return the dimensions of a city, with values that only old reports still have."""
    leaves = {leaf for cube in cubes for leaf in cube}
    return Frame(
        dimensions=(
            Dimension(code="area", parents=_areas(city) | _lost(leaves, AREA, _areas(city))),
            Dimension(code="subject", parents=_subjects(city) | _lost_subjects(city, leaves)),
            Dimension(code="quarter", parents=dict.fromkeys(QUARTERS, TOTAL)),
            Dimension(code="agency", parents=_agencies(city) | _lost(leaves, HOLDER, {})),
        )
    )


def _areas(city: City) -> dict[str, str]:
    found = {NOT_STATED: TOTAL}
    for area in city.areas.values():
        parent = city.areas.get(area.parent_code or "")
        is_part = parent is not None and parent.level is AreaLevel.DISTRICT
        if area.level is not AreaLevel.CITY:
            found[area.area_code] = parent.area_code if parent is not None and is_part else TOTAL
    return found


def _subjects(city: City) -> dict[str, str]:
    """Return aspects, and below them the categories that may be public or restricted."""
    found = {aspect.value: TOTAL for aspect in Aspect}
    for category in city.categories.values():
        if category.visibility is not Visibility.CONFIDENTIAL:
            found[category.category_code] = category.aspect.value
    return found


def _lost_subjects(city: City, leaves: Iterable[Cell]) -> dict[str, str]:
    """Return categories of reports that the pack has no longer, or has as confidential."""
    known = _subjects(city)
    lost = {leaf[SUBJECT] for leaf in leaves} - known.keys()
    aspects = {code: c.aspect.value for code, c in city.categories.items()}
    return {code: aspects.get(code, Aspect.OTHER.value) for code in lost}


def _agencies(city: City) -> dict[str, str]:
    inside = [code for code, agency in city.agencies.items() if not agency.is_external]
    return dict.fromkeys(inside, TOTAL)


def _lost(leaves: Iterable[Cell], axis: int, known: Mapping[str, str]) -> dict[str, str]:
    return {leaf[axis]: TOTAL for leaf in leaves if leaf[axis] not in known}


def table_of(frame: Frame, spec: TableSpec) -> Table:
    """Return the inner cells of a table, all quarters of the year where it has quarters."""
    rows = [(area, TOTAL) for area in _area_values(frame, spec.rows)]
    if spec.rows == AGENCY:
        rows = [(TOTAL, agency) for agency in sorted(frame.dimensions[HOLDER].parents)]
    quarters = QUARTERS if spec.period == "quarter" else (TOTAL,)
    inner = [
        (area, subject, quarter, agency)
        for area, agency in rows
        for subject in _subject_values(frame, spec.columns)
        for quarter in quarters
    ]
    return Table(code=spec.code, inner=tuple(inner))


def _area_values(frame: Frame, rows: str) -> list[str]:
    if rows not in AREA_LEVELS:
        return [TOTAL]
    parents = frame.dimensions[AREA].parents
    if rows == "kecamatan":
        return sorted(code for code, parent in parents.items() if parent == TOTAL)
    inner = {parents[code] for code in parents} - {TOTAL}
    return sorted(parents.keys() - inner)


def _subject_values(frame: Frame, columns: str) -> list[str]:
    parents = frame.dimensions[SUBJECT].parents
    if columns == "total":
        return [TOTAL]
    is_aspect = columns == "aspect"
    return sorted(code for code, parent in parents.items() if (parent == TOTAL) is is_aspect)


def is_coarse_enough(
    policy: ReleasePolicy, cube: Cube, frame: Frame, cells: Iterable[Cell]
) -> bool:
    """Say whether few enough cells that hold a restricted report are sensitive."""
    views = len(next(iter(cube.values())).public) if cube else 1
    counts = tally(frame, cube, cells, views=views).values()
    most = [max(count.restricted(view) for view in range(views)) for count in counts]
    filled = [number for number in most if number > 0]
    sensitive = sum(policy.is_sensitive(number) for number in filled)
    return sensitive * 100 <= policy.coarsen_above_percent * len(filled)


def coarser(spec: TableSpec) -> TableSpec | None:
    """Return a table one step coarser: first its quarters, then its columns, then its rows."""
    for part in ("period", "columns", "rows"):
        step = LADDER.get(getattr(spec, part))
        if step is not None:
            return replace(spec, **{part: step})
    return None


def coarsened(
    city: City, frame: Frame, cube: Cube, spec: TableSpec, *, quarter: str | None
) -> TableSpec | None:
    """Return a table as coarse as the policy wants it; None when nothing of it is left."""
    policy = city.release_policy
    step: TableSpec | None = spec
    while step is not None and step.period == spec.period:
        cells = [
            cell
            for cell in table_of(frame, step).inner
            if quarter is None or cell[QUARTER] == quarter
        ]
        if is_coarse_enough(policy, cube, frame, cells):
            return step
        step = coarser(step)
    return None
