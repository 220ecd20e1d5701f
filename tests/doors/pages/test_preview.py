"""What the preview promises is what the release does; and what the form says of places."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from citizenreport.cities.rules import City, Landmark, PublicPrecision, Visibility
from citizenreport.pages.preview import preview
from citizenreport.publication.models import PublishedReport
from citizenreport.web.context import EXTENSION
from tests.doors.pages.resident import Resident
from tests.scenes import PANJANG, Scene

SAID = {
    PublicPrecision.EXACT: "Tempat: titik yang tepat, dan patokan setelah diperiksa.",
    PublicPrecision.GRID_100M: "Tempat: kotak 100 × 100 meter di sekitarnya, bukan titiknya.",
    PublicPrecision.AREA: "Tempat: nama kelurahan saja.",
    PublicPrecision.NONE: "Tempat tidak ditayangkan.",
}


def one_of_each(city: City) -> dict[PublicPrecision, str]:
    return {
        category.public_precision: code
        for code, category in city.categories.items()
        if category.visibility is Visibility.PUBLIC
    }


def test_the_place_that_is_promised_is_the_place_that_is_published(
    app: Flask, magelang: City, scene: Scene
) -> None:

    codes = one_of_each(magelang)
    assert set(codes) == set(PublicPrecision)
    for precision, category_code in codes.items():
        submitted = scene.released(category_code)
        query = select(PublishedReport).where(
            PublishedReport.tracking_code == submitted.tracking_code
        )
        row = scene.session.scalars(query).one()
        shown = (row.position == PANJANG, row.position is not None, row.area_code is not None)
        with app.test_request_context("/lapor"):
            said = preview(magelang, magelang.categories[category_code], Visibility.PUBLIC).public
        assert [SAID[precision]] == [line for line in said if line.startswith("Tempat")]
        assert (
            shown
            == {
                PublicPrecision.EXACT: (True, True, True),
                PublicPrecision.GRID_100M: (False, True, True),
                PublicPrecision.AREA: (False, False, True),
                PublicPrecision.NONE: (False, False, False),
            }[precision]
        )
        assert ("Hari dan jam laporan." in said) is (row.submitted_at is not None)


@pytest.mark.parametrize("visibility", [Visibility.RESTRICTED, Visibility.CONFIDENTIAL])
def test_what_is_not_public_promises_no_place_no_word_and_no_photo(
    app: Flask, magelang: City, visibility: Visibility
) -> None:
    with app.test_request_context("/lapor"):
        for category in magelang.categories.values():
            told = preview(magelang, category, visibility)
            assert len(told.public) == 1
            assert not told.shows_words


def test_each_choice_of_visibility_has_its_preview(resident: Resident) -> None:
    page = resident.open("/lapor", kategori="A04")
    for sentence in ("Tempat: titik yang tepat", "Hanya jumlahnya", "satu hitungan setahun"):
        assert sentence in page.text
    secret = resident.press(resident.open("/lapor"), "/lapor/isi", category_code="A12")
    assert "Tempat: " not in secret.text
    assert "satu hitungan setahun" in secret.text


def test_a_protected_category_says_in_a_sentence_how_it_is_protected(
    resident: Resident, magelang: City
) -> None:
    for code, category in magelang.categories.items():
        if category.protection_class != "none":
            page = resident.press(resident.open("/lapor"), "/lapor/isi", category_code=code)
            sentence = magelang.texts[f"protection_{category.protection_class}"]["id"]
            assert sentence in page.text


def test_every_category_that_may_be_an_emergency_stops_first(
    resident: Resident, magelang: City
) -> None:
    verified = {n.number for n in magelang.emergency_numbers if n.verified_on}
    for code, category in magelang.categories.items():
        html = resident.open("/lapor", kategori=code).response.text
        assert ('<details class="stop">' in html) is category.may_be_emergency
        shown = {number for number in category.emergency_numbers if f'href="tel:{number}"' in html}
        assert shown == (set(category.emergency_numbers) & verified)


def test_after_a_fault_the_form_is_open_at_once(resident: Resident) -> None:
    page = resident.open("/lapor", kategori="A05")
    refused = resident.press(page, "/lapor", description="")
    assert '<details class="stop" open>' in refused.response.text


def test_landmarks_of_the_pack_are_suggested(
    app: Flask, resident: Resident, magelang: City
) -> None:
    without = resident.open("/lapor", kategori="A04")
    assert "titik lokasi dari ponsel paling membantu" in without.text
    assert "<datalist" not in without.response.text
    holder = app.extensions[EXTENSION].city_holder
    mosque = Landmark(name="Masjid Agung", area_code="33.71.03.1005")
    holder.replace(replace(magelang, landmarks=(mosque,)))
    try:
        page = resident.open("/lapor", kategori="A04")
    finally:
        holder.replace(magelang)
    assert '<option value="Masjid Agung">' in page.response.text
    assert "titik lokasi dari ponsel paling membantu" not in page.text
