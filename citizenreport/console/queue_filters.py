"""The filters and the order of the queue, as an address carries them."""

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from flask import url_for

from citizenreport.cities.rules import Aspect, City
from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n
from citizenreport.intake.rules import Channel
from citizenreport.intake.search import wording_of
from citizenreport.triage.queue import DueWhen, QueueRow, QueueWish, Sort, Whose
from citizenreport.triage.states import State
from citizenreport.triage.views import WORDS_ARG

SORT_LABELS: Final = {
    Sort.DEADLINE: _n("Tenggat terdekat"),
    Sort.PRIORITY: _n("Paling mendesak"),
    Sort.NEWEST: _n("Paling baru masuk"),
    Sort.OLDEST: _n("Paling lama masuk"),
}

WordsOf = Callable[[UUID], str]
"""Gives the words of a search that an address names by its id."""

E = TypeVar("E", bound=StrEnum)


class BadFilter(InvalidInput):
    code = "bad-filter"
    title = _n("Saringan ini tidak dikenal.")


class WordsInAddress(InvalidInput):
    code = "words-in-address"
    title = _n(
        "Kata pencarian tidak boleh ada di alamat, karena bisa memuat nama orang. Ketik di kotak pencarian."
    )


def read_wish(args: Mapping[str, str], city: City, *, words_of: WordsOf) -> QueueWish:
    """Read the filters of an address, which names a search by its id.

    Raises:
        BadFilter, BadWording.
        WordsInAddress: the words themselves stand in it, as they once did.
        SearchNotFound: there is no such search of this person, or no longer.
    """
    if args.get("cari"):
        raise WordsInAddress(pointer="#/cari")
    sort = _member(Sort, args, "urut") or Sort.DEADLINE
    search_id = asked_search(args)
    words = words_of(search_id) if search_id else None
    return QueueWish(
        state=_member(State, args, "keadaan"),
        agency_code=_known(city.agencies, args, "instansi"),
        category_code=_known(city.categories, args, "kategori"),
        aspect=_member(Aspect, args, "aspek"),
        area_code=_known(city.areas, args, "kelurahan"),
        channel=_member(Channel, args, "saluran"),
        whose=_member(Whose, args, "penanggung"),
        due=_member(DueWhen, args, "tenggat"),
        since=_midnight(city, _day(args, "dari")),
        before=_midnight(city, _day(args, "sampai"), days_later=1),
        wording=wording_of(words, is_loose=args.get("mirip") == "1") if words else None,
        search_id=search_id,
        sort=sort,
        after=_read_cursor(args.get("setelah"), sort),
    )


def wish_args(wish: QueueWish, city: City) -> dict[str, str]:
    """Return the filters as an address carries them, without the page."""
    words = wish.wording
    given: dict[str, object] = {
        "keadaan": wish.state,
        "instansi": wish.agency_code,
        "kategori": wish.category_code,
        "aspek": wish.aspect,
        "kelurahan": wish.area_code,
        "saluran": wish.channel,
        "penanggung": wish.whose,
        "tenggat": wish.due,
        "dari": day_text(city, wish.since),
        "sampai": day_text(city, wish.before, days_earlier=1),
        WORDS_ARG: wish.search_id,
        "mirip": "1" if words and words.is_loose else None,
        "urut": None if wish.sort is Sort.DEADLINE else wish.sort,
    }
    return {name: str(value) for name, value in given.items() if value is not None}


def address(args: Mapping[str, str], *, endpoint: str = "queue.show") -> str:
    """Return the address of the queue with these filters, which none of a person's views replaces."""
    given = args or {"urut": Sort.DEADLINE.value}
    return f"{url_for(endpoint)}?{urlencode(sorted(given.items()))}"


def cursor_after(row: QueueRow) -> str:
    """Return where the page after a row begins."""
    parts = [
        part.isoformat()
        if isinstance(part, datetime)
        else part.hex
        if isinstance(part, UUID)
        else str(part)
        for part in row.key
    ]
    return base64.urlsafe_b64encode(" ".join(parts).encode()).decode().rstrip("=")


def day_text(city: City, instant: datetime | None, *, days_earlier: int = 0) -> str | None:
    """Return a midnight's day as a date field holds it."""
    if instant is None:
        return None
    return (city.local_date(instant) - timedelta(days=days_earlier)).isoformat()


def end_of_day(city: City, now: datetime) -> datetime:
    """Return the last instant of the city's day."""
    return datetime.combine(city.local_date(now), time.max, tzinfo=city.calendar.time_zone)


def asked_search(args: Mapping[str, str]) -> UUID | None:
    """Return the id of the search that an address names. Raises BadFilter."""
    text = args.get(WORDS_ARG) or None
    try:
        return None if text is None else UUID(text)
    except ValueError:
        raise BadFilter(pointer=f"#/{WORDS_ARG}") from None


def _known(known: Mapping[str, object], args: Mapping[str, str], name: str) -> str | None:
    code = args.get(name) or None
    if code is not None and code not in known:
        raise BadFilter(pointer=f"#/{name}")
    return code


def _member(kind: type[E], args: Mapping[str, str], name: str) -> E | None:
    text = args.get(name) or None
    if text is None:
        return None
    try:
        return kind(text)
    except ValueError:
        raise BadFilter(pointer=f"#/{name}") from None


def _day(args: Mapping[str, str], name: str) -> date | None:
    text = args.get(name) or None
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadFilter(pointer=f"#/{name}") from None
    if not 2000 <= day.year <= 2999:
        raise BadFilter(pointer=f"#/{name}")
    return day


def _midnight(city: City, day: date | None, *, days_later: int = 0) -> datetime | None:
    if day is None:
        return None
    zone = city.calendar.time_zone
    return datetime.combine(day + timedelta(days=days_later), time.min, tzinfo=zone)


def _read_cursor(text: str | None, sort: Sort) -> tuple[Any, ...] | None:
    if not text:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        *rank, at_text, id_text = base64.urlsafe_b64decode(padded).decode().split(" ")
        at = datetime.fromisoformat(at_text)
        key = (*(_rank(part) for part in rank), at, UUID(hex=id_text))
    except (ValueError, binascii.Error):
        raise BadFilter(pointer="#/setelah") from None
    if at.tzinfo is None or len(rank) != (sort is Sort.PRIORITY):
        raise BadFilter(pointer="#/setelah")
    return key


def _rank(text: str) -> int:
    if text not in ("1", "2", "3", "4"):
        raise ValueError(text)
    return int(text)
