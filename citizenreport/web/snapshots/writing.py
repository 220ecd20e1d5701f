"""All files of a snapshot. The same numbers and the same moment give the same bytes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from citizenreport.cities.rules import City
from citizenreport.documents.tables import Cell, csv_text
from citizenreport.indicators.definitions import all_versions, definition_at
from citizenreport.indicators.rules.whole import WholeShare
from citizenreport.ledger.rules import canonical
from citizenreport.publication.snapshots.bodies import NUMBERS, number_files
from citizenreport.publication.snapshots.comparisons import Comparisons
from citizenreport.publication.snapshots.contents import Contents
from citizenreport.publication.snapshots.preparing import Head, Writer
from citizenreport.publication.snapshots.revisions import changes_between
from citizenreport.publication.snapshots.rules import SnapshotFile
from citizenreport.web.indicator_metadata import metadata
from citizenreport.web.indicators import CSV_HEADER, UNIT_NAMES, csv_rows
from citizenreport.web.snapshots.brief import brief_files
from citizenreport.web.snapshots.catalogue import catalogue_file, csvw_file, written
from citizenreport.web.snapshots.comparison_lines import (
    COMPOSITES_HEADER,
    COMPOSITES_KEY,
    FIGURES_HEADER,
    FIGURES_KEY,
    RANKINGS_HEADER,
    RANKINGS_KEY,
    composite_lines,
    figure_lines,
    ranking_lines,
)
from citizenreport.web.snapshots.geodata import geodata_files
from citizenreport.web.snapshots.release_lines import (
    TABLE_HEADER,
    TABLE_KEY,
    WITHHELD,
    cell_line,
    whole_lines,
)
from citizenreport.web.snapshots.workbook import workbook

VALUES_CSV: Final = "nilai.csv"
WHOLE_CSV: Final = "seluruh.csv"
METADATA: Final = "metadata.json"
WORKBOOK: Final = "buku-kerja.xlsx"
CHANGES: Final = "perubahan.json"
TABLES_CSV: Final = "tabel_rilis.csv"
FIGURES_CSV: Final = "lembaga-lain.csv"
RANKINGS_CSV: Final = "peringkat.csv"
COMPOSITES_CSV: Final = "komposit.csv"


KEY: Final = ("kode_indikator", "periode", "kode_wilayah_kemendagri", "nama_wilayah", "klasifikasi")


def writer(city: City, public_url: str) -> Writer:
    """Return what writes all files of a snapshot of this city."""

    def write(head: Head, contents: Contents, earlier: Mapping[str, bytes]) -> list[SnapshotFile]:
        files = [
            *table_files(city, head, contents, earlier),
            *geodata_files(city, head, contents),
            SnapshotFile(name=WORKBOOK, content=workbook(city, head, contents)),
            *brief_files(city, head, contents),
        ]
        licence = city.releases.licence
        return [
            *files,
            catalogue_file(city, head, files, public_url=public_url, licence=licence),
        ]

    return write


def table_files(
    city: City, head: Head, contents: Contents, earlier: Mapping[str, bytes]
) -> list[SnapshotFile]:
    """Return the numbers as JSON and CSV, what they mean, and what changed in a revision."""
    numbers = number_files(city, contents)
    files = [
        *numbers,
        _csv(VALUES_CSV, csv_rows(city, contents.values)),
        csvw_file(VALUES_CSV, CSV_HEADER, key=KEY),
    ]
    if contents.comparisons is not None:
        files += _comparison_files(city, contents.comparisons)
    release = contents.release
    if release is not None:
        rows = [
            cell_line(city, head, table, cell) for table in release.tables for cell in table.cells
        ]
        content = csv_text(TABLE_HEADER, rows).encode()
        files.append(SnapshotFile(name=TABLES_CSV, content=content))
        files.append(csvw_file(TABLES_CSV, TABLE_HEADER, key=TABLE_KEY))
    if release is not None and release.whole is not None:
        groups = whole_lines(city, release.whole)
        shares = [_whole_line(city, share) for share in release.shares]
        files.append(_csv(WHOLE_CSV, [*groups, *shares]))
        files.append(csvw_file(WHOLE_CSV, CSV_HEADER, key=KEY))
    files.append(SnapshotFile(name=METADATA, content=written(metadata(city, all_versions()))))
    if earlier:
        changes = changes_between(_rows(earlier), _rows({f.name: f.content for f in numbers}))
        body = {"replaces": head.replaces, "reason": head.reason, "changes": changes}
        files.append(SnapshotFile(name=CHANGES, content=canonical(body)))
    return files


def _comparison_files(city: City, found: Comparisons) -> Iterator[SnapshotFile]:
    figures, composites = figure_lines(found.figures), composite_lines(found.composites)
    for name, header, key, lines in (
        (FIGURES_CSV, FIGURES_HEADER, FIGURES_KEY, figures),
        (RANKINGS_CSV, RANKINGS_HEADER, RANKINGS_KEY, ranking_lines(city, found)),
        (COMPOSITES_CSV, COMPOSITES_HEADER, COMPOSITES_KEY, composites),
    ):
        yield SnapshotFile(name=name, content=csv_text(header, lines).encode())
        yield csvw_file(name, header, key=key)


def _csv(name: str, rows: Any) -> SnapshotFile:
    return SnapshotFile(name=name, content=csv_text(CSV_HEADER, rows).encode())


def _whole_line(city: City, share: WholeShare) -> Sequence[Cell]:
    """Return a share over all reports in the long form; a withheld one without any number."""
    definition = definition_at(share.code, 1)
    return (
        share.code,
        definition.names["id"],
        definition.version,
        "whole",
        "tahun",
        share.years,
        f"{share.first_year}-01-01",
        f"{share.last_year}-12-31",
        "kota",
        city.city_code,
        city.bps_code,
        city.name,
        "total",
        share.value,
        UNIT_NAMES[definition.unit],
        "final",
        share.numerator,
        share.denominator,
        1 if share.is_withheld else 0,
        None,
        None,
        None,
        WITHHELD if share.is_withheld else "",
    )


def _rows(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    return [row for name in NUMBERS if name in files for row in json.loads(files[name])]
