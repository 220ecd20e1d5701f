"""`/petugas/isi`: categories and agencies, whose periods stay in the history."""

from datetime import date, timedelta
from html import unescape
from uuid import UUID

from sqlalchemy.orm import Session

from citizenreport.cities.edit_models import PackChange
from citizenreport.cities.edited_files import ROUTING
from citizenreport.cities.edited_rules import cells_of, merged
from citizenreport.cities.edits import AGENCIES, HANDLERS, HOLIDAYS
from citizenreport.cities.service import put_files
from citizenreport.core.clock import utcnow
from citizenreport.jobs import deadlines
from citizenreport.pipeline.pack_change import files_after_undo
from citizenreport.triage.models import Ticket
from tests.doors.console.conftest import Desk
from tests.doors.console.edits.editing import ROOT, Editing
from tests.scenes import PANJANG


class TestUndoneOnALaterDay:
    def change(self, kind: str, **files: tuple[object, object]) -> PackChange:
        return PackChange(
            id=UUID(int=0),
            city_code="x",
            kind=kind,
            from_day=date(2026, 6, 15),
            before={name: before for name, (before, _) in files.items()},
            after={name: after for name, (_, after) in files.items()},
            reason="",
            decided_by=UUID(int=0),
            decided_at=utcnow(),
        )

    def test_a_name_that_held_keeps_its_days(self) -> None:
        old = {"agency_code": "A", "name": "Lama", "valid_from": "", "valid_to": ""}
        after = [
            old | {"valid_to": "2026-06-14"},
            old | {"name": "Baru", "valid_from": "2026-06-15"},
        ]
        row = self.change("instansi", **{AGENCIES: ([old], after), HANDLERS: ([], [])})
        names = [
            (one["name"], one["valid_from"], one["valid_to"])
            for one in files_after_undo(row, date(2026, 6, 20))[AGENCIES]
        ]
        assert names == [
            ("Lama", "", "2026-06-14"),
            ("Baru", "2026-06-15", "2026-06-19"),
            ("Lama", "2026-06-20", ""),
        ]
        assert files_after_undo(row, date(2026, 6, 15))[AGENCIES] == [old]

    def test_a_day_off_that_has_passed_stays(self) -> None:
        days = [{"date": f"2026-06-{n}", "name": "X", "kind": "cuti_bersama"} for n in (16, 30)]
        row = self.change("libur", **{HOLIDAYS: ([], days)})
        assert files_after_undo(row, date(2026, 6, 20))[HOLIDAYS] == days[:1]


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

    def test_numbers_to_call_and_what_others_call_it_are_chosen(self, editing: Editing) -> None:
        before = editing.city.categories["A04"]
        form = editing.filled("kategori", "A04") | {
            "may_be_emergency": "1",
            "emergency_numbers": ["113", "110"],
            "dimension": "governance_service",
            "national_categories": "SATU > DUA\nTIGA",
        }
        page = f"{ROOT}/kategori/butir/A04"
        assert editing.visitor.send(page, page=page, **form).status_code == 303
        listed = unescape(editing.visitor.get(f"{ROOT}/kategori").text)
        assert "Dimensi kota cerdas" in listed
        row = editing.decide("kategori")
        after = editing.city.categories["A04"]
        assert (after.may_be_emergency, after.emergency_numbers) == (True, ("113", "110"))
        assert after.dimension_code == "governance_service"
        assert after.national_categories == ("SATU > DUA", "TIGA")
        assert editing.undo(row).status_code == 303
        restored = editing.city.categories["A04"]
        assert restored.emergency_numbers == before.emergency_numbers
        assert restored.dimension_code == before.dimension_code

    def test_a_form_that_nobody_changed_changes_nothing(self, editing: Editing) -> None:
        for code in ("A01", "A04", "H05"):
            assert editing.save("kategori", code).status_code == 303
        assert "masih sama" in editing.visitor.get(f"{ROOT}/kategori").text

    def test_a_number_or_dimension_that_the_city_does_not_have_is_refused(
        self, editing: Editing
    ) -> None:
        for fields in ({"emergency_numbers": "999"}, {"dimension": "lain"}):
            sent = editing.save("kategori", "A04", **fields)
            assert sent.status_code == 422
            assert ".csv" not in sent.text[sent.text.index("error-summary") :][:900]


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

    def test_one_is_merged_into_another_and_both_stay_in_the_history(
        self, editing: Editing, session: Session
    ) -> None:
        gone, next_ = "BAPPERIDA", "BPKAD"
        city, today = editing.city, editing.today
        cells = [cells_of(row) for row in city.routing]
        moved = [
            {**row, "agency_code": next_} if row["agency_code"] == gone else row for row in cells
        ]
        put_files(session, {ROUTING: merged(cells, moved, from_day=today)}, now=utcnow())
        session.commit()
        led = [code for code, one in city.categories.items() if one.lead == gone]
        for code in led:
            assert editing.save("kategori", code, lead=next_).status_code == 303
        for code, one in city.categories.items():
            if gone in one.supporting:
                others = " ".join(body for body in one.supporting if body != gone)
                sent = editing.save("kategori", code, supporting=others)
                assert sent.status_code == 303, sent.text
        editing.decide("kategori")
        sent = editing.save("instansi", gone, valid_to=today.isoformat(), successor_code=next_)
        assert sent.status_code == 303, sent.text
        editing.decide("instansi", reason="Digabung.")
        tomorrow = today + timedelta(days=1)
        assert editing.city.agency_on(gone, today) is not None
        assert editing.city.agency_on(gone, tomorrow) is None
        assert editing.city.agencies[gone].successor_code == next_
        assert led
        for code in led:
            assert editing.city.categories[code].lead == next_
            was = editing.city.category_on(code, today - timedelta(days=1))
            assert was is not None
            assert was.lead == gone

    def test_one_is_added_and_taken_back(self, editing: Editing) -> None:
        sent = editing.save("instansi", "baru", agency_code="DAMKAR", name="Dinas Pemadam")
        assert sent.status_code == 303, sent.text
        row = editing.decide("instansi")
        assert editing.city.agencies["DAMKAR"].valid_from == editing.today
        assert editing.undo(row).status_code == 303
        assert "DAMKAR" not in editing.city.agencies
        assert editing.save("instansi", "baru", agency_code="D A", name="X").status_code == 422

    def test_a_code_that_is_taken_overwrites_nobody(self, editing: Editing) -> None:
        sent = editing.save("instansi", "baru", agency_code="DLH", name="Dinas Lain")
        assert sent.status_code == 422
        page = unescape(sent.text)
        assert "Kode DLH sudah dipakai DLH." in page
        assert 'href="/petugas/isi/instansi/butir/DLH"' in page
        assert 'value="Dinas Lain"' in page
        assert "masih sama" in editing.visitor.get(f"{ROOT}/instansi").text
