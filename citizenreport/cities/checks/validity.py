"""Validity has no gaps and no overlaps: a code means one thing on each day."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import TypeVar

from citizenreport.cities.findings import Findings
from citizenreport.cities.format.parts import Line, Parts
from citizenreport.cities.rules import Agency, Category, Dated
from citizenreport.core.text import _n

D = TypeVar("D", bound=Dated)


def check_validity(parts: Parts, findings: Findings) -> None:
    """Record periods that end before they begin, overlap, leave a gap or outlive an agency."""
    _check_order(parts.areas, findings)
    _check_order(parts.agencies, findings)
    _check_order(parts.categories, findings)
    _check_order(parts.routing, findings)
    _check_periods(parts.areas, lambda area: area.area_code, findings)
    _check_periods(parts.agencies, lambda agency: agency.agency_code, findings)
    _check_periods(parts.categories, lambda category: category.category_code, findings)
    _check_successors(parts.agencies, findings)
    _check_agencies_in_use(parts, findings)


def _check_order(lines: Iterable[Line[D]], findings: Findings) -> None:
    for line in lines:
        first, last = line.value.valid_from, line.value.valid_to
        if first and last and last < first:
            findings.error(
                line.file,
                line.row,
                problem=_n("valid_to %(last)s mendahului valid_from %(first)s."),
                remedy=_n("Tukar atau perbaiki tanggalnya."),
                first=first,
                last=last,
            )


def _check_periods(
    lines: Iterable[Line[D]], code_of: Callable[[D], str], findings: Findings
) -> None:
    """Rows with one code are periods of one thing: they follow each other day by day."""
    periods: dict[str, list[Line[D]]] = {}
    for line in lines:
        periods.setdefault(code_of(line.value), []).append(line)
    for code, found in periods.items():
        found.sort(key=lambda line: line.value.valid_from or date.min)
        for earlier, later in pairwise(found):
            first, last = later.value.valid_from or date.min, earlier.value.valid_to or date.max
            if first <= last:
                problem = _n("Kode %(code)s sudah ada di baris %(row)s untuk hari yang sama.")
            elif first > _day_after(last):
                problem = _n(
                    "Ada celah masa berlaku antara baris %(row)s dan baris ini untuk %(code)s."
                )
            else:
                continue
            findings.error(
                later.file,
                later.row,
                problem=problem,
                remedy=_n(
                    "Hapus salah satunya, atau sambungkan valid_to dan valid_from tanpa celah."
                ),
                code=code,
                row=earlier.row,
            )


def _check_successors(lines: Sequence[Line[Agency]], findings: Findings) -> None:
    """A successor begins on the day after its predecessor's last."""
    begins: dict[str, date] = {}
    for line in lines:
        code, first = line.value.agency_code, line.value.valid_from or date.min
        begins[code] = min(begins.get(code, first), first)
    for line in lines:
        agency = line.value
        first_day = begins.get(agency.successor_code or "")
        if first_day is None:
            continue
        if agency.valid_to is None or agency.successor_code == agency.agency_code:
            problem = _n("%(code)s punya pengganti tetapi tidak punya hari terakhir.")
        elif date.min < first_day and first_day > _day_after(agency.valid_to):
            problem = _n("Ada celah antara %(code)s dan penggantinya %(successor)s.")
        else:
            continue  # a body that already existed may take over another's work
        findings.error(
            line.file,
            line.row,
            problem=problem,
            remedy=_n("Isi valid_to sehari sebelum penggantinya mulai."),
            code=agency.agency_code,
            successor=agency.successor_code,
        )


def _check_agencies_in_use(parts: Parts, findings: Findings) -> None:
    lives: dict[str, tuple[date, date]] = {}
    successors: dict[str, str] = {}
    for agency in parts.agencies:
        code = agency.value.agency_code
        first, last = lives.get(code, (date.max, date.min))
        lives[code] = (
            min(first, agency.value.valid_from or date.min),
            max(last, agency.value.valid_to or date.max),
        )
        successors[code] = agency.value.successor_code or ""
    users: list[tuple[Line[Dated], str]] = [
        *((rule, rule.value.agency_code) for rule in parts.routing),
        *((line, code) for line in parts.categories for code in _named_by(line.value)),
    ]
    for line, code in users:
        first, last = lives.get(code, (date.min, date.max))
        # A row without a first day is as old as what it names.
        begins_late = line.value.valid_from is not None and line.value.valid_from < first
        if begins_late or (line.value.valid_to or date.max) > last:
            findings.error(
                line.file,
                line.row,
                problem=_n("%(code)s tidak berlaku selama baris ini berlaku."),
                remedy=_n("Batasi valid_from dan valid_to, atau pakai penggantinya %(successor)s."),
                code=code,
                successor=successors[code] or "-",
            )


def _named_by(category: Category) -> tuple[str, ...]:
    return (category.lead, *category.supporting, *category.external)


def _day_after(day: date) -> date:
    return day + timedelta(days=1) if day < date.max else day
