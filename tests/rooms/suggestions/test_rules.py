"""What makes two reports look like one."""

import pytest

from citizenreport.suggestions.rules import Reasons, words_in_common


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
