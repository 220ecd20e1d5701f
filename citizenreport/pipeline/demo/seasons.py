"""How likely a kind of report is on a day. Pure."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final

from citizenreport.cities.rules import Calendar

RAINY_MONTHS: Final = frozenset({11, 12, 1, 2, 3})
DRY_MONTHS: Final = frozenset({6, 7, 8, 9, 10})
SCHOOL_BREAKS: Final = frozenset({7})
FASTING_DAYS: Final = 30
FEAST_WORDS: Final = ("idulfitri", "idul fitri", "eid al-fitr")
GROWTH: Final = (0.75, 1.25)  # reports a day at the beginning and at the end of the year


def fasting_days(calendar: Calendar) -> frozenset[date]:
    """Return the days of the fasting month: the thirty before the feast of each known year."""
    feasts: dict[int, date] = {}
    for day, name in calendar.holidays.items():
        if any(word in name.lower() for word in FEAST_WORDS):
            feasts[day.year] = min(day, feasts.get(day.year, day))
    return frozenset(
        feast - timedelta(days=before)
        for feast in feasts.values()
        for before in range(1, FASTING_DAYS + 1)
    )


def weekend_eve(day: date) -> bool:
    """Tell whether the night belongs to a weekend: Friday or Saturday."""
    return day.isoweekday() in (5, 6)


SEASONS: Final[Mapping[str, Callable[[date, bool], float]]] = {
    "even": lambda _day, _fasting: 1.0,
    "rain": lambda day, _fasting: 2.4 if day.month in RAINY_MONTHS else 0.25,
    "storm": lambda day, _fasting: 2.6 if day.month in RAINY_MONTHS else 0.4,
    "dry": lambda day, _fasting: 2.0 if day.month in DRY_MONTHS else 0.5,
    "fasting": lambda _day, fasting: 8.0 if fasting else 0.4,
    "fasting_only": lambda _day, fasting: 1.0 if fasting else 0.0,
    "weekend": lambda day, fasting: (2.8 if weekend_eve(day) else 0.5) * (1.6 if fasting else 1),
    "school": lambda day, _fasting: 0.15 if day.month in SCHOOL_BREAKS else 1.1,
    "workdays": lambda day, _fasting: 1.3 if day.isoweekday() <= 5 else 0.3,
}
"""Factor by season name: (local day, whether it is in the fasting month)."""


def volume(day: date, since: date, until: date) -> float:
    """Return how many reports a day brings, relative: more as the service becomes known."""
    share = (day - since).days / max((until - since).days, 1)
    growth = GROWTH[0] + (GROWTH[1] - GROWTH[0]) * share
    return growth * (1.0 if day.isoweekday() <= 5 else 0.8)
