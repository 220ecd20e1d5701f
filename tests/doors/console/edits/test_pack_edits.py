"""`/petugas/isi`: holidays, replies and texts edited, decided and taken back."""

from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy.orm import Session

from citizenreport.cities.edit_models import PackChange
from citizenreport.cities.edits import TEXTS
from citizenreport.cities.queries import current_pack
from citizenreport.cities.rules import City
from citizenreport.cities.service import put_files
from citizenreport.core.clock import utcnow
from citizenreport.jobs import deadlines, pack_changes
from citizenreport.triage.models import Ticket
from tests.doors.console.conftest import Desk
from tests.doors.console.edits.editing import ROOT, Editing
from tests.scenes import PANJANG


def working_day(city: City, after: date) -> date:
    day = after + timedelta(days=1)
    while not city.calendar.is_working_day(day):
        day += timedelta(days=1)
    return day


def test_what_a_form_shows_sent_back_changes_nothing(editing: Editing) -> None:
    for kind, key in (
        ("teks", "contest"),
        ("balasan", "received"),
        ("kategori", "A04"),
        ("kategori", "H05"),
        ("instansi", "DLH"),
        ("instansi", "X_POLRES"),
    ):
        assert editing.save(kind, key).status_code == 303
        page = editing.visitor.get(f"{ROOT}/{kind}").text
        assert "Rancangan masih sama dengan yang berlaku" in page, (kind, key)


def test_a_sentence_is_drafted_then_in_force_then_taken_back(editing: Editing) -> None:
    old = editing.city.texts["keep_code"]["id"]
    assert editing.save("teks", "keep_code", id="Simpan kode ini.").status_code == 303
    assert editing.city.texts["keep_code"]["id"] == old
    page = editing.visitor.get(f"{ROOT}/teks").text
    assert "<ins>Simpan kode ini.</ins>" in page
    row = editing.decide("teks", reason="Lebih pendek.")
    assert editing.city.texts["keep_code"]["id"] == "Simpan kode ini."
    assert editing.city.pack_version == row.pack_version
    shown = editing.visitor.get(f"{ROOT}/perubahan/{row.id}").text
    assert "Lebih pendek." in shown
    assert "Simpan kode ini." in shown
    assert editing.undo(row).status_code == 303
    assert editing.city.texts["keep_code"]["id"] == old
    assert "Keliru." in editing.visitor.get(f"{ROOT}/perubahan/{row.id}").text
    assert editing.logged() == [
        "pack_drafted",
        "pack_draft_discarded",
        "pack_change_decided",
        "pack_change_in_force",
        "pack_change_undone",
    ]


def test_the_others_of_the_pack_stay_in_their_order(editing: Editing) -> None:
    before = [template.code for template in editing.city.reply_templates]
    editing.save("balasan", "underway", title__id="Petugas berangkat")
    editing.decide("balasan")
    assert [template.code for template in editing.city.reply_templates] == before
    changed = {one.code: one for one in editing.city.reply_templates}["underway"]
    assert changed.titles["id"] == "Petugas berangkat"


@pytest.mark.parametrize("language", ["id", "en", "jv"])
def test_a_translation_that_loses_what_the_page_fills_in_is_refused(
    editing: Editing, language: str
) -> None:
    sent = editing.save("teks", "contest", **{language: "Tanpa hitungan hari."})
    assert sent.status_code == 422
    assert "{days}" in sent.text
    assert "Tanpa hitungan hari." in sent.text  # what was typed stays
    everywhere = dict.fromkeys(("id", "en", "jv"), "Tanpa hitungan.")
    assert editing.save("teks", "contest", **everywhere).status_code == 422


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Halo {nama}", "{nama}"),
        ("Halo {cod}", "Maksudnya {code}?"),
        ("Halo {code", "tidak berpasangan"),
        ("", "Tulis teks"),
    ],
)
def test_a_reply_with_an_unknown_placeholder_is_refused_in_clear_words(
    editing: Editing, text: str, told: str
) -> None:
    sent = editing.save("balasan", "baru", title__id="Judul", text__id=text)
    assert sent.status_code == 422
    assert told in unescape(sent.text)
    assert 'value="Judul"' in sent.text


def test_a_reply_for_confidential_reports_tells_nothing(editing: Editing) -> None:
    sent = editing.save(
        "balasan", "baru", title__id="Judul", text__id="Tentang {category}.", is_neutral="1"
    )
    assert sent.status_code == 422
    assert "membukanya" in sent.text


def test_a_reply_is_added_by_state_and_category_and_goes_again(editing: Editing) -> None:
    sent = editing.save(
        "balasan",
        "baru",
        title__id="Terjadwal",
        text__id="Laporan {code} dijadwalkan.",
        states="scheduled",
        categories="A04",
    )
    assert sent.status_code == 303, sent.text
    editing.decide("balasan")
    [added] = [one for one in editing.city.reply_templates if one.titles["id"] == "Terjadwal"]
    assert (added.states, added.categories) == (("scheduled",), ("A04",))
    assert editing.save("balasan", added.code, is_gone="1").status_code == 303
    editing.decide("balasan")
    assert added.code not in {one.code for one in editing.city.reply_templates}
    unknown = editing.save("balasan", "received", categories="A04 ZZZ")
    assert unknown.status_code == 422
    assert "ZZZ" in unknown.text


class TestHolidays:
    def test_the_deadlines_that_move_are_shown_then_moved(
        self, editing: Editing, office: Desk, session: Session
    ) -> None:
        ticket = office.report("A04", at=utcnow(), position=PANJANG)
        office.report("H05", at=utcnow(), position=PANJANG)
        due = ticket.settlement_due_at
        day = working_day(editing.city, editing.today).isoformat()
        sent = editing.save("libur", "baru", date=day, name="Cuti daerah", kind="cuti_bersama")
        assert sent.status_code == 303, sent.text
        page = editing.visitor.get(f"{ROOT}/libur").text
        assert "2 tiket terbuka mendapat tenggat lebih lambat" in page
        assert "1 tiket yang hanya boleh dilihat penangannya" in page
        assert session.get_one(Ticket, ticket.id).settlement_due_at == due
        row = editing.decide("libur")
        assert row.pack_version is not None
        deadlines.move_deadlines(pack_version=row.pack_version)
        session.expire_all()
        later = session.get_one(Ticket, ticket.id).settlement_due_at
        assert later > due

        # Taken back: the day is worked again, what was promised since stays.
        assert editing.undo(row).status_code == 303
        assert editing.city.calendar.is_working_day(date.fromisoformat(day))
        deadlines.move_deadlines(pack_version=editing.city.pack_version)
        session.expire_all()
        assert session.get_one(Ticket, ticket.id).settlement_due_at == later

    def test_a_deadline_that_would_come_nearer_stays_and_is_counted(
        self, editing: Editing, office: Desk
    ) -> None:
        holidays = editing.city.calendar.holidays
        coming = [one for one in sorted(holidays) if one > editing.today and one.isoweekday() < 6]
        ticket = office.report("A04", at=utcnow(), position=PANJANG)
        due = ticket.settlement_due_at
        before = [one for one in coming if one <= due.date()]
        if not before:  # no holiday of the national calendar in these weeks: make one of the city
            day = working_day(editing.city, editing.today)
            editing.save("libur", "baru", date=day.isoformat(), name="Libur", kind="cuti_bersama")
            row = editing.decide("libur")
            assert row.pack_version is not None
            deadlines.move_deadlines(pack_version=row.pack_version)
            before = [day]
        key = before[0].isoformat()
        assert editing.save("libur", key, kind="hari_kerja").status_code == 303
        page = editing.visitor.get(f"{ROOT}/libur").text
        assert "1 tiket tetap pada tenggat yang sudah dijanjikan" in page

    def test_a_day_that_has_passed_cannot_be_touched(self, editing: Editing) -> None:
        past = (editing.today - timedelta(days=1)).isoformat()
        sent = editing.save("libur", "baru", date=past, name="Kemarin", kind="cuti_bersama")
        assert sent.status_code == 422
        assert "tenggat sudah dihitung" in sent.text
        assert 'value="Kemarin"' in sent.text

    @pytest.mark.parametrize("day", ["", "besok", "2027-02-30", "9999-99-99"])
    def test_a_day_that_is_none_is_refused(self, editing: Editing, day: str) -> None:
        sent = editing.save("libur", "baru", date=day, name="X", kind="cuti_bersama")
        assert sent.status_code == 422

    def test_nothing_is_decided_for_yesterday(self, editing: Editing) -> None:
        day = working_day(editing.city, editing.today).isoformat()
        editing.save("libur", "baru", date=day, name="Cuti", kind="cuti_bersama")
        sent = editing.try_to_decide("libur", days=-1, reason="Terlambat.")
        assert sent.status_code == 422
        assert "tidak dapat berlaku mundur" in sent.text
        assert "Terlambat." in sent.text
        assert editing.try_to_decide("libur", reason=" ").status_code == 422


class TestTwoEditors:
    def test_the_second_is_told_and_keeps_what_was_typed(self, editing: Editing) -> None:
        first = editing.save("teks", "keep_code", id="Simpan kode Anda.")
        assert first.status_code == 303
        second = editing.save("teks", "keep_code", id="Catat kode Anda.", seen="0")
        assert second.status_code == 409
        assert "Orang lain baru saja menyimpan" in second.text
        assert "Catat kode Anda.</textarea>" in second.text
        assert "<ins>Simpan kode Anda.</ins>" in second.text
        assert 'name="seen" value="1"' in second.text
        assert second.headers["ETag"] == '"1"'

    def test_a_version_never_comes_twice(self, editing: Editing) -> None:
        editing.save("teks", "keep_code", id="Simpan kode Anda.")
        seen = editing.version("teks")
        editing.decide("teks")
        editing.save("teks", "keep_code", id="Kode Anda.")
        assert editing.version("teks") != seen
        stale = editing.save("teks", "keep_code", id="Lama.", seen=seen)
        assert stale.status_code == 409

    def test_a_decision_about_another_draft_than_was_seen_is_refused(
        self, editing: Editing
    ) -> None:
        editing.save("teks", "keep_code", id="Simpan kode Anda.")
        assert editing.try_to_decide("teks", seen="0").status_code == 409
        assert editing.city.texts["keep_code"]["id"] != "Simpan kode Anda."

    def test_a_double_click_decides_once(self, editing: Editing) -> None:
        editing.save("teks", "keep_code", id="Simpan kode Anda.")
        seen = editing.version("teks")
        editing.decide("teks")
        assert editing.try_to_decide("teks", seen=seen).status_code == 409


class TestALaterDay:
    def test_it_waits_and_comes_into_force_on_its_day(
        self, editing: Editing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        editing.save("teks", "keep_code", id="Mulai nanti.")
        row = editing.decide("teks", days=3)
        assert editing.city.texts["keep_code"]["id"] != "Mulai nanti."
        pack_changes.begin_pack_changes()
        assert editing.city.texts["keep_code"]["id"] != "Mulai nanti."
        editing.save("teks", "no_names", id="Tanpa nama.")
        another = editing.try_to_decide("teks")
        assert another.status_code == 409
        assert "menunggu harinya" in another.text
        later = utcnow() + timedelta(days=3)
        monkeypatch.setattr(pack_changes, "utcnow", lambda: later)
        pack_changes.begin_pack_changes()
        assert editing.city.texts["keep_code"]["id"] == "Mulai nanti."
        editing.session.expire_all()
        assert editing.session.get_one(PackChange, row.id).put_at == later

    def test_one_taken_back_before_its_day_never_comes(
        self, editing: Editing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        editing.save("teks", "keep_code", id="Mulai nanti.")
        row = editing.decide("teks", days=3)
        assert editing.undo(row).status_code == 303
        assert editing.undo(row).status_code == 409
        later = utcnow() + timedelta(days=3)
        monkeypatch.setattr(pack_changes, "utcnow", lambda: later)
        pack_changes.begin_pack_changes()
        assert editing.city.texts["keep_code"]["id"] != "Mulai nanti."

    def test_one_that_no_longer_fits_is_left_out_and_says_so(
        self, editing: Editing, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        editing.save("teks", "keep_code", id="Mulai nanti.")
        row = editing.decide("teks", days=3)
        pack = current_pack(session)
        assert pack is not None
        texts = {**pack.content[TEXTS], "no_names": {"id": "Tanpa nama."}}
        put_files(session, {TEXTS: texts}, now=utcnow())
        session.commit()
        later = utcnow() + timedelta(days=3)
        monkeypatch.setattr(pack_changes, "utcnow", lambda: later)
        pack_changes.begin_pack_changes()
        assert editing.city.texts["keep_code"]["id"] != "Mulai nanti."
        assert editing.city.texts["no_names"]["id"] == "Tanpa nama."
        shown = editing.visitor.get(f"{ROOT}/perubahan/{row.id}").text
        assert "tidak jadi berlaku" in shown
        assert "Batalkan perubahan" not in shown
        assert editing.logged()[-1] == "pack_change_failed"


@pytest.mark.parametrize("path", ["/nosuch", "/libur/butir/nosuch", "/teks/butir/baru"])
def test_what_does_not_exist_is_not_found(editing: Editing, path: str) -> None:
    assert editing.visitor.get(ROOT + path).status_code == 404
