"""What a pack says about surveys: the days of `[survey]`, and how many women and men there are."""

import pytest

from citizenreport.cities.pack import read_city
from citizenreport.cities.rules import AreaLevel
from citizenreport.surveys.rules.pulse import Sex
from citizenreport.surveys.service import population_by_sex
from tests.rooms.cities.faults import Pack

HEAD = "area_code,year,persons,female,male,source\n"


def with_survey(pack: Pack, lines: str) -> Pack:
    text = (pack.folder / "city.toml").read_text()
    return pack.write("city.toml", f"{text}\n[survey]\n{lines}\n")


def test_a_pack_that_says_nothing_has_the_usual_days(pack: Pack) -> None:
    city = read_city(pack.folder)
    days = (city.survey_open_days, city.survey_change_days, city.survey_link_days, city.pulse_days)
    assert days == (30, 14, 365, 730)


def test_a_pack_may_say_other_days(pack: Pack) -> None:
    with_survey(pack, "open_days = 10\nchange_days = 0\nlink_days = 40\npulse_days = 90")
    city = read_city(pack.folder)
    days = (city.survey_open_days, city.survey_change_days, city.survey_link_days, city.pulse_days)
    assert days == (10, 0, 40, 90)


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        ("open_days = 0", "paling kecil 1"),
        ("change_days = -1", "paling kecil 0"),
        ('link_days = "setahun"', "paling kecil 1"),
        ("pulse_days = 30", "paling kecil 62"),
        ("pulse_days = 2000000000", "seratus tahun"),
        ("change_days = 20\nlink_days = 20", "tidak lebih lama"),
        ("jours = 3", "tidak dikenal"),
    ],
)
def test_days_that_cannot_be_are_found(pack: Pack, lines: str, word: str) -> None:
    assert with_survey(pack, lines).says("city.toml", word)


def test_women_and_men_of_the_latest_year_are_known(pack: Pack) -> None:
    pack.write(
        "population.csv",
        f"{HEAD}CTH,2024,100,60,40,BPS\nCTH,2025,110,,,BPS\nCTH-B,2025,9,5,4,BPS\n",
    )
    city = read_city(pack.folder)
    assert population_by_sex(city, 2026) == {Sex.FEMALE: 60, Sex.MALE: 40}
    assert population_by_sex(city, 2023) is None
    whole = next(area for area in city.areas.values() if area.level is AreaLevel.CITY)
    assert [population.persons for population in whole.populations] == [100, 110]


@pytest.mark.parametrize("cells", ["60,50", "60,", ",40"])
def test_women_and_men_that_do_not_sum_are_found(pack: Pack, cells: str) -> None:
    pack.write("population.csv", f"{HEAD}CTH,2024,100,{cells},BPS\n")
    assert pack.says("population.csv:2", "tidak berjumlah")
