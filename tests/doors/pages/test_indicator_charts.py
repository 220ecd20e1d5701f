"""Charts, the map by area and the frame for other sites, on the pages of indicators."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.indicators.service import recompute
from citizenreport.web.indicator_charts import COMPARABLE_N
from tests.doors.pages.test_indicators import words
from tests.rooms.indicators.histories import PANJANG, History, wib
from tests.rooms.indicators.stored import store

MONTHS = ("2026-02", "2026-03", "2026-04")


@pytest.fixture
def counted(session: Session, magelang: City) -> City:
    """Three months; in Panjang enough reports to be compared, elsewhere one."""
    for month in MONTHS:
        for number in range(COMPARABLE_N):
            story = History(f"{month}-{number + 2:02d}", area_code=PANJANG).released(f"{month}-20")
            store(session, (story.settled(f"{month}-25") if number % 2 else story).events)
    other = next(code for code in magelang.area_index.codes if code != PANJANG)
    store(session, History("2026-04-02", area_code=other).released("2026-04-03").events)
    recompute(session, magelang, cut_off=wib("2026-08-01T00:00"))
    session.commit()
    return magelang


def test_a_page_draws_its_values_and_says_them_in_words(client: FlaskClient, counted: City) -> None:
    page = client.get(f"/indikator/I01?jenis=bulan&wilayah={PANJANG}").text
    svg = re.search(r'<svg[^>]*class="chart" role="img" aria-label="([^"]+)"', page)
    assert svg is not None
    assert "dari 50,0 ke 50,0" in svg[1]
    assert "Angkanya ada di tabel." in svg[1]
    assert page.count("<figure") == 2  # over time, and by area


def test_a_chart_follows_the_reader_s_language(client: FlaskClient, counted: City) -> None:
    page = client.get(f"/indikator/I01?jenis=bulan&wilayah={PANJANG}&lang=en").text
    assert "from 50.0 to 50.0" in page


def test_one_period_alone_is_no_line(client: FlaskClient, counted: City) -> None:
    page = client.get(f"/indikator/I01?jenis=tahun&wilayah={PANJANG}").text
    assert "<h2" in page
    assert "sampai 2026: dari" not in page


def test_the_map_has_a_table_with_the_same_marks(client: FlaskClient, counted: City) -> None:
    page = client.get("/indikator/I01?jenis=tahun").text
    section = page[page.index('aria-labelledby="menurut-wilayah"') :]
    rows = re.findall(r"<tr>\s*<td[^>]*>(\d+)</td>", section)
    drawn = re.findall(r"<text[^>]*>(\d+)</text>", section)
    assert sorted(rows, key=int) == sorted(drawn, key=int)
    assert len(rows) == len(counted.area_index.codes)
    assert re.search(r"Panjang 50,00 [\d,]+–[\d,]+ 30", words(section))


def test_an_area_with_few_reports_has_its_number_but_no_colour(
    client: FlaskClient, counted: City
) -> None:
    page = client.get("/indikator/I01?jenis=tahun").text
    section = page[page.index('aria-labelledby="menurut-wilayah"') :]
    fills = re.findall(r'fill="var\(--(class-\d|sunken)\)"', section)
    assert fills.count("sunken") == len(counted.area_index.codes) - 1
    assert "belum dibandingkan: kurang dari 10 laporan" in words(section)


def test_a_count_leads_to_the_reports_behind_it(client: FlaskClient, counted: City) -> None:
    page = client.get(f"/indikator/I01?jenis=bulan&wilayah={PANJANG}").text
    found = re.search(
        rf'href="(/laporan\?kelurahan={re.escape(PANJANG)}&amp;dari=2026-03-01&amp;sampai=2026-03-31)"',
        page,
    )
    assert found is not None
    assert client.get(found[1].replace("&amp;", "&")).status_code == 200


def test_cards_show_where_an_indicator_goes_in_one_query(
    client: FlaskClient, counted: City
) -> None:
    page = client.get("/indikator").text
    assert 'aria-label="Arah Tingkat penyelesaian laporan' in page
    assert "selang 95 %" in words(page)
    assert "Data sampai 31 Juli 2026." in words(page)


def test_the_frame_may_stand_on_other_sites_and_knows_nobody(
    client: FlaskClient, counted: City
) -> None:
    frame = client.get(f"/indikator/I01/sematkan?jenis=bulan&wilayah={PANJANG}")
    assert frame.status_code == 200
    assert "frame-ancestors *" in frame.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in frame.headers
    assert "Set-Cookie" not in frame.headers
    assert "<script" not in frame.text
    assert "<form" not in frame.text
    assert 'class="chart"' in frame.text
    page = client.get("/indikator/I01")
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"


def test_the_line_for_other_sites_leads_to_that_frame(client: FlaskClient, counted: City) -> None:
    page = client.get(f"/indikator/I01?jenis=bulan&wilayah={PANJANG}").text
    source = re.search(r'&lt;iframe src="([^"]+)"', page)
    assert source is not None
    address = source[1].replace("&amp;", "&").split("://", 1)[1]
    assert client.get(address[address.index("/") :]).status_code == 200


@pytest.mark.parametrize("code", ["I12", "I07"])
def test_a_frame_without_a_number_says_so(client: FlaskClient, counted: City, code: str) -> None:
    frame = client.get(f"/indikator/{code}/sematkan")
    assert frame.status_code == 200
    assert "Belum ada data" in words(frame.text)
    assert 'class="chart"' not in frame.text
