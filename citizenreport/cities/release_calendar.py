"""When the numbers of a period are released, and under which licence. Pure.

A quarter and a year wait until their last report could be followed for 60 working days, so that
their tables are final; a month comes earlier, and says that it is provisional.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

CC_BY: Final = "https://creativecommons.org/licenses/by/4.0/"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseCalendar:
    """Days after the last day of a period, by its length in months, and the hour of release.

    `remind_days`: how long before that the two who sign are reminded.
    """

    month_after_days: int = 15
    quarter_after_days: int = 100
    year_after_days: int = 100
    remind_days: int = 7
    hour: time = time(10)
    licence: str = CC_BY

    def planned_at(self, end_on: date, *, months: int, zone: ZoneInfo) -> datetime:
        """Return when a period that ends on a day is planned to be released."""
        after = {1: self.month_after_days, 3: self.quarter_after_days}
        day = end_on + timedelta(days=after.get(months, self.year_after_days))
        return datetime.combine(day, self.hour, tzinfo=zone)
