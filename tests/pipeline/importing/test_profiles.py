"""Ready-made kinds: what a column and a word are taken for in Kota Magelang."""

import csv

import pytest

from citizenreport.cities.rules import City, Visibility
from citizenreport.pipeline.importing.cells import Row
from citizenreport.pipeline.importing.chosen import BLANK, Thing
from citizenreport.pipeline.importing.profiles import PROFILES, category_words, guess, plain
from citizenreport.pipeline.importing.sketch import Sketch, sketch_of
from citizenreport.triage.states import State
from tests.shared_data import shared_data


def sketch(columns: list[str], *rows: list[str], pair: tuple[str, ...] = ()) -> Sketch:
    read = [
        Row(number=n, cells=dict(zip(columns, row, strict=True))) for n, row in enumerate(rows, 1)
    ]
    return sketch_of(columns, read, pair=pair)


@pytest.mark.real_data
def test_the_national_tree_is_found_where_the_pack_names_it(magelang: City) -> None:
    known = category_words(magelang)
    with shared_data("magelang", "lapor_categories.csv").open(encoding="utf-8") as file:
        tree = [(row["kategori_utama"], row["sub_kategori"]) for row in csv.DictReader(file)]
    named = {plain(n) for c in magelang.categories.values() for n in c.national_categories}
    both = {plain(f"{main} {sub}") for main, sub in tree}
    assert len(tree) > 900
    assert len(both & known.keys()) > 40
    assert named & both <= known.keys()
    for main, sub in tree:
        code = known.get(plain(f"{main} {sub}"))
        assert code is None or plain(f"{main} {sub}") in named


def test_of_categories_under_one_national_name_the_strictest_is_taken(magelang: City) -> None:
    known = category_words(magelang)
    for category in magelang.categories.values():
        for national in category.national_categories:
            taken = magelang.categories[known[plain(national)]]
            assert taken.visibility.strictness >= category.visibility.strictness
    hidden = [c for c in magelang.categories.values() if c.visibility is Visibility.CONFIDENTIAL]
    assert any(c.national_categories for c in hidden)


def test_the_pair_of_category_and_subcategory_is_read_together(magelang: City) -> None:
    columns = ["Tracking ID", "Kategori", "Sub Kategori", "Tanggal Laporan"]
    row = ["1", "PERHUBUNGAN", "LAMPU PENERANGAN JALAN UMUM", "2024-05-02"]
    pair = ("Kategori", "Sub Kategori")
    found = guess(PROFILES["sp4n_lapor"], sketch(columns, row, pair=pair), magelang)
    assert found.pair == pair
    assert found.words[Thing.CATEGORY] == {"PERHUBUNGAN LAMPU PENERANGAN JALAN UMUM": "A04"}


def test_a_word_nobody_knows_stays_open_or_is_left_to_the_rules(magelang: City) -> None:
    columns = ["Kategori", "Status", "OPD", "Kelurahan", "Tanggal"]
    rows = (["Entah", "Aneh", "Dinas Aneh", "Mana", "x"], ["A04", "Selesai", "DLH", "Panjang", "x"])
    words = guess(PROFILES["monggo_lapor"], sketch(columns, *rows), magelang).words
    assert words[Thing.CATEGORY] == {"Entah": "", "A04": "A04"}
    assert words[Thing.STATUS] == {"Aneh": "", "Selesai": State.CLOSED.value}
    assert words[Thing.AGENCY] == {"Dinas Aneh": BLANK, "DLH": "DLH"}
    assert words[Thing.AREA]["Mana"] == BLANK
    assert words[Thing.AREA]["Panjang"] in magelang.areas


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.code)
def test_the_words_of_a_profile_lead_to_states(profile: object) -> None:
    statuses = profile.statuses  # type: ignore[attr-defined]
    assert set(statuses.values()) <= {state.value for state in State}
    assert all(word == plain(word) for word in statuses)
