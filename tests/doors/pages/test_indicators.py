"""/indikator, as a reader without JavaScript sees it."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.indicators.definitions import all_definitions
from citizenreport.indicators.service import recompute
from tests.rooms.indicators.histories import PANJANG, History, wib
from tests.rooms.indicators.stored import store
from tests.rooms.indicators.test_satisfaction import answered


@pytest.fixture
def counted(session: Session, magelang: City) -> City:
    story = History("2026-03-02", area_code=PANJANG, opening={"is_demo": True})
    store(session, story.released("2026-03-03").settled("2026-03-10").events)
    store(session, History("2026-03-02", area_code=PANJANG).released("2026-03-03").events)
    store(session, History("2026-04-06").released("2026-04-07").events)
    recompute(session, magelang, cut_off=wib("2026-08-01T00:00"))
    session.commit()
    return magelang


def words(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def test_the_list_names_all_and_shows_the_latest_year(client: FlaskClient, counted: City) -> None:
    page = client.get("/indikator")
    assert page.status_code == 200
    for definition in all_definitions().values():
        assert definition.names["id"] in words(page.text)
    assert "33,33 persen" in words(page.text)
    assert "angka lembaga lain" in words(page.text).lower()


def test_what_an_indicator_means_is_said_in_the_readers_language(
    client: FlaskClient, magelang: City
) -> None:
    english = client.get("/indikator/H01?lang=en").text
    assert '<dd lang="en">Agencies working together</dd>' in english
    assert '<dd lang="jv">Guyub antarinstansi</dd>' in client.get("/indikator/H01?lang=jv").text


def test_before_anything_is_computed_the_list_says_so(client: FlaskClient, magelang: City) -> None:
    page = client.get("/indikator")
    assert "Belum ada data" in words(page.text)
    assert "Belum ada data" in words(client.get("/indikator/I01").text)


def test_a_page_shows_periods_latest_first_with_n_and_interval(
    client: FlaskClient, counted: City
) -> None:
    text = words(client.get("/indikator/I01").text)
    assert text.index("April 2026") < text.index("Maret 2026")
    assert "Maret 2026 50,00 9,45–90,55 1 2 final laporan contoh 1" in text
    assert "Data sampai 31 Juli 2026" in text
    assert "memuat laporan contoh (demo)" in text
    assert "Diskominsta" in text or counted.agencies[counted.desk_agency_code].name in text


def test_area_and_period_are_chosen_by_a_plain_form(client: FlaskClient, counted: City) -> None:
    page = client.get(f"/indikator/I01?jenis=triwulan&wilayah={PANJANG}")
    assert "Triwulan I 2026 50,00" in words(page.text)
    assert "Triwulan II 2026 0,00" in words(page.text)
    assert f'<option value="{PANJANG}" selected>Panjang</option>' in page.text
    assert '<form class="fields-row" action="/indikator/I01">' in page.text  # GET, no script


def test_a_wait_shows_median_and_ninetieth(client: FlaskClient, counted: City) -> None:
    text = words(client.get("/indikator/I03").text)
    assert "Maret 2026 6 > 96 1 2" in text


def test_a_rate_shows_the_year_of_its_population(client: FlaskClient, counted: City) -> None:
    assert "penduduk 2025" in words(client.get("/indikator/I05?jenis=tahun").text)
    refused = words(client.get(f"/indikator/I05?jenis=tahun&wilayah={PANJANG}").text)
    assert "belum ada angka penduduk" in refused


def test_an_imported_indicator_says_whose_it_is(client: FlaskClient, counted: City) -> None:
    text = words(client.get("/indikator/I07").text)
    assert "Angka lembaga lain, belum dimuat." in text
    assert "SETARA Institute" in text


def test_an_unknown_indicator_is_a_page_that_says_so(client: FlaskClient, counted: City) -> None:
    page = client.get("/indikator/I99")
    assert page.status_code == 404
    assert "Indikator tidak ditemukan." in words(page.text)


def test_a_strange_choice_shows_the_city_by_month(client: FlaskClient, counted: City) -> None:
    page = client.get("/indikator/I01?jenis=abad&wilayah=../../etc")
    assert page.status_code == 200
    assert "Nilai: Kota Magelang" in words(page.text)


def test_the_survey_shows_its_interval_grade_and_response_rate(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    answered(session, 20, score=4)
    answered(session, 20, score=3)
    recompute(session, magelang, cut_off=wib("2026-08-01T00:00"))
    session.commit()
    text = words(client.get("/indikator/I09").text)
    assert re.search(r"2026 87,50 8\d,\d+–9\d,\d+ 40 40 sementara", text)
    assert "mutu pelayanan B; tingkat respons (persen) 100" in text
    file = client.get("/api/v1/indicators/I09/values.csv").text
    assert "mutu pelayanan B" in file


def test_what_counts_confidential_reports_has_no_number_without_a_release(
    client: FlaskClient, counted: City
) -> None:
    for code in ("I12", "I19"):
        text = words(client.get(f"/indikator/{code}").text)
        assert "Belum ada rilis." in text
        assert "Nilai:" not in text
    assert words(client.get("/indikator").text).count("Belum ada rilis") == 2
