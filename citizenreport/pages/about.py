"""`/bantuan`: how it works, what happens to what people write, what this is not for.

Everything that is a number here is the pack's own or the one the code works with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import Blueprint, current_app, render_template

from citizenreport.cities.rules import Agency, City
from citizenreport.core.text import _n
from citizenreport.messaging.rules import ENDED_KEPT, UNCONFIRMED_KEPT
from citizenreport.pages import words
from citizenreport.pages.front import INDICATORS, MEDIAN_WINDOW_DAYS, has_page
from citizenreport.pipeline.retention import Part, days_kept
from citizenreport.publication.rules import MEDIAN_FROM_N
from citizenreport.routing.rules import agency_name
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.translate import _, ngettext

bp = Blueprint("about", __name__, template_folder="templates")

KEPT_NAMES: Final[Mapping[str, str]] = {
    "public": _n("Laporan untuk umum"),
    "restricted": _n("Laporan untuk dinas saja"),
    "confidential": _n("Laporan rahasia atas permintaan Anda"),
    "tolerance": _n("Laporan tentang kerukunan"),
    "violence": _n("Laporan kekerasan"),
    "child": _n("Laporan yang menyangkut anak"),
    "abuse_of_office": _n("Laporan tentang aparat"),
    "private_life": _n("Laporan tentang kehidupan pribadi"),
    "crime": _n("Laporan dugaan kejahatan"),
}


ASSESSED_ON: Final = date(2026, 11, 24)
"""When the accessibility statement was last held against the service."""


@bp.get("/bantuan")
@public
def show() -> str:
    """Explain the service, with the pack's own sentences and retention periods."""
    city = current_city()
    return render_template(
        "pages/about.html",
        city=city,
        kept=_kept(city),
        has_parts=any(name not in KEPT_NAMES for name in city.retention_days),
        numbers=words.verified_numbers(city),
        neighbour_channels=_neighbour_channels(city),
        outside_bodies=_outside_bodies(city),
        indicators_url=INDICATORS if has_page(INDICATORS) else None,
        median_days=MEDIAN_WINDOW_DAYS,
        median_from_n=MEDIAN_FROM_N,
        subscription_hours=round(max(UNCONFIRMED_KEPT, ENDED_KEPT).total_seconds() / 3_600),
        desk_name=agency_name(city, city.desk_agency_code),
        contact=current_app.config.get("CONTACT_EMAIL", ""),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How long a kind of report is kept, in words; contact and photos never longer than the rest."""

    name: str
    contact: str
    photos: str
    report: str


def _kept(city: City) -> list[Kept]:
    """Return what the nightly job goes by."""
    days = {part: days_kept(city, part) for part in Part}
    return [
        Kept(
            name=_(name),
            contact=_duration(days[Part.CONTACT][kind]),
            photos=_duration(days[Part.PHOTOS][kind]),
            report=_duration(days[Part.REPORT][kind]),
        )
        for kind, name in KEPT_NAMES.items()
        if kind in days[Part.REPORT]
    ]


@bp.get("/bantuan/aksesibilitas")
@public
def accessibility() -> str:
    """Say how far the service can be used by everyone, how that was tested, and what is missing."""
    city = current_city()
    return render_template(
        "pages/accessibility.html",
        city=city,
        assessed_on=ASSESSED_ON,
        desk_name=agency_name(city, city.desk_agency_code),
        contact=current_app.config.get("CONTACT_EMAIL", ""),
    )


def _neighbour_channels(city: City) -> list[str]:
    """Return how to reach the bodies of the places around the city, each once."""
    found = (agency for code, agency in city.agencies.items() if code in _around(city))
    return [agency.channel for agency in found if agency.channel]


def _around(city: City) -> set[str | None]:
    return {neighbour.channel_agency_code for neighbour in city.neighbours.values()}


def _outside_bodies(city: City) -> list[Agency]:
    """Return the bodies outside the city's government that have a way in, as the pack orders them."""
    around = _around(city)
    return [
        agency
        for agency in city.agencies.values()
        if agency.is_external and agency.channel and agency.agency_code not in around
    ]


def _duration(days: int) -> str:
    """Return a number of days in whole years where it is one."""
    years, rest = divmod(days, 365)
    if years and not rest:
        return ngettext("%(num)d tahun", "%(num)d tahun", years)
    return ngettext("%(num)d hari", "%(num)d hari", days)
