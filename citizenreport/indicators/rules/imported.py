"""Figures of other bodies: what may be entered. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from citizenreport.core.errors import Conflict, InvalidInput
from citizenreport.core.text import _n
from citizenreport.indicators.rules.definitions import Definition, Status, Unit

FIRST_YEAR: Final = 2000
SOURCE_CHARS: Final = 300
MAX_EVIDENCE_BYTES: Final = 10 * 1024 * 1024
SCALES: Final[Mapping[Unit, tuple[int, int]]] = {
    Unit.PERCENT: (0, 100),
    Unit.PER_1000: (0, 1_000),
    Unit.COUNT: (0, 10_000_000),
    Unit.SCORE_0_4: (0, 4),
    Unit.SCORE_1_7: (1, 7),
    Unit.INDEX_1_5: (1, 5),
    Unit.INDEX_0_100: (0, 100),
    Unit.INDEX_25_100: (25, 100),
}
NUMBER: Final = re.compile(r"\d{1,9}(?:[.,]\d{1,4})?", re.ASCII)
PDF_HEAD: Final = re.compile(rb"%PDF-[12]\.\d")
TAIL_BYTES: Final = 2_048


class NotImported(InvalidInput):
    code = "indicator-not-imported"
    title = _n("Indikator ini bukan angka lembaga lain. Pilih indikator dari daftar.")


class ImportedYearInvalid(InvalidInput):
    code = "imported-year-invalid"
    title = _n("Tulis tahun angkanya, misalnya 2025. Tahun yang belum tiba belum punya angka.")


class ImportedValueInvalid(InvalidInput):
    code = "imported-value-invalid"
    title = _n("Tulis angkanya, dengan koma atau titik untuk desimal, misalnya 76,47.")


class ValueOutsideScale(InvalidInput):
    code = "imported-value-outside-scale"
    title = _n("Angka ini di luar skala indikatornya. Periksa lagi dokumennya.")


class ImportedSourceInvalid(InvalidInput):
    code = "imported-source-invalid"
    title = _n("Tulis sumber angkanya: lembaga dan nama dokumennya, paling banyak 300 huruf.")


class EvidenceInvalid(InvalidInput):
    code = "evidence-invalid"
    title = _n("Sertakan dokumen buktinya sebagai satu berkas PDF, paling besar 10 MB.")


class CorrectionWithoutReason(Conflict):
    code = "imported-value-exists"
    title = _n("Tahun ini sudah punya angka. Tulis alasan bila Anda memperbaikinya.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What somebody enters, as texts; the evidence as it was sent."""

    code: str
    year: str
    value: str
    source: str
    correction: str
    evidence: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A figure that may be kept."""

    definition: Definition
    year: int
    value: Decimal
    source: str
    correction: str


def check_given(dictionary: Mapping[str, Definition], given: Given, *, this_year: int) -> Checked:
    """Return the figure if everything about it is right.

    Raises:
        NotImported, ImportedYearInvalid, ImportedValueInvalid, ValueOutsideScale,
        ImportedSourceInvalid, EvidenceInvalid.
    """
    definition = dictionary.get(given.code.strip().upper())
    if definition is None or definition.status is not Status.IMPORTED:
        raise NotImported(pointer="#/code")
    source = " ".join(given.source.split())
    if not source or len(source) > SOURCE_CHARS or len(given.correction) > SOURCE_CHARS:
        raise ImportedSourceInvalid(pointer="#/source")
    checked = Checked(
        definition=definition,
        year=_year(given.year, this_year),
        value=_value(definition, given.value),
        source=source,
        correction=" ".join(given.correction.split()),
    )
    check_evidence(given.evidence)
    return checked


def _year(text: str, this_year: int) -> int:
    year = int(text) if re.fullmatch(r"\d{4}", text.strip(), re.ASCII) else 0
    if not FIRST_YEAR <= year <= this_year:
        raise ImportedYearInvalid(pointer="#/year")
    return year


def _value(definition: Definition, text: str) -> Decimal:
    """Return the number as it was written: one comma or point is that of the decimals."""
    if not NUMBER.fullmatch(text.strip()):
        raise ImportedValueInvalid(pointer="#/value")
    value = Decimal(text.strip().replace(",", "."))
    low, high = SCALES[definition.unit]
    is_whole = value == value.to_integral_value()
    if not low <= value <= high or (definition.unit is Unit.COUNT and not is_whole):
        raise ValueOutsideScale(pointer="#/value", low=low, high=high)
    return value


def check_evidence(content: bytes) -> None:
    """Check that this is one whole PDF of a bearable size. Raises EvidenceInvalid."""
    is_whole = PDF_HEAD.match(content) and b"%%EOF" in content[-TAIL_BYTES:]
    if not is_whole or len(content) > MAX_EVIDENCE_BYTES:
        raise EvidenceInvalid(pointer="#/evidence")
