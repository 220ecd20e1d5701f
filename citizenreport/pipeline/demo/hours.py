"""When people send and when offices act. Pure; every instant is aware."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from citizenreport.cities.calendar import is_office_hours, next_working_day
from citizenreport.cities.rules import Calendar

Profile = tuple[int, ...]
"""24 weights, one an hour of the local day."""

PROFILES: dict[str, Profile] = {
    # hour      0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23
    "day":     (0, 0, 0, 0, 1, 3, 6, 9, 9, 7, 6, 5, 5, 5, 5, 6, 7, 6, 4, 5, 4, 3, 1, 0),
    "office":  (0, 0, 0, 0, 0, 0, 1, 5, 9, 9, 8, 6, 4, 6, 6, 4, 2, 1, 1, 2, 2, 1, 0, 0),
    "evening": (0, 0, 0, 0, 1, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 2, 3, 5, 8, 9, 9, 6, 3, 1),
    "night":   (5, 3, 1, 0, 0, 1, 1, 2, 2, 1, 1, 0, 0, 0, 0, 0, 1, 1, 2, 4, 6, 9, 9, 8),
    "rain":    (1, 1, 0, 0, 1, 2, 4, 4, 3, 2, 2, 2, 3, 5, 8, 9, 9, 8, 6, 4, 3, 2, 1, 1),
}  # fmt: skip
EARLIEST_REPLY, LATEST_REPLY = 6, 22
MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip


def instant_on(calendar: Calendar, day: date, profile: Profile, rng: Random) -> datetime:
    """Return an instant on a local day, at an hour that the profile makes likely."""
    hour = rng.choices(range(24), weights=profile)[0]
    clock = time(hour, rng.randrange(60), rng.randrange(60), rng.randrange(1_000_000))
    return datetime.combine(day, clock, calendar.time_zone).astimezone(UTC)


def in_office(calendar: Calendar, at: datetime, rng: Random) -> datetime:
    """Return the instant itself during office hours, else one soon after the office opens again."""
    if is_office_hours(calendar, at):
        return at
    local = at.astimezone(calendar.time_zone)
    opens = time.fromisoformat(calendar.office_opens)
    day = local.date()
    if not calendar.is_working_day(day) or local.time() >= opens:
        day = next_working_day(calendar, day)
    opening = datetime.combine(day, opens, calendar.time_zone)
    return (opening + timedelta(minutes=5 + rng.expovariate(1 / 60) % 300)).astimezone(UTC)


def in_waking_hours(calendar: Calendar, at: datetime, rng: Random) -> datetime:
    """Return an instant at which a resident would answer, not before `at`."""
    local = at.astimezone(calendar.time_zone)
    if EARLIEST_REPLY <= local.hour < LATEST_REPLY:
        return at
    day = local.date() + timedelta(days=local.hour >= LATEST_REPLY)
    morning = datetime.combine(day, time(EARLIEST_REPLY), calendar.time_zone)
    return (morning + timedelta(minutes=rng.uniform(5, 180))).astimezone(UTC)


def after_working_days(calendar: Calendar, at: datetime, days: float, rng: Random) -> datetime:
    """Return an office instant about so many working days later."""
    local = at.astimezone(calendar.time_zone)
    day = local.date()
    for _ in range(int(days)):
        day = next_working_day(calendar, day)
    moved = datetime.combine(day, local.time(), calendar.time_zone)
    return in_office(calendar, moved + timedelta(hours=8 * (days % 1)), rng)


def day_in_words(calendar: Calendar, at: datetime) -> str:
    """Return the local day as an Indonesian office writes it: "3 Maret 2026"."""
    day = at.astimezone(calendar.time_zone).date()
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
