"""The tables of a release, line by line: what is withheld has no number, whatever the reason."""

from collections.abc import Iterator, Sequence
from typing import Final

from citizenreport.cities.rules import City
from citizenreport.disclosure.whole import WholeYear
from citizenreport.documents.tables import Cell
from citizenreport.publication.release_rules import ReleaseCell, ReleaseTable
from citizenreport.publication.snapshots.preparing import Head
from citizenreport.web.indicators import area_name

TOTAL: Final = "total"
TABLE_HEADER: Final = (
    *("tabel", "semesta", "periode", "tingkat_baris", "kode_baris", "nama_baris"),
    *("tingkat_lajur", "kode_lajur", "nama_lajur", "jumlah", "n_disembunyikan", "keterangan"),
)
TABLE_KEY: Final = ("tabel", "periode", "kode_baris", "kode_lajur")
WITHHELD: Final = "disembunyikan agar tidak seorang pun dapat dikenali"
ALL: Final = "semua"
GROUP_NAMES: Final = {
    "all": "semua laporan",
    "tolerance": "rahasia: toleransi",
    "private_life": "rahasia: kehidupan pribadi",
    "violence": "rahasia: kekerasan",
    "child": "rahasia: anak",
    "abuse_of_office": "rahasia: penyalahgunaan jabatan",
    "crime": "rahasia: kejahatan",
    "none": "rahasia: atas permintaan",
}


def cell_line(city: City, head: Head, table: ReleaseTable, cell: ReleaseCell) -> Sequence[Cell]:
    """Return a number of the service universe in the long form."""
    is_withheld = cell.count is None
    return (
        table.code,
        table.universe,
        head.period.code,
        table.rows,
        cell.row,
        row_name(city, table, cell.row),
        table.columns,
        cell.column,
        column_name(city, cell.column),
        cell.count,
        1 if is_withheld else 0,
        WITHHELD if is_withheld else "",
    )


def row_name(city: City, table: ReleaseTable, code: str) -> str:
    """Return the name of an area or an agency; of the margin "semua"."""
    if code == TOTAL:
        return city.name if table.rows != "agency" else ALL
    agency = city.agencies.get(code)
    return agency.name if agency else area_name(city, code)


def column_name(city: City, code: str) -> str:
    """Return the name of a category or an aspect, in Indonesian."""
    if code == TOTAL:
        return ALL
    category = city.categories.get(code)
    return category.names["id"] if category else code


def whole_lines(city: City, whole: WholeYear) -> Iterator[Sequence[Cell]]:
    """Yield all reports of a year and the confidential ones by group, in the form of values."""
    groups = [(("all",), whole.total), *((group.classes, group.count) for group in whole.groups)]
    for classes, count in groups:
        yield (
            "laporan",
            "; ".join(GROUP_NAMES.get(code, code) for code in classes),
            1,
            "whole",
            "tahun",
            str(whole.year),
            f"{whole.year}-01-01",
            f"{whole.year}-12-31",
            "kota",
            city.city_code,
            city.bps_code,
            city.name,
            "+".join(classes),
            count,
            "jumlah",
            "final",
            count,
            None,
            1 if count is None else 0,
            None,
            None,
            None,
            WITHHELD if count is None else "",
        )
