"""Rows that do not fit are refused with their reasons, and the others come."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing
from citizenreport.intake.models import Report
from citizenreport.ledger.audit import verify
from citizenreport.ledger.queries import walk
from tests.imports import import_file
from tests.pipeline.importing.old_files import FIRST, MAPPING, ticket_of, write
from tests.shared_data import shared_data


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"id": ""}, "Isian nomor laporan kosong."),
        ({"kind": "noise"}, "Nilai “noise” pada kolom kind tidak ada di berkas pemetaan."),
        ({"kind": ""}, "Isian kategori kosong."),
        ({"opened": ""}, "Waktu laporan masuk kosong."),
        ({"opened": "02/05/2024"}, "Waktu pada kolom opened tidak terbaca"),
        ({"opened": "1815-06-18"}, "Waktu submitted sebelum tahun 1970"),
        ({"closed": "2999-01-01"}, "Waktu closed di masa depan"),
        ({"lon": "x"}, "“x” pada kolom lon bukan angka."),
        ({"lon": "NaN"}, "“NaN” pada kolom lon bukan angka."),
        ({"lon": "inf"}, "“inf” pada kolom lon bukan angka."),
        ({"lon": ""}, "Hanya satu dari dua koordinat yang diisi."),
        ({"lon": "-7.2", "lat": "110.2"}, "apakah bujur dan lintang tertukar?"),
        ({"lon": "0", "lat": "0"}, "Titik ini di luar kota"),
        ({"lon": "300", "lat": "300"}, "tidak ada di bumi"),
        ({"status": "lost"}, "Nilai “lost” pada kolom status"),
        ({"status": "done"}, "Status “selesai” tanpa waktu selesai."),
        ({"same_as": "R1"}, "Laporan ini disebut ganda dari dirinya sendiri."),
        ({"text": "a\x00b"}, "Teks berisi huruf NUL."),
        ({"text": "x" * 4001}, "Uraian berisi 4001 huruf, paling banyak 4000."),
    ],
)
def test_a_bad_row_is_refused_with_its_reason_and_the_others_come(
    session: Session,
    city: City,
    keys: KeyRing,
    tmp_path: Path,
    row: dict[str, str],
    reason: str,
) -> None:
    run, rejected = import_file(write(tmp_path / "a.csv", [row, {}]), MAPPING, city, keys)
    assert [one.row.number for one in rejected] == [1]
    assert reason in str(rejected[0].reason)
    assert (run.tally.added, run.tally.rejected) == (1, 1)


def test_the_default_point_is_no_position_and_is_counted(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    rows = [{"lon": "110.5", "lat": "-7.5"}, {"lon": "", "lat": ""}]
    run, _ = import_file(write(tmp_path / "a.csv", rows), MAPPING, city, keys)
    report = session.get_one(Report, ticket_of(session, "R1").report_id)
    assert (report.position, report.area_code) == (None, None)
    assert sum(run.tally.notes.values()) == 2
    assert len(run.tally.notes) == 2


def test_outside_is_kept_with_its_mark_where_the_mapping_says_so(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    keep = MAPPING.replace("default_points", 'outside = "keep"\ndefault_points')
    rows = [{"lon": "112.0"}, {"lon": "109.99995"}]
    _, rejected = import_file(write(tmp_path / "a.csv", rows), keep, city, keys)
    assert rejected == []
    far = session.get_one(Report, ticket_of(session, "R1").report_id)
    near = session.get_one(Report, ticket_of(session, "R2").report_id)
    assert far.area_code is None
    assert far.outside_m is not None
    assert far.outside_m > 100_000
    assert near.area_code == "WEST"
    assert near.outside_m is not None
    assert 0 < near.outside_m < 50


def test_every_naughty_string_arrives_unharmed_or_is_refused(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    """As text of a report and as its external id; nothing else happens to the others."""
    strings = json.loads(shared_data("badinput", "blns.json").read_text(encoding="utf-8"))
    path = tmp_path / "a.jsonl"
    rows = [
        {"id": f"{number}", **FIRST, "lon": 110.2, "lat": -7.2, "text": string}
        for number, string in enumerate(strings)
    ]
    rows += [{**FIRST, "id": string, "text": "x"} for string in strings]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    mapping = re.sub(
        r"(?<=\n)\[(status|agency|duplicate_of|visibility)\]\n(?:[^\[].*\n)*", "", MAPPING
    )
    mapping = re.sub(r"(verified|closed|reopened|deadline) = .*\n", "", mapping)
    mapping += '[status]\ndefault = "new"\n'
    run, rejected = import_file(path, mapping, city, keys)
    assert run.tally.added + run.tally.unchanged + run.tally.updated + len(rejected) == len(rows)
    refused = {one.row.number for one in rejected}
    reports = {
        report.external_id: report
        for report in session.scalars(select(Report).where(Report.external_source == "old"))
    }
    for number, string in enumerate(strings):
        if number + 1 not in refused:
            assert reports[str(number)].description == string.strip()
    assert len(refused) < 20
    assert verify(walk(session), {}).faults == ()
