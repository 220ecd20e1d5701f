"""When an agency is warned of a deadline, and which body is told of a missed one. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from citizenreport.cities.rules import Calendar, DutyRules

WARNING: Final = 0
LINE_ENDED: Final = 99
SHARE: Final = 2
"""A warning comes in the second half of a clock: nobody is warned of an hour a day before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningClock:
    """The next clock of a ticket: which one, since when and until when it runs."""

    name: str  # first_response, verification or settlement
    started_at: datetime
    due_at: datetime


def warn_at(calendar: Calendar, rules: DutyRules, clock: RunningClock) -> datetime:
    """Return when the agency is warned: as offices open, some working days before the last day.

    Of a short clock at its half.
    """
    day = clock.due_at.astimezone(calendar.time_zone).date()
    left = rules.warn_working_days
    while left:
        day -= timedelta(days=1)
        left -= calendar.is_working_day(day)
    opens = time.fromisoformat(calendar.office_opens)
    opening = datetime.combine(day, opens, tzinfo=calendar.time_zone)
    return max(opening, clock.due_at - (clock.due_at - clock.started_at) / SHARE)


def next_step(
    calendar: Calendar,
    rules: DutyRules,
    clock: RunningClock,
    *,
    last: int | None,
    line: Sequence[str],
    now: datetime,
) -> int | None:
    """Return which step is due: WARNING, the number of a body of the line from 1, or LINE_ENDED.

    None: nothing yet. `last`: the latest step that was taken for this deadline. A missed deadline
    is never warned of: the first body is told at once.
    """
    if now <= clock.due_at:
        is_due = last is None and now >= warn_at(calendar, rules, clock)
        return WARNING if is_due else None
    step = (last or WARNING) + 1
    if step > len(line):
        return LINE_ENDED if last != LINE_ENDED else None
    is_due = now > clock.due_at + (step - 1) * timedelta(hours=rules.step_hours)
    return step if is_due else None
