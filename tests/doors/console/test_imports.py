"""`/petugas/impor`: a file is uploaded, mapped, tried, taken in and taken back."""

import csv
import json
import re
from io import BytesIO, StringIO
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse
from xlsxwriter import Workbook

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.identity.rules import Grant, Role
from citizenreport.intake.models import Report
from citizenreport.jobs.forgetting import forget, sweep_files
from citizenreport.jobs.imports import run_import, undo_import
from citizenreport.ledger.models import Event
from citizenreport.ledger.rules import StreamKind
from citizenreport.pipeline.importing.keeping import FILES_KEPT
from citizenreport.pipeline.importing.models import ImportRun
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import State
from citizenreport.web.context import current_storage
from tests.doors.console.conftest import TOKEN, Desk, Visitor
from tests.doors.console.people import ADMIN
from tests.scenes import Scene

DESK = Grant(role=Role.CITY_DESK)
LIGHTS = Grant(role=Role.OFFICER, agency_code="DLH")
PAGE = "/petugas/impor"
HEAD = ["Nomor Laporan", "Kategori", "Isi Laporan", "Tanggal Laporan", "Status", "Tanggal Selesai"]
ROWS = [
    ["L-1", "A04", "Lubang di jalan", "02/05/2024 10:00", "Selesai", "04/05/2024 09:00"],
    ["L-2", "A04", "Lubang lagi", "03/05/2024 10:00", "Sedang diproses", ""],
    ["L-3", "A12", "Rahasia sekali", "03/05/2024 11:00", "Belum terverifikasi", ""],
    ["L-4", "A04", "Tanggalnya rusak", "kemarin", "Selesai", ""],
]


@pytest.fixture
def desk(app: Flask, session: Session, magelang: City, keys: KeyRing) -> Desk:
    """Kota Magelang: the worker reads the city anew."""
    return Desk(app, session, magelang, keys)


def as_csv(rows: list[list[str]], delimiter: str = ",") -> bytes:
    out = StringIO()
    csv.writer(out, delimiter=delimiter).writerows([HEAD, *rows])
    return out.getvalue().encode()


def as_xlsx(rows: list[list[str]]) -> bytes:
    out = BytesIO()
    book = Workbook(out)
    sheet = book.add_worksheet()
    for number, row in enumerate([HEAD, *rows]):
        sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def upload(
    visitor: Visitor, content: bytes, name: str = "aduan.csv", **changes: str
) -> TestResponse:
    match = TOKEN.search(visitor.get(PAGE).text)
    assert match is not None
    fields = {"csrf_token": match[1], "profile": "monggo_lapor", "source": ""} | changes
    return visitor.client.post(
        PAGE,
        data=fields | {"file": (BytesIO(content), name)},
        content_type="multipart/form-data",
    )


def begun(visitor: Visitor, content: bytes, name: str = "aduan.csv", **changes: str) -> str:
    """Upload a file and confirm its guessed mapping; return the address of the import."""
    reply = upload(visitor, content, name, **changes)
    assert reply.status_code == 303, reply.text
    mapping = reply.headers["Location"]
    done = visitor.send(mapping, page=mapping, **typed(visitor.get(mapping).text))
    assert (done.status_code, done.headers["Location"]) == (
        303,
        f"{mapping.removesuffix('/pemetaan')}?beres=siap",
    )
    return mapping.removesuffix("/pemetaan")


def typed(page: str, **changes: str) -> dict[str, str]:
    """Return what a form holds as it was shown."""
    fields = {"langkah": "simpan"}
    for name, options in re.findall(r'<select id="([^"]+)".*?>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected>', options)
        fields[name] = chosen[1] if chosen else ""
    fields |= dict(
        re.findall(r'<input type="hidden" name="(kata-dari-\w+)" value="([^"]*)">', page)
    )
    return fields | changes


def run(visitor: Visitor, address: str, step: str, **fields: str) -> None:
    """Ask for a step and let the worker do it."""
    reply = visitor.send(f"{address}/{step}", page=address, **fields)
    assert reply.status_code == 303, reply.text
    job = undo_import if step == "batal" else run_import
    job(import_id=address.rsplit("/", 1)[1])


def reports(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Report)) or 0


def run_row(session: Session, address: str) -> ImportRun:
    session.expire_all()
    return session.get_one(ImportRun, UUID(address.rsplit("/", 1)[1]))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (as_csv(ROWS), "aduan.csv"),
        (as_csv(ROWS, ";"), "aduan.csv"),
        (as_csv(ROWS).decode().replace("Lubang lagi", "Lubang à").encode("cp1252"), "aduan.csv"),
        (as_csv(ROWS, "\t").decode().encode("utf-16"), "aduan.tsv"),
        (as_xlsx(ROWS), "aduan.XLSX"),
        (json.dumps([dict(zip(HEAD, row, strict=True)) for row in ROWS]).encode(), "aduan.json"),
    ],
    ids=["csv", "semicolons", "windows", "unicode text", "xlsx", "json"],
)
def test_a_file_is_mapped_by_guess_tried_and_taken_in(
    desk: Desk, session: Session, content: bytes, name: str
) -> None:
    visitor = desk.person(DESK)
    before = reports(session)
    address = begun(visitor, content, name)
    page = visitor.get(address).text
    assert "Lubang di jalan" in page
    assert "Ditutup" in page
    assert "Rahasia sekali" not in page
    assert "hanya penangannya yang membaca uraiannya" in page
    assert "Waktu pada kolom Tanggal Laporan tidak terbaca: “kemarin”" in page
    run(visitor, address, "uji")
    page = visitor.get(address).text
    assert "3 baris dapat diterima." in page
    assert "1 baris disisihkan." in page
    assert reports(session) == before
    run(visitor, address, "jalankan")
    page = visitor.get(address).text
    assert "3 laporan baru." in page
    assert "1 baris disisihkan." in page
    assert "kemarin" not in page
    assert reports(session) == before + 3
    refused = visitor.get(f"{address}/ditolak.csv")
    head, row = csv.reader(StringIO(refused.text))
    assert head[:3] == ["baris", "alasan", "Nomor Laporan"]
    assert (row[0], row[2]) == ("4", "L-4")
    assert refused.headers["Content-Disposition"].startswith("attachment")
    secret = select(Report).where(Report.external_id == "L-3")
    found = session.scalars(secret).one()
    assert found.description is None
    assert found.description_sealed is not None


def test_while_at_work_the_page_refreshes_itself_and_can_stop(desk: Desk, session: Session) -> None:
    visitor = desk.person(DESK)
    address = begun(visitor, as_csv(ROWS))
    assert visitor.send(f"{address}/jalankan", page=address).status_code == 303
    page = visitor.get(address)
    assert page.headers["Refresh"] == "3"
    assert "0 dari 4 baris." in page.text
    again = visitor.send(f"{address}/jalankan", page=address)
    assert again.status_code == 409
    assert visitor.send(f"{address}/henti", page=address).status_code == 303
    assert "Akan berhenti" in visitor.get(address).text
    run_import(import_id=address.rsplit("/", 1)[1])
    assert run_row(session, address).state == "stopped"
    run(visitor, address, "jalankan")
    assert run_row(session, address).state == "imported"


def test_an_import_is_taken_back_but_for_what_somebody_touched(
    desk: Desk, session: Session
) -> None:
    visitor = desk.person(DESK)
    address = begun(visitor, as_csv(ROWS))
    run(visitor, address, "jalankan")
    query = select(Ticket).join(Report, Report.id == Ticket.report_id)
    touched = session.scalars(query.where(Report.external_id == "L-2")).one()
    officer = desk.person(LIGHTS, username="jalan", name="Jalan")
    ticket = f"/petugas/tiket/{touched.id}"
    version = re.search(r'name="seen" value="(\d+)"', officer.get(ticket).text)
    assert version is not None
    noted = officer.send(f"{ticket}/catatan", page=ticket, seen=version[1], text="Dicek.")
    assert noted.status_code == 303, noted.text
    assert visitor.send(f"{address}/batal", page=address, reason="x").status_code == 422
    run(visitor, address, "batal", reason="Salah berkas.")
    page = visitor.get(address).text
    assert "2 laporan dikeluarkan" in page
    assert "1 laporan tetap: sudah disentuh orang" in page
    assert f"/petugas/tiket/{touched.id}" in page
    session.expire_all()
    gone = session.scalars(
        query.where(Report.external_source == "monggo-lapor", Report.external_id.is_(None))
    ).all()
    assert [one.state for one in gone] == ["archived", "archived"]
    assert session.scalars(
        select(Report.external_id).where(Report.external_id.like("L-%"))
    ).all() == ["L-2"]
    for one in gone:
        report = session.get_one(Report, one.report_id)
        assert report.description is None
        assert report.description_sealed is None
        assert report.erased_at is not None
    better = begun(visitor, as_csv(ROWS[:3]))
    run(visitor, better, "jalankan")
    assert "2 laporan baru." in visitor.get(better).text


def test_every_step_is_in_the_ledger_without_a_word_of_the_file(
    desk: Desk, session: Session
) -> None:
    visitor = desk.person(DESK)
    address = begun(visitor, as_csv(ROWS))
    run(visitor, address, "uji")
    run(visitor, address, "jalankan")
    run(visitor, address, "batal", reason="Salah berkas.")
    key = UUID(address.rsplit("/", 1)[1])
    events = session.scalars(
        select(Event)
        .where(Event.stream_kind == StreamKind.IMPORT.value, Event.stream_id == key)
        .order_by(Event.seq)
    ).all()
    assert [event.type for event in events] == [
        *("import_uploaded", "import_mapped", "import_tried", "import_checked"),
        *("import_begun", "import_done", "import_undo_begun", "import_undone"),
    ]
    row = session.execute(text("SELECT to_jsonb(r) FROM import_run r WHERE id = :id"), {"id": key})
    everything = json.dumps([[event.payload for event in events], row.scalar_one()])
    for word in ("Lubang", "Rahasia", "kemarin", "L-4", "A04"):
        assert word not in everything


def test_the_file_is_sealed_and_goes_in_time(desk: Desk, session: Session) -> None:
    visitor = desk.person(DESK)
    address = begun(visitor, as_csv(ROWS))
    run(visitor, address, "uji")
    row = run_row(session, address)
    storage = current_storage()
    keys = [*row.file_keys, row.rejects_key or ""]
    for key in keys:
        assert b"Lubang" not in storage.get(key)
        assert b"L-4" not in storage.get(key)
    sweep_files(storage, now=utcnow() + FILES_KEPT / 2)
    assert all(map(storage.exists, keys))
    forget(now=utcnow() + FILES_KEPT * 2)
    assert not any(map(storage.exists, keys))
    row = run_row(session, address)
    assert (row.file_keys, row.sketch_sealed, row.mapping_sealed) == ([], None, None)
    visitor.sign_in()
    assert visitor.get(address).status_code == 200
    assert visitor.get(f"{address}/ditolak.csv").status_code == 404
    assert visitor.send(f"{address}/jalankan", page=address).status_code == 409


def test_a_file_is_deleted_at_once_on_demand(desk: Desk, session: Session) -> None:
    visitor = desk.person(DESK)
    address = begun(visitor, as_csv(ROWS))
    [key] = run_row(session, address).file_keys
    assert visitor.send(f"{address}/hapus-berkas", page=address).status_code == 303
    assert not current_storage().exists(key)


def test_a_colleague_sees_counts_and_no_content(desk: Desk) -> None:
    visitor = desk.person(DESK)
    address = begun(visitor, as_csv(ROWS))
    run(visitor, address, "jalankan")
    other = desk.person(DESK, username="lain", name="Lain")
    page = other.get(address).text
    assert "3 laporan baru." in page
    assert "Lubang" not in page
    assert other.get(f"{address}/pemetaan").status_code == 404
    assert other.get(f"{address}/ditolak.csv").status_code == 404


@pytest.mark.parametrize("grant", [LIGHTS, ADMIN], ids=["officer", "administrator"])
def test_only_the_city_desk_imports(desk: Desk, grant: Grant) -> None:
    assert desk.person(grant).get(PAGE).status_code == 403


@pytest.mark.parametrize(
    ("content", "name", "changes", "field"),
    [
        (b"", "aduan.csv", {}, ""),
        (b"a,a\n1,2\n", "aduan.csv", {}, ""),
        (b"a\x81\n", "aduan.csv", {}, ""),  # no encoding has it
        (b"PK\x03\x04 nothing", "aduan.xlsx", {}, ""),
        (b"{", "aduan.json", {}, ""),
        (b"a\n1\n", "aduan.exe", {}, "file"),
        (b"a\n1\n", "aduan.csv", {"profile": "own"}, "source"),
        (b"a\n1\n", "aduan.csv", {"source": "BESAR!"}, "source"),
        (b"a\n1\n", "aduan.csv", {"profile": "none"}, ""),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(
    desk: Desk, session: Session, content: bytes, name: str, changes: dict[str, str], field: str
) -> None:
    visitor = desk.person(DESK)
    reply = upload(visitor, content, name, **changes)
    assert reply.status_code in (404, 422)
    assert "Belum terunggah" in reply.text
    assert f'<a href="#{field}">' in reply.text if field else True
    assert session.scalar(select(func.count()).select_from(ImportRun)) == 0


def test_another_column_brings_other_words_before_it_is_final(desk: Desk) -> None:
    visitor = desk.person(DESK)
    mapping = upload(visitor, as_csv(ROWS)).headers["Location"]
    shown = visitor.get(mapping).text
    assert "Contoh: L-1 · L-2 · L-3" in shown
    without = typed(shown, **{"kolom-status": ""})
    reply = visitor.send(mapping, page=mapping, **without)
    assert reply.headers["Location"].endswith("beres=siap")
    back = typed(shown, **{"kata-dari-status": ""})
    reply = visitor.send(mapping, page=mapping, **back)
    assert reply.headers["Location"].endswith("beres=kata")
    incomplete = typed(visitor.get(mapping).text, **{"kolom-submitted": ""})
    reply = visitor.send(mapping, page=mapping, **incomplete)
    assert reply.status_code == 422
    assert "times.submitted" in reply.text


def test_a_row_of_an_unknown_word_is_set_aside_or_takes_the_word_for_all(
    desk: Desk, session: Session
) -> None:
    visitor = desk.person(DESK)
    rows = [[*ROWS[0][:1], "Aneh", *ROWS[0][2:]], ROWS[1]]
    mapping = upload(visitor, as_csv(rows)).headers["Location"]
    address = mapping.removesuffix("/pemetaan")
    visitor.send(mapping, page=mapping, **typed(visitor.get(mapping).text))
    assert "Nilai “Aneh” pada kolom Kategori" in visitor.get(address).text
    whole = typed(visitor.get(mapping).text, **{"umum-category": "A04"})
    visitor.send(mapping, page=mapping, **whole)
    run(visitor, address, "jalankan")
    assert "2 laporan baru." in visitor.get(address).text


def test_twenty_rows_with_one_broken_set_aside_that_one(desk: Desk, session: Session) -> None:
    visitor = desk.person(DESK)
    rows = [[f"N-{n}", *ROWS[1][1:]] for n in range(57)] + [
        [f"R-{n}", *ROWS[3][1:]] for n in range(3)
    ]
    address = begun(visitor, as_csv(rows))
    run(visitor, address, "jalankan")
    row = run_row(session, address)
    assert (row.counts["added"], row.counts["rejected"], row.done_count) == (57, 3, 60)
    lines = visitor.get(f"{address}/ditolak.csv").text.splitlines()
    assert len(lines) == 4


def test_what_another_instance_shows_is_taken_in(
    desk: Desk, session: Session, scene: Scene
) -> None:
    done, other = scene.released("A04"), scene.released("A08")
    scene.move(scene.ticket_of(other), State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)
    shown = desk.app.test_client().get("/open311/v2/requests.json?extensions=true")
    assert len(shown.get_json()) == 2
    visitor = desk.person(DESK)
    address = begun(visitor, shown.data, "ekspor.json", profile="instance", source="kota-lain")
    run(visitor, address, "jalankan")
    assert "2 laporan baru." in visitor.get(address).text
    session.expire_all()
    query = select(Report).where(Report.external_source == "kota-lain")
    found = {report.external_id: report for report in session.scalars(query)}
    assert found.keys() == {done.tracking_code, other.tracking_code}
    first = found[done.tracking_code]
    assert (first.category_code, first.area_code) == ("A04", "33.71.03.1005")
    tickets = select(Ticket.state).where(Ticket.report_id == found[other.tracking_code].id)
    assert session.scalar(tickets) in ("resolved", "closed")
