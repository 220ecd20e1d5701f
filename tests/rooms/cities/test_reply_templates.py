"""Prepared replies of a pack: what is refused, and what fits which ticket."""

import pytest

from citizenreport.cities.pack import read_city
from citizenreport.cities.reply_templates import NEUTRAL, STATES, fill_in, fitting, placeholders_of
from citizenreport.triage.states import State
from tests.rooms.cities.faults import Pack

FILE = "reply_templates.toml"


def with_reply(pack: Pack, text: str, *settings: str) -> Pack:
    head = "\n".join(("[hello]", *settings))
    return pack.write(FILE, f'{head}\n[hello.title]\nid = "Halo"\n[hello.text]\nid = "{text}"\n')


def test_the_pack_names_states_as_tickets_do() -> None:
    assert set(STATES) == {state.value for state in State}


def test_a_good_reply_is_read(pack: Pack) -> None:
    with_reply(pack, "Laporan {code}.", 'states = ["new"]')
    assert pack.errors() == []
    [template] = read_city(pack.folder).reply_templates
    assert template.fits(state="new", category_code="X", is_confidential=False)
    assert not template.fits(state="closed", category_code="X", is_confidential=False)
    assert not template.fits(state="new", category_code="X", is_confidential=True)


@pytest.mark.parametrize(
    ("text", "settings", "words"),
    [
        ("Di {kelurahn}.", (), ("[hello] text.id", "{kelurahn}", "{kelurahan}?")),
        ("Kepada {nama_pelapor_xyz}.", (), ("{nama_pelapor_xyz}", "{code}")),
        ("Kosong {}.", (), ("{}", "tidak dikenal")),
        ("Nomor {code.", (), ("kurung kurawal",)),
        ("{{code}}", (), ("kurung kurawal",)),
        ("Tentang {category}.", ("is_neutral = true",), ("{category}", "rahasia")),
        ("Halo.", ("is_neutral = true", 'categories = ["LAMP"]'), ("terikat kategori",)),
        ("Halo.", ('states = ["sedang"]',), ("“sedang”", "in_progress")),
        ("Halo.", ('categories = ["NOPE"]',), ("“NOPE”", "tidak dikenal")),
        ("Halo.", ("is_netral = true",), ("is_neutral?",)),
        ("a" * 2_001, (), ("2000 huruf",)),
    ],
)
def test_a_bad_reply_is_refused_with_its_place(
    pack: Pack, text: str, settings: tuple[str, ...], words: tuple[str, ...]
) -> None:
    assert with_reply(pack, text, *settings).says(FILE, *words)


def test_what_is_filled_in_is_not_read_again() -> None:
    assert fill_in("{city} {code}", {"city": "{code}", "code": "K1"}) == "{code} K1"


def test_magelang_has_replies_in_every_language_that_wait_for_the_city() -> None:
    city = read_city("magelang")
    assert any("balasan" in point for point in city.open_points)
    for template in city.reply_templates:
        assert set(template.texts) == set(template.titles) == set(city.languages)
    offered = fitting(city.reply_templates, state="new", category_code="A12", is_confidential=True)
    assert offered
    for template in offered:
        for text in template.texts.values():
            assert set(placeholders_of(text)) <= NEUTRAL
    first, *_ = fitting(
        city.reply_templates, state="verified", category_code="A04", is_confidential=False
    )
    assert first.code == "lamp"
