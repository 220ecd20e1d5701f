"""What a numbered release carries, and when it may be made. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import Any

from citizenreport.cities.release_policy import ReleasePolicy
from citizenreport.cities.rules import City
from citizenreport.core.errors import Conflict, InvalidInput, Unavailable
from citizenreport.core.text import _n
from citizenreport.disclosure.auditor import Proof
from citizenreport.disclosure.cells import Cell, Cube
from citizenreport.disclosure.tables import TableSpec
from citizenreport.disclosure.whole import WholeYear
from citizenreport.indicators.rules.periods import Period, PeriodKind
from citizenreport.indicators.rules.reckoning import Reckoning
from citizenreport.indicators.rules.whole import WholeShare


class PeriodOpen(InvalidInput):
    code = "release-period-open"
    title = _n("Periode ini belum selesai, jadi belum dapat dirilis.")


class PeriodNotFinal(Conflict):
    code = "release-not-final"
    title = _n("Masa tindak lanjut laporan terakhir dalam periode ini belum selesai.")


class PeriodWithoutTables(InvalidInput):
    code = "release-without-tables"
    title = _n("Tabel rilis hanya ada untuk triwulan dan tahun.")


class ReleaseNotSafe(Unavailable):
    code = "release-not-safe"
    title = _n(
        "Tabel ini tidak dirilis: belum terbukti bahwa tidak seorang pun dapat dikenali darinya."
    )


class ReleaseTaken(Conflict):
    code = "release-taken"
    title = _n("Rilis dengan nomor ini baru saja dibuat. Hitung ulang, lalu coba lagi.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseCell:
    """One number of a release; "total" is a margin. `count` is None where withheld."""

    row: str
    column: str
    count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseTable:
    """A table as released. `rows`, `columns` are its levels; `asked` what the list has, when finer.

    Rows of kelurahan and kecamatan hold "tidak_disebut" and "total" too.
    """

    code: str
    universe: str
    rows: str
    columns: str
    period: str
    cells: tuple[ReleaseCell, ...]
    asked: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLog:
    """How much of a table is withheld: cells, and between which shares of its incidents (%).

    `share_low` to `share_high` is a band, since the exact share would be one more equation.
    """

    code: str
    cells: int
    withheld: int
    share_low: int
    share_high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicLog:
    """What everybody may know of what was withheld: never which cell was the reason."""

    policy_version: int
    cells: int
    withheld: int
    tables: tuple[TableLog, ...]
    coarsened: tuple[str, ...]  # codes of tables shown coarser than asked
    left_out: tuple[str, ...]  # codes of tables too thin to show at all, or the same as another


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedLog:
    """What never leaves the house: the counts, and which cells were the reason.

    With it a later release can be checked against this one.
    """

    cube: Cube
    specs: tuple[TableSpec, ...]
    primary: tuple[Cell, ...]
    complementary: tuple[Cell, ...]
    shown: Mapping[Cell, int]
    confidential: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodRelease:
    """The numbered release of a period: `revision` counts from 1. `sealed` stays inside.

    `whole` and `shares` (I12, I19) only of years. `policy`: what it was proven under, which is
    at least as strict as that of every earlier release of the year.
    """

    period: Period
    revision: int
    seen_releases: int  # how many of the year it was checked against
    cut_off: datetime
    policy: ReleasePolicy
    pack_version: int
    tables: tuple[ReleaseTable, ...]
    whole: WholeYear | None
    shares: tuple[WholeShare, ...]
    log: PublicLog
    proof: Proof
    sealed: SealedLog


def check_period(city: City, period: Period, *, cut_off: datetime, today: date) -> None:
    """Refuse a period that has no tables, is not over, or is not final at the cut-off.

    Raises:
        PeriodWithoutTables: a month.
        PeriodOpen: it is not over, or lies ahead.
        PeriodNotFinal: less than the policy's working days have gone by since its last day.
    """
    if period.kind is PeriodKind.MONTH:
        raise PeriodWithoutTables(pointer="#/period")
    if period.end_on >= today:
        raise PeriodOpen(pointer="#/period")
    days = city.release_policy.follow_up_working_days
    followed_until = Reckoning(calendar=city.calendar, cut_off=cut_off).end_after(
        period.end_on, days
    )
    if followed_until >= cut_off:
        last_on = city.local_date(followed_until)
        raise PeriodNotFinal(pointer="#/period", followed_until=last_on.isoformat())


def proof_record(proof: Proof) -> dict[str, Any]:
    """Return what everybody may know of a proof.

    Neither how many cells were sensitive nor how many programs were solved for them: beside the
    number of withheld cells that would tell how many are withheld for a reason of their own.
    """
    return {
        "is_safe": proof.is_safe,
        "releases_compared": proof.releases,
        "solver": proof.solver,
        "seconds": ceil(proof.seconds),
    }


def sealed_proof(proof: Proof) -> dict[str, Any]:
    """Return all that was checked, for the house: no value of any cell."""
    return {
        "is_safe": proof.is_safe,
        "sensitive": proof.sensitive,
        "programs": proof.programs,
        "releases_compared": proof.releases,
        "unproven": proof.unproven,
        "exposed_before": proof.exposed_before,
        "seconds": proof.seconds,
        "solver": proof.solver,
    }
