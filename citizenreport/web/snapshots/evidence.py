"""The evidence pack of the smart-city evaluation: figures of releases, notes and documents in one ZIP.

in    `bukti.toml` of a folder (what is claimed for which sub-dimension), its documents, releases
out   one ZIP with an index (HTML and CSV) that also says where there is nothing yet
never a figure that was not released

Source: evaluation by baseline, output, outcome, impact and quick win (kominfo.slemankab.go.id);
weights vary by year and are not ours to apply.
"""

import html
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from citizenreport.cities.rules import City, Dimension
from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n
from citizenreport.documents.tables import csv_text
from citizenreport.indicators.definitions import all_definitions, definition_at
from citizenreport.publication.snapshots.bodies import VALUES
from citizenreport.publication.snapshots.comparisons import FIGURES
from citizenreport.publication.snapshots.folders import package_name, zipped
from citizenreport.publication.snapshots.rules import MANIFEST, digest
from citizenreport.web.indicators import UNIT_NAMES

LIST: Final = "bukti.toml"
LEVELS: Final = ("baseline", "output", "outcome", "impact", "quick_win")
HEADER: Final = (
    *("kode_subdimensi", "subdimensi", "tingkat", "rilis", "kode_indikator", "indikator", "nilai"),
    *("satuan", "status", "catatan", "dokumen", "sha256"),
)
NOTHING: Final = "belum ada"
Files = Mapping[str, bytes]


class EvidenceWrong(InvalidInput):
    """`public["what"]` says which entry of the list, and what is wrong with it."""

    code = "evidence-wrong"
    title = _n("Daftar bukti tidak dapat dipakai.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One claim. `release`: the number of the release that its figures are of."""

    dimension_code: str
    level: str
    release: int
    indicators: tuple[str, ...]
    note: str
    documents: tuple[str, ...]


def read_evidence(city: City, folder: Path, *, release: int) -> list[Evidence]:
    """Return what the folder's list claims. Raises EvidenceWrong naming the entry."""
    try:
        rows = tomllib.loads((folder / LIST).read_text(encoding="utf-8"))["bukti"]
        return [_evidence(city, folder, row, release) for row in rows]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise EvidenceWrong(what=f"{LIST}: {error}") from error


def _evidence(city: City, folder: Path, row: Mapping[str, Any], release: int) -> Evidence:
    one = Evidence(
        dimension_code=str(row["subdimensi"]),
        level=str(row["tingkat"]),
        release=int(row.get("rilis", release)),
        indicators=tuple(map(str, row.get("indikator", ()))),
        note=str(row.get("catatan", "")),
        documents=tuple(map(str, row.get("dokumen", ()))),
    )
    known = {dimension.dimension_code for dimension in city.dimensions}
    if one.dimension_code not in known:
        raise EvidenceWrong(what=f"subdimensi {one.dimension_code}")
    if one.level not in LEVELS:
        raise EvidenceWrong(what=f"tingkat {one.level}: {', '.join(LEVELS)}")
    for code in one.indicators:
        if code not in all_definitions():
            raise EvidenceWrong(what=f"indikator {code}")
    for name in one.documents:
        if Path(name).name != name or not (folder / name).is_file():
            raise EvidenceWrong(what=f"dokumen {name}")
    return one


def evidence_pack(
    city: City, claims: Sequence[Evidence], folder: Path, releases: Mapping[int, Files]
) -> bytes:
    """Return the pack. `releases`: the files of each release that is named, by number.

    Raises:
        EvidenceWrong: a release has no value of an indicator that is claimed of it.
    """
    documents = {name: (folder / name).read_bytes() for one in claims for name in one.documents}
    lines = [line for one in _in_order(city, claims) for line in _lines(one, releases, documents)]
    files = {f"dokumen/{name}": content for name, content in documents.items()}
    for number, release in sorted(releases.items()):
        name = package_name(city.city_code, number)
        files[f"rilis/{name}"] = release[name]
    files["indeks.csv"] = csv_text(HEADER, lines).encode()
    files["indeks.html"] = _page(city, lines).encode()
    return zipped(files)


def _in_order(
    city: City, claims: Sequence[Evidence]
) -> Iterator[tuple[Dimension, str, Evidence | None]]:
    """Yield each sub-dimension and level with its claims, and None where there is none."""
    parents = {dimension.parent_code for dimension in city.dimensions}
    for dimension in city.dimensions:
        if dimension.dimension_code in parents:
            continue
        for level in LEVELS:
            key = (dimension.dimension_code, level)
            found = [one for one in claims if (one.dimension_code, one.level) == key]
            if not found:
                yield dimension, level, None
            for one in found:
                yield dimension, level, one


def _lines(
    entry: tuple[Dimension, str, Evidence | None], releases: Mapping[int, Files], documents: Files
) -> Iterator[tuple[Any, ...]]:
    dimension, level, one = entry
    head = (dimension.dimension_code, dimension.names["id"], level)
    if one is None:
        yield (*head, None, "", "", None, "", "", NOTHING, "", "")
        return
    for code in one.indicators:
        value = _released(releases[one.release], code)
        definition = definition_at(code, value["definition_version"])
        figure = (code, definition.names["id"], _number(value), UNIT_NAMES[definition.unit])
        yield (*head, one.release, *figure, value["status"], one.note, "", "")
    for name in one.documents:
        yield (*head, None, "", "", None, "", "", one.note, name, digest(documents[name]))
    if not one.indicators and not one.documents:
        yield (*head, None, "", "", None, "", "", one.note, "", "")


def _released(release: Files, code: str) -> dict[str, Any]:
    """Return the city's value of a release's whole period. Raises EvidenceWrong."""
    manifest = json.loads(release[MANIFEST])
    wanted = (code, manifest["period"], manifest["city_code"])
    rows = [
        row for name in (VALUES, FIGURES) if name in release for row in json.loads(release[name])
    ]
    for row in rows:
        if (row["indicator_code"], row["period"], row["area_code"]) == wanted:
            return dict(row)
    raise EvidenceWrong(what=f"indikator {code}, rilis {manifest['number']}")


def _number(value: Mapping[str, Any]) -> Any:
    return str(value["details"].get("median", "")) or value["value"]


def _page(city: City, lines: Sequence[Sequence[Any]]) -> str:
    """Return the index as a page that needs nothing from elsewhere."""

    def row(cells: Sequence[Any], tag: str) -> str:
        inside = "".join(
            f"<{tag}>{html.escape('' if cell is None else str(cell))}</{tag}>" for cell in cells
        )
        return f"<tr>{inside}</tr>"

    title = html.escape(f"Bukti evaluasi kota cerdas, {city.name}")
    body = "\n".join(row(line, "td") for line in lines)
    return (
        f'<!doctype html>\n<html lang="id"><head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body><h1>{title}</h1>\n<p>Angka berasal dari rilis bernomor di folder rilis; dokumen di folder "
        f'dokumen.</p>\n<table border="1">\n{row(HEADER, "th")}\n{body}\n</table></body></html>\n'
    )
