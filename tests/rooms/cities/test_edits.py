"""Edits of a pack: patches, periods, and files that are read again as they were."""

import tomllib
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from citizenreport.cities import edits, service
from citizenreport.cities.edited_files import csv_text, toml_text
from citizenreport.cities.edited_rules import routed
from citizenreport.cities.edits import AGENCIES, HANDLERS, HOLIDAYS, KINDS, REPLIES, TEXTS
from citizenreport.cities.loosening import Loosened, loosened
from citizenreport.cities.pack import Checked, check_pack
from citizenreport.cities.rules import City, Visibility
from citizenreport.core.clock import utcnow

FIRST, DAY = "2024-01-02", date(2026, 6, 15)
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


@pytest.fixture(scope="module")
def checked() -> Checked:
    return check_pack("magelang")


def agency(code: str, name: str, **cells: str) -> dict[str, str]:
    return {"agency_code": code, "name": name, **cells}


def put(
    rows: list[dict[str, str]], patch: dict[str, dict[str, str] | None]
) -> list[dict[str, str]]:
    kind, files = KINDS["instansi"], {AGENCIES: rows, HANDLERS: []}
    entries = edits.wanted(kind, files, {AGENCIES: patch})
    return edits.put_together(kind, files, entries, from_day=DAY)[AGENCIES]  # type: ignore[no-any-return]


class TestPeriods:
    def test_a_new_name_follows_the_old_one_on_the_day(self) -> None:
        rows = [agency("A", "Lama", valid_from=FIRST), agency("B", "Lain")]
        assert put(rows, {"A": agency("A", "Baru", valid_from=FIRST)}) == [
            agency("A", "Lama", valid_from=FIRST, valid_to="2026-06-14"),
            agency("A", "Baru", valid_from="2026-06-15"),
            agency("B", "Lain"),
        ]

    def test_a_contact_changes_in_place(self) -> None:
        rows = [agency("A", "Lama", duty_email="a@b.id")]
        [row] = put(rows, {"A": agency("A", "Lama", duty_email="c@d.id")})
        assert row["duty_email"] == "c@d.id"

    def test_what_has_not_begun_is_replaced(self) -> None:
        rows = [agency("A", "Nanti", valid_from="2026-07-01")]
        [row] = put(rows, {"A": agency("A", "Lain", valid_from="2026-07-01")})
        assert (row["name"], row["valid_from"]) == ("Lain", "2026-07-01")

    def test_what_goes_ends_the_day_before_or_never_was(self) -> None:
        rows = [agency("A", "Lama"), agency("B", "Nanti", valid_from="2026-07-01")]
        assert put(rows, {"A": None, "B": None}) == [agency("A", "Lama", valid_to="2026-06-14")]

    def test_what_is_new_begins_on_the_day_or_on_its_own(self) -> None:
        found = put([], {"A": agency("A", "Baru"), "B": agency("B", "X", valid_from="2027-01-01")})
        assert [row["valid_from"] for row in found] == ["2026-06-15", "2027-01-01"]

    def test_only_the_last_period_is_edited(self) -> None:
        rows = [agency("A", "1", valid_to="2025-01-01"), agency("A", "2", valid_from="2025-01-02")]
        assert [row["name"] for row in put(rows, {"A": agency("A", "3")})] == ["1", "2", "3"]


def test_a_patch_keeps_only_what_differs_and_stands_over_what_changed_meanwhile() -> None:
    kind = KINDS["teks"]
    files = {TEXTS: {"a": {"id": "A"}, "b": {"id": "B"}}}
    patch = edits.trimmed(kind, files, {TEXTS: {"a": {"id": "A2"}, "b": {"id": "B"}}})
    assert patch == {TEXTS: {"a": {"id": "A2"}}}
    later = {TEXTS: {"a": {"id": "A"}, "b": {"id": "B2"}}}
    assert edits.wanted(kind, later, patch)[TEXTS] == {"a": {"id": "A2"}, "b": {"id": "B2"}}


def test_the_difference_tells_what_is_new_gone_and_other() -> None:
    found = edits.changes(
        {TEXTS: {"a": {"id": "A", "en": "E"}, "b": {"id": "B"}}},
        {TEXTS: {"a": {"id": "A2", "en": "E"}, "c": {"id": "C"}}},
    )
    assert [(one.key, one.is_new, one.is_gone, one.columns) for one in found] == [
        ("a", False, False, (("id", "A", "A2"),)),
        ("b", False, True, (("id", "B", ""),)),
        ("c", True, False, (("id", "", "C"),)),
    ]


@given(st.dictionaries(words, st.dictionaries(words, words | st.booleans() | st.lists(words))))
def test_values_are_read_from_toml_as_they_were(values: dict[str, dict[str, object]]) -> None:
    assert tomllib.loads(toml_text(values)) == values


def test_toml_keeps_the_order_of_the_file_before() -> None:
    text = toml_text({"a": {}, "new": {}, "b": {}}, "[b]\n[a]\n")
    assert list(tomllib.loads(text)) == ["b", "a", "new"]


def test_a_table_may_leave_cells_out() -> None:
    assert csv_text([{"a": "1"}, {"b": 'x, "y"'}]) == 'a,b\n1,\n,"x, ""y"""\n'


def test_every_file_that_can_be_edited_is_read_again_as_it_was(checked: Checked) -> None:
    files = {name: checked.content[name] for kind in KINDS.values() for name in kind.files}
    again = check_pack("magelang", edited=files)
    assert again.findings == checked.findings
    assert again.city is not None
    assert checked.city is not None
    for part in ("agencies", "categories", "texts", "reply_templates", "handlers", "calendar"):
        assert getattr(again.city, part) == getattr(checked.city, part), part


def test_edits_over_other_files_than_theirs_do_not_count() -> None:
    found = check_pack("magelang", edited={REPLIES: {}}, edited_from="0" * 64)
    assert found.city is not None
    assert found.city.reply_templates


def test_a_category_without_a_rule_goes_to_its_lead_and_rules_of_one_that_is_gone_go_too() -> None:
    rows = [
        {"rule_id": "R-A", "category_code": "A", "agency_code": "X"},
        {"rule_id": "R-C", "category_code": "B", "agency_code": "X"},
    ]
    categories = [
        {"category_code": "A", "lead": "Y"},
        {"category_code": "C", "lead": "Z", "valid_from": "2026-06-15"},
    ]
    kept, added = routed(rows, categories)
    assert kept == rows[0]
    assert (added["rule_id"], added["agency_code"]) == ("R-C.2", "Z")
    assert (added["valid_from"], added["valid_to"]) == ("2026-06-15", "")
    assert routed([kept, added], categories) == [kept, added]


class TestLoosening:
    def change(self, city: City, code: str, **changes: object) -> City:
        new = replace(city.categories[code], **changes)  # type: ignore[arg-type]
        return replace(city, category_periods={**city.category_periods, code: (new,)})

    def test_each_column_that_protects_is_watched(self, checked: Checked) -> None:
        city = checked.city
        assert city is not None
        assert loosened(city, city, DAY) == []
        for code, changes, column in (
            ("A01", {"visibility": Visibility.PUBLIC}, "visibility"),
            ("H05", {"protection_class": "none"}, "protection_class"),
            ("A01", {"public_photo": True}, "public_photo"),
            ("H05", {"village_access": "ya"}, "village_access"),
            ("H05", {"may_be_suggested": True}, "may_be_suggested"),
            ("H05", {"valid_to": date(2030, 1, 1)}, "valid_to"),
        ):
            assert Loosened(code, column) in loosened(city, self.change(city, code, **changes), DAY)

    def test_stricter_is_no_loosening_and_an_open_category_may_end(self, checked: Checked) -> None:
        city = checked.city
        assert city is not None
        strict = self.change(city, "A04", visibility=Visibility.RESTRICTED)
        assert loosened(city, strict, DAY) == []
        assert loosened(city, self.change(city, "A04", valid_to=date(2030, 1, 1)), DAY) == []


class TestNewFiles:
    """A new folder over what the desk edited."""

    def edited(self, session: Session, checked: Checked) -> City:
        city = checked.city
        assert city is not None
        service.load(session, city, content=checked.content, now=utcnow())
        texts = dict(checked.content[TEXTS])  # type: ignore[call-overload]
        holidays = [
            *checked.content[HOLIDAYS],
            {"date": "2031-01-09", "name": "X", "kind": "cuti_bersama"},
        ]  # type: ignore[misc]
        files = {TEXTS: texts | {"keep_code": {"id": "Simpan."}}, HOLIDAYS: holidays}
        service.put_files(session, files, now=utcnow())
        return city

    def test_edits_stay_where_the_folder_is_as_it_was_and_go_where_it_changed(
        self, session: Session, checked: Checked
    ) -> None:
        city = self.edited(session, checked)
        assert set(service.edits_in_force(session)) == {TEXTS, HOLIDAYS}
        texts = dict(checked.content[TEXTS])  # type: ignore[call-overload]
        content = {**checked.content, TEXTS: texts | {"no_names": {"id": "Tanpa nama."}}}
        changed = replace(city, digest="f" * 64)
        service.load(session, changed, content=content, now=utcnow())
        assert set(service.edits_in_force(session)) == {HOLIDAYS}

    def test_the_same_folder_again_changes_nothing(
        self, session: Session, checked: Checked
    ) -> None:
        city = self.edited(session, checked)
        assert service.load(session, city, content=checked.content, now=utcnow()).changes == []
        found = service.city_in_force(session, "magelang")
        assert found.texts["keep_code"]["id"] == "Simpan."
        assert date(2031, 1, 9) in found.calendar.holidays
        assert found.pack_version > 0
