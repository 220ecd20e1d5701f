"""Categories by everyday words."""

import pytest

from citizenreport.cities.rules import City
from citizenreport.web.category_search import MOST_FOUND, search, searched_words, words_in
from tests.bad_input.naughty import OWN
from tests.doors.pages.resident import Resident


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("lampu mati", "A04"),
        ("peteng", "A04"),
        ("PÉTENG", "A04"),
        ("the street lamp is broken", "A04"),
        ("jalan berlubang", "A08"),
        ("ular masuk rumah", "A05"),
        ("sampah ora diangkut", "N16"),
        ("pungli", "H05"),
        ("dipukul suami", "A12"),
    ],
)
def test_everyday_words_of_three_languages_find_the_category(
    magelang: City, query: str, code: str
) -> None:
    assert code in [category.category_code for category in search(magelang, query)]


def test_every_category_is_found_by_each_of_its_keywords(magelang: City) -> None:
    missed = [
        (category.category_code, keyword)
        for category in magelang.categories.values()
        for keywords in category.keywords.values()
        for keyword in keywords
        if category not in search(magelang, keyword)
    ]
    assert len(missed) <= 12, missed  # words that more than ten categories share


@pytest.mark.parametrize("query", ["", " ", "zzqq", "!!!", "|", "| ", *OWN])
def test_what_fits_nothing_finds_nothing_or_little(magelang: City, query: str) -> None:
    assert len(search(magelang, query)) <= MOST_FOUND


def test_little_words_count_only_when_there_is_nothing_else() -> None:
    assert words_in("Lampu di jalan") == ["lampu", "jalan"]
    assert words_in("di") == ["di"]


def test_a_phrase_that_begins_with_what_was_typed_comes_first(magelang: City) -> None:
    [first, *_rest] = search(magelang, "lampu mati")
    assert "| lampu mati" in searched_words(first)


def test_the_page_finds_without_javascript_and_keeps_the_words(resident: Resident) -> None:
    page = resident.press(resident.open("/lapor"), "/lapor/pilih", cari="peteng")
    assert page.form("/lapor/pilih").value("cari") == "peteng"
    assert "Cocok: 1" in page.text
    assert "/lapor?kategori=A04" in page.links
    assert resident.open("/lapor", cari="peteng").status == 200
    none = resident.open("/lapor", cari="zzqq")
    assert "Tidak ada yang cocok" in none.text


def test_what_is_searched_for_is_not_put_into_an_address(resident: Resident) -> None:
    page = resident.press(resident.open("/lapor"), "/lapor/pilih", cari="dipukul suami")
    assert page.response.request.query_string == b""
    assert page.response.headers["Cache-Control"] == "no-store"
    assert not [link for link in page.links if "dipukul" in link]
