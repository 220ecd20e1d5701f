"""Shifts of a roster: who is on duty from when until when, what clashes, what is left open. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from citizenreport.core.errors import Conflict, InvalidInput, NotFound
from citizenreport.core.text import _n

MAIN: Final = 0
SUBSTITUTES_MAX: Final = 5
SHIFT_MAX: Final = timedelta(days=31)
WEEKS_MAX: Final = 26
WEEK: Final = timedelta(weeks=1)


class ShiftTimesWrong(InvalidInput):
    code = "shift-times-wrong"
    title = _n("Waktu selesai harus sesudah waktu mulai, paling lama 31 hari, dan belum lewat.")


class ShiftRankWrong(InvalidInput):
    code = "shift-rank-wrong"
    title = _n("Pilih petugas piket, atau pengganti ke-1 sampai ke-5.")


class ShiftWeeksWrong(InvalidInput):
    code = "shift-weeks-wrong"
    title = _n("Jadwal dapat diulang 1 sampai 26 pekan.")


class ShiftPersonWrong(InvalidInput):
    code = "shift-person-wrong"
    title = _n("Petugas ini tidak bekerja di instansi itu, atau akunnya sudah ditutup.")


class ShiftNotFound(NotFound):
    code = "shift-not-found"
    title = _n("Jadwal piket ini tidak ada, atau bukan wewenang Anda.")


class ShiftChanged(Conflict):
    code = "shift-changed"
    title = _n("Jadwal ini sudah diubah orang lain. Periksa keadaan terbaru, lalu coba lagi.")


class ShiftClash(Conflict):
    """`rank`, `starts_at` and `ends_at` are those of the shift that is in the way."""

    code = "shift-clash"
    title = _n("Jadwal ini bertabrakan dengan jadwal lain.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time from `starts_at`, included, until `ends_at`, not included."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Span") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftWish:
    """A shift as somebody enters it. `rank`: 0 is on duty, 1 the first substitute."""

    agency_code: str
    staff_id: UUID
    rank: int
    span: Span


def check_wish(wish: ShiftWish, *, now: datetime) -> None:
    """Raise ShiftTimesWrong or ShiftRankWrong unless such a shift can be."""
    length = wish.span.ends_at - wish.span.starts_at
    if not timedelta(0) < length <= SHIFT_MAX or wish.span.ends_at <= now:
        raise ShiftTimesWrong(pointer="#/ends_at")
    if not MAIN <= wish.rank <= SUBSTITUTES_MAX:
        raise ShiftRankWrong(pointer="#/rank")


def clashes(wish: ShiftWish, other: ShiftWish) -> bool:
    """Tell whether two shifts of an agency cannot both be: one place or one person, twice at once."""
    is_same = wish.rank == other.rank or wish.staff_id == other.staff_id
    return is_same and wish.span.overlaps(other.span)


def weekly(wish: ShiftWish, weeks: int) -> list[ShiftWish]:
    """Return a shift and its repetitions in the weeks after. Raises ShiftWeeksWrong, ShiftTimesWrong."""
    if not 1 <= weeks <= WEEKS_MAX:
        raise ShiftWeeksWrong(pointer="#/weeks")
    if weeks > 1 and wish.span.ends_at - wish.span.starts_at > WEEK:
        raise ShiftTimesWrong(pointer="#/ends_at")
    return [
        ShiftWish(
            agency_code=wish.agency_code,
            staff_id=wish.staff_id,
            rank=wish.rank,
            span=Span(
                starts_at=wish.span.starts_at + number * WEEK,
                ends_at=wish.span.ends_at + number * WEEK,
            ),
        )
        for number in range(weeks)
    ]


def gaps(covered: Iterable[Span], window: Span) -> list[Span]:
    """Return the parts of a window that nothing covers, in order."""
    return list(_gaps(sorted(covered, key=lambda span: span.starts_at), window))


def _gaps(covered: Sequence[Span], window: Span) -> Iterator[Span]:
    at = window.starts_at
    for span in covered:
        if span.starts_at >= window.ends_at:
            break
        if span.starts_at > at:
            yield Span(starts_at=at, ends_at=span.starts_at)
        at = max(at, span.ends_at)
    if at < window.ends_at:
        yield Span(starts_at=at, ends_at=window.ends_at)
