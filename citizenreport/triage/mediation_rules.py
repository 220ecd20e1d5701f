"""What may be written in a mediation, and when. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from citizenreport.core.errors import Conflict, InvalidInput, NotAllowed
from citizenreport.core.text import _n
from citizenreport.triage.rules import NOTE_MAX_CHARS, TextMissing, TextTooLong

PARTIES_MIN: Final = 2  # who agree
ENTRIES_MAX: Final = 60
FOLLOW_UP_MAX_DAYS: Final = 366
SHORT_MAX_CHARS: Final = 200


class MediationState(StrEnum):
    OPEN = "open"
    AGREED = "agreed"
    FAILED = "failed"


class EntryKind(StrEnum):
    MEDIATOR = "mediator"
    PARTY = "party"
    SESSION = "session"
    OUTCOME = "outcome"
    FOLLOW_UP = "follow_up"


FIELDS: Final[Mapping[EntryKind, tuple[str, ...]]] = {
    EntryKind.MEDIATOR: ("name",),
    EntryKind.PARTY: ("name", "contact", "statement"),
    EntryKind.SESSION: ("text",),
    EntryKind.OUTCOME: ("text",),
    EntryKind.FOLLOW_UP: ("text",),
}
"""What each entry holds; the first is needed."""


class NotMediated(NotAllowed):
    code = "not-mediated"
    title = _n(
        "Mediasi dicatat hanya pada laporan yang jenisnya dapat dimediasi, oleh yang memegangnya."
    )


class MediationStepWrong(Conflict):
    code = "mediation-step-wrong"
    title = _n("Mediasi ini sudah tidak pada tahap itu. Lihat keadaannya sekarang.")


class PartiesMissing(InvalidInput):
    code = "parties-missing"
    title = _n("Catat sedikitnya dua pihak sebelum kesepakatan.")


class MediationDayWrong(InvalidInput):
    code = "mediation-day-wrong"
    title = _n(
        "Tanggal itu tidak cocok. Kejadian tidak sesudah hari ini, tindak lanjut sesudahnya."
    )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NewEntry:
    """Something to be written. No repr: it would reach logs."""

    kind: EntryKind
    words: Mapping[str, str]
    on: date | None = None


def checked_words(entry: NewEntry) -> dict[str, str]:
    """Return the entry's words without outer blanks. Raises TextMissing, TextTooLong."""
    names = FIELDS[entry.kind]
    trimmed = {name: entry.words.get(name, "").strip() for name in names}
    if not trimmed[names[0]]:
        raise TextMissing(pointer=f"#/{names[0]}")
    for name, value in trimmed.items():
        most = SHORT_MAX_CHARS if name in ("name", "contact") else NOTE_MAX_CHARS
        if len(value) > most:
            raise TextTooLong(pointer=f"#/{name}", max_chars=most)
    return trimmed


def check_past(on: date | None, *, today: date) -> date:
    """Return the day of something that happened. Raises MediationDayWrong."""
    if on is None or not today - timedelta(days=FOLLOW_UP_MAX_DAYS) <= on <= today:
        raise MediationDayWrong(pointer="#/on")
    return on


def check_follow_up(on: date | None, *, today: date) -> None:
    """Raise MediationDayWrong unless a follow-up, if any, is ahead and within a year."""
    if on is not None and not today < on <= today + timedelta(days=FOLLOW_UP_MAX_DAYS):
        raise MediationDayWrong(pointer="#/follow_up_on")
