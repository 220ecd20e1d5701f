"""Where a text may name somebody, or lead to them: guesses for whoever releases it. Pure.

A guess takes nothing away by itself. It finds honorifics with a capitalised name, e-mail addresses,
telephone numbers, the 16 digits of a NIK, number plates, and addresses of houses.
Source: UU 27/2022, article 4 (data pribadi umum); Perkapolri 7/2021 (form of number plates).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class MarkKind(StrEnum):
    """What a passage looks like."""

    EMAIL = "email"
    NIK = "nik"
    PHONE = "phone"
    ADDRESS = "address"
    PLATE = "plate"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A passage that may be about a third person. `start` and `end` count characters."""

    kind: MarkKind
    start: int
    end: int
    text: str


HONORIFICS: Final = (
    *("bapak", "bpk", "pak", "ibu", "bu", "sdr", "sdri", "saudara", "saudari", "mas", "mbak"),
    *("mbah", "kang", "dik", "haji", "hajjah", "hj", "ustadz", "ustad", "ustadzah", "kyai", "dr"),
)
OFFICES: Final = (
    *("RT", "RW", "Lurah", "Camat", "Kades", "Kadus", "Wali", "Walikota", "Bupati", "Polisi"),
    *("Polwan", "Guru", "Dokter", "Bidan", "Satpam", "Hansip", "Dukuh", "Ketua", "Kepala"),
    *("Pejabat", "Petugas", "Presiden", "Gubernur", "Menteri", "Hakim", "Jaksa", "Ibu", "Bapak"),
)
"""Who holds these is not named by them."""
_WORD: Final = r"[A-ZÀ-Þ][\w'’-]*"
_NO: Final = r"(?:no\.?|nomor|nomer)\s*"
PATTERNS: Final = {
    MarkKind.EMAIL: re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    MarkKind.NIK: re.compile(r"(?<![\d.])\d{16}(?![\d.])"),
    MarkKind.PHONE: re.compile(r"(?<![\w.])(?:\+62|62|0)(?:[\s.-]?\d){8,12}(?!\d)"),
    MarkKind.ADDRESS: re.compile(
        rf"\b(?:(?:jalan|jln|jl|gang|gg|perumahan|perum|kampung|kp|dusun)\b\.?\s+"
        rf"(?:[\w'’-]+\s+){{1,4}}?{_NO}\d+\w?|rumah\s+{_NO}\d+\w?"
        rf"|rt\.?\s*\d{{1,3}}\s*[/,]?\s*rw\.?\s*\d{{1,3}}\s*,?\s*{_NO}\d+\w?)",
        re.IGNORECASE,
    ),
    MarkKind.PLATE: re.compile(r"\b(?!RT|RW|NO|KM|JL|SD)[A-Z]{1,2}[ -]?\d{1,4}[ -]?[A-Z]{1,3}\b"),
    MarkKind.NAME: re.compile(
        rf"\b(?i:{'|'.join(HONORIFICS)})\b\.?\s+"
        rf"(?P<name>(?!(?:{'|'.join(OFFICES)})\b){_WORD}(?:\s+{_WORD}){{0,3}})"
    ),
}
"""In the order in which they claim a passage; of a name only what follows the honorific is marked."""

INSTEAD: Final = {
    MarkKind.EMAIL: "[surel]",
    MarkKind.NIK: "[nomor induk]",
    MarkKind.PHONE: "[nomor telepon]",
    MarkKind.ADDRESS: "[alamat]",
    MarkKind.PLATE: "[pelat nomor]",
    MarkKind.NAME: "[nama]",
}
"""What stands in the place of a passage that was taken out, in the language of the reports."""


def marks_in(text: str) -> tuple[Mark, ...]:
    """Return what may be about third persons, in the order of the text; no two overlap."""
    found: list[Mark] = []
    for mark in _all(text):
        if all(mark.end <= other.start or mark.start >= other.end for other in found):
            found.append(mark)
    return tuple(sorted(found, key=lambda mark: mark.start))


def withheld(text: str, chosen: tuple[Mark, ...]) -> str:
    """Return the text without these passages, and without the same words elsewhere in it."""
    for mark in chosen:
        same = rf"(?<!\w){re.escape(mark.text)}(?!\w)"
        text = re.sub(same, INSTEAD[mark.kind], text)
    return text


def _all(text: str) -> Iterator[Mark]:
    for kind, pattern in PATTERNS.items():
        for match in pattern.finditer(text):
            start, end = match.span("name" if kind is MarkKind.NAME else 0)
            yield Mark(kind=kind, start=start, end=end, text=text[start:end])
