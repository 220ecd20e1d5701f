"""[releases] of city.toml: when numbers go out, and under which licence."""

from datetime import time
from typing import Final

from citizenreport.cities.format.settings import Section
from citizenreport.cities.release_calendar import ReleaseCalendar
from citizenreport.core.text import _n

MANY_DAYS: Final = 36_500
DAYS: Final = ("month_after_days", "quarter_after_days", "year_after_days", "remind_days")


def read_releases(releases: Section) -> ReleaseCalendar:
    """Return when numbers are released: days after the period's last day, and the hour."""
    usual = ReleaseCalendar()
    releases.check_keys(*DAYS, "hour", "licence")
    days = {name: releases.whole(name, least=1, default=getattr(usual, name)) for name in DAYS}
    for name, count in days.items():
        if count > MANY_DAYS:
            releases.error(
                name,
                problem=_n("%(key)s lebih dari seratus tahun."),
                remedy=_n("Tulis jumlah hari, paling besar 36500."),
            )
            days[name] = getattr(usual, name)
    hour = releases.clock("hour", default="10:00")
    licence = releases.text("licence", default=usual.licence)
    return ReleaseCalendar(**days, hour=time.fromisoformat(hour), licence=licence)
