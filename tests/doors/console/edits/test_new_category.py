"""`/petugas/isi/kategori`: a category that did not exist, with the rule that sends its reports somewhere."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.core.clock import utcnow
from citizenreport.identity.models import Staff
from citizenreport.jobs import pack_changes
from citizenreport.routing import drafts
from tests.doors.console.conftest import Desk
from tests.doors.console.edits.editing import ROOT, Editing
from tests.scenes import PANJANG

KITES = {
    "category_code": "N97",
    "aspect": "nyaman",
    "name__id": "Benang layang-layang di jalan",
    "name__en": "Kite string across a road",
    "name__jv": "Bolah layangan ing dalan",
    "example__id": "Benang gelasan melintang di Jalan Ikhlas",
    "keywords__id": "layangan\n benang gelasan \n",
    "lead": "SATPOLPP",
    "first_response_hours": "48",
    "verification_working_days": "3",
    "settlement_working_days": "14",
}


def add(editing: Editing, **fields: str) -> TestResponse:
    return editing.save("kategori", "baru", **(KITES | fields))


def refusal(sent: TestResponse) -> str:
    found = re.search(r'class="error-summary".*?</div>', sent.text, re.DOTALL)
    assert found is not None, sent.status
    return unescape(found[0])


def rules_of(editing: Editing, code: str = "N97") -> list[str]:
    return [row.agency_code for row in editing.city.routing if row.category_code == code]


def test_one_is_drafted_then_in_force_with_its_rule_and_takes_reports(
    editing: Editing, office: Desk
) -> None:
    sent = add(editing)
    assert sent.status_code == 303, sent.text
    page = editing.visitor.get(f"{ROOT}/kategori").text
    assert "<ins>Benang layang-layang di jalan</ins>" in page
    assert "N97" not in editing.city.categories
    editing.decide("kategori")
    category = editing.city.categories["N97"]
    assert category.names == {
        "id": "Benang layang-layang di jalan",
        "en": "Kite string across a road",
        "jv": "Bolah layangan ing dalan",
    }
    assert category.keywords["id"] == ("layangan", "benang gelasan")
    assert category.valid_from == editing.today
    assert rules_of(editing) == ["SATPOLPP"]
    office.city = editing.city
    assert office.report("N97", at=utcnow(), position=PANJANG).agency_code == "SATPOLPP"
    assert editing.logged() == [
        "pack_drafted",
        "pack_draft_discarded",
        "pack_change_decided",
        "pack_change_in_force",
    ]


def test_nothing_of_it_is_shown_to_the_public_unless_someone_says_so(editing: Editing) -> None:
    assert add(editing, public_photo="1").status_code == 303
    open_ = {"category_code": "N98", "visibility": "public", "public_precision": "tepat"}
    assert add(editing, **open_, public_photo="1").status_code == 303
    secret = {"category_code": "N99", "visibility": "confidential", "protection_class": "violence"}
    sent = add(editing, **secret, lead="DPMP4KB")
    assert sent.status_code == 303, sent.text
    editing.decide("kategori")
    shown = {
        code: (one.public_precision.value, one.public_photo, one.village_access)
        for code, one in editing.city.categories.items()
        if code in ("N97", "N98", "N99")
    }
    assert shown == {
        "N97": ("tidak_ada", False, "ya"),
        "N98": ("tepat", True, "ya"),
        "N99": ("tidak_ada", False, "tidak"),
    }
    assert not editing.city.categories["N99"].may_be_suggested


def test_a_later_day_brings_category_and_rule_together(
    editing: Editing, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(editing)
    editing.decide("kategori", days=3)
    first_day = editing.today + timedelta(days=3)
    assert "N97" not in editing.city.categories
    assert rules_of(editing) == []
    later = utcnow() + timedelta(days=3)
    monkeypatch.setattr(pack_changes, "utcnow", lambda: later)
    pack_changes.begin_pack_changes()
    assert editing.city.categories["N97"].valid_from == first_day
    assert rules_of(editing) == ["SATPOLPP"]


def test_an_undo_takes_it_away_with_its_rule_and_it_can_come_again(editing: Editing) -> None:
    before = editing.city.routing
    add(editing)
    row = editing.decide("kategori")
    assert editing.undo(row).status_code == 303
    assert "N97" not in editing.city.categories
    assert editing.city.routing == before
    add(editing, lead="DISHUB")
    editing.decide("kategori")
    assert rules_of(editing) == ["DISHUB"]


def test_one_that_reports_have_is_not_taken_away(editing: Editing, office: Desk) -> None:
    add(editing)
    row = editing.decide("kategori")
    office.city = editing.city
    office.report("N97", at=utcnow(), position=PANJANG)
    sent = editing.undo(row)
    assert sent.status_code == 422
    assert "Sudah ada laporan dengan kategori N97" in refusal(sent)
    assert "N97" in editing.city.categories
    assert rules_of(editing) == ["SATPOLPP"]


def test_what_is_still_a_draft_can_be_edited_as_a_whole(editing: Editing) -> None:
    add(editing)
    sent = editing.save("kategori", "N97", visibility="public", lead="DISHUB")
    assert sent.status_code == 303, sent.text
    editing.decide("kategori")
    category = editing.city.categories["N97"]
    assert (category.visibility.value, category.public_precision.value) == ("public", "100m")
    assert rules_of(editing) == ["DISHUB"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"category_code": "A04"}, "Kode A04 sudah dipakai."),
        ({"category_code": "n 97"}, "Kode “n 97” tidak dapat dipakai."),
        ({"category_code": ""}, "tidak dapat dipakai"),
        ({"protection_class": "abuse_of_office"}, "penyalahgunaan jabatan"),
        ({"visibility": "confidential", "protection_class": "child"}, "Satpol PP hanya punya 0"),
        ({"lead": "@KELURAHAN", "visibility": "confidential"}, "dikirim ke kelurahan"),
        ({"supporting": "NOSUCH"}, "NOSUCH"),
        ({"settlement_working_days": ""}, "Target selesai"),
        ({"name__id": ""}, "kosong"),
    ],
    ids=[
        "taken",
        "blank-in-code",
        "no-code",
        "class",
        "handlers",
        "village",
        "body",
        "days",
        "name",
    ],
)
def test_what_cannot_be_is_refused_and_stays_typed(
    editing: Editing, fields: dict[str, str], told: str
) -> None:
    sent = add(editing, **fields)
    assert sent.status_code == 422
    assert told in refusal(sent)
    assert 'value="Kite string across a road"' in sent.text
    assert editing.version("kategori") == "0"


def test_a_refusal_names_things_as_staff_do(editing: Editing) -> None:
    sent = editing.save("instansi", "INSPEKTORAT", **{"positions-abuse_of_office": "Satu"})
    assert "Inspektorat hanya punya 1 penangan untuk kelas penyalahgunaan jabatan" in refusal(sent)
    sent = add(editing, protection_class="child")
    assert "Terbatas, anak" in refusal(sent)
    assert "protection_class" not in refusal(sent)


def test_rules_that_were_drafted_before_keep_the_one_of_a_new_category(
    editing: Editing, session: Session
) -> None:
    by = session.scalars(select(Staff.id)).first()
    assert by is not None
    drafts.discard(session, editing.city, seen=drafts.last_version(session), by=by, now=utcnow())
    session.commit()
    add(editing)
    row = editing.decide("kategori")
    _, rows = drafts.drafted_rows(session, editing.city, editing.today)
    assert [one["agency_code"] for one in rows if one["category_code"] == "N97"] == ["SATPOLPP"]
    editing.undo(row)
    _, rows = drafts.drafted_rows(session, editing.city, editing.today)
    assert "N97" not in {one["category_code"] for one in rows}


def test_search_words_of_a_category_in_force_are_edited(editing: Editing) -> None:
    words = editing.city.categories["A04"].keywords["id"]
    typed = "\n".join([*words, "lampu jalan padam"])
    assert editing.save("kategori", "A04", keywords__id=typed).status_code == 303
    editing.decide("kategori")
    assert editing.city.categories["A04"].keywords["id"] == (*words, "lampu jalan padam")
    assert len(editing.city.category_periods["A04"]) == 1
