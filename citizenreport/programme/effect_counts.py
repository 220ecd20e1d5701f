"""Counting reports by week for the effect of an innovation: public categories only, received reports.

Of protected classes, and of restricted or confidential reports, nothing is counted here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from citizenreport.cities.rules import AreaLevel, City, ProtectionClass, Visibility
from citizenreport.programme.effect import WASHOUT_WEEKS, Began, Counts, Effect, NoClaim, measure
from citizenreport.programme.models import Innovation

MOST_WEEKS: Final = 26
"""Half a year before and after: longer windows mix in what else has changed."""
WEEKLY: Final = text(
    """
SELECT date_trunc('week', submitted_at AT TIME ZONE :zone)::date, area_code, category_code, count(*)
  FROM ticket_fact
 WHERE visibility = :public AND NOT is_outside AND area_code IS NOT NULL
   AND category_code = ANY(:categories) AND submitted_at < :until
 GROUP BY 1, 2, 3
"""
)


class Unmeasured(StrEnum):
    """Why an innovation's effect is not even looked for."""

    NO_CATEGORY = "no_category"
    NO_AREA = "no_area"  # all areas or none: nothing is left to compare with
    NO_DAY = "no_day"
    PROTECTED = "protected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was found, or why nothing is said. `was_high`: the areas had more reports than half of the
    others before it began, so that fewer were to be expected anyway.
    """

    outcome: Effect | NoClaim | Unmeasured
    began_on: date | None = None
    weeks: int = 0
    was_high: bool = False


def look(session: Session, city: City, innovation: Innovation, *, now: datetime) -> Looked:
    """Return what became of the reports that an innovation answers."""
    began_on = innovation.applied_on or innovation.trial_on
    why_not = _why_not(city, innovation, began_on)
    if why_not is not None or began_on is None:
        return Looked(outcome=why_not or Unmeasured.NO_DAY)
    areas = _villages(city)
    chosen = [code for code in innovation.category_codes if code in _categories(city)]
    counts, first = _panel(session, city, areas, chosen, now=now)
    week = (began_on - first).days // 7
    weeks = min(MOST_WEEKS, week, counts.shape[2] - week - WASHOUT_WEEKS)
    began = Began(
        areas=tuple(areas.index(code) for code in innovation.area_codes if code in areas),
        category=counts.shape[1] - 1,
        week=week,
        weeks=weeks,
    )
    return Looked(
        outcome=measure(counts, began),
        began_on=began_on,
        weeks=max(0, weeks),
        was_high=_was_high(counts, began),
    )


def _why_not(city: City, innovation: Innovation, began_on: date | None) -> Unmeasured | None:
    open_ones = _categories(city)
    if not innovation.category_codes:
        return Unmeasured.NO_CATEGORY
    if not set(innovation.category_codes) <= set(open_ones):
        return Unmeasured.PROTECTED
    chosen = set(innovation.area_codes) & set(_villages(city))
    if not chosen or len(chosen) == len(_villages(city)):
        return Unmeasured.NO_AREA
    return None if began_on else Unmeasured.NO_DAY


def _categories(city: City) -> list[str]:
    """Return the categories that may be counted: public ones without a protected class."""
    return [
        code
        for code, category in city.categories.items()
        if category.visibility is Visibility.PUBLIC
        and category.protection_class is ProtectionClass.NONE
    ]


def _villages(city: City) -> list[str]:
    return sorted(code for code, a in city.areas.items() if a.level is AreaLevel.VILLAGE)


def _panel(
    session: Session, city: City, areas: Sequence[str], chosen: Sequence[str], *, now: datetime
) -> tuple[Counts, date]:
    """Return reports by area, category and whole local week, and the first week's Monday.

    The last category is the sum of those the innovation answers, which are not there by themselves.
    """
    today = city.local_date(now)
    end = today - timedelta(days=today.weekday())
    categories = _categories(city)
    asked = {
        "zone": city.calendar.time_zone.key,
        "public": Visibility.PUBLIC.value,
        "categories": categories,
        "until": now,
    }
    rows = [row for row in session.execute(WEEKLY, asked) if row[0] < end]
    first = min((row[0] for row in rows), default=end)
    others = [code for code in categories if code not in chosen]
    column = {code: number for number, code in enumerate(others)} | dict.fromkeys(
        chosen, len(others)
    )
    place = {code: number for number, code in enumerate(areas)}
    counts = np.zeros((len(areas), len(others) + 1, (end - first).days // 7), dtype=np.int64)
    for monday, area, category, count in rows:
        if area in place:
            counts[place[area], column[category], (monday - first).days // 7] += count
    return counts, first


def _was_high(counts: Counts, began: Began) -> bool:
    """Tell whether the areas had more reports each than the median of all before it began."""
    if began.weeks <= 0:
        return False
    before = counts[:, began.category, began.week - began.weeks : began.week].sum(axis=1)
    return bool(before[list(began.areas)].mean() > np.median(before))
