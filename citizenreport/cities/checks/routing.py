"""The decision table answers every report exactly once, and no row is idle.

Each category is tried on every combination of what its rows ask about, on every day on which
something in them changes. What no row asks about cannot make a difference and is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, product
from math import prod

from citizenreport.cities.findings import Findings
from citizenreport.cities.format.parts import Line, Parts
from citizenreport.cities.rules import (
    AreaLevel,
    Category,
    Question,
    RoutingRow,
    can_overlap,
    is_valid_on,
    specificity,
)
from citizenreport.core.text import _n

FILE = "routing.csv"
MAX_COMBINATIONS = 50_000
MAX_MIXED = 6
_LISTED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One combination. An area of None is any that no row names; so is an answer left out."""

    area_code: str | None
    answers: Mapping[str, frozenset[str]]
    office_hours: bool

    def matches(self, row: RoutingRow) -> bool:
        """Say whether a row takes this case."""
        return (
            row.area_code in (None, self.area_code)
            and row.office_hours in (None, self.office_hours)
            and all(value in self.answers[code] for code, value in row.answers)
        )

    def describe(self, rows: Sequence[RoutingRow]) -> str:
        """Name what of this case the rows ask about, in the words of the file."""
        parts = [f"{code}={'+'.join(sorted(v)) or '…'}" for code, v in self.answers.items()]
        if any(row.area_code for row in rows):
            parts.append(f"area_code={self.area_code or '…'}")
        if any(row.office_hours is not None for row in rows):
            parts.append(f"office_hours={'yes' if self.office_hours else 'no'}")
        return ", ".join(parts)


def check_routing(parts: Parts, findings: Findings) -> None:
    """Record categories without rows, rows that collide, rows never chosen and cases never taken."""
    if findings.has_errors_in(FILE, "categories.csv"):
        return
    questions: dict[str, dict[str, Question]] = {}
    for line in parts.questions:
        if not line.value.question.is_retired:
            of_category = questions.setdefault(line.value.category_code, {})
            of_category[line.value.question.code] = line.value.question
    villages = {
        line.value.area_code for line in parts.areas if line.value.level == AreaLevel.VILLAGE
    }
    for code, periods in _by_category(parts.categories).items():
        rows = [line for line in parts.routing if line.value.category_code == code]
        if not rows:
            findings.error(
                periods[0].file,
                periods[0].row,
                problem=_n("Kategori %(code)s tidak punya baris di routing.csv."),
                remedy=_n("Tambahkan satu baris tanpa syarat untuk kategori ini."),
                code=code,
            )
            continue
        table = _Table(
            category_code=code,
            rows=[
                line for line in rows if _is_possible(line.value, questions.get(code, {}), villages)
            ],
            questions=questions.get(code, {}),
            first=min(line.value.valid_from or date.min for line in periods),
            last=max(line.value.valid_to or date.max for line in periods),
        )
        table.check(findings)


def _by_category(lines: Sequence[Line[Category]]) -> dict[str, list[Line[Category]]]:
    found: dict[str, list[Line[Category]]] = {}
    for line in lines:
        found.setdefault(line.value.category_code, []).append(line)
    return found


def _is_possible(row: RoutingRow, questions: Mapping[str, Question], villages: set[str]) -> bool:
    """Leave out rows whose codes are unknown: that is recorded elsewhere, once."""
    return (row.area_code is None or row.area_code in villages) and all(
        code in questions and value in [choice for choice, _ in questions[code].choices]
        for code, value in row.answers
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """The rows of one category and the days on which it is offered."""

    category_code: str
    rows: Sequence[Line[RoutingRow]]
    questions: Mapping[str, Question]
    first: date
    last: date

    def check(self, findings: Findings) -> None:
        self._check_collisions(findings)
        chosen: set[str] = set()
        for first, last in self._segments():
            active = [line.value for line in self.rows if is_valid_on(line.value, first)]
            if not active:
                self._report_gap(first, last, findings)
            elif self._count(active) > MAX_COMBINATIONS:
                self._report_too_many(findings)
                chosen.update(row.rule_id for row in active)
            else:
                chosen.update(self._try_all(active, findings))
        self._report_idle(chosen, findings)

    def _check_collisions(self, findings: Findings) -> None:
        multiple = {
            code
            for code, question in self.questions.items()
            if question.datatype == "multivaluelist"
        }
        for one, other in combinations(self.rows, 2):
            if specificity(one.value) == specificity(other.value) and can_overlap(
                one.value, other.value, multiple=multiple
            ):
                findings.error(
                    FILE,
                    other.row,
                    problem=_n("%(other)s dan %(one)s sama khususnya dan dapat cocok bersamaan."),
                    remedy=_n(
                        "Tambahkan satu syarat pada salah satunya, atau hapus salah satunya."
                    ),
                    one=one.value.rule_id,
                    other=other.value.rule_id,
                )

    def _segments(self) -> Iterator[tuple[date, date]]:
        """Yield first and last day of each stretch in which the same rows are valid."""
        starts = {self.first}
        for line in self.rows:
            starts.add(line.value.valid_from or date.min)
            if line.value.valid_to and line.value.valid_to < date.max:
                starts.add(line.value.valid_to + timedelta(days=1))
        inside = sorted(day for day in starts if self.first <= day <= self.last)
        ends = [day - timedelta(days=1) for day in inside[1:]] + [self.last]
        return zip(inside, ends, strict=True)

    def _axes(self, rows: Sequence[RoutingRow]) -> dict[str, list[frozenset[str]]]:
        """Return, for each question a row asks about, the sets of answers that differ."""
        named: dict[str, set[str]] = {}
        for row in rows:
            for code, value in row.answers:
                named.setdefault(code, set()).add(value)
        return {
            code: _answer_sets(self.questions[code], sorted(values))
            for code, values in sorted(named.items())
        }

    def _areas(self, rows: Sequence[RoutingRow]) -> list[str | None]:
        # A report may come without an area, so the nameless one always stays.
        return [None, *sorted({row.area_code for row in rows if row.area_code})]

    def _hours(self, rows: Sequence[RoutingRow]) -> tuple[bool, ...]:
        return (True, False) if any(row.office_hours is not None for row in rows) else (True,)

    def _count(self, rows: Sequence[RoutingRow]) -> int:
        answers = prod(len(values) for values in self._axes(rows).values())
        return answers * len(self._areas(rows)) * len(self._hours(rows))

    def _cases(self, rows: Sequence[RoutingRow]) -> Iterator[Case]:
        axes = self._axes(rows)
        for area_code, office_hours in product(self._areas(rows), self._hours(rows)):
            for answers in product(*axes.values()):
                yield Case(
                    area_code=area_code,
                    office_hours=office_hours,
                    answers=dict(zip(axes, answers, strict=True)),
                )

    def _try_all(self, rows: Sequence[RoutingRow], findings: Findings) -> set[str]:
        """Return the rules that some case chooses; record the cases that choose none."""
        chosen: set[str] = set()
        missed: list[str] = []
        for case in self._cases(rows):
            matching = [row for row in rows if case.matches(row)]
            if matching:
                most = max(map(specificity, matching))
                chosen.update(row.rule_id for row in matching if specificity(row) == most)
            else:
                missed.append(case.describe(rows))
        if missed:
            findings.error(
                FILE,
                problem=_n(
                    "Kategori %(code)s: %(count)s kombinasi tanpa baris, misalnya %(cases)s."
                ),
                remedy=_n("Tambahkan satu baris tanpa syarat untuk kategori ini."),
                code=self.category_code,
                count=len(missed),
                cases="; ".join(missed[:_LISTED]),
            )
        return chosen

    def _report_gap(self, first: date, last: date, findings: Findings) -> None:
        findings.error(
            FILE,
            problem=_n(
                "Kategori %(code)s tidak punya baris yang berlaku %(first)s sampai %(last)s."
            ),
            remedy=_n(
                "Sambungkan valid_from dan valid_to barisnya; hari pertama dan terakhir ikut."
            ),
            code=self.category_code,
            first="awal" if first == date.min else first.isoformat(),
            last="seterusnya" if last == date.max else last.isoformat(),
        )

    def _report_too_many(self, findings: Findings) -> None:
        findings.note(
            FILE,
            problem=_n(
                "Kategori %(code)s: kombinasinya terlalu banyak untuk dicoba satu per satu."
            ),
            remedy=_n("Kurangi pertanyaan yang dipakai sebagai syarat."),
            code=self.category_code,
        )

    def _report_idle(self, chosen: set[str], findings: Findings) -> None:
        for line in self.rows:
            if line.value.rule_id not in chosen:
                findings.error(
                    FILE,
                    line.row,
                    problem=_n("%(rule)s tidak pernah terpilih."),
                    remedy=_n(
                        "Baris lain yang lebih khusus selalu menang, masa berlakunya di luar "
                        "kategori, atau syaratnya saling meniadakan: ubah atau hapus."
                    ),
                    rule=line.value.rule_id,
                )


def _answer_sets(question: Question, named: list[str]) -> list[frozenset[str]]:
    """Return the answers to try: each named value, and a stand-in for everything else."""
    if question.datatype == "multivaluelist":
        # Every mixture of a few answers; of many, each one alone.
        sizes = range(1, len(named) + 1 if len(named) <= MAX_MIXED else 2)
        several = [frozenset(some) for size in sizes for some in combinations(named, size)]
        return [frozenset(), *several]
    single = [frozenset({value}) for value in named]
    is_all_named = {choice for choice, _ in question.choices} == set(named)
    return single if question.required and is_all_named else [frozenset(), *single]
