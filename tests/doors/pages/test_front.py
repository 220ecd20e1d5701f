"""`/` and `/bantuan`."""

import re
from dataclasses import replace

import pytest
from babel.messages.pofile import read_po
from flask import Flask

from citizenreport.cities.rules import City
from citizenreport.i18n.languages import CATALOGUES
from tests.doors.pages.resident import Resident

PAGES = (
    *("/", "/lapor", "/lapor?kategori=A04", "/lacak", "/laporan", "/kode-pos"),
    *("/bantuan", "/bantuan/aksesibilitas"),
)


def test_verified_emergency_numbers_come_before_anything_else(
    resident: Resident, magelang: City
) -> None:
    page = resident.open("/")
    called = {link.removeprefix("tel:") for link in page.links if link.startswith("tel:")}
    assert called == {n.number for n in magelang.emergency_numbers if n.verified_on}
    assert "112" not in called
    html = page.response.text
    assert html.index("tel:110") < html.index("<h1")


def test_the_front_page_leads_everywhere(resident: Resident) -> None:
    links = resident.open("/").links
    assert {"/lapor", "/lacak", "/laporan", "/bantuan", "/indikator"} <= set(links)


def test_an_empty_city_says_when_reports_will_appear(resident: Resident) -> None:
    assert "Belum ada laporan" in resident.open("/").text
    assert "Belum ada laporan" in resident.open("/laporan").text


@pytest.mark.parametrize("path", PAGES)
def test_every_link_of_every_page_leads_somewhere(resident: Resident, path: str) -> None:
    page = resident.open(path)
    for link in set(page.links):
        if "#" in link:
            path_of, anchor = link.split("#")
            there = resident.open(path_of) if path_of else page
            assert there.status == 200, link
            assert anchor in there.ids, link
        elif link.startswith("/"):
            assert resident.client.get(link).status_code == 200, link
        else:
            assert link.startswith("tel:"), link


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["id", "en", "jv"])
def test_every_page_speaks_every_language_and_stays_where_it_is(
    resident: Resident, path: str, language: str
) -> None:
    separator = "&" if "?" in path else "?"
    page = resident.open(f"{path}{separator}lang={language}")
    assert page.status == 200
    assert f'<html lang="{language}"' in page.response.text
    other = "jv" if language == "en" else "en"
    [switch] = [link for link in page.links if link.endswith(f"lang={other}")]
    assert switch.startswith(path)


@pytest.mark.parametrize("language", ["en", "jv"])
def test_what_is_translated_is_shown(resident: Resident, language: str) -> None:
    folder = CATALOGUES / language / "LC_MESSAGES"
    if not (folder / "messages.mo").exists():
        pytest.skip("the catalogues are not built: python hatch_build.py")
    with (folder / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    for path, message in (
        ("/", "Lapor masalah di sekitar Anda"),
        ("/lapor", "Tentang apa laporan Anda?"),
        ("/lacak", "Kata rahasia"),
        ("/bantuan", "Cara kerjanya"),
        ("/indikator", "Indikator lain"),
        ("/petugas/masuk", "Kata sandi"),
    ):
        page = resident.open(path, lang=language)
        said = catalogue[message].string
        assert said != message
        assert said in page.text
        assert message not in page.text


def test_help_tells_how_long_things_are_kept(resident: Resident, magelang: City) -> None:
    page = resident.open("/bantuan")
    assert "5 tahun" in page.text  # violence: 1825 days
    assert page.response.text.count("<tr>") - 1 == len(magelang.retention_days)
    for key in ("my_data", "my_rights", "my_photo", "ombudsman"):
        assert magelang.texts[key]["id"] in page.text


def test_help_tells_it_apart_where_contact_and_photos_go_earlier(
    app: Flask, resident: Resident, magelang: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = {**magelang.retention_days, "violence_contact": 400, "violence_photo": 9_000}
    shorter = replace(magelang, retention_days=days)
    monkeypatch.setattr("citizenreport.pages.about.current_city", lambda: shorter)
    page = resident.open("/bantuan")
    assert "Laporan kekerasan 400 hari 5 tahun 5 tahun" in page.text
    assert "_contact" not in page.text


def test_help_names_only_numbers_that_somebody_tried(resident: Resident, magelang: City) -> None:
    verified = {n.number for n in magelang.emergency_numbers if n.verified_on}
    unverified = {n.number for n in magelang.emergency_numbers} - verified
    for path in ("/", "/bantuan", "/bantuan/aksesibilitas"):
        page = resident.open(path)
        said = set(re.findall(r"(?<![\d/.])\d{3}(?![\d/.]|\s*(?:persen|piksel))", page.text))
        assert not said & unverified, path
        assert {link.removeprefix("tel:") for link in page.links if link.startswith("tel:")} <= (
            verified
        )


def test_help_says_where_to_turn_with_other_matters(resident: Resident, magelang: City) -> None:
    text = resident.open("/bantuan").text
    outside = [a for a in magelang.agencies.values() if a.is_external and a.channel]
    assert len(outside) > 5
    for agency in outside:
        assert " ".join((agency.channel or "").split()) in text, agency.agency_code
    assert "LAPOR! di lapor.go.id" in text


def test_the_accessibility_statement_names_measure_gaps_and_contact(
    app: Flask, resident: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "CONTACT_EMAIL", "lapor@example.go.id")
    page = resident.open("/bantuan/aksesibilitas")
    for word in ("WCAG 2.2", "AA", "Yang masih kurang", "Ombudsman", "lapor@example.go.id"):
        assert word in page.text
    assert "mailto:lapor@example.go.id" in page.links


def test_the_way_out_tells_nothing(resident: Resident) -> None:
    page = resident.open("/kode-pos")
    assert "lapor" not in page.text.lower()
    assert "56111" in page.text
