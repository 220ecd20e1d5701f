"""The ways a report can go, as sequences of acts. Pure."""

from collections.abc import Callable, Mapping
from typing import Final

from citizenreport.cities.rules import Category, ComplaintClass, Priority, Visibility
from citizenreport.pipeline.demo.deeds import Kind, Outcome
from citizenreport.pipeline.demo.script import Theme
from citizenreport.pipeline.demo.tale import Tale
from citizenreport.triage.states import Party, State


def settled(tale: Tale) -> None:
    _taken_up(tale)
    if tale.happens(0.25):
        tale.report_progress()
    tale.resolve()
    tale.close()


def asked(tale: Tale) -> None:
    if tale.happens(0.4) and not tale.is_secret:
        tale.wait_days(tale.rng.uniform(0.1, 1))
        tale.ask()
        tale.answer(State.NEW)
        _taken_up(tale)
    else:
        _taken_up(tale)
        tale.wait_days(tale.rng.uniform(0.2, 1))
        tale.ask()
        tale.answer(State.IN_PROGRESS)
    tale.resolve()
    tale.close()


def scheduled(tale: Tale) -> None:
    _taken_up(tale)
    tale.schedule()
    tale.move(State.IN_PROGRESS)
    tale.resolve()
    tale.close()


def returned(tale: Tale) -> None:
    tale.wait_days(tale.rng.uniform(0.1, 1.2))
    tale.open_content()
    tale.move(State.RETURNED, tale.say("return"))
    tale.wait_days(tale.rng.uniform(0.1, 1.2))
    tale.do(Kind.HAND_OVER, Party.DESK)
    settled(tale)


def contested(tale: Tale) -> None:
    _taken_up(tale)
    tale.resolve()
    tale.contest()
    tale.resume()
    tale.do(Kind.REPLY, text=tale.say("sorry"))
    tale.resolve(again=True)
    tale.close()


def reopened(tale: Tale) -> None:
    _taken_up(tale)
    tale.resolve()
    tale.close()
    tale.wait_days(tale.rng.uniform(2, 5))
    tale.move(State.REOPENED, tale.say("reopen"))
    tale.resume()
    tale.resolve(again=True)
    tale.close()


def referred(tale: Tale) -> None:
    tale.verify()
    if tale.happens(0.5):
        tale.release()
    tale.wait_days(tale.rng.uniform(0.2, 2))
    tale.refer()


def duplicate(tale: Tale) -> None:
    tale.wait_days(tale.rng.uniform(0.1, 1.2))
    tale.do(Kind.MERGE, text=tale.say("merge"))


def spam(tale: Tale) -> None:
    tale.wait_days(tale.rng.uniform(0.05, 1))
    tale.move(State.ARCHIVED, tale.say("archive"))


def withdrawn(tale: Tale) -> None:
    if tale.happens(0.5):
        tale.verify()
        tale.release()
    tale.wait_for_reporter(0.2, 3)
    tale.move(State.WITHDRAWN, by=Party.REPORTER)


def emergency(tale: Tale) -> None:
    tale.wait_minutes(4, 25)
    if tale.is_secret:
        tale.do(Kind.READ)
        tale.wait_minutes(1, 3)
    tale.move(State.EMERGENCY, tale.say("emergency"))


def protected(tale: Tale) -> None:
    """Staff find a person named in a public report, and take it off the public's sight."""
    tale.verify()
    tale.release()
    tale.wait_days(tale.rng.uniform(0.1, 1))
    stricter = Visibility.CONFIDENTIAL if tale.happens(0.3) else Visibility.RESTRICTED
    tale.do(Kind.RAISE, visibility=stricter)
    tale.visibility = stricter
    tale.begin()
    tale.resolve()
    tale.close()


def _taken_up(tale: Tale) -> None:
    """Verify, release, answer and begin."""
    tale.verify()
    tale.release()
    if tale.happens(0.65):
        tale.acknowledge()
    tale.begin()


PATHS: Final[Mapping[Outcome, Callable[[Tale], None]]] = {
    Outcome.SETTLED: settled,
    Outcome.ASKED: asked,
    Outcome.SCHEDULED: scheduled,
    Outcome.RETURNED: returned,
    Outcome.CONTESTED: contested,
    Outcome.REOPENED: reopened,
    Outcome.REFERRED: referred,
    Outcome.DUPLICATE: duplicate,
    Outcome.SPAM: spam,
    Outcome.WITHDRAWN: withdrawn,
    Outcome.EMERGENCY: emergency,
    Outcome.PROTECTED: protected,
}

SHARES: Final[Mapping[Outcome, float]] = {
    Outcome.SETTLED: 68,
    Outcome.ASKED: 7,
    Outcome.SCHEDULED: 6,
    Outcome.RETURNED: 3,
    Outcome.CONTESTED: 3.5,
    Outcome.REOPENED: 1,
    Outcome.REFERRED: 4,
    Outcome.DUPLICATE: 3,
    Outcome.SPAM: 2,
    Outcome.WITHDRAWN: 1.2,
    Outcome.EMERGENCY: 0.6,
    Outcome.PROTECTED: 0.7,
}

REACHES: Final[Mapping[State, Outcome]] = {
    State.NEW: Outcome.SETTLED,
    State.VERIFIED: Outcome.SETTLED,
    State.IN_PROGRESS: Outcome.SETTLED,
    State.NEEDS_INFO: Outcome.ASKED,
    State.SCHEDULED: Outcome.SCHEDULED,
    State.RETURNED: Outcome.RETURNED,
    State.RESOLVED: Outcome.SETTLED,
    State.CONTESTED: Outcome.CONTESTED,
    State.REOPENED: Outcome.REOPENED,
}
"""The way that leads to each state in which a ticket may be found at the end."""

STALLS: Final = (State.NEW, State.VERIFIED, State.IN_PROGRESS, State.NEEDS_INFO)
"""Where a ticket may be forgotten."""


def possible(category: Category, theme: Theme, outcome: Outcome) -> bool:
    """Tell whether a report of this kind can go this way."""
    is_public = category.visibility is Visibility.PUBLIC
    is_secret = category.visibility is Visibility.CONFIDENTIAL
    if category.complaint_class in (ComplaintClass.WISH, ComplaintClass.INFORMATION):
        return outcome in (Outcome.SETTLED, Outcome.SPAM, Outcome.WITHDRAWN)
    rules: Mapping[Outcome, bool] = {
        Outcome.REFERRED: any(story.refer for story in theme.stories),
        Outcome.EMERGENCY: category.may_be_emergency and category.priority is Priority.CRITICAL,
        Outcome.DUPLICATE: is_public,
        Outcome.PROTECTED: is_public,
        Outcome.SCHEDULED: category.is_physical,
        Outcome.RETURNED: not is_secret,
        Outcome.SPAM: not is_secret,
        Outcome.REOPENED: not is_secret,
    }
    return rules.get(outcome, True)
