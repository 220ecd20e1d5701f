"""Breaking the handbook's pack in one place, and reading what the check says about it."""

from dataclasses import dataclass
from pathlib import Path

from citizenreport.cities.findings import Finding, Severity
from citizenreport.cities.pack import check_pack


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A pack on disk that a test may break."""

    folder: Path

    def change(self, file: str, old: str, new: str) -> "Pack":
        """Replace a text that must occur exactly once."""
        text = self.read(file)
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {file}"
        return self.write(file, text.replace(old, new))

    def add(self, file: str, *rows: str) -> "Pack":
        """Append rows to a file, or begin it with them."""
        before = self.read(file) if (self.folder / file).exists() else ""
        return self.write(file, before + "".join(f"{row}\n" for row in rows))

    def write(self, file: str, text: str) -> "Pack":
        (self.folder / file).write_text(text, encoding="utf-8")
        return self

    def read(self, file: str) -> str:
        return (self.folder / file).read_text(encoding="utf-8")

    def errors(self) -> list[Finding]:
        return self.found(Severity.ERROR)

    def found(self, severity: Severity) -> list[Finding]:
        return list(check_pack(self.folder).of(severity))

    def says(self, place: str, *words: str, severity: Severity = Severity.ERROR) -> bool:
        """Say whether some finding stands at a place and holds all the words."""
        return any(
            finding.place == place and all(word in str(finding) for word in words)
            for finding in self.found(severity)
        )
