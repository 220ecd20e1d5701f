"""Working days, deadlines and office hours of a city. Pure.

Takes a `Calendar` and aware instants, gives aware instants in UTC. Three clocks use it
(architecture.md, "Ticket"): first response in hours, verification and settlement in working days.
"""

from datetime import UTC, date, datetime, time, timedelta

from citizenreport.cities.rules import Calendar

END_OF_DAY = time(23, 59, 59)
_ONE_DAY = timedelta(days=1)


def deadline_working_days(calendar: Calendar, start_at: datetime, days: int) -> datetime:
    """Return 23:59:59 local time of the last of `days` working days, as an instant in UTC.

    Day 0 is the local date of `start_at` at whatever hour, working day or not; day 1 is the next
    working day. Source: architecture.md; counting in working days as in PermenPANRB 62/2018.

    Raises:
        ValueError: `days` is negative.
    """
    if days < 0:
        raise ValueError("a deadline lies ahead")
    day = _local(calendar, start_at).date()
    for _ in range(days):
        day = next_working_day(calendar, day)
    return end_of_day(calendar, day)


def first_response_due(
    calendar: Calendar, start_at: datetime, hours: int, *, around_the_clock: bool
) -> datetime:
    """Return when the first response is due, as an instant in UTC.

    Around the clock (critical and high): simply `hours` later. Otherwise only working days count,
    24 hours each, midnight to midnight: 48 hours are two working days. What comes in on a day off
    starts its clock at 00:00 of the next working day. Hours that run out exactly at midnight end
    at 23:59:59 of the working day they filled, so that nothing is ever due on a day off.

    Wednesday 10:00 + 48 h = Friday 10:00; Friday 10:00 + 48 h = Tuesday 10:00; Saturday + 48 h =
    Tuesday 23:59:59.

    Raises:
        ValueError: `hours` is negative.
    """
    if hours < 0:
        raise ValueError("a deadline lies ahead")
    if around_the_clock:
        return start_at.astimezone(UTC) + timedelta(hours=hours)
    local = _local(calendar, start_at)
    day, clock = local.date(), local.time()
    if not calendar.is_working_day(day):
        day, clock = next_working_day(calendar, day), time.min
    return _spend(calendar, datetime.combine(day, clock), timedelta(hours=hours))


def _spend(calendar: Calendar, start: datetime, left: timedelta) -> datetime:
    """Let `left` run from a wall-clock time on a working day, through working days only."""
    midnight = datetime.combine(start.date() + _ONE_DAY, time.min)
    while start + left > midnight:
        left -= midnight - start
        start = datetime.combine(next_working_day(calendar, start.date()), time.min)
        midnight = start + _ONE_DAY
    if start + left == midnight:
        return end_of_day(calendar, start.date())
    return (start + left).replace(tzinfo=calendar.time_zone).astimezone(UTC)


def next_working_day(calendar: Calendar, day: date) -> date:
    """Return the first working day after `day`."""
    day += _ONE_DAY
    while not calendar.is_working_day(day):
        day += _ONE_DAY
    return day


def working_days_between(calendar: Calendar, start_on: date, end_on: date) -> int:
    """Return how many working days lie after `start_on` up to and including `end_on`.

    The inverse of `deadline_working_days`; negative when `end_on` comes first.
    """
    if end_on < start_on:
        return -working_days_between(calendar, end_on, start_on)
    days = (start_on + timedelta(days=n) for n in range(1, (end_on - start_on).days + 1))
    return sum(calendar.is_working_day(day) for day in days)


def is_office_hours(calendar: Calendar, instant: datetime) -> bool:
    """Say whether the city's offices are open; the opening minute counts, the closing one not."""
    local = _local(calendar, instant)
    opens, closes = (
        time.fromisoformat(text) for text in (calendar.office_opens, calendar.office_closes)
    )
    return calendar.is_working_day(local.date()) and opens <= local.time() < closes


def _local(calendar: Calendar, instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return instant.astimezone(calendar.time_zone)


def end_of_day(calendar: Calendar, day: date) -> datetime:
    return datetime.combine(day, END_OF_DAY, tzinfo=calendar.time_zone).astimezone(UTC)
