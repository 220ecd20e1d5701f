"""The satisfaction survey (SKM): nine elements from 1 to 4, its value, interval and grade. Pure.

Source: PermenPANRB 14/2017, annex, chapters II and III.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import groupby
from random import Random
from typing import Final

from citizenreport.core.errors import Conflict, InvalidInput
from citizenreport.core.text import _n

SCORE_MIN, SCORE_MAX = 1, 4
CONVERSION: Final = 25
"""From 1–4 to 25–100. Source: PermenPANRB 14/2017, annex, chapter III."""
MIN_PER_ELEMENT: Final = 10
"""Source: protection.md section 4 (survey answers: n ≥ 10); the city's wording of I09."""
MIN_FOR_GRADE: Final = 30
"""Below it only a census has a grade. Source: the city's wording of I09."""
RESAMPLES: Final = 1_000
SEED: Final = 142017
"""Fixed, so that anyone who computes the interval again gets the same."""
_BITS: Final = 40


class Element(StrEnum):
    """The elements of a service. Source: PermenPANRB 14/2017, annex, chapter II."""

    REQUIREMENTS = "requirements"  # persyaratan
    PROCEDURE = "procedure"  # sistem, mekanisme, prosedur
    TIME = "time"  # waktu penyelesaian
    COST = "cost"  # biaya/tarif
    PRODUCT = "product"  # produk spesifikasi jenis pelayanan
    COMPETENCE = "competence"  # kompetensi pelaksana
    CONDUCT = "conduct"  # perilaku pelaksana
    COMPLAINTS = "complaints"  # penanganan pengaduan, saran dan masukan
    FACILITIES = "facilities"  # sarana dan prasarana


class Grade(StrEnum):
    """Mutu pelayanan. Source: PermenPANRB 14/2017, annex, chapter III."""

    A = "A"  # sangat baik
    B = "B"  # baik
    C = "C"  # kurang baik
    D = "D"  # tidak baik


LOWEST: Final = (
    (Grade.A, Decimal("88.31")),
    (Grade.B, Decimal("76.61")),
    (Grade.C, Decimal("65.00")),
    (Grade.D, Decimal("25.00")),
)
"""The lowest value of each grade. Source: PermenPANRB 14/2017, annex, chapter III."""

Scores = Mapping[Element, int]
"""One respondent: the elements that were answered."""


class SurveyInvalid(InvalidInput):
    code = "survey-invalid"
    title = _n("Pilih salah satu jawaban yang tersedia, atau lewati pertanyaannya.")


class SurveyEmpty(InvalidInput):
    code = "survey-empty"
    title = _n("Jawab paling sedikit satu pertanyaan, lalu kirim lagi.")


class SurveyClosed(Conflict):
    code = "survey-closed"
    title = _n("Survei untuk laporan ini belum dibuka atau sudah ditutup.")


class SurveyAnswered(Conflict):
    code = "survey-answered"
    title = _n("Jawaban Anda sudah tersimpan dan masa mengubahnya sudah lewat.")


class TooFewAnswers(Conflict):
    code = "too-few-answers"
    title = _n("Belum cukup jawaban untuk menampilkan angkanya.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one reporter says. `is_settled` None: not answered."""

    scores: Scores
    is_settled: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The answers of one quarter, and how many reports were settled in it with a way to answer."""

    answers: tuple[Scores, ...]
    invited: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """The value of a survey, 25 to 100, with what makes it a claim.

    `low` and `high`: 95 % percentile bootstrap. `grade` is None where so few have answered that a
    letter would say more than is known. `response_rate` in per cent, at most 100; None when nobody
    was invited.
    """

    value: Decimal
    low: Decimal
    high: Decimal
    grade: Grade | None
    means: Mapping[Element, Decimal]
    answered: int
    invited: int
    response_rate: Decimal | None


def check_answer(given: Mapping[str, str], *, is_settled: str) -> Answer:
    """Return the answer from the texts of a form; what is empty was skipped.

    Raises:
        SurveyInvalid: a score is none of the four, or the last question has another answer.
        SurveyEmpty: every question was skipped.
    """
    scores = {}
    for element in Element:
        text = given.get(element.value, "")
        if text and text not in ("1", "2", "3", "4"):
            raise SurveyInvalid(pointer=f"#/{element.value}")
        if text:
            scores[element] = int(text)
    if is_settled not in ("", "yes", "no"):
        raise SurveyInvalid(pointer="#/is_settled")
    if not scores and not is_settled:
        raise SurveyEmpty(pointer="#/survey")
    return Answer(scores=scores, is_settled={"yes": True, "no": False}.get(is_settled))


def answer_until(settled_on: date, *, open_days: int) -> date:
    """Return the last day on which the survey of a report may be answered."""
    return settled_on + timedelta(days=open_days)


def change_until(answered_on: date, *, change_days: int) -> date:
    """Return the last day on which an answer may be changed. Day 0 is the day of the answer."""
    return answered_on + timedelta(days=change_days)


def satisfaction(
    answers: Sequence[Scores], *, invited: int, resamples: int = RESAMPLES
) -> Satisfaction:
    """Return the value of a survey.

    Each element weighs 1/9; its mean is taken over those who answered it. The value is rounded to
    two decimals first and graded then, so that no value falls between two grades.

    Raises:
        TooFewAnswers: an element was answered by fewer than ten.
    """
    counts = {e: sum(e in scores for scores in answers) for e in Element}
    if min(counts.values()) < MIN_PER_ELEMENT:
        raise TooFewAnswers
    totals = {e: sum(scores.get(e, 0) for scores in answers) for e in Element}
    means = {e: Fraction(totals[e], counts[e]) for e in Element}
    value = _rounded(sum(means.values(), Fraction(0)) / len(Element) * CONVERSION)
    low, high = _interval(answers, resamples=resamples)
    n = sum(1 for scores in answers if scores)
    has_grade = n >= MIN_FOR_GRADE or n >= invited > 0
    return Satisfaction(
        value=value,
        low=min(low, value),
        high=max(high, value),
        grade=grade_of(value) if has_grade else None,
        means={e: _rounded(mean) for e, mean in means.items()},
        answered=n,
        invited=invited,
        response_rate=_rounded(min(Fraction(100 * n, invited), Fraction(100))) if invited else None,
    )


def grade_of(value: Decimal) -> Grade:
    """Return the grade of a value of two decimals between 25 and 100."""
    return next(grade for grade, lowest in LOWEST if value >= lowest)


def publishable(batches: Iterable[Batch]) -> Batch:
    """Return the batches that may be counted, as one: those at the end that hold too little wait.

    A figure that moved by a few answers would tell what those few said. So it moves only when the
    new part alone could be published: every element answered by at least ten.
    """
    counted: list[Scores] = []
    waiting: list[Scores] = []
    invited = waiting_invited = 0
    for batch in batches:
        waiting.extend(batch.answers)
        waiting_invited += batch.invited
        if all(sum(e in scores for scores in waiting) >= MIN_PER_ELEMENT for e in Element):
            counted += waiting
            invited += waiting_invited
            waiting, waiting_invited = [], 0
    return Batch(answers=tuple(counted), invited=invited)


def by_quarter(
    answers: Iterable[tuple[date, Scores]], settled_on: Iterable[date], *, year: int
) -> tuple[Batch, ...]:
    """Return the four batches of a year: answers by the day they were given, reports by the day
    they were settled.
    """
    said = _grouped((day, scores) for day, scores in answers if day.year == year)
    invited = _grouped((day, {}) for day in settled_on if day.year == year)
    return tuple(
        Batch(answers=tuple(said.get(q, ())), invited=len(invited.get(q, ()))) for q in range(4)
    )


def _grouped(dated: Iterable[tuple[date, Scores]]) -> dict[int, list[Scores]]:
    ordered = sorted(dated, key=lambda pair: pair[0])
    return {
        quarter: [scores for _, scores in pairs]
        for quarter, pairs in groupby(ordered, key=lambda pair: (pair[0].month - 1) // 3)
    }


def _interval(answers: Sequence[Scores], *, resamples: int) -> tuple[Decimal, Decimal]:
    """Return the 2.5th and 97.5th percentile of the value over samples of the respondents.

    Sums and counts of all elements lie side by side in one whole number, so that a sample is one
    sum. An element that nobody of a sample answered is left out of it.
    Source: Efron, Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
    """
    random = Random(SEED)  # noqa: S311 - statistics, not secrets
    packed = sorted(_packed(scores) for scores in answers)
    values = sorted(
        _value_of_packed(sum(random.choices(packed, k=len(packed)))) for _ in range(resamples)
    )
    tail = round(resamples * 0.025)
    return _rounded(values[tail]), _rounded(values[-1 - tail])


def _packed(scores: Scores) -> int:
    number = 0
    for element in Element:
        score = scores.get(element)
        number <<= 2 * _BITS
        if score is not None:
            number |= score << _BITS | 1
    return number


def _value_of_packed(number: int) -> Fraction:
    means = []
    for _ in Element:
        count, number = number & (1 << _BITS) - 1, number >> _BITS
        total, number = number & (1 << _BITS) - 1, number >> _BITS
        if count:
            means.append(Fraction(total, count))
    return sum(means, Fraction(0)) / len(means) * CONVERSION if means else Fraction(CONVERSION)


def _rounded(number: Fraction) -> Decimal:
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
