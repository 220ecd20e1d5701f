"""What may be released. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from citizenreport.cities.rules import Category, Visibility
from citizenreport.core.errors import Conflict, InvalidInput, NotFound
from citizenreport.core.text import _n
from citizenreport.geo.position import Position
from citizenreport.triage.states import OPEN

PUBLIC_TEXT_MAX_CHARS = 4_000
JOIN_STEPS: Final = (5, 2, 1)
"""How many others see it too is shown as 1, 2–4, 5+. Source: protection.md, section 6."""
JOINABLE: Final = frozenset(state.value for state in OPEN)


MEDIAN_FROM_N = 10
"""A median of fewer would tell of single reports. Source: protection.md section 4, policy v1."""


class ReleaseState(StrEnum):
    HELD = "held"
    RELEASED = "released"
    REFUSED = "refused"


class NotReleasable(Conflict):
    code = "not-releasable"
    title = _n("Laporan ini tidak untuk umum, jadi tidak dapat ditayangkan.")


class NotChecked(Conflict):
    code = "not-checked"
    title = _n("Laporan ini perlu dicek: verifikasi dulu tiketnya, baru tayangkan.")


class Withdrawn(Conflict):
    code = "withdrawn"
    title = _n("Laporan ini sudah ditarik pelapornya, jadi tidak ditayangkan lagi.")


class NotReleased(Conflict):
    code = "not-released"
    title = _n("Tayangkan laporannya lebih dahulu.")


class PhotoNotReleasable(Conflict):
    code = "photo-not-releasable"
    title = _n("Foto pada kategori ini tidak boleh ditayangkan.")


class PublicTextInvalid(InvalidInput):
    code = "public-text-invalid"
    title = _n("Teks untuk umum harus berisi 1 sampai 4.000 huruf.")


class JoinClosed(Conflict):
    code = "join-closed"
    title = _n("Laporan ini sudah selesai. Bila masalahnya muncul lagi, kirim laporan baru.")


class PublishedReportNotFound(NotFound):
    code = "report-not-found"
    title = _n("Laporan tidak ditemukan, atau tidak untuk umum.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CityNumbers:
    """The city in three numbers, of released public reports and nothing else.

    `median_days`: calendar days from report to settlement, None below MEDIAN_FROM_N of them.
    """

    settled_this_month: int
    median_days: float | None
    median_of: int
    still_open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which published reports are wanted; None is any.

    `since` and `until` are days of submission, both included. What is never public has no rows,
    so that a filter for it finds as little as one for what does not exist.
    """

    category_code: str | None = None
    aspect: str | None = None
    state: str | None = None
    area_code: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Filters):
    """One page of a keyset: the rows after `after`, newest first."""

    limit: int = 20
    after: tuple[str, str] | None = None  # (submitted_on ISO, tracking code)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellCount:
    """How many published reports lie in a cell of the city's grid: its column and row, from 0."""

    column: int
    row: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """What a released report must be to be shown to someone about to send another.

    Near `position` by its published place; without a position, in the same `area_code`.
    """

    category_code: str
    position: Position | None
    area_code: str | None
    radius_m: float
    since_on: date
    limit: int


def seen_by_at_least(joins: int) -> int:
    """Return the lower end of the step a number of joins falls into; 0 for none."""
    return next((step for step in JOIN_STEPS if joins >= step), 0)


def check_releasable(visibility: Visibility, category: Category) -> None:
    """Raise NotReleasable unless both the ticket and its category are public."""
    if visibility is not Visibility.PUBLIC or category.visibility is not Visibility.PUBLIC:
        raise NotReleasable


def check_public_text(text: str) -> str:
    """Return the text the public will read. Raises PublicTextInvalid."""
    trimmed = text.strip()
    if not 1 <= len(trimmed) <= PUBLIC_TEXT_MAX_CHARS:
        raise PublicTextInvalid(pointer="#/public_text")
    return trimmed
