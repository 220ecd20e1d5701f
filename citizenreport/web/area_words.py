"""How an area and an aspect are called in a sentence."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from citizenreport.cities.rules import Aspect, City
from citizenreport.core.text import _n
from citizenreport.web.translate import _

ASPECT_NAMES: Final[Mapping[Aspect, str]] = {
    Aspect.SAFETY: _n("Aman"),
    Aspect.COMFORT: _n("Nyaman"),
    Aspect.TOLERANCE: _n("Toleransi"),
    Aspect.HARMONY: _n("Harmoni"),
    Aspect.OTHER: _n("Lainnya"),
}


def area_words(city: City, area_code: str | None, aspect: str | None) -> str:
    """Return what a subscription is about: `Magersari, aspek aman`, `seluruh kota`.

    An area or aspect that the pack no longer knows is called by its code.
    """
    area = city.areas.get(area_code) if area_code else None
    place = (area.name if area else area_code) if area_code else _("seluruh kota")
    if aspect is None:
        return str(place)
    known = [name for code, name in ASPECT_NAMES.items() if code.value == aspect]
    named = _(known[0]) if known else aspect
    return _("%(place)s, aspek %(aspect)s", place=place, aspect=named.lower())


def list_path(area_code: str | None, aspect: str | None) -> str:
    """Return the path of the list of released reports about the same."""
    chosen = {"aspek": aspect, "kelurahan": area_code}
    query = urlencode({name: value for name, value in chosen.items() if value})
    return f"/laporan?{query}" if query else "/laporan"
