"""No row stands twice."""

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from citizenreport.cities.findings import Findings
from citizenreport.cities.format.parts import Line, Parts
from citizenreport.core.text import _n

T = TypeVar("T")


def _once(
    lines: Sequence[Line[T]], key: Callable[[T], Hashable], *, column: str, findings: Findings
) -> None:
    seen: dict[Hashable, int] = {}
    for line in lines:
        first = seen.setdefault(key(line.value), line.row)
        if first != line.row:
            findings.error(
                line.file,
                line.row,
                problem=_n("%(column)s ini sudah ada di baris %(first)s."),
                remedy=_n("Hapus atau ubah salah satunya."),
                column=column,
                first=first,
            )


def check_duplicates(parts: Parts, findings: Findings) -> None:
    """Record rows that say the same thing twice; periods of validity are checked apart."""
    _once(
        parts.populations,
        lambda p: (p.area_code, p.year),
        column="area_code, year",
        findings=findings,
    )
    _once(parts.shapes, lambda s: s.code, column="area_code", findings=findings)
    _once(parts.alternative_shapes, lambda s: s.code, column="area_code", findings=findings)
    _once(parts.neighbour_shapes, lambda s: s.code, column="code", findings=findings)
    _once(parts.routing, lambda r: r.rule_id, column="rule_id", findings=findings)
    _once(parts.emergency_numbers, lambda e: e.number, column="number", findings=findings)
    _once(parts.dimensions, lambda d: d.dimension_code, column="dimension_code", findings=findings)
    _once(parts.holidays, lambda h: h.day, column="date", findings=findings)
    _once(
        parts.handlers,
        lambda h: (h.protection_class, h.agency_code),
        column="protection_class, agency_code",
        findings=findings,
    )
    _once(
        parts.category_texts,
        lambda t: (t.category_code, t.language),
        column="category_code, lang",
        findings=findings,
    )
    _once(
        parts.questions,
        lambda q: (q.category_code, q.question.code),
        column="category_code, code",
        findings=findings,
    )
