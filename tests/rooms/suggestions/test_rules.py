"""What makes two reports look like one."""

from dataclasses import replace

import pytest

from citizenreport.suggestions.rules import Reasons, likeness, words_in_common


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("Lampu jalan MATI dekat masjid", "lampu mati, masjid gelap", ("lampu", "mati", "masjid")),
        ("Mohon segera, sudah sejak kemarin", "mohon segera sudah sejak kemarin", ()),
        ("got bau", "got bau", ()),
        ("", "lampu", ()),
    ],
)
def test_words_in_common_leave_out_what_stands_in_every_report(
    one: str, other: str, shared: tuple[str, ...]
) -> None:
    assert words_in_common(one, other) == shared


def test_another_kind_needs_words_in_common() -> None:
    def reasons(same: bool, *words: str) -> Reasons:
        return Reasons(same_category=same, metres=20, days_apart=1, words=words)

    assert reasons(True).is_enough
    assert not reasons(False, "lampu", "mati").is_enough
    assert reasons(False, "lampu", "mati", "masjid").is_enough
    assert reasons(True).rank < reasons(False, "lampu", "mati", "masjid").rank


def test_texts_are_alike_by_their_words_and_pieces_whatever_the_endings() -> None:
    one = "Lampu penerangan jalan mati sejak kemarin malam"
    assert likeness(one, one) == pytest.approx(1)
    assert likeness(one, "Lampunya peneranganjalan mati") > 0.5
    assert likeness(one, "Sampah menumpuk di belakang pasar") < 0.2
    assert likeness(one, "yang untuk dengan") == 0
    assert likeness("", one) == 0


def test_a_text_that_says_the_same_makes_up_for_another_category() -> None:
    told = Reasons(same_category=False, metres=20.0, days_apart=0, alike=0.8)
    assert told.is_enough
    assert not replace(told, alike=0.3).is_enough
    assert told.rank < replace(told, alike=0.3).rank
