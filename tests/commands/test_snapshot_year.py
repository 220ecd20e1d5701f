"""A year's release: what is compared in it is computed again, too; and one that is disturbed is none."""

import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.indicators.models import ImportedIndicatorValue
from citizenreport.indicators.rules.periods import parse_period
from citizenreport.indicators.waiting import ComputationDisturbed
from citizenreport.publication.snapshots.comparisons import check_open
from citizenreport.publication.snapshots.contents import Contents
from citizenreport.publication.snapshots.models import Snapshot
from citizenreport.publication.snapshots.preparing import Head, Order, Writer, prepare
from citizenreport.publication.snapshots.rules import SnapshotFile
from citizenreport.web.snapshots.writing import writer
from tests.figures import add_figures
from tests.releases import CUT_OFF, HOLDERS, done, own_folders, run
from tests.rooms.indicators.histories import History
from tests.rooms.indicators.stored import store

AFTER = datetime(2026, 7, 3, tzinfo=UTC)


@pytest.fixture
def snapshots(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return own_folders(app, tmp_path, monkeypatch)


def told(day: str) -> History:
    return History(day, due="2025-03-27T23:59:59").released(day)


@pytest.fixture
def reports(session: Session, magelang: City) -> None:
    for _ in range(31):
        store(session, told("2025-03-03").settled("2025-03-10").events)
    for number in range(31):
        of_roads = told("2025-03-03").settled("2025-04-10" if number % 2 else "2025-03-11")
        roads_id = store(session, of_roads.events)
        session.execute(
            text("UPDATE ticket SET agency_code = 'DISHUB' WHERE id = :id"), {"id": roads_id}
        )
    handed_over_later = told("2025-03-04").add(
        "assigned", "2026-07-02", **{"from": "DLH", "agency_code": "DPUPR"}
    )
    ticket_id = store(session, handed_over_later.events)
    session.execute(
        text("UPDATE ticket SET agency_code = 'DPUPR' WHERE id = :id"), {"id": ticket_id}
    )
    add_figures(session, ("I07", 2025, "5.5"), ("I08", 2025, "60"))


def test_what_came_after_the_cut_off_does_not_change_what_is_computed_again(
    app: Flask, session: Session, snapshots: Path, reports: None, tmp_path: Path
) -> None:
    for key_id, holder in HOLDERS:
        done(app, "keys", "make", key_id, "--holder", holder)
    done(app, "publish", "--period", "2025", *CUT_OFF)
    ranked = (snapshots / "000001" / "peringkat.csv").read_text(encoding="utf-8")
    assert '"instansi",2025,"DLH"' in ranked
    assert "DPUPR" not in ranked
    assert '"instansi",2025,"DISHUB"' in ranked
    with zipfile.ZipFile(snapshots / "000001" / "buku-kerja.xlsx") as book:
        drawn = "".join(book.read(n).decode() for n in book.namelist() if "drawing" in n)
    assert "Ketepatan waktu (target layanan), 2025, dari Dinas Lingkungan Hidup (96,9)" in drawn
    brief = snapshots / "000001" / "ringkasan-en.pdf"
    words = subprocess.run(
        ["pdftotext", "-layout", brief, "-"], check=True, capture_output=True, timeout=120
    ).stdout.decode()
    assert "Ranking of agencies" in words
    (tmp_path / "bukti").mkdir()
    claim = '[[bukti]]\nsubdimensi = "society_community"\ntingkat = "impact"\nindikator = ["I07"]\n'
    (tmp_path / "bukti" / "bukti.toml").write_text(claim)
    done(app, "evidence", "1", str(tmp_path / "bukti"), "--out", str(tmp_path / "bukti.zip"))
    with zipfile.ZipFile(tmp_path / "bukti.zip") as pack:
        assert '"I07"' in pack.read("indeks.csv").decode()
    before = session.get_one(ImportedIndicatorValue, ("I08", 2025, 1))
    columns = {c.name: getattr(before, c.name) for c in before.__table__.columns}
    corrected = columns | {"revision": 2, "value": 75, "correction": "salah", "entered_at": AFTER}
    session.add(ImportedIndicatorValue(**corrected))
    session.commit()
    assert done(app, "reproduce", "1").splitlines() == [
        f"{name}: the same"
        for name in (
            *("nilai.json", "seluruh.json", "tabel_rilis.json"),
            *("lembaga-lain.json", "peringkat.json", "komposit.json"),
        )
    ]
    later = ("--period", "2025", "--cut-off", "2026-07-04", "--reason", "Angka diperbaiki.")
    done(app, "revise", *later)
    changes = (snapshots / "000002" / "perubahan.json").read_text(encoding="utf-8")
    assert '"composite:toleransi"' in changes
    assert '"I08"' in changes


def test_a_report_that_leaves_while_files_are_written_leaves_nothing_published(
    app: Flask, session: Session, magelang: City, snapshots: Path, reports: None
) -> None:
    cut_off = datetime(2026, 6, 30, 17, tzinfo=UTC)
    order = Order(period=parse_period("2025"), cut_off=cut_off)
    calm = writer(magelang, "https://lapor.example")

    def disturbed(head: Head, contents: Contents, earlier: dict[str, bytes]) -> list[SnapshotFile]:
        session.execute(text("UPDATE indicator_generation SET generation = generation + 1"))
        return list(calm(head, contents, earlier))

    def attempt(write: Writer) -> int:
        made = prepare(
            session,
            magelang,
            order,
            root=snapshots,
            write=write,
            now=utcnow(),
            say=lambda _step: None,
        )
        return made.row.number

    with pytest.raises(ComputationDisturbed), session.begin_nested():
        attempt(disturbed)
    assert session.scalar(select(func.count()).select_from(Snapshot)) == 0
    assert attempt(calm) == 1
    assert [path.name for path in snapshots.iterdir()] == ["000001"]
    assert run(app, "release").output == "Nothing is due.\n"


def test_what_counts_reports_that_are_not_public_is_never_compared() -> None:
    check_open(["I02", "I07", "C01"])
    with pytest.raises(ValueError, match="I12 counts reports that are not public"):
        check_open(["I02", "I12"])
