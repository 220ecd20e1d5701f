"""What is done with one report is counted for it, whatever network it comes from."""

import pytest

from citizenreport.web.limit_rules import REPORT_ACT
from tests.doors.limits.conftest import FromNetwork
from tests.doors.pages.resident import Page, Resident, receipt_of


@pytest.fixture
def own(from_network: FromNetwork) -> Resident:
    """Somebody who follows an own report of which two things may be done."""
    resident = Resident(from_network("report-act=2/hour, act=1000/hour"))
    follow(resident, *receipt_of(resident.report()))
    return resident


def follow(resident: Resident, code: str, secret: str) -> None:
    resident.press(resident.open("/lacak"), "/lacak", code=code, secret=secret)


def add(resident: Resident, text: str) -> Page:
    return resident.press(resident.open("/lacak/laporan"), "/lacak/tambah", addition=text)


def test_thirty_an_hour_are_enough() -> None:
    assert REPORT_ACT.usual == "30/hour"


def test_one_too_many_is_refused_in_words_and_what_was_typed_stays(own: Resident) -> None:
    assert [add(own, f"Keterangan {n}").status for n in range(2)] == [200, 200]
    refused = add(own, "Tiangnya miring.")
    assert refused.status == 429
    assert "Laporan ini sudah terlalu sering diubah dalam satu jam. Coba lagi dalam" in refused.text
    assert refused.form("/lacak/tambah").value("addition") == "Tiangnya miring."
    assert "Tiangnya miring." not in own.open("/lacak/laporan").text


def test_a_step_without_words_says_so_too_and_does_nothing(own: Resident) -> None:
    add(own, "Satu.")
    add(own, "Dua.")
    refused = own.press(own.open("/lacak/laporan"), "/lacak/tarik")
    assert refused.status == 429
    assert "terlalu sering diubah" in refused.text
    assert "Laporan Anda tarik kembali." not in own.open("/lacak/laporan").text


def test_another_network_does_not_help_and_another_report_is_not_hurt(
    own: Resident, from_network: FromNetwork
) -> None:
    code, secret = receipt_of(own.report())
    elsewhere = Resident(from_network())
    for resident in (own, elsewhere):
        follow(resident, code, secret)
    assert [add(one, "Lagi.").status for one in (own, elsewhere, elsewhere)] == [200, 200, 429]
    follow(own, *receipt_of(own.report()))
    assert add(own, "Yang lain.").status == 200


def test_a_contact_that_is_changed_too_often_stays_typed_and_erasing_is_never_refused(
    own: Resident,
) -> None:
    add(own, "Satu.")
    add(own, "Dua.")
    page = own.open("/lacak/data")
    refused = own.press(page, "/lacak/data/kontak", contact_name="Sari Wulandari")
    assert refused.status == 429
    assert refused.form("/lacak/data/kontak").value("contact_name") == "Sari Wulandari"
    assert own.press(page, "/lacak/data/unduh").status == 429
    erased = own.press(own.open("/lacak/hapus"), "/lacak/hapus")
    assert erased.status == 200
