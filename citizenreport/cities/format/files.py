"""The files of a pack as they stand on disk: which belong, their bytes, their text."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from citizenreport.cities.findings import Findings
from citizenreport.core.text import _n

MANDATORY = (
    "city.toml",
    "areas.csv",
    "areas.geojson",
    "agencies.csv",
    "categories.csv",
    "routing.csv",
)
OPTIONAL = (
    "SOURCES.md",
    "areas_alternative.geojson",
    "boundary.geojson",
    "category_texts.csv",
    "dimensions.csv",
    "emergency.csv",
    "handlers.csv",
    "holidays.csv",
    "landmarks.csv",
    "neighbours.geojson",
    "population.csv",
    "questions.csv",
    "release_tables.toml",
    "reply_templates.toml",
    "retention.toml",
    "texts.toml",
)
MAX_BYTES = 200_000_000
PACKS = Path(__file__).resolve().parents[1] / "packs"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFiles:
    """The text of each file that could be read, by name, and one digest over all of them."""

    folder: Path
    texts: dict[str, str]
    digest: str


def find_pack(city: str | Path) -> Path:
    """Return the folder of a pack, given its path or the name of one that comes with the product."""
    path = Path(city)
    return PACKS / path if not path.is_dir() and (PACKS / path).is_dir() else path


def read_files(folder: Path, findings: Findings) -> PackFiles:
    """Read every file of a pack that this version knows; the rest is only noted."""
    names = {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()
    for name in sorted(set(MANDATORY) - names):
        findings.error(
            name,
            problem=_n("Berkas wajib ini tidak ada."),
            remedy=_n("Buat berkas ini; susunannya ada di docs/city-pack.md."),
        )
    for name in sorted(n for n in names - {*MANDATORY, *OPTIONAL} if not n.startswith(".")):
        findings.note(
            name,
            problem=_n("Berkas ini tidak dikenal dan tidak dibaca."),
            remedy=_n("Periksa ejaan namanya, atau pindahkan ke luar paket."),
        )
    texts: dict[str, str] = {}
    digest = hashlib.sha256()
    for name in sorted(names & {*MANDATORY, *OPTIONAL}):
        content = _content(folder / name, findings)
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
        text = _decode(name, content, findings)
        if text is not None:
            texts[name] = text
    return PackFiles(folder=folder, texts=texts, digest=digest.hexdigest())


def _content(path: Path, findings: Findings) -> bytes:
    if path.is_file() and path.stat().st_size <= MAX_BYTES:
        return path.read_bytes()
    findings.error(
        path.name,
        problem=_n("Ini bukan berkas biasa, atau lebih besar dari %(limit)s MB."),
        remedy=_n("Ganti dengan berkas biasa yang lebih kecil."),
        limit=MAX_BYTES // 1_000_000,
    )
    return b""


def _decode(name: str, content: bytes, findings: Findings) -> str | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.error(
            name,
            problem=_n("Berkas ini bukan UTF-8: ada bita yang tidak terbaca di baris %(line)s."),
            remedy=_n("Simpan ulang sebagai UTF-8 (di lembar kerja: CSV UTF-8)."),
            line=content.count(b"\n", 0, error.start) + 1,
        )
        return None
    if "\0" in text:
        findings.error(
            name,
            problem=_n("Ada karakter NUL di baris %(line)s."),
            remedy=_n("Hapus karakter itu."),
            line=text.count("\n", 0, text.index("\0")) + 1,
        )
        return None
    return text
