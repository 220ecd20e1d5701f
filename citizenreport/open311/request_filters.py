"""Which requests an address asks for."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.ids import normalise_tracking_code
from citizenreport.core.text import _n
from citizenreport.geo.position import Position
from citizenreport.open311.answers import ParameterUnreadable, read_moment, read_number
from citizenreport.publication.service_requests import Box, Order, Wanted
from citizenreport.triage.states import OPEN, State

WINDOW: Final = timedelta(days=90)
"""The longest time between start_date and end_date. Source: GeoReport v2, GET Service Requests."""
PAGE_SIZE, PAGE_SIZE_MAX, PAGE_MAX = 50, 1000, 1000
RADIUS_M, RADIUS_MAX_M = 500.0, 50_000.0
IDS_MAX: Final = 5_000
WORDS_MAX: Final = 100
KNOWN: Final = frozenset(
    {
        *("service_request_id", "service_code", "start_date", "end_date", "status"),
        *("page", "page_size", "extensions", "updated_after", "updated_before"),
        *("bbox", "lat", "long", "radius", "q", "sort"),
    }
)
STATUSES: Final = {
    "open": frozenset(state.value for state in OPEN),
    "closed": frozenset(state.value for state in State if state not in OPEN),
}


def read_wanted(chosen: Mapping[str, str], city: City) -> Wanted:
    """Return what the parameters ask for; a list of ids overrides all the others.

    Raises:
        ParameterUnreadable: it names the parameter and says how to write it.
    """
    time_zone = str(city.calendar.time_zone)
    offset, limit = _page(chosen)
    if "service_request_id" in chosen:
        codes = _listed(chosen, "service_request_id", at_most=IDS_MAX)
        known = [normalise_tracking_code(code) for code in codes]
        return Wanted(time_zone=time_zone, codes=known, offset=offset, limit=limit)
    since, until = _window(chosen, city)
    changed_from = read_moment(chosen, "updated_after", city)
    changed_to = read_moment(chosen, "updated_before", city)
    order, newest_first = _order(chosen)
    near = _near(chosen)
    return Wanted(
        time_zone=time_zone,
        category_codes=_listed(chosen, "service_code", at_most=100) or None,
        states=_states(chosen),
        since=since,
        until=until,
        changed_from=city.local_date(changed_from) if changed_from else None,
        changed_to=city.local_date(changed_to) if changed_to else None,
        box=_box(chosen),
        near=near,
        radius_m=read_number(chosen, "radius", least=1, most=RADIUS_MAX_M) or RADIUS_M,
        words=_words(chosen),
        order=order,
        newest_first=newest_first,
        offset=offset,
        limit=limit,
    )


def _window(chosen: Mapping[str, str], city: City) -> tuple[datetime | None, datetime | None]:
    """Return the first and last moment of submission: the last 90 days when none is named.

    Who asks for what was changed since a moment asks for reports of any age.
    """
    since, until = read_moment(chosen, "start_date", city), read_moment(chosen, "end_date", city)
    if since is None and until is None:
        asks_changes = "updated_after" in chosen or "updated_before" in chosen
        return (None, None) if asks_changes else (utcnow() - WINDOW, None)
    if since is None:
        assert until is not None
        return until - WINDOW, until
    if until is None:
        return since, since + WINDOW
    if until < since:
        words = _n("end_date harus sama dengan start_date atau sesudahnya.")
        raise ParameterUnreadable(words, pointer="#/end_date")
    if until - since > WINDOW:
        words = _n("Jarak start_date dan end_date paling lama 90 hari.")
        raise ParameterUnreadable(words, pointer="#/end_date")
    return since, until


def _page(chosen: Mapping[str, str]) -> tuple[int, int]:
    size = _whole(chosen, "page_size", default=PAGE_SIZE, most=PAGE_SIZE_MAX)
    if "service_request_id" in chosen and "page_size" not in chosen:
        size = IDS_MAX
    return (_whole(chosen, "page", default=1, most=PAGE_MAX) - 1) * size, size


def _whole(chosen: Mapping[str, str], name: str, *, default: int, most: int) -> int:
    number = read_number(chosen, name, least=1, most=most)
    if number is None:
        return default
    if number != int(number):
        raise ParameterUnreadable(_n("Isi dengan bilangan bulat."), pointer=f"#/{name}")
    return int(number)


def _listed(chosen: Mapping[str, str], name: str, *, at_most: int) -> list[str]:
    parts = [part.strip() for part in chosen.get(name, "").split(",") if part.strip()]
    if len(parts) > at_most:
        raise ParameterUnreadable(_n("Terlalu banyak isi dalam satu daftar."), pointer=f"#/{name}")
    return parts


def _states(chosen: Mapping[str, str]) -> frozenset[str] | None:
    wanted = _listed(chosen, "status", at_most=2)
    if any(status not in STATUSES for status in wanted):
        raise ParameterUnreadable(_n("Isi dengan open atau closed."), pointer="#/status")
    return frozenset().union(*(STATUSES[status] for status in wanted)) if wanted else None


def _order(chosen: Mapping[str, str]) -> tuple[Order, bool]:
    name, _, direction = chosen.get("sort", Order.REQUESTED.value).partition(":")
    if name not in set(Order) or direction not in ("", "asc", "desc"):
        words = _n("Isi dengan requested_datetime atau updated_datetime, lalu :asc atau :desc.")
        raise ParameterUnreadable(words, pointer="#/sort")
    return Order(name), direction != "asc"


def _near(chosen: Mapping[str, str]) -> Position | None:
    lat = read_number(chosen, "lat", least=-90, most=90)
    lon = read_number(chosen, "long", least=-180, most=180)
    if (lat is None) != (lon is None):
        raise ParameterUnreadable(_n("lat dan long harus diisi keduanya."), pointer="#/lat")
    return None if lat is None or lon is None else Position(lon=lon, lat=lat)


def _box(chosen: Mapping[str, str]) -> Box | None:
    if "bbox" not in chosen:
        return None
    words = _n("Tulis bbox sebagai barat,selatan,timur,utara dalam derajat.")
    try:
        west, south, east, north = (float(part) for part in chosen["bbox"].split(","))
    except ValueError as error:
        raise ParameterUnreadable(words, pointer="#/bbox") from error
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ParameterUnreadable(words, pointer="#/bbox")
    return west, south, east, north


def _words(chosen: Mapping[str, str]) -> str | None:
    words = chosen.get("q")
    if words is not None and (len(words) > WORDS_MAX):
        raise ParameterUnreadable(_n("Kata yang dicari paling banyak 100 huruf."), pointer="#/q")
    return words
