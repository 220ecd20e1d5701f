"""What a release of tables is about to show, and under which policy. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from citizenreport.cities.release_policy import ReleasePolicy
from citizenreport.cities.rules import City
from citizenreport.disclosure.cells import TOTAL, Cell, Frame, Table
from citizenreport.disclosure.tables import (
    QUARTER,
    TableSpec,
    coarsened,
    service_specs,
    table_of,
)
from citizenreport.indicators.rules.periods import Period, PeriodKind
from citizenreport.publication.release_counts import YearCounts
from citizenreport.publication.release_store import StoredRelease


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a release is about to show: each table as coarse as it has to be."""

    frame: Frame
    shown_as: tuple[tuple[TableSpec, TableSpec], ...]  # asked, shown
    left_out: tuple[str, ...]
    linked: tuple[Table, ...]
    quarter: str | None  # of a quarter's release

    def cells_of(self, table: Table) -> tuple[Cell, ...]:
        """Return the cells of a table that belong to this release, margins included."""
        wanted = self.quarter or TOTAL
        return tuple(cell for cell in table.cells(self.frame) if cell[QUARTER] == wanted)


def policy_in_force(city: City, before: Iterable[StoredRelease]) -> ReleasePolicy:
    """Return the city's policy, in nothing looser than those of earlier releases of the year."""
    policy = city.release_policy
    for stored in before:
        policy = policy.stricter(stored.policy) if stored.policy else policy
    return policy


def plan_of(
    city: City,
    frame: Frame,
    period: Period,
    counts: YearCounts,
    before: tuple[StoredRelease, ...],
) -> Plan:
    """Decide how coarse each table is shown, and which tables are linked by earlier releases too."""
    kind = "quarter" if period.kind is PeriodKind.QUARTER else "year"
    quarter = period.code[-2:] if kind == "quarter" else None
    shown_as: list[tuple[TableSpec, TableSpec]] = []
    left_out: list[str] = []
    specs = service_specs(city)
    for spec in (s for s in specs if s.period == kind):
        shown = coarsened(city, frame, counts.cube, spec, quarter=quarter)
        if shown is None or shown.shape in {other.shape for _, other in shown_as}:
            left_out.append(spec.code)
        else:
            shown_as.append((spec, shown))
    linked = {spec.shape: spec for stored in before for spec in stored.specs}
    linked |= {spec.shape: spec for spec in specs}
    return Plan(
        frame=frame,
        shown_as=tuple(shown_as),
        left_out=tuple(left_out),
        linked=tuple(table_of(frame, linked[shape]) for shape in sorted(linked)),
        quarter=quarter,
    )
