"""What staff and reporters may do with a ticket. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from citizenreport.cities.rules import Visibility
from citizenreport.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from citizenreport.core.text import _n
from citizenreport.triage.states import OPEN, TRANSITIONS, WORKING, Party, State, Transition

REASON_MAX_CHARS = 2_000
REPLY_MAX_CHARS = 4_000
NOTE_MAX_CHARS = 4_000
EXTENSION_MAX_WORKING_DAYS = 20
SCHEDULE_MAX_DAYS = 366
MENTION = re.compile(r"(?<![\w@.])@([a-z0-9][a-z0-9.-]{2,63})")
BINDING_RETURNS = 2
"""After the second return the city desk's assignment stands. Source: architecture.md, "Ticket"."""


class TicketNotFound(NotFound):
    code = "ticket-not-found"
    title = _n("Tiket tidak ditemukan, atau bukan wewenang Anda.")


class TicketChanged(Conflict):
    code = "ticket-changed"
    title = _n("Tiket ini baru saja diubah orang lain. Lihat keadaannya sekarang, lalu coba lagi.")


class TransitionNotAllowed(Conflict):
    code = "transition-not-allowed"
    title = _n("Langkah ini tidak mungkin dari keadaan tiket sekarang.")


class AssignmentBinds(Conflict):
    code = "assignment-binds"
    title = _n("Tiket ini sudah dua kali dikembalikan. Penugasan meja kota berlaku.")


class TransitionNotYours(NotAllowed):
    code = "transition-not-yours"
    title = _n("Langkah ini tidak termasuk wewenang Anda.")


class ReasonMissing(InvalidInput):
    code = "reason-missing"
    title = _n("Tuliskan alasannya, agar pelapor mengerti.")


class TextTooLong(InvalidInput):
    code = "text-too-long"
    title = _n("Tulisan terlalu panjang.")


class TextMissing(InvalidInput):
    code = "text-missing"
    title = _n("Tulisan masih kosong.")


class ContestWindowOver(Conflict):
    code = "contest-window-over"
    title = _n("Masa sanggah sudah lewat. Kirim laporan baru bila masalahnya masih ada.")


class NotAColleague(InvalidInput):
    code = "not-a-colleague"
    title = _n("Orang ini tidak dapat mengerjakan tiket ini.")


class DayNotAhead(InvalidInput):
    code = "day-not-ahead"
    title = _n("Pilih tanggal sesudah hari ini, paling lama setahun lagi.")


class BadExtension(InvalidInput):
    code = "bad-extension"
    title = _n("Perpanjangan 1 sampai 20 hari kerja.")


class ExtensionSpent(Conflict):
    code = "extension-spent"
    title = _n("Perpanjangan hanya satu kali, dan hanya sebelum tiket diselesaikan.")


class NoExtensionAsked(Conflict):
    code = "no-extension-asked"
    title = _n("Tidak ada permintaan perpanjangan yang menunggu keputusan.")


class OwnRequest(NotAllowed):
    code = "own-request"
    title = _n("Permintaan Anda sendiri diputuskan orang lain.")


class AlreadyJoint(InvalidInput):
    code = "already-joint"
    title = _n("Instansi ini sudah mengerjakan tiket ini.")


class NoOpenPart(Conflict):
    code = "no-open-part"
    title = _n("Bagian ini sudah selesai atau sudah ditarik.")


class PartsOpen(Conflict):
    code = "parts-open"
    title = _n("Masih ada bagian instansi lain yang belum selesai. Tunggu, atau tarik bagiannya.")


def told_area(visibility: str, area_code: str | None) -> str | None:
    """Return the area that an event may name: events stay when the report is erased, and of a
    confidential one only the whole city is ever told.
    """
    return None if visibility == Visibility.CONFIDENTIAL.value else area_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who does something, when, as which party, having seen which version of the ticket.

    `actor_id` is None for the reporter and the system.
    """

    parties: frozenset[Party]
    at: datetime
    seen: int
    actor_id: UUID | None = None


def check_transition(source: State, target: State, act: Act, *, reason: str) -> Transition:
    """Return the transition when it is allowed.

    Raises:
        TransitionNotAllowed: the table has no such step.
        TransitionNotYours: another party makes this step.
        ReasonMissing, TextTooLong: the step wants a reason.
    """
    transition = TRANSITIONS.get((source, target))
    if transition is None:
        raise TransitionNotAllowed(source=source.value, target=target.value)
    if not transition.parties & act.parties:
        raise TransitionNotYours
    if transition.wants_reason and not reason.strip():
        raise ReasonMissing(pointer="#/reason")
    if len(reason) > REASON_MAX_CHARS:
        raise TextTooLong(pointer="#/reason", max_chars=REASON_MAX_CHARS)
    return transition


def check_resumed(source: State, target: State, resume_state: str | None) -> None:
    """Refuse to leave a wait for the reporter to another state than the one it began in."""
    if source is State.NEEDS_INFO and target in WORKING and target.value != resume_state:
        raise TransitionNotAllowed(source=source.value, target=target.value)


def check_return(target: State, return_count: int) -> None:
    """Refuse a third return. Raises AssignmentBinds."""
    if target is State.RETURNED and return_count >= BINDING_RETURNS:
        raise AssignmentBinds


def check_reply(text: str) -> str:
    """Return the reply without outer blanks. Raises TextMissing or TextTooLong."""
    return _checked(text, max_chars=REPLY_MAX_CHARS)


def check_note(text: str) -> str:
    """Return the note without outer blanks. Raises TextMissing or TextTooLong."""
    return _checked(text, max_chars=NOTE_MAX_CHARS)


def check_task(text: str) -> str:
    """Return a task or a closing note without outer blanks. Raises TextMissing or TextTooLong."""
    return _checked(text, max_chars=REASON_MAX_CHARS)


def parts_ended(target: State, open_parts: Sequence[str]) -> list[str]:
    """Return whose open parts a step ends: a ticket that leaves the work takes all of them along.

    Raises:
        PartsOpen: it cannot be called settled before each part is.
    """
    if target is State.RESOLVED and open_parts:
        raise PartsOpen
    return [] if target in OPEN else sorted(open_parts)


def _checked(text: str, *, max_chars: int) -> str:
    trimmed = text.strip()
    if not trimmed:
        raise TextMissing(pointer="#/text")
    if len(trimmed) > max_chars:
        raise TextTooLong(pointer="#/text", max_chars=max_chars)
    return trimmed


def check_reason(reason: str) -> str:
    """Return a reason without outer blanks. Raises ReasonMissing or TextTooLong."""
    trimmed = reason.strip()
    if not trimmed:
        raise ReasonMissing(pointer="#/reason")
    if len(trimmed) > REASON_MAX_CHARS:
        raise TextTooLong(pointer="#/reason", max_chars=REASON_MAX_CHARS)
    return trimmed


def check_schedule(until_on: date, *, today: date) -> None:
    """Raise DayNotAhead unless planned works end after today and within a year."""
    if not today < until_on <= today + timedelta(days=SCHEDULE_MAX_DAYS):
        raise DayNotAhead(pointer="#/until_on")


def mentioned_in(text: str) -> frozenset[str]:
    """Return the usernames that a note names with an @ before them."""
    return frozenset(match[1].rstrip(".-") for match in MENTION.finditer(text))


RESPONSES = frozenset(
    {
        State.IN_PROGRESS,
        State.NEEDS_INFO,
        State.SCHEDULED,
        State.RESOLVED,
        State.REFERRED,
        State.ARCHIVED,
        State.EMERGENCY,
    }
)
"""Steps that the reporter sees as an answer of the agency; verification alone is not one."""
