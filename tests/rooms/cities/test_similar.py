"""What a pack says about similar reports: `[similar]` of `city.toml`."""

import pytest

from citizenreport.cities.pack import read_city
from citizenreport.cities.rules import City, SimilarReports
from tests.rooms.cities.faults import Pack


def with_similar(pack: Pack, lines: str) -> Pack:
    text = (pack.folder / "city.toml").read_text()
    return pack.write("city.toml", f"{text}\n[similar]\n{lines}\n")


def test_a_pack_that_says_nothing_has_the_usual_numbers(pack: Pack, city: City) -> None:
    usual = SimilarReports(radius_m=150, days=60, most=3)
    assert read_city(pack.folder).similar_reports == usual
    assert city.similar_reports == usual


def test_a_pack_may_say_other_numbers(pack: Pack) -> None:
    with_similar(pack, "radius_m = 80.5\ndays = 14\nmost = 5")
    wanted = SimilarReports(radius_m=80.5, days=14, most=5)
    assert read_city(pack.folder).similar_reports == wanted


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        ("radius_m = -1", "paling kecil 0"),
        ("radius_m = nan", "paling kecil 0"),
        ("radius_m = 2001", "paling besar 2000"),
        ("days = 0", "paling kecil 1"),
        ("days = 2000000000", "paling besar 366"),
        ("most = 11", "paling besar 10"),
        ('most = "tiga"', "paling kecil 1"),
        ("jarak = 3", "tidak dikenal"),
    ],
)
def test_numbers_that_cannot_be_are_found(pack: Pack, lines: str, word: str) -> None:
    assert with_similar(pack, lines).says("city.toml", word)
