"""Writing the whole year: who reports what, where and when, and how each report goes. Pure.

The same city, seed, count and period give the same lives, on whatever day it is run.
"""

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Final

from citizenreport.cities.rules import Category, City, Visibility
from citizenreport.disclosure.rules import initial_visibility
from citizenreport.pipeline.demo.deeds import Deed, Kind, Life, Outcome
from citizenreport.pipeline.demo.hours import PROFILES, instant_on
from citizenreport.pipeline.demo.paths import PATHS, REACHES, SHARES, STALLS, possible
from citizenreport.pipeline.demo.script import Theme, script_for
from citizenreport.pipeline.demo.seasons import SEASONS, fasting_days, volume
from citizenreport.pipeline.demo.sending import Origin, Sent, Stage, write
from citizenreport.pipeline.demo.tale import Tale
from citizenreport.triage.states import State

STALL_SHARE: Final = 0.08  # of the settled of the last months: forgotten somewhere on the way
STALLS_WITHIN: Final = timedelta(days=100)
OPEN_SHARE: Final = 0.0045  # of all, for each state in REACHES: found in it at the end
DAYS_TO_REACH: Final[Mapping[State, float]] = {
    State.NEW: 1.5,
    State.VERIFIED: 5,
    State.REOPENED: 50,
}
DAYS_TO_REACH_OTHERS: Final = 16.0
REPEATED: Final = frozenset({Outcome.SETTLED, Outcome.SCHEDULED})
REPEATED_WITHIN_DAYS: Final = (0.1, 2.0)
HABIT: Final = (0.06, 0.30)  # how often an office is late, from the best to the worst
IMPROVEMENT: Final = (1.4, 0.6)  # of that share, from the first day to the last


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From when to when reports come in; acts end with it too."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a life must be: its category, how it goes, or where it stands at the end."""

    category_code: str | None = None
    outcome: Outcome | None = None
    ends_in: State | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """A life before it is written. `stop`: the state in which it stays; `repeats`: which one began."""

    at: datetime
    category_code: str
    outcome: Outcome
    stop: State | None
    is_quick: bool
    repeats: datetime | None = None


def make_lives(city: City, period: Period, *, seed: int, wanted: int) -> list[Life]:
    """Return so many lives in the order in which they are submitted."""
    stage = Stage(city=city, script=script_for(city), fasting=fasting_days(city.calendar))
    seeds = _Calendar(stage, period).seeds(wanted, Random(f"demo {seed}"))
    repeated = {one.repeats for one in seeds} - {None}
    lives: list[Life] = []
    written: dict[datetime, Sent] = {}
    for number, one in enumerate(seeds):
        rng = Random(f"demo {seed} {number} {one.category_code}")
        sent = write(
            stage,
            city.categories[one.category_code],
            rng,
            number=number,
            at=one.at,
            outcome=one.outcome,
            must_have_point=one.at in repeated,
            origin=_origin(written.get(one.repeats)) if one.repeats else None,
        )
        written[one.at] = sent
        life = Life(
            number=number,
            submitted_at=one.at,
            area_code=sent.area_code,
            draft=sent.draft,
            photographs=sent.photographs,
            deeds=_deeds(stage, period, one, sent, rng),
            public_text=sent.public_text,
            outcome=one.outcome,
            parent_submitted_at=one.repeats,
        )
        lives.append(life)
    return lives


def _origin(first: Sent | None) -> Origin | None:
    if first is None or first.draft.position is None:
        return None
    return Origin(story=first.story, position=first.draft.position, area_code=first.area_code)


def _deeds(stage: Stage, period: Period, one: Seed, sent: Sent, rng: Random) -> tuple[Deed, ...]:
    category = stage.city.categories[one.category_code]
    share = (one.at - period.since) / (period.until - period.since)
    habit = Random(f"late {one.category_code}").uniform(*HABIT)
    tale = Tale(
        city=stage.city,
        category=category,
        script=stage.script,
        theme=stage.script.themes[one.category_code],
        story=sent.story,
        rng=rng,
        at=one.at,
        visibility=initial_visibility(category, sent.draft.wish),
        photo_count=len(sent.photographs),
        late_share=habit * (IMPROVEMENT[0] + (IMPROVEMENT[1] - IMPROVEMENT[0]) * share),
        is_quick=one.is_quick,
    )
    PATHS[one.outcome](tale)
    return _kept(tale.deeds, period.until, one.stop)


def _kept(deeds: Sequence[Deed], until: datetime, stop: State | None) -> tuple[Deed, ...]:
    """Return the acts before the end, and none after the state in which the life stays."""
    if stop is State.NEW:
        return ()
    kept: list[Deed] = []
    for deed in deeds:
        if deed.at >= until:
            break
        kept.append(deed)
        if deed.kind is Kind.MOVE and deed.target is stop:
            break
    return tuple(kept)


class _Calendar:
    """Spreads lives over the days of a period."""

    def __init__(self, stage: Stage, period: Period) -> None:
        self.city, self.script, self.period = stage.city, stage.script, period
        self.fasting = stage.fasting
        first, last = self.city.local_date(period.since), self.city.local_date(period.until)
        self.days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        self.volumes = list(accumulate(volume(day, first, last) for day in self.days))
        self.codes = sorted(self.city.categories)

    def seeds(self, wanted: int, rng: Random) -> list[Seed]:
        """Return the seeds in order of time; each instant is there once."""
        wishes = self.wishes(wanted, rng)
        taken: dict[datetime, Seed] = {}
        for wish in wishes:
            one = self.seed(wish, rng)
            taken[one.at] = one
        for one in [one for one in taken.values() if one.outcome is Outcome.DUPLICATE]:
            del taken[one.at]
            second = self.repetition(one, taken, rng)
            taken[second.at] = second
        return sorted(taken.values(), key=lambda one: one.at)

    def wishes(self, wanted: int, rng: Random) -> list[Wish]:
        """Return what lives must be: every outcome, open state and category, then chance."""
        wishes = [Wish(outcome=outcome) for outcome in Outcome]
        copies = max(1, round(wanted * OPEN_SHARE))
        wishes += [Wish(ends_in=state) for state in REACHES for _ in range(copies)]
        wishes += [Wish(category_code=code) for code in rng.sample(self.codes, len(self.codes))]
        return (wishes + [Wish()] * wanted)[:wanted]

    def seed(self, wish: Wish, rng: Random) -> Seed:
        while True:
            day = self.day(wish, rng)
            code = wish.category_code or self.category(day, wish, rng)
            if wish.category_code and rng.random() > self.season(code, day):
                continue  # floods belong to the rainy season, even one that must come
            theme = self.script.themes[code]
            at = instant_on(self.city.calendar, day, PROFILES[theme.hours], rng)
            if self.period.since <= at < self.period.until - timedelta(minutes=30):
                is_recent = self.period.until - at < STALLS_WITHIN
                outcome, stop = _fate(
                    self.city.categories[code], theme, wish, rng, may_stall=is_recent
                )
                return Seed(
                    at=at,
                    category_code=code,
                    outcome=outcome,
                    stop=stop,
                    is_quick=wish.ends_in is not None,
                )

    def repetition(self, one: Seed, others: Mapping[datetime, Seed], rng: Random) -> Seed:
        """Return the seed as a second report of something that was reported shortly before."""
        latest = self.period.until - timedelta(days=10)
        first = rng.choice(
            [
                other
                for other in others.values()
                if other.outcome in REPEATED
                and other.repeats is None
                and other.at < latest
                and self.city.categories[other.category_code].visibility is Visibility.PUBLIC
            ]
            or list(others.values())
        )
        at = first.at + timedelta(days=rng.uniform(*REPEATED_WITHIN_DAYS))
        return Seed(
            at=at,
            category_code=first.category_code,
            outcome=Outcome.DUPLICATE,
            stop=None,
            is_quick=False,
            repeats=first.at,
        )

    def day(self, wish: Wish, rng: Random) -> date:
        if wish.ends_in is not None:
            days = DAYS_TO_REACH.get(wish.ends_in, DAYS_TO_REACH_OTHERS)
            before = timedelta(days=days * rng.uniform(0.55, 1.0))
            return self.city.local_date(self.period.until - before)
        if wish.outcome is not None:  # early enough to come to its end
            return rng.choice(self.days[: len(self.days) * 3 // 4])
        return self.days[bisect(self.volumes, rng.random() * self.volumes[-1])]

    def season(self, code: str, day: date) -> float:
        return SEASONS[self.script.themes[code].season](day, day in self.fasting)

    def category(self, day: date, wish: Wish, rng: Random) -> str:
        outcome = wish.outcome or (REACHES[wish.ends_in] if wish.ends_in else Outcome.SETTLED)
        weights = [
            self.script.themes[code].weight * self.season(code, day)
            if possible(self.city.categories[code], self.script.themes[code], outcome)
            else 0.0
            for code in self.codes
        ]
        return rng.choices(self.codes, weights=weights)[0]


def _fate(
    category: Category, theme: Theme, wish: Wish, rng: Random, *, may_stall: bool
) -> tuple[Outcome, State | None]:
    """Return how a life goes, and the state in which it stays before its end, if it does."""
    if wish.ends_in is not None:
        return REACHES[wish.ends_in], wish.ends_in
    if wish.outcome is not None:
        return wish.outcome, None
    kinds = [kind for kind in Outcome if possible(category, theme, kind)]
    outcome = rng.choices(kinds, weights=[SHARES[kind] for kind in kinds])[0]
    if may_stall and outcome is Outcome.SETTLED and rng.random() < STALL_SHARE:
        stall = rng.choice(STALLS)
        return REACHES[stall], stall
    return outcome, None
