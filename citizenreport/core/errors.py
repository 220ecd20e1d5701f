"""The kinds of thing that can go wrong. Rooms raise them; doors choose the HTTP status.

* CitizenReportError
  + InvalidInput      the sender can fix it
  + NotFound          no such thing, or not for you: the two look the same
  + Conflict          the thing is in another state
  + NotAllowed        you may not
  + TooMany           slow down
  + Unavailable       something we depend on is down

`title` and `detail` are Indonesian messages, translated by the door that renders them.
"""

from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import quote

from citizenreport.core.text import _n

FRAGMENT_SAFE = "!$&'()*+,;=:@?"


def pointer_to(*steps: str | int) -> str:
    """Return the JSON pointer of a value, as the fragment of an address (`#/position/lat`).

    Names may be anything that was sent, lone surrogates included. Source: RFC 6901, sections 3, 6.
    """
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    return "#" + "".join(f"/{quote(s, FRAGMENT_SAFE, errors='surrogatepass')}" for s in escaped)


class CitizenReportError(Exception):
    """An expected failure.

    `code` (kebab case), `pointer` and `public` are part of the API. Nothing in an error may tell
    who a reporter is: errors reach logs.
    """

    code: ClassVar[str] = "error"
    title: ClassVar[str] = _n("Permintaan tidak berhasil.")

    def __init__(self, detail: str = "", *, pointer: str | None = None, **public: object) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.pointer = pointer
        self.public: Mapping[str, object] = public


class InvalidInput(CitizenReportError):
    code = "invalid-input"
    title = _n("Ada isian yang perlu diperbaiki.")


class NotFound(CitizenReportError):
    code = "not-found"
    title = _n("Tidak ditemukan, atau bukan untuk Anda.")


class Conflict(CitizenReportError):
    code = "conflict"
    title = _n("Keadaannya sudah berubah. Muat ulang, lalu coba lagi.")


class NotAllowed(CitizenReportError):
    code = "not-allowed"
    title = _n("Anda tidak berwenang melakukan ini.")


class TooMany(CitizenReportError):
    code = "too-many"
    title = _n("Terlalu banyak dalam waktu singkat. Tunggu sebentar, lalu coba lagi.")


class Unavailable(CitizenReportError):
    code = "unavailable"
    title = _n("Layanan sedang tidak tersedia. Coba lagi beberapa menit lagi.")
