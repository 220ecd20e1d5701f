"""`/petugas/isi`: holidays, replies, texts, categories and agencies edited, decided and taken back."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.cities.edit_models import PackChange, PackDraft
from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.jobs import deadlines, pack_changes
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.routing.drafts import stream_of
from citizenreport.triage.models import Ticket
from citizenreport.web.context import EXTENSION, CityHolder
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import DESK
from tests.scenes import PANJANG

ROOT = "/petugas/isi"
FIELD = re.compile(
    r'<(?:input|textarea|select)[^>]*\bname="([^"]+)"[^>]*>(?:([^<]*)</textarea>)?', re.DOTALL
)


class Editing:
    """Someone of the city desk at one kind."""

    def __init__(self, app: Flask, session: Session, visitor: Visitor, city: City) -> None:
        self.session, self.visitor, self.city_code = session, visitor, city.city_code
        self.holder: CityHolder = app.extensions[EXTENSION].city_holder
        self.log = stream_of(city)

    @property
    def city(self) -> City:
        return self.holder.city

    @property
    def today(self) -> date:
        return self.city.local_date(utcnow())

    def version(self, kind: str) -> str:
        self.session.expire_all()
        draft = self.session.get(PackDraft, (self.city_code, kind))
        return str(draft.version if draft else 0)

    def filled(self, kind: str, key: str) -> dict[str, Any]:
        """Return what the form of an entry holds, as a browser would send it back."""
        page = self.visitor.get(f"{ROOT}/{kind}/butir/{key}").text
        form = page[page.index(f'action="{ROOT}/{kind}/butir') :]
        found: dict[str, Any] = {}
        for match in FIELD.finditer(form):
            tag, name = match[0], match[1]
            value = re.search(r'\bvalue="([^"]*)"', tag)
            if tag.startswith("<textarea"):
                found[name] = unescape(match[2] or "")
            elif tag.startswith("<select"):
                chosen = re.search(
                    rf'name="{name}".*?<option value="([^"]*)" selected', form, re.DOTALL
                )
                found[name] = chosen[1] if chosen else ""
            elif 'type="checkbox"' not in tag:
                found[name] = unescape(value[1] if value else "")
            elif " checked" in tag and value:
                found.setdefault(name, []).append(value[1])
        found.pop("csrf_token", None)
        return found

    def save(self, kind: str, key: str, /, **fields: str) -> TestResponse:
        page = f"{ROOT}/{kind}/butir/{key}"
        given = self.filled(kind, key) | {k.replace("__", "."): v for k, v in fields.items()}
        return self.visitor.send(page, page=page, **given)

    def decide(self, kind: str, *, days: int = 0, reason: str = "Sudah diputuskan.") -> PackChange:
        sent = self.try_to_decide(kind, days=days, reason=reason)
        assert sent.status_code == 303, sent.text
        newest = select(PackChange).order_by(PackChange.decided_at.desc())
        row = self.session.scalars(newest).first()
        assert row is not None
        return row

    def try_to_decide(self, kind: str, *, days: int = 0, **fields: str) -> TestResponse:
        page = f"{ROOT}/teks/butir/keep_code"
        day = (self.today + timedelta(days=days)).isoformat()
        given = {"seen": self.version(kind), "from_day": day, "reason": "Ya."} | fields
        return self.visitor.send(f"{ROOT}/{kind}/berlaku", page=page, **given)

    def undo(self, row: PackChange) -> TestResponse:
        page = f"{ROOT}/teks/butir/keep_code"
        return self.visitor.send(f"{ROOT}/perubahan/{row.id}/batal", page=page, reason="Keliru.")

    def logged(self) -> list[str]:
        return [event.type for event in history(self.session, StreamKind.PACK, self.log)]


@pytest.fixture
def office(app: Flask, session: Session, magelang: City, keys: KeyRing) -> Desk:
    return Desk(app, session, magelang, keys)


@pytest.fixture
def editing(app: Flask, session: Session, office: Desk, magelang: City) -> Iterator[Editing]:
    yield Editing(app, session, office.person(DESK), magelang)
    app.extensions[EXTENSION].city_holder.forget()


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


class TestCategories:
    def test_new_targets_hold_for_reports_from_that_day_and_the_promise_stays(
        self, editing: Editing, office: Desk, session: Session
    ) -> None:
        old = office.report("A04", at=utcnow() - timedelta(days=2), position=PANJANG)
        due = old.settlement_due_at
        editing.save("kategori", "A04", settlement_working_days="3")
        row = editing.decide("kategori")
        periods = editing.city.category_periods["A04"]
        assert [one.settlement_working_days for one in periods][-1] == 3
        assert periods[-2].valid_to == editing.today - timedelta(days=1)
        assert row.pack_version is not None
        deadlines.move_deadlines(pack_version=row.pack_version)
        session.expire_all()
        assert session.get_one(Ticket, old.id).settlement_due_at == due
        office.city = editing.city
        new = office.report("A04", at=utcnow(), position=PANJANG)
        assert new.settlement_due_at < due

    def test_protection_is_made_stricter_but_never_looser(self, editing: Editing) -> None:
        looser = editing.save("kategori", "A01", visibility="public")
        assert looser.status_code == 422
        assert "tidak dapat dilonggarkan" in looser.text
        ended = editing.save("kategori", "H05", valid_to="2031-01-01")
        assert ended.status_code == 422
        assert "A01" in looser.text
        stricter = editing.save("kategori", "A03", visibility="restricted")
        assert stricter.status_code == 303, stricter.text
        row = editing.decide("kategori")
        assert not editing.city.categories["A03"].public_photo
        back = editing.undo(row)
        assert back.status_code == 422
        assert editing.city.categories["A03"].visibility.value == "restricted"

    def test_what_the_check_of_packs_refuses_is_refused_here(self, editing: Editing) -> None:
        sent = editing.save("kategori", "A04", settlement_working_days="banyak")
        assert sent.status_code == 422
        assert 'value="banyak"' in sent.text
        assert editing.save("kategori", "A04", aspect="lucu").status_code == 422
        assert editing.save("kategori", "A04", name__id="").status_code == 422
        assert editing.save("kategori", "A04", visibility="rahasia").status_code == 422

    def test_a_name_in_another_language_changes_only_there(self, editing: Editing) -> None:
        assert editing.save("kategori", "A04", name__en="Dark street").status_code == 303
        page = editing.visitor.get(f"{ROOT}/kategori").text
        assert "<ins>Dark street</ins>" in page
        editing.decide("kategori")
        assert editing.city.categories["A04"].names["en"] == "Dark street"
        assert len(editing.city.category_periods["A04"]) == 1


class TestAgencies:
    def test_a_new_name_begins_a_new_period_and_the_old_one_stays(self, editing: Editing) -> None:
        before = editing.city.agencies["DLH"].name
        editing.save("instansi", "DLH", name="Dinas Lingkungan dan Energi")
        editing.decide("instansi")
        yesterday = editing.today - timedelta(days=1)
        was, now = (editing.city.agency_on("DLH", day) for day in (yesterday, editing.today))
        assert was is not None
        assert was.name == before
        assert now is not None
        assert now.name == "Dinas Lingkungan dan Energi"

    def test_a_contact_changes_in_place(self, editing: Editing) -> None:
        editing.save("instansi", "DLH", duty_email="piket@dlh.example.go.id")
        editing.decide("instansi")
        assert editing.city.agencies["DLH"].duty_email == "piket@dlh.example.go.id"
        assert len(editing.city.agency_periods["DLH"]) == 1

    def test_an_address_that_is_none_is_refused(self, editing: Editing) -> None:
        sent = editing.save("instansi", "DLH", duty_email="piket di kantor")
        assert sent.status_code == 422
        assert "bukan alamat surel" in unescape(sent.text)

    def test_a_lead_of_a_protected_class_keeps_two_handlers(self, editing: Editing) -> None:
        sent = editing.save("instansi", "INSPEKTORAT", **{"positions-abuse_of_office": "Satu"})
        assert sent.status_code == 422
        assert "hanya punya 1 penangan" in sent.text
        sent = editing.save("instansi", "INSPEKTORAT", **{"positions-abuse_of_office": ""})
        assert sent.status_code == 422
        three = "Inspektur\nAuditor Utama\nAuditor Muda"
        sent = editing.save("instansi", "INSPEKTORAT", **{"positions-abuse_of_office": three})
        assert sent.status_code == 303, sent.text
        editing.decide("instansi")
        [line] = [
            one
            for one in editing.city.handlers
            if (one.agency_code, one.protection_class.value) == ("INSPEKTORAT", "abuse_of_office")
        ]
        assert line.positions == ("Inspektur", "Auditor Utama", "Auditor Muda")

    def test_one_that_rules_still_name_does_not_end(self, editing: Editing) -> None:
        sent = editing.save("instansi", "DLH", valid_to="2031-12-31", successor_code="DPUPR")
        assert sent.status_code == 422
        assert "DLH tidak berlaku selama baris ini berlaku" in sent.text

    def test_one_is_added_and_taken_back(self, editing: Editing) -> None:
        sent = editing.save("instansi", "baru", agency_code="DAMKAR", name="Dinas Pemadam")
        assert sent.status_code == 303, sent.text
        row = editing.decide("instansi")
        assert editing.city.agencies["DAMKAR"].valid_from == editing.today
        assert editing.undo(row).status_code == 303
        assert "DAMKAR" not in editing.city.agencies
        assert editing.save("instansi", "baru", agency_code="D A", name="X").status_code == 422


@pytest.mark.parametrize("path", ["/nosuch", "/libur/butir/nosuch", "/teks/butir/baru"])
def test_what_does_not_exist_is_not_found(editing: Editing, path: str) -> None:
    assert editing.visitor.get(ROOT + path).status_code == 404
