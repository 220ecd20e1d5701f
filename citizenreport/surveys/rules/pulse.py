"""The feeling-of-safety pulse: who feels safe walking alone near home, among those who answered.

The question is that of SDG indicator 16.1.4, the figure is not: whoever likes answers. Its standard
error says how much counting alone could be off ("ketidakpastian hitungan, bukan sampel acak").
Pure. Source: UNODC, metadata of SDG 16.1.4; protection.md section 4.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from math import sqrt
from typing import Final, TypeVar

from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n
from citizenreport.surveys.rules.satisfaction import TooFewAnswers

MIN_EFFECTIVE: Final = 50
"""City-wide figures of fewer answers (after weighting) are not shown."""
MIN_CELL: Final = 10
"""Source: protection.md section 4: n ≥ 10, one disaggregation at a time."""
NETWORK_PER_HOUR: Final = 60
"""High: carriers put thousands of people behind one address."""
AREA_PER_HOUR: Final = 40
DECIDE_DAYS: Final = 7
"""So long after the month a person may still decide about held answers; then it is published."""
CITY: Final = "city"
"""The one cell of the undivided result."""


class Feeling(StrEnum):
    """Source: UNODC, metadata of SDG 16.1.4."""

    VERY_SAFE = "very_safe"
    SAFE = "safe"
    UNSAFE = "unsafe"
    VERY_UNSAFE = "very_unsafe"
    NEVER_OUT = "never_out"


FEELS_SAFE: Final = frozenset({Feeling.VERY_SAFE, Feeling.SAFE})


class AgeBand(StrEnum):
    TO_24 = "15-24"
    TO_34 = "25-34"
    TO_44 = "35-44"
    TO_54 = "45-54"
    TO_64 = "55-64"
    OLDER = "65+"


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"


class Question(StrEnum):
    DAY = "day"
    DARK = "dark"


class Division(StrEnum):
    """By what a result is divided. Only one at a time."""

    NONE = "none"
    AREA = "area"
    AGE = "age"
    SEX = "sex"


class Held(StrEnum):
    """Why an answer is left out until a person decides."""

    NETWORK = "network"
    AREA = "area"


class PulseInvalid(InvalidInput):
    code = "pulse-invalid"
    title = _n("Pilih salah satu jawaban yang tersedia, atau kosongkan.")


class PulseEmpty(InvalidInput):
    code = "pulse-empty"
    title = _n("Jawab paling sedikit satu dari dua pertanyaan, lalu kirim lagi.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseAnswer:
    """What one browser says in a month. Everything may be left open but not both questions."""

    by_day: Feeling | None = None
    after_dark: Feeling | None = None
    area_code: str | None = None
    age_band: AgeBand | None = None
    sex: Sex | None = None

    def to(self, question: Question) -> Feeling | None:
        """Return the answer to one of the questions."""
        return self.by_day if question is Question.DAY else self.after_dark

    def cell(self, division: Division) -> str | None:
        """Return the group this answer belongs to; None where it is not stated."""
        return {
            Division.NONE: CITY,
            Division.AREA: self.area_code,
            Division.AGE: self.age_band,
            Division.SEX: self.sex,
        }[division]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The share of those who feel safe among those who gave one of the four answers, in per cent.

    `standard_error`, in points, is what counting so few leaves open; it knows nothing of who did
    not answer. `effective_n` is below `n` when weights differ (Kish).
    """

    n: int
    share: Decimal
    standard_error: Decimal
    effective_n: Decimal
    is_weighted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One figure that may be shown."""

    question: Question
    division: Division
    cell: str
    estimate: Estimate


E = TypeVar("E", bound=StrEnum)


def check_pulse(given: Mapping[str, str], *, area_codes: Collection[str]) -> PulseAnswer:
    """Return the answer from the texts of a form; what is empty was skipped.

    Raises:
        PulseInvalid: a value is none of those that can be chosen.
        PulseEmpty: neither question was answered.
    """
    area_code = given.get("area_code") or None
    if area_code is not None and area_code not in area_codes:
        raise PulseInvalid(pointer="#/area_code")
    answer = PulseAnswer(
        by_day=_one_of(Feeling, given, "by_day"),
        after_dark=_one_of(Feeling, given, "after_dark"),
        area_code=area_code,
        age_band=_one_of(AgeBand, given, "age_band"),
        sex=_one_of(Sex, given, "sex"),
    )
    if answer.by_day is None and answer.after_dark is None:
        raise PulseEmpty(pointer="#/pulse")
    return answer


def _one_of(kind: type[E], given: Mapping[str, str], name: str) -> E | None:
    text = given.get(name, "")
    if not text:
        return None
    if text not in set(kind):
        raise PulseInvalid(pointer=f"#/{name}")
    return kind(text)


def month_of(day: date) -> date:
    """Return the first day of a day's month: what a pulse belongs to."""
    return day.replace(day=1)


def month_after(month_on: date) -> date:
    """Return the first day of the month after."""
    return month_of(month_on + timedelta(days=32))


def is_ripe(month_on: date, *, today: date) -> bool:
    """Say whether a month is over and the days for deciding about held answers, too."""
    return today >= month_after(month_on) + timedelta(days=DECIDE_DAYS)


def results(
    answers: Sequence[PulseAnswer], *, population_by_sex: Mapping[Sex, int] | None = None
) -> tuple[Result, ...]:
    """Return the figures of a month that may be shown: both questions, undivided and by one thing.

    Nothing of a question at all while the whole city has too few answers to it. Only the undivided
    figure is weighted.
    """
    found: list[Result] = []
    for question in Question:
        try:
            whole = estimate(answers, question, population_by_sex=population_by_sex)
        except TooFewAnswers:
            continue
        found.append(Result(question=question, division=Division.NONE, cell=CITY, estimate=whole))
        for division in (Division.AREA, Division.AGE, Division.SEX):
            found += _divided(answers, question, division)
    return tuple(found)


def estimate(
    answers: Sequence[PulseAnswer],
    question: Question,
    *,
    population_by_sex: Mapping[Sex, int] | None = None,
    needed: int = MIN_EFFECTIVE,
) -> Estimate:
    """Return the share that feels safe.

    With the population by sex, answers are weighted so that the sexes among those who stated one
    are as in the city; who stated none weighs 1.
    Source: Kish, Survey Sampling (1965), for the effective number.

    Raises:
        TooFewAnswers: the effective number is below `needed`.
    """
    rated = [a for a in answers if a.to(question) not in (None, Feeling.NEVER_OUT)]
    weights, is_weighted = _weights(rated, population_by_sex)
    total, squares = sum(weights), sum(w * w for w in weights)
    effective = total * total / squares if squares else 0.0
    if effective < needed:
        raise TooFewAnswers
    share = (
        sum(w for w, a in zip(weights, rated, strict=True) if a.to(question) in FEELS_SAFE) / total
    )
    return Estimate(
        n=len(rated),
        share=_tenth(100 * share),
        standard_error=_tenth(100 * sqrt(share * (1 - share) / effective)),
        effective_n=_tenth(effective),
        is_weighted=is_weighted,
    )


def shown_cells(counts: Mapping[str, int], *, total: int) -> frozenset[str]:
    """Return the groups whose figure may be shown.

    Each has at least ten, and what is left when they are taken from the whole (small groups and
    those who stated none) is nobody or at least ten: else subtracting would show it. While it is
    not, the smallest shown group is left out, too.
    """
    shown = {cell: n for cell, n in counts.items() if n >= MIN_CELL}
    while shown and 0 < total - sum(shown.values()) < MIN_CELL:
        del shown[min(shown, key=lambda cell: (shown[cell], cell))]
    return frozenset(shown)


def _divided(
    answers: Sequence[PulseAnswer], question: Question, division: Division
) -> list[Result]:
    groups: dict[str, list[PulseAnswer]] = {}
    rated = [a for a in answers if a.to(question) not in (None, Feeling.NEVER_OUT)]
    for answer in rated:
        cell = answer.cell(division)
        if cell is not None:
            groups.setdefault(cell, []).append(answer)
    shown = shown_cells({cell: len(group) for cell, group in groups.items()}, total=len(rated))
    return [
        Result(
            question=question,
            division=division,
            cell=cell,
            estimate=estimate(groups[cell], question, needed=MIN_CELL),
        )
        for cell in sorted(shown)
    ]


def _weights(
    rated: Sequence[PulseAnswer], population_by_sex: Mapping[Sex, int] | None
) -> tuple[list[float], bool]:
    counts = {sex: sum(a.sex is sex for a in rated) for sex in Sex}
    if population_by_sex is None or min(counts.values()) < MIN_CELL:
        return [1.0] * len(rated), False
    people, stated = sum(population_by_sex.values()), sum(counts.values())
    by_sex = {sex: population_by_sex[sex] / people * stated / counts[sex] for sex in Sex}
    return [1.0 if a.sex is None else by_sex[a.sex] for a in rated], True


def without_unknown_area(answer: PulseAnswer, area_codes: Collection[str]) -> PulseAnswer:
    """Return the answer without an area that the city no longer has."""
    return answer if answer.area_code in area_codes else replace(answer, area_code=None)


def _tenth(number: float) -> Decimal:
    return Decimal(repr(number)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
