"""What is wrong with a pack: each finding says where, what and what to do. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n


class Severity(StrEnum):
    ERROR = "error"  # the pack is refused
    NOTE = "note"  # worth a look; the pack runs
    OPEN = "open"  # proposed or missing: the city confirms or supplies it


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding. `row` is the line as a spreadsheet numbers it (the heading is 1), the number of
    the feature in a GeoJSON file (from 1), or None for the file as a whole.

    The texts are Indonesian messages with %(name)s places, so that a door can translate them.
    """

    file: str
    row: int | None
    problem_text: str
    remedy_text: str
    values: Mapping[str, object] = field(default_factory=dict)
    severity: Severity = Severity.ERROR

    @property
    def problem(self) -> str:
        return self.problem_text % self.values

    @property
    def remedy(self) -> str:
        return self.remedy_text % self.values

    @property
    def place(self) -> str:
        """The file and row in one word, as in `routing.csv:12`."""
        return self.file if self.row is None else f"{self.file}:{self.row}"

    def __str__(self) -> str:
        return f"{self.place}: {self.problem} {self.remedy}".rstrip()


class Findings:
    """Collects findings while a pack is read and checked: nothing stops at the first one."""

    def __init__(self) -> None:
        self._found: dict[str, Finding] = {}

    def error(
        self, file: str, row: int | None = None, /, *, problem: str, remedy: str, **values: object
    ) -> None:
        """Record what makes the pack refused."""
        self.add(_finding(file, row, problem, remedy, values))

    def note(
        self, file: str, row: int | None = None, /, *, problem: str, remedy: str, **values: object
    ) -> None:
        """Record what is worth a look although the pack runs."""
        self.add(_finding(file, row, problem, remedy, values, severity=Severity.NOTE))

    def open(
        self, file: str, row: int | None = None, /, *, problem: str, remedy: str, **values: object
    ) -> None:
        """Record what waits for the city."""
        self.add(_finding(file, row, problem, remedy, values, severity=Severity.OPEN))

    def add(self, finding: Finding) -> None:
        """Record a finding once, however often it is met."""
        self._found.setdefault(f"{finding.severity} {finding}", finding)

    def all(self) -> tuple[Finding, ...]:
        """Return everything found, by file and row."""
        return tuple(sorted(self._found.values(), key=lambda f: (f.file, f.row or 0)))

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """Return the findings of one severity, by file and row."""
        return tuple(finding for finding in self.all() if finding.severity == severity)

    def has_errors_in(self, *files: str) -> bool:
        """Say whether one of these files was refused as a whole: nothing can be checked against it."""
        return any(
            finding.file in files and finding.row is None for finding in self.of(Severity.ERROR)
        )


def _finding(
    file: str,
    row: int | None,
    problem: str,
    remedy: str,
    values: Mapping[str, object],
    *,
    severity: Severity = Severity.ERROR,
) -> Finding:
    return Finding(
        file=file,
        row=row,
        problem_text=problem,
        remedy_text=remedy,
        values=values,
        severity=severity,
    )


class BadPack(InvalidInput):
    """A pack that cannot be used; carries everything that is wrong with it."""

    code = "bad-pack"
    title = _n("Paket kota belum dapat dipakai.")

    def __init__(self, folder: str, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        lines = [f"{self.title} {folder}: {len(self.findings)} masalah.", *map(str, self.findings)]
        super().__init__("\n".join(lines))
