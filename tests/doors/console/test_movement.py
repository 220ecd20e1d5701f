"""`/petugas/satu-opd-satu-inovasi`: who has one, whether it is new and applied; letters; I15."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.identity.rules import Grant, Role
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.service import latest_cut_off, recompute
from citizenreport.web.context import EXTENSION
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.innovations import endorsed, step, write
from tests.doors.console.people import DESK, ROADS
from tests.pdfs import pages_of, squeezed

PAGE = "/petugas/satu-opd-satu-inovasi"
HEAD = Grant(role=Role.AGENCY_LEAD, agency_code="roads")


@pytest.fixture
def year(desk: Desk) -> int:
    return desk.city.local_date(utcnow()).year


@pytest.fixture
def agency(desk: Desk) -> Visitor:
    return desk.person(ROADS, username="jalan", name="Petugas Jalan")


@pytest.fixture
def head(desk: Desk) -> Visitor:
    return desk.person(HEAD, username="kepala", name="Kepala Jalan")


@pytest.fixture
def city(desk: Desk) -> Visitor:
    return desk.person(DESK, username="meja", name="Meja Kota")


@pytest.fixture
def mayor(desk: Desk) -> Visitor:
    return desk.person(Grant(role=Role.CITY_LEADER), username="wali", name="Wali Kota")


def table(visitor: Visitor, year: int) -> dict[str, dict[str, str]]:
    text = visitor.get(f"{PAGE}/daftar.csv?tahun={year}").text
    return {row["kode"]: row for row in csv.DictReader(io.StringIO(text))}


def test_the_mayor_sees_who_has_one_and_who_does_not(
    desk: Desk, agency: Visitor, head: Visitor, city: Visitor, mayor: Visitor, year: int
) -> None:
    endorsed(desk, agency, head, city, year=str(year))
    found = table(mayor, year)
    assert {code: row["punya"] for code, row in found.items()} == {
        **dict.fromkeys(("desk", "inspect", "parks", "women"), "tidak"),
        "roads": "ya",
    }
    assert (found["roads"]["baru"], found["roads"]["diterapkan"]) == ("ya", "tidak")
    page = mayor.get(PAGE).text
    assert "Tambal Cepat" in page
    assert f"{PAGE}/surat/roads/penghargaan.pdf" in page
    assert f"{PAGE}/surat/parks/teguran.pdf" in page
    assert agency.get(PAGE).status_code == 403


def test_a_record_that_is_only_submitted_does_not_count(
    agency: Visitor, mayor: Visitor, year: int
) -> None:
    page = write(agency, year=str(year))
    step(agency, page, "submitted")
    assert table(mayor, year)["roads"]["punya"] == "tidak"
    assert table(mayor, year)["roads"]["keadaan"] == "Diajukan"


def test_letters_say_what_is_so_and_there_are_no_others(
    desk: Desk, agency: Visitor, head: Visitor, city: Visitor, mayor: Visitor, year: int
) -> None:
    endorsed(desk, agency, head, city, year=str(year))
    thanks = mayor.get(f"{PAGE}/surat/roads/penghargaan.pdf?tahun={year}")
    [page] = pages_of(thanks.data)
    assert squeezed("Tambal Cepat") in page.text
    assert squeezed("Dinas Jalan") in page.text
    [page] = pages_of(mayor.get(f"{PAGE}/surat/parks/teguran.pdf?tahun={year}").data)
    assert squeezed("Dinas Taman belum punya inovasi") in page.text
    for none in ("roads/teguran", "parks/penghargaan", "police/teguran"):
        assert mayor.get(f"{PAGE}/surat/{none}.pdf?tahun={year}").status_code == 404


def test_last_years_text_is_shown_and_a_person_says_why_it_is_new(
    desk: Desk, agency: Visitor, head: Visitor, city: Visitor, year: int
) -> None:
    endorsed(desk, agency, head, city, year=str(year - 1), name="Tambal Cepat Lama")
    page = write(agency, year=str(year))
    step(agency, page, "submitted")
    shown = city.get(page).text
    assert "Tambal Cepat Lama" in shown
    assert "Mirip dengan catatan tahun lalu" in shown
    refused = step(city, page, "validated", novelty="new", novelty_reason=" ")
    assert refused.status_code == 422
    assert 'href="#novelty_reason"' in refused.text
    same = {"novelty": "same", "novelty_reason": "Hanya namanya yang lain."}
    assert step(city, page, "validated", **same).status_code == 303
    step(city, page, "approved")
    step(head, page, "endorsed")
    assert table(city, year)["roads"]["baru"] == "tidak"
    assert "Hanya namanya yang lain." in city.get(page).text


def test_an_agency_that_was_merged_keeps_its_record(
    desk: Desk, agency: Visitor, head: Visitor, city: Visitor, year: int
) -> None:
    endorsed(desk, agency, head, city, year=str(year))
    page = endorsed(desk, agency, head, city, year=str(year - 1), name="Tambal Lama")
    gone = replace(desk.city.agencies["roads"], valid_to=date(year, 1, 1), successor_code="parks")
    merged = replace(desk.city, agencies={**desk.city.agencies, "roads": gone})
    desk.app.extensions[EXTENSION].city_holder.replace(merged)
    assert "roads" not in table(city, year)
    assert table(city, year)["parks"]["inovasi"] == "Tambal Cepat"
    assert table(city, year - 1)["roads"]["punya"] == "ya"
    heir = desk.person(
        Grant(role=Role.AGENCY_LEAD, agency_code="parks"), username="taman", name="Kepala Taman"
    )
    assert "Dinas Jalan" in heir.get(page).text
    assert step(heir, page, "withdrawn", reason="Sudah tidak dipakai.").status_code == 303


def test_i15_is_computed_from_the_register_and_shown(
    desk: Desk,
    agency: Visitor,
    head: Visitor,
    city: Visitor,
    session: Session,
    client: FlaskClient,
    year: int,
) -> None:
    page = endorsed(desk, agency, head, city, year=str(year))
    tomorrow = latest_cut_off(desk.city, utcnow() + timedelta(days=1))
    recompute(session, desk.city, cut_off=tomorrow)
    row = PublishedIndicatorValue
    [value] = session.scalars(select(row).where(row.code == "I15")).all()
    assert (value.numerator, value.denominator, value.value) == (1, 5, Decimal("20.0000"))
    assert (value.universe, value.period_kind, value.period_start_on.year) == (
        "programme",
        "tahun",
        year,
    )
    session.commit()
    shown = client.get("/indikator/I15")
    assert "20,00" in shown.text
    assert step(head, page, "withdrawn", reason="Dihentikan.").status_code == 303
    recompute(session, desk.city, cut_off=tomorrow)
    assert session.scalars(select(row).where(row.code == "I15")).all() == []
