"""TOML files of a pack: sections and keys checked, values read one by one, every fault recorded."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from citizenreport.cities.findings import Findings
from citizenreport.core.text import _n

MAX_NUMBER = 2_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section of a TOML file. Readers return the value, or a stand-in after recording a fault."""

    file: str
    name: str
    values: Mapping[str, object]
    findings: Findings = field(repr=False)

    def error(self, key: str, *, problem: str, remedy: str, **values: object) -> None:
        """Record a fault of this section; `%(key)s` and `%(value)s` may stand in both texts."""
        self.findings.error(
            self.file,
            None,
            problem=problem,
            remedy=remedy,
            key=f"[{self.name}] {key}",
            value=self.values.get(key, ""),
            **values,
        )

    def check_keys(self, *known: str) -> None:
        """Record every key that does not belong to this section."""
        for key in self.values:
            if key not in known:
                alike = difflib.get_close_matches(key, known, n=1)
                self.error(
                    key,
                    problem=_n("%(key)s tidak dikenal."),
                    remedy=_n("Maksudnya %(alike)s?") if alike else _n("Hapus baris itu."),
                    alike="".join(alike),
                )

    def text(self, key: str, *, default: str | None = None) -> str:
        """Return a text; without a default it may not be missing or empty."""
        value = self._get(key, default)
        if isinstance(value, str) and (value.strip() or default is not None):
            return value.strip()
        self._wrong(key, _n("Tulis teks di antara tanda kutip."))
        return ""

    def choice(self, key: str, choices: tuple[str, ...], *, default: str | None = None) -> str:
        """Return one of a few words."""
        value = self._get(key, default)
        if value in choices:
            return str(value)
        self._wrong(key, _n("Pilih salah satu: %(choices)s."), choices=", ".join(choices))
        return choices[0]

    def number(self, key: str, *, least: float, default: float | None = None) -> float:
        """Return a number of at least `least`."""
        value = self._get(key, default)
        # The comparison also refuses nan and inf, which TOML knows; `true` is an int to Python.
        if (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and least <= value <= MAX_NUMBER
        ):
            return float(value)
        self._wrong(key, _n("Tulis angka, paling kecil %(least)s."), least=f"{least:g}")
        return least

    def whole(self, key: str, *, least: int, default: int | None = None) -> int:
        """Return a whole number of at least `least`."""
        value = self._get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= MAX_NUMBER:
            return value
        self._wrong(key, _n("Tulis bilangan bulat, paling kecil %(least)s."), least=least)
        return least

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self.values.get(key, default)
        if isinstance(value, bool):
            return value
        self._wrong(key, _n("Tulis true atau false."))
        return default

    def texts(self, key: str, *, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self.values.get(key, list(default) if default is not None else None)
        if isinstance(value, list) and all(isinstance(item, str) and item for item in value):
            return tuple(value)
        self._wrong(key, _n('Tulis daftar teks seperti ["id", "en"].'))
        return ()

    def wholes(self, key: str, *, least: int, most: int, default: list[int]) -> frozenset[int]:
        """Return a set of whole numbers."""
        value = self.values.get(key, default)
        if isinstance(value, list) and all(
            isinstance(item, int) and least <= item <= most for item in value
        ):
            return frozenset(value)
        self._wrong(
            key,
            _n("Tulis daftar bilangan dari %(least)s sampai %(most)s."),
            least=least,
            most=most,
        )
        return frozenset(default)

    def day(self, key: str) -> date | None:
        """Return a day, None when missing or empty."""
        value = self.values.get(key)
        if value in (None, ""):
            return None
        try:
            if isinstance(value, date) and not isinstance(value, datetime):
                return value
            return date.fromisoformat(str(value))
        except ValueError:
            self._wrong(key, _n("Tulis tanggal seperti 2026-01-31."))
            return None

    def clock(self, key: str, *, default: str) -> str:
        """Return a time of day as `HH:MM`."""
        value = self.values.get(key, default)
        if isinstance(value, str) and re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
            return value
        self._wrong(key, _n("Tulis jam seperti 07:30."))
        return default

    def _get(self, key: str, default: object) -> object:
        return self.values.get(key, default)

    def _wrong(self, key: str, remedy: str, **values: object) -> None:
        if key in self.values:
            self.error(key, problem=_n("%(key)s berisi “%(value)s”."), remedy=remedy, **values)
        else:
            self.error(key, problem=_n("%(key)s tidak ada."), remedy=remedy, **values)


def read_toml(file: str, text: str | None, findings: Findings) -> dict[str, object]:
    """Return a TOML file as plain values; empty when absent or broken.

    `proposed`, before the first section of any file, lists what in it waits for the city.
    """
    if text is None:
        return {}
    try:
        return _without_proposals(file, tomllib.loads(text), findings)
    except tomllib.TOMLDecodeError as error:
        findings.error(
            file,
            problem=_n("TOML rusak (%(reason)s)."),
            remedy=_n("Perbaiki baris itu: teks diapit tanda kutip, daftar diapit kurung siku."),
            reason=error,
        )
    except RecursionError:
        findings.error(
            file,
            problem=_n("TOML bersarang terlalu dalam."),
            remedy=_n("Tulis daftar yang datar."),
        )
    return {}


def _without_proposals(
    file: str, values: dict[str, object], findings: Findings
) -> dict[str, object]:
    """Record what a file says is only proposed, and return the rest of it."""
    proposed = values.pop("proposed", [])
    if not isinstance(proposed, list) or not all(isinstance(item, str) for item in proposed):
        findings.error(
            file,
            problem=_n("“proposed” bukan daftar teks."),
            remedy=_n('Tulis daftar teks seperti proposed = ["jam kantor"].'),
        )
        return values
    for what in proposed:
        findings.open(
            file,
            problem=_n("Masih usulan: %(what)s."),
            remedy=_n("Setelah kota setuju, hapus dari daftar proposed."),
            what=what,
        )
    return values


def section(file: str, values: Mapping[str, object], name: str, findings: Findings) -> Section:
    """Return a section of a parsed file; an empty one when it is missing or not a section."""
    found = values.get(name, {})
    if not isinstance(found, Mapping):
        findings.error(
            file,
            problem=_n("%(name)s bukan bagian."),
            remedy=_n("Tulis judul [%(name)s] di baris sendiri."),
            name=name,
        )
        found = {}
    return Section(file=file, name=name, values=found, findings=findings)


def check_sections(
    file: str, values: Mapping[str, object], known: tuple[str, ...], findings: Findings
) -> None:
    """Record every section that does not belong to a file."""
    for name in values:
        if name not in known:
            findings.error(
                file,
                problem=_n("Bagian [%(name)s] tidak dikenal."),
                remedy=_n("Yang dikenal: %(known)s."),
                name=name,
                known=", ".join(known),
            )
