"""[innovations] of city.toml: who must have one, until when, and whose videos may be linked."""

import re
from datetime import date
from typing import Final

from citizenreport.cities.format.settings import Section
from citizenreport.cities.innovation_rules import InnovationRules
from citizenreport.core.text import _n

DAYS: Final = ("submit_until", "endorse_until", "apply_until")
HOST: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)
MOST_DAYS: Final = 180
A_LEAP_LESS_YEAR: Final = 2027


def read_innovations(section: Section) -> InnovationRules:
    """Return what the pack says of innovations; the usual where it is silent or wrong."""
    usual = InnovationRules()
    section.check_keys("agency_kinds", *DAYS, "remind_days", "alike", "video_hosts")
    alike = section.number("alike", least=0, default=usual.alike)
    if alike > 1:
        section.error("alike", problem=_n("%(key)s lebih dari 1."), remedy=_n("Tulis 0 sampai 1."))
        alike = usual.alike
    remind = section.whole("remind_days", least=1, default=usual.remind_days)
    if remind > MOST_DAYS:
        section.error(
            "remind_days",
            problem=_n("%(key)s lebih dari setengah tahun."),
            remedy=_n("Tulis jumlah hari, paling besar 180."),
        )
        remind = usual.remind_days
    days = {name: _day(section, name, getattr(usual, name)) for name in DAYS}
    return InnovationRules(
        agency_kinds=section.texts("agency_kinds", default=usual.agency_kinds),
        remind_days=remind,
        alike=alike,
        video_hosts=_hosts(section, usual.video_hosts),
        **days,
    )


def _day(section: Section, key: str, usual: tuple[int, int]) -> tuple[int, int]:
    """Return a month and a day that every year has."""
    text = section.text(key, default=f"{usual[0]:02}-{usual[1]:02}")
    try:
        day = date.fromisoformat(f"{A_LEAP_LESS_YEAR}-{text}")
    except ValueError:
        section.error(
            key,
            problem=_n("%(key)s bukan bulan dan tanggal."),
            remedy=_n("Tulis bulan dan tanggal seperti 06-30."),
        )
        return usual
    return day.month, day.day


def _hosts(section: Section, usual: tuple[str, ...]) -> tuple[str, ...]:
    hosts = section.texts("video_hosts", default=usual)
    if all(HOST.fullmatch(host) for host in hosts):
        return hosts
    section.error(
        "video_hosts",
        problem=_n("%(key)s memuat yang bukan nama situs."),
        remedy=_n('Tulis nama situsnya saja, seperti "www.youtube.com".'),
    )
    return usual
