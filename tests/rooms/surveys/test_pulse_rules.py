"""What may be said of the feeling-of-safety pulse."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizenreport.surveys.rules.pulse import (
    AgeBand,
    Division,
    Feeling,
    PulseAnswer,
    PulseEmpty,
    PulseInvalid,
    Question,
    Sex,
    check_pulse,
    estimate,
    is_ripe,
    month_after,
    results,
    shown_cells,
)
from citizenreport.surveys.rules.satisfaction import TooFewAnswers

feelings = st.none() | st.sampled_from(Feeling)
answers = st.builds(
    PulseAnswer,
    by_day=feelings,
    after_dark=feelings,
    area_code=st.sampled_from([None, "a", "b", "c"]),
    age_band=st.none() | st.sampled_from(AgeBand),
    sex=st.none() | st.sampled_from(Sex),
)


def said(feeling: Feeling, count: int, **more: object) -> list[PulseAnswer]:
    return [PulseAnswer(by_day=feeling, **more) for _ in range(count)]  # type: ignore[arg-type]


def test_the_share_counts_the_two_safe_answers() -> None:
    rows = said(Feeling.VERY_SAFE, 10) + said(Feeling.SAFE, 30) + said(Feeling.UNSAFE, 24)
    found = estimate(rows, Question.DAY)
    assert (found.n, found.share) == (64, Decimal("62.5"))
    assert found.standard_error == Decimal("6.1")  # 100 × sqrt(0.625 × 0.375 / 64)
    assert not found.is_weighted


def test_who_never_walks_alone_is_not_counted() -> None:
    rows = said(Feeling.SAFE, 50) + said(Feeling.NEVER_OUT, 500)
    assert estimate(rows, Question.DAY).n == 50


@pytest.mark.parametrize(("count", "is_shown"), [(49, False), (50, True)])
def test_fifty_answers_are_needed_for_the_city(count: int, is_shown: bool) -> None:
    assert bool(results(said(Feeling.SAFE, count))) is is_shown


def test_weights_bring_the_sexes_to_their_share_of_the_people() -> None:
    women = said(Feeling.UNSAFE, 20, sex=Sex.FEMALE)
    men = said(Feeling.SAFE, 80, sex=Sex.MALE)
    people = {Sex.FEMALE: 500, Sex.MALE: 500}
    found = estimate(women + men, Question.DAY, population_by_sex=people)
    assert (found.share, found.is_weighted) == (Decimal("50.0"), True)
    # Kish: 100² / (20 × 2.5² + 80 × 0.625²) = 64
    assert found.effective_n == Decimal("64.0")


def test_weights_that_leave_too_few_are_refused() -> None:
    women = said(Feeling.UNSAFE, 10, sex=Sex.FEMALE)
    men = said(Feeling.SAFE, 90, sex=Sex.MALE)
    with pytest.raises(TooFewAnswers):  # 100² / (10 × 5² + 90 × 0.5556²) = 36
        estimate(women + men, Question.DAY, population_by_sex={Sex.FEMALE: 1, Sex.MALE: 1})


@given(st.lists(answers, max_size=120))
def test_nothing_shown_tells_of_fewer_than_ten(rows: list[PulseAnswer]) -> None:
    found = results(rows, population_by_sex={Sex.FEMALE: 3, Sex.MALE: 2})
    for question in Question:
        whole = [r for r in found if (r.question, r.division) == (question, Division.NONE)]
        if not whole:
            assert not [r for r in found if r.question is question]
            continue
        assert whole[0].estimate.effective_n >= Decimal(50)
        for division in (Division.AREA, Division.AGE, Division.SEX):
            parts = [r for r in found if (r.question, r.division) == (question, division)]
            rest = whole[0].estimate.n - sum(r.estimate.n for r in parts)
            assert all(r.estimate.n >= 10 for r in parts)
            assert not parts or rest == 0 or rest >= 10


@given(st.dictionaries(st.text(max_size=2), st.integers(0, 40), max_size=8), st.integers(0, 40))
def test_subtracting_shown_groups_from_the_whole_leaves_nobody_or_ten(
    counts: dict[str, int], not_stated: int
) -> None:
    total = sum(counts.values()) + not_stated
    shown = shown_cells(counts, total=total)
    rest = total - sum(counts[cell] for cell in shown)
    assert not shown or rest == 0 or rest >= 10
    assert all(counts[cell] >= 10 for cell in shown)


@given(st.lists(answers, min_size=60, max_size=90))
def test_a_share_lies_between_none_and_all(rows: list[PulseAnswer]) -> None:
    for result in results(rows):
        assert 0 <= result.estimate.share <= 100
        assert 0 <= result.estimate.standard_error <= 50
        assert result.estimate.effective_n <= result.estimate.n


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_month_is_ripe_a_week_after_its_end(day: date) -> None:
    month_on = day.replace(day=1)
    after = month_after(month_on)
    assert after.day == 1
    assert (after.year * 12 + after.month) - (day.year * 12 + day.month) == 1
    assert is_ripe(month_on, today=after + timedelta(days=7))
    assert not is_ripe(month_on, today=after + timedelta(days=6))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("by_day", "sangat"),
        ("after_dark", "VERY_SAFE"),
        ("area_code", "33.71"),
        ("age_band", "200+"),
        ("sex", "x"),
    ],
)
def test_a_value_that_cannot_be_chosen_is_refused_with_its_name(name: str, text: str) -> None:
    with pytest.raises(PulseInvalid) as caught:
        check_pulse({"by_day": "safe", name: text}, area_codes={"33.71.01.1003"})
    assert caught.value.pointer == f"#/{name}"


def test_who_answers_neither_question_is_told_so() -> None:
    with pytest.raises(PulseEmpty):
        check_pulse({"sex": "female"}, area_codes=())
