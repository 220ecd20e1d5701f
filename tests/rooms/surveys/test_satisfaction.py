"""The value of the satisfaction survey: PermenPANRB 14/2017, and what may be said of it."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizenreport.surveys.rules.satisfaction import (
    Batch,
    Element,
    Grade,
    Scores,
    SurveyEmpty,
    SurveyInvalid,
    TooFewAnswers,
    by_quarter,
    check_answer,
    grade_of,
    publishable,
    satisfaction,
)

complete = st.fixed_dictionaries({element: st.integers(1, 4) for element in Element})
partial = st.dictionaries(st.sampled_from(Element), st.integers(1, 4))
enough = st.lists(complete, min_size=10, max_size=40)


def all_of(score: int) -> Scores:
    return dict.fromkeys(Element, score)


def test_the_value_is_the_mean_of_the_elements_times_25() -> None:
    rows: list[Scores] = [all_of(3)] * 10 + [all_of(4)] * 10
    found = satisfaction(rows, invited=40)
    assert found.value == Decimal("87.50")  # 3.5 × 25
    assert found.means[Element.TIME] == Decimal("3.50")
    assert found.response_rate == Decimal("50.00")


def test_each_element_weighs_a_ninth_however_many_answered_it() -> None:
    rows: list[Scores] = [all_of(4)] * 10 + [{Element.TIME: 1}] * 90
    found = satisfaction(rows, invited=0)
    assert found.means[Element.TIME] == Decimal("1.30")
    assert found.value == Decimal("92.50")  # (8 × 4 + 1.3) / 9 × 25
    assert found.response_rate is None


@given(enough)
def test_the_value_lies_on_the_scale_and_in_its_interval(rows: list[Scores]) -> None:
    found = satisfaction(rows, invited=len(rows), resamples=40)
    assert Decimal(25) <= found.low <= found.value <= found.high <= Decimal(100)


@given(enough, st.randoms())
def test_the_order_of_answers_changes_nothing(rows: list[Scores], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert satisfaction(rows, invited=9, resamples=40) == satisfaction(
        shuffled, invited=9, resamples=40
    )


@given(enough, st.integers(0, 9), st.sampled_from(Element))
def test_a_better_score_never_lowers_the_value(
    rows: list[dict[Element, int]], at: int, element: Element
) -> None:
    better = [dict(row) for row in rows]
    better[at][element] = 4
    before = satisfaction(rows, invited=0, resamples=40).value
    assert satisfaction(better, invited=0, resamples=40).value >= before


@given(st.lists(partial, max_size=60))
def test_there_is_no_value_while_an_element_has_fewer_than_ten(rows: list[Scores]) -> None:
    fewest = min(sum(element in row for row in rows) for element in Element)
    if fewest < 10:
        with pytest.raises(TooFewAnswers):
            satisfaction(rows, invited=100)
    else:
        assert satisfaction(rows, invited=100, resamples=40).answered >= 10


def test_nine_answers_are_too_few_and_ten_are_enough() -> None:
    with pytest.raises(TooFewAnswers):
        satisfaction([all_of(3)] * 9, invited=9)
    assert satisfaction([all_of(3)] * 10, invited=90).value == Decimal("75.00")


@pytest.mark.parametrize(
    ("value", "grade"),
    [
        ("100.00", Grade.A),
        ("88.31", Grade.A),
        ("88.30", Grade.B),
        ("76.61", Grade.B),
        ("76.60", Grade.C),
        ("65.00", Grade.C),
        ("64.99", Grade.D),
        ("25.00", Grade.D),
    ],
)
def test_the_bounds_of_the_grades(value: str, grade: Grade) -> None:
    assert grade_of(Decimal(value)) is grade


@given(st.decimals(25, 100, places=2))
def test_every_value_of_two_decimals_has_a_grade(value: Decimal) -> None:
    assert grade_of(value) in Grade


@pytest.mark.parametrize(
    ("answered", "invited", "has_grade"), [(29, 60, False), (30, 60, True), (12, 12, True)]
)
def test_a_grade_needs_thirty_answers_or_a_census(
    answered: int, invited: int, has_grade: bool
) -> None:
    found = satisfaction([all_of(4)] * answered, invited=invited)
    assert (found.grade is Grade.A) is has_grade


def test_the_interval_is_the_same_again_and_narrows_with_more_answers() -> None:
    few: list[Scores] = [all_of(2), all_of(4)] * 5
    many: list[Scores] = [all_of(2), all_of(4)] * 100
    once, again, wide = (
        satisfaction(few, invited=0),
        satisfaction(few, invited=0),
        satisfaction(many, invited=0),
    )
    assert (once.low, once.high) == (again.low, again.high)
    assert wide.high - wide.low < (once.high - once.low) / 2
    # by hand: the mean of ten has a standard error of 25 / sqrt(10) × (1 point of 4) ≈ 7.9
    assert Decimal(12) <= (once.high - once.low) / 2 <= Decimal(18)


@given(st.lists(st.lists(partial, max_size=15), max_size=4))
def test_a_published_figure_moves_by_enough_answers_or_not_at_all(
    quarters: list[list[Scores]],
) -> None:
    batches = [Batch(answers=tuple(quarter), invited=1) for quarter in quarters]
    before = Batch(answers=(), invited=0)
    for end in range(len(batches) + 1):
        now = publishable(batches[:end])
        assert now.answers[: len(before.answers)] == before.answers
        new = now.answers[len(before.answers) :]
        assert not new or all(sum(e in row for row in new) >= 10 for e in Element)
        before = now


def test_answers_fall_into_the_quarter_they_were_given_in() -> None:
    first, last = date(2026, 3, 31), date(2026, 12, 31)
    answers = [(last, all_of(1)), (first, all_of(4)), (first + timedelta(days=1), all_of(2))]
    found = by_quarter([*answers, (date(2025, 12, 31), all_of(3))], [first, last, last], year=2026)
    assert [[row[Element.TIME] for row in batch.answers] for batch in found] == [[4], [2], [], [1]]
    assert [batch.invited for batch in found] == [1, 0, 0, 2]


@given(
    st.dictionaries(st.sampled_from([e.value for e in Element]), st.sampled_from(" 0 1 2 3 4 5 x")),
    st.sampled_from(["", "yes", "no", "maybe"]),
)
def test_a_form_gives_an_answer_or_is_refused(given: Mapping[str, str], settled: str) -> None:
    filled = {name: text for name, text in given.items() if text}
    if not set(filled.values()) <= {"1", "2", "3", "4"} or settled == "maybe":
        with pytest.raises(SurveyInvalid):
            check_answer(given, is_settled=settled)
    elif not filled and not settled:
        with pytest.raises(SurveyEmpty):
            check_answer(given, is_settled=settled)
    else:
        answer = check_answer(given, is_settled=settled)
        assert {e.value: str(n) for e, n in answer.scores.items()} == filled
        assert answer.is_settled is {"yes": True, "no": False, "": None}[settled]
