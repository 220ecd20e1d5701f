"""The three clocks of a ticket. Pure.

First response in hours (around the clock for critical and high priority, else on working days
only), verification from submission, settlement from verification, both in working days.
Source: architecture.md; the numbers are the city pack's ("target layanan kota").
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from citizenreport.cities.calendar import (
    END_OF_DAY,
    deadline_working_days,
    first_response_due,
    working_days_between,
)
from citizenreport.cities.rules import Calendar, Category, Priority

AROUND_THE_CLOCK = frozenset({Priority.CRITICAL, Priority.HIGH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """When each clock runs out, aware.

    Settlement is provisional until the ticket is verified: it then counts from the verification
    itself instead of from the verification's deadline.
    """

    first_response_due_at: datetime
    verification_due_at: datetime
    settlement_due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """Working days for which the reporter was waited for, on either side of verification.

    The first response needs no pause: asking the reporter is a response.
    """

    before_verification: int = 0
    after_verification: int = 0


def deadlines(
    calendar: Calendar,
    category: Category,
    *,
    priority: Priority,
    submitted_at: datetime,
    verified_at: datetime | None = None,
    pauses: Pauses | None = None,
    extended_days: int = 0,
) -> Deadlines:
    """Return the deadlines of a ticket from its instants; the same again for a new calendar.

    `extended_days`: working days that were granted for the settlement.
    """
    pauses = pauses or Pauses()
    verification = deadline_working_days(
        calendar, submitted_at, category.verification_working_days + pauses.before_verification
    )
    return Deadlines(
        first_response_due_at=first_response_due(
            calendar,
            submitted_at,
            category.first_response_hours,
            around_the_clock=priority in AROUND_THE_CLOCK,
        ),
        verification_due_at=verification,
        settlement_due_at=deadline_working_days(
            calendar,
            verified_at or verification,
            category.settlement_working_days + pauses.after_verification + extended_days,
        ),
    )


def with_pause(
    calendar: Calendar, pauses: Pauses, *, paused_at: datetime, now: datetime, is_verified: bool
) -> Pauses:
    """Return the pauses with one more, that ends now."""
    days = working_days_between(
        calendar,
        paused_at.astimezone(calendar.time_zone).date(),
        now.astimezone(calendar.time_zone).date(),
    )
    if is_verified:
        return replace(pauses, after_verification=pauses.after_verification + days)
    return replace(pauses, before_verification=pauses.before_verification + days)


def contest_ends_at(calendar: Calendar, settled_at: datetime, *, contest_days: int) -> datetime:
    """Return until when the reporter may contest: 23:59:59 of the last calendar day, in UTC.

    Day 0 is the local date of the settlement. Source: architecture.md, "Ticket".
    """
    last = settled_at.astimezone(calendar.time_zone).date() + timedelta(days=contest_days)
    return datetime.combine(last, END_OF_DAY, tzinfo=calendar.time_zone).astimezone(UTC)
