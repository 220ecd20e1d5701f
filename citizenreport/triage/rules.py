"""What staff and reporters may do with a ticket. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from citizenreport.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from citizenreport.core.text import _n
from citizenreport.triage.states import TRANSITIONS, WORKING, Party, State, Transition

REASON_MAX_CHARS = 2_000
REPLY_MAX_CHARS = 4_000
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
    trimmed = text.strip()
    if not trimmed:
        raise TextMissing(pointer="#/text")
    if len(trimmed) > REPLY_MAX_CHARS:
        raise TextTooLong(pointer="#/text", max_chars=REPLY_MAX_CHARS)
    return trimmed


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
