"""`/bantuan`: how it works, what happens to what people write, what this is not for."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, render_template

from citizenreport.core.text import _n
from citizenreport.pages import words
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


@bp.get("/bantuan")
@public
def show() -> str:
    """Explain the service, with the pack's own sentences and retention periods."""
    city = current_city()
    kept = [
        (_(KEPT_NAMES[name]) if name in KEPT_NAMES else name, _duration(days))
        for name, days in city.retention_days.items()
    ]
    return render_template(
        "pages/about.html", city=city, kept=kept, numbers=words.verified_numbers(city)
    )


def _duration(days: int) -> str:
    """Return a number of days in whole years where it is one."""
    years, rest = divmod(days, 365)
    if years and not rest:
        return ngettext("%(num)d tahun", "%(num)d tahun", years)
    return ngettext("%(num)d hari", "%(num)d hari", days)
