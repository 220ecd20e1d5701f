"""Writing one life, act by act, with the pauses that offices and people take. Pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from citizenreport.cities.rules import Category, City, ComplaintClass, Priority, Visibility
from citizenreport.pipeline.demo.deeds import Deed, Kind
from citizenreport.pipeline.demo.hours import (
    after_working_days,
    day_in_words,
    in_office,
    in_waking_hours,
)
from citizenreport.pipeline.demo.script import Script, Story, Theme
from citizenreport.pipeline.demo.wording import fill, pick
from citizenreport.publication.rules import ReleaseState
from citizenreport.triage.states import Party, State

URGENT = frozenset({Priority.CRITICAL, Priority.HIGH})


@dataclass(slots=True, kw_only=True)
class Tale:
    """A life being written: `at` is the present of the tale and only moves on."""

    city: City
    category: Category
    script: Script
    theme: Theme
    story: Story
    rng: Random
    at: datetime
    visibility: Visibility
    photo_count: int
    late_share: float  # how often this office is late, 0 to 1
    is_quick: bool = False  # everything within days: for lives that must get somewhere in time
    deeds: list[Deed] = field(default_factory=list)

    @property
    def is_urgent(self) -> bool:
        return self.category.priority in URGENT

    @property
    def is_secret(self) -> bool:
        return self.visibility is Visibility.CONFIDENTIAL

    @property
    def is_public(self) -> bool:
        public = Visibility.PUBLIC
        return self.visibility is public and self.category.visibility is public

    def happens(self, share: float) -> bool:
        return self.rng.random() < share

    def is_late(self) -> bool:
        return not self.is_quick and self.happens(self.late_share)

    @property
    def manner(self) -> str:
        """How staff speak here: of field work, at a desk, in confidence, or about a wish."""
        if self.is_secret:
            return "_secret"
        if self.category.complaint_class in (ComplaintClass.WISH, ComplaintClass.INFORMATION):
            return "_wish"
        return "" if self.category.is_physical else "_desk"

    def phrases(self, occasion: str) -> tuple[str, ...]:
        said = self.script.said
        return said.get(occasion + self.manner) or said[occasion]

    def say(self, occasion: str) -> str:
        return self.rng.choice(self.phrases(occasion))

    def words(self, kind: Literal["ask", "work", "done"]) -> str:
        """Return what fits to the story, else to the category, else to any report."""
        choices = (getattr(self.story, kind), getattr(self.theme, kind), self.phrases(kind))
        return fill(pick(choices, self.rng), {}, {}, self.rng)

    # Time

    def wait_days(self, days: float) -> None:
        """Let working days pass."""
        self.at = after_working_days(self.city.calendar, self.at, days, self.rng)
        self.wait_minutes(2, 40)

    def wait_minutes(self, least: float, most: float) -> None:
        self.at += timedelta(minutes=self.rng.uniform(least, most))

    def wait_for_reporter(self, least_days: float, most_days: float) -> None:
        later = self.at + timedelta(days=self.rng.uniform(least_days, most_days))
        self.at = in_waking_hours(self.city.calendar, later, self.rng)

    # Acts

    def do(self, kind: Kind, by: Party = Party.AGENCY, **details: object) -> None:
        self.deeds.append(Deed(at=self.at, kind=kind, by=by, **details))  # type: ignore[arg-type]

    def move(self, target: State, text: str = "", *, by: Party = Party.AGENCY) -> None:
        self.do(Kind.MOVE, by, target=target, text=text)

    def open_content(self) -> None:
        """Have a handler open a confidential ticket, mostly in time."""
        if self.is_secret:
            hours = self.category.first_response_hours
            self.at += timedelta(hours=hours * self.rng.uniform(0.05, 0.8))
            self.do(Kind.READ)

    def verify(self) -> None:
        """Have the agency look at the report and find it right."""
        limit = self.category.verification_working_days
        if self.is_urgent:
            self.at += timedelta(
                hours=self.category.first_response_hours * self.rng.uniform(0.1, 0.6)
            )
        elif self.is_late():
            self.wait_days(limit * self.rng.uniform(1.1, 2.2))
        else:
            self.wait_days(limit * self.rng.betavariate(1.2, 3.5))
        self.open_content()
        self.move(State.VERIFIED)

    def release(self) -> None:
        """Put a public report before the public, with its text and photos or without."""
        if not self.is_public or not self.happens(0.92):
            return
        self.wait_minutes(1, 90)
        states = (ReleaseState.RELEASED, ReleaseState.HELD, ReleaseState.REFUSED)
        self.do(Kind.RELEASE, release=self.rng.choices(states, weights=(90, 7, 3))[0])
        if self.photo_count and self.category.public_photo:
            shown = ReleaseState.RELEASED if self.happens(0.88) else ReleaseState.REFUSED
            self.do(Kind.RELEASE_PHOTO, release=shown)

    def acknowledge(self) -> None:
        """Answer the reporter for the first time."""
        self.wait_minutes(3, 120)
        self.do(Kind.REPLY, text=self.say("ack"))

    def begin(self) -> None:
        """Start the work."""
        if self.is_urgent:
            self.wait_minutes(10, 90)
        else:
            self.wait_days(self.rng.uniform(0, 1.5))
        self.move(State.IN_PROGRESS)

    def report_progress(self) -> None:
        """Tell the reporter how the work goes."""
        self.wait_days(self.rng.uniform(0.2, 1.5))
        self.do(Kind.REPLY, text=self.words("work"))

    def resolve(self, *, again: bool = False) -> None:
        """Finish the work and say what was done."""
        self.wait_days(self._work_days())
        text = self.say("redone") if again else self.words("done")
        if self.happens(0.45):
            self.do(Kind.REPLY, text=text)
            self.wait_minutes(1, 15)
        self.move(State.RESOLVED, text)

    def _work_days(self) -> float:
        """Return how many working days the work takes; what is urgent is mostly done at once."""
        limit = self.category.settlement_working_days
        if self.is_quick:
            return self.rng.uniform(0.3, 1.5)
        if self.is_urgent:
            return limit * self.rng.betavariate(0.7, 9)
        if self.is_late():
            return limit * self.rng.uniform(0.9, 2.0)
        return limit * self.rng.betavariate(1.5, 3.2) * 0.85

    def close(self) -> None:
        """End it: the reporter confirms, or the time to contest runs out."""
        if self.happens(0.36):
            self.wait_for_reporter(0.05, 6)
            self.move(State.CLOSED, by=Party.REPORTER)
        else:
            self.at += timedelta(days=self.city.contest_days, hours=1)
            self.move(State.CLOSED, by=Party.SYSTEM)

    def ask(self) -> None:
        """Ask the reporter for what is missing."""
        self.move(State.NEEDS_INFO, self.words("ask"))

    def answer(self, back_to: State) -> None:
        """Have the reporter answer, or the wait run out."""
        if self.happens(0.75):
            self.wait_for_reporter(0.1, 4)
            self.move(back_to, by=Party.REPORTER)
        else:
            self.wait_days(self.rng.uniform(5, 8))
            self.move(back_to)

    def schedule(self) -> None:
        """Put the work off until a date."""
        self.wait_days(self.rng.uniform(0.3, 2))
        weeks = 1 if self.is_quick else self.rng.randint(1, 4)
        date = in_office(self.city.calendar, self.at + timedelta(weeks=weeks), self.rng)
        text = self.say("schedule").replace("{date}", day_in_words(self.city.calendar, date))
        self.move(State.SCHEDULED, text)
        self.at = date

    def refer(self) -> None:
        """Send the reporter's business on to the outside body it belongs to."""
        body = self.city.agencies.get(self.story.refer or "")
        name = body.name if body else self.city.agencies[self.city.desk_agency_code].name
        self.move(State.REFERRED, self.say("refer").replace("{external}", name))

    def contest(self) -> None:
        """Have the reporter say that it is not solved."""
        self.wait_for_reporter(0.3, min(6, self.city.contest_days - 1))
        self.move(State.CONTESTED, self.say("contest"), by=Party.REPORTER)

    def resume(self) -> None:
        """Have the agency take the work up again."""
        self.wait_days(self.rng.uniform(0.3, 1.8))
        self.move(State.IN_PROGRESS)
