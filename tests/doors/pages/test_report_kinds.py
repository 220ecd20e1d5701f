"""The form by kind of report: outside the city, confidential, about an office, an emergency."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing
from citizenreport.geo.position import Position
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Report
from citizenreport.triage.models import Ticket
from tests.doors.pages.resident import USUAL, Resident
from tests.doors.pages.test_report import OUTSIDE, reports


def test_outside_the_city_the_neighbour_is_named_and_referral_is_one_press_away(
    resident: Resident, session: Session
) -> None:
    page = resident.open("/lapor", kategori="A04")
    refused = resident.press(page, "/lapor", **USUAL | OUTSIDE)

    assert refused.status == 422
    assert "Mertoyudan" in refused.text
    assert "Kabupaten Magelang" in refused.text
    assert reports(session) == 0
    assert refused.form("/lapor").value("description") == USUAL["description"]
    sent = resident.press(refused, "/lapor", refer_outside="1")
    assert sent.status == 200
    assert session.scalars(select(Report)).one().neighbour_code == "33.08.10.2013"


def test_far_outside_the_general_channel_is_named(resident: Resident) -> None:
    page = resident.open("/lapor", kategori="A04")
    refused = resident.press(page, "/lapor", **USUAL | {"lat": "-7.8014", "lon": "110.3647"})
    assert refused.status == 422
    assert "lapor.go.id" in refused.text


def test_a_wrong_point_can_be_dropped_without_javascript(
    resident: Resident, session: Session
) -> None:
    page = resident.open("/lapor", kategori="A04")
    refused = resident.press(page, "/lapor", **USUAL | OUTSIDE)
    sent = resident.press(refused, "/lapor", area_code="33.71.03.1005", drop_point="1")
    assert sent.status == 200
    assert session.scalars(select(Report)).one().position is None


def test_just_outside_is_accepted_and_said(resident: Resident, magelang: City) -> None:
    going_west = (Position(lon=110.2199 - step * 0.0001, lat=-7.478474) for step in range(500))
    here = next(p for p in going_west if 5 < magelang.area_index.locate(p).outside_m < 45)
    page = resident.report(area_code="", lat=str(here.lat), lon=str(here.lon))
    assert "tepat di batas kota" in page.text


def test_a_confidential_report_is_sealed_and_its_pages_tell_nothing(
    resident: Resident, session: Session, keys: KeyRing
) -> None:
    canary = "kanari-4471"
    chosen = resident.press(resident.open("/lapor"), "/lapor/isi", category_code="A12")
    assert "kekerasan" not in chosen.title.lower()
    assert chosen.response.headers["Cache-Control"] == "no-store"
    assert "Laporan kekerasan selalu rahasia" in chosen.text
    assert "Keluar cepat" in chosen.text
    assert chosen.form("/lapor").value("visibility") is None  # there is nothing to choose

    sent = resident.press(chosen, "/lapor", description=f"Tetangga {canary} dipukuli.")
    assert sent.status == 200
    assert "kekerasan" not in sent.title.lower()
    assert "Keluar cepat" in sent.text
    report = session.scalars(select(Report)).one()
    assert report.description is None
    data_key = intake_queries.data_key_of(session, keys, report.id)
    assert canary in intake_queries.description_of(report, data_key)
    left = resident.press(sent, "/keluar-cepat")
    assert left.response.request.path == "/kode-pos"
    assert resident.open("/lapor/terkirim").status == 404


def test_protected_categories_are_not_chosen_by_an_address(
    resident: Resident, magelang: City
) -> None:
    page = resident.open("/lapor")
    protected = {
        code
        for code, category in magelang.categories.items()
        if category.visibility == "confidential"
    }
    linked = {link.rpartition("=")[2] for link in page.links if "kategori=" in link}
    offered = {value for name, value in page.form("/lapor/isi").buttons if name == "category_code"}
    assert offered == protected
    assert linked == set(magelang.categories) - protected


def test_the_resident_may_make_it_stricter(resident: Resident, session: Session) -> None:
    page = resident.report(visibility="confidential")
    assert "Rahasia." in page.text
    assert session.scalars(select(Ticket)).one().visibility == "confidential"


def test_the_office_a_report_is_about_never_receives_it(
    resident: Resident, session: Session
) -> None:
    resident.report(subject_agency="DLH", subject_person="mandor")
    ticket = session.scalars(select(Ticket)).one()
    assert (ticket.agency_code, ticket.subject_agency_code) == ("INSPEKTORAT", "DLH")


def test_an_emergency_shows_the_verified_numbers_before_the_form(resident: Resident) -> None:
    page = resident.open("/lapor", kategori="A05")
    assert "tel:113" in page.links
    assert "tel:112" not in page.links  # nobody has tried it
    html = page.response.text
    assert html.index("tel:113") < html.index('id="laporan"')


def test_a_category_without_emergency_shows_no_number(resident: Resident) -> None:
    page = resident.open("/lapor", kategori="A04")
    assert not [link for link in page.links if link.startswith("tel:")]


def test_an_unknown_category_is_asked_for_again(resident: Resident, session: Session) -> None:
    assert "Tentang apa" in resident.open("/lapor", kategori="ufo").text
    page = resident.open("/lapor", kategori="A04")
    refused = resident.press(page, "/lapor", **USUAL, category_code="ufo")
    assert refused.status == 422
    assert reports(session) == 0
