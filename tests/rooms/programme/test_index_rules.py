"""The innovation index: a hand-computed example is exact, and gaps come first."""

from decimal import Decimal

import pytest

from citizenreport.programme.index_rules import (
    LevelInvalid,
    LevelWithoutEvidence,
    PointsInvalid,
    Standing,
    check_level,
    check_points,
    city_index,
    complaints_level,
    gaps,
    score,
    standing_of,
)
from citizenreport.programme.instruments import instrument_of

IID = instrument_of(2026)


def test_the_edition_is_the_letters_own() -> None:
    """Source: letter 400.10.11/1887/BSKDN: indicators 16 to 35, at most 111 points."""
    assert [line.number for line in IID.lines] == list(range(16, 36))
    assert IID.most == 111
    assert instrument_of(2030).year == 2026
    assert next(line for line in IID.lines if line.number == 18).parameters == ("", "", "")


def test_a_hand_computed_innovation_is_exact() -> None:
    """16 (weight 3) level 2 is 6; 17 (2) at 3 is 6; 29 (1) at 3 is 3; 35 (4) at 1 is 4: 19 points."""
    levels = {16: 2, 17: 3, 29: 3, 35: 1}
    assert score(IID, levels) == 19
    assert score(IID, {line.number: 3 for line in IID.lines}) == 111
    assert score(IID, {}) == 0
    assert sum(gap for _, gap in gaps(IID, levels)) == 111 - 19
    assert [line.number for line, _ in gaps(IID, levels)][:3] == [31, 33, 35]


def test_a_hand_computed_city_is_exact() -> None:
    """42 of the region, innovations with 80 and 61 (mean 70.5), 50 of them (19): 131.5 of 250 is 52.60."""
    assert city_index(Decimal(42), [80, 61], 50) == Decimal("52.60")
    assert city_index(Decimal(63), [111], 900) == Decimal("100.00")
    assert city_index(Decimal(0), [], 0) == 0


@pytest.mark.parametrize(
    ("index", "standing"),
    [
        ("65.01", Standing.VERY),
        ("65.00", Standing.INNOVATIVE),
        ("40.01", Standing.INNOVATIVE),
        ("40.00", Standing.LESS),
        ("0.01", Standing.LESS),
        ("0", Standing.NONE),
    ],
)
def test_an_index_is_called_what_the_letter_calls_it(index: str, standing: Standing) -> None:
    assert standing_of(Decimal(index)) is standing


@pytest.mark.parametrize(
    ("share", "level"), [("0", 1), ("50", 1), ("50.49", 1), ("50.5", 2), ("90", 2), ("91", 3)]
)
def test_complaints_settled_fill_indicator_29(share: str, level: int) -> None:
    assert complaints_level(Decimal(share)) == level


def test_a_level_needs_evidence_and_is_one_of_four() -> None:
    assert check_level(16, "0", "") == 0
    assert check_level(16, "3", "SK 12/2026") == 3
    with pytest.raises(LevelWithoutEvidence):
        check_level(16, "2", "")
    for level in ("4", "-1", "", "dua", "²"):
        with pytest.raises(LevelInvalid):
            check_level(16, level, "SK")


def test_points_of_the_region_are_at_most_sixty_three_and_have_evidence() -> None:
    assert check_points({1: ("6,5", "Perda"), 2: ("", "")}) == {1: Decimal("6.5")}
    for given in ({1: ("63.01", "x")}, {1: ("-1", "x")}, {1: ("a", "x")}, {1: ("1.2.3", "x")}):
        with pytest.raises(PointsInvalid):
            check_points(given)
    with pytest.raises(PointsInvalid):
        check_points({1: ("40", "x"), 2: ("24", "x")})
    with pytest.raises(LevelWithoutEvidence):
        check_points({1: ("5", " ")})
