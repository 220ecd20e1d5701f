"""What the page of a ticket shows of letters, copies outside and mediation."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.console import words as console_words
from citizenreport.console.job_words import reason_words
from citizenreport.core.text import _n
from citizenreport.ledger.models import Event
from citizenreport.pipeline.refer import bodies_for
from citizenreport.pipeline.refer_by_program import channel_of
from citizenreport.triage import outside_copies, referrals
from citizenreport.triage.letter_models import Referral
from citizenreport.triage.models import Ticket
from citizenreport.triage.outside_request_models import OutsideRequest
from citizenreport.triage.outside_requests import UNDER_WAY, OutsideState, of_referrals
from citizenreport.triage.referrals import NEXT, LetterState, Words
from citizenreport.triage.states import Party, State, allowed

LETTER_STATES: Final = {
    LetterState.MADE: _n("Surat dibuat, belum dikirim"),
    LetterState.SENT: _n("Terkirim, menunggu jawaban"),
    LetterState.ANSWERED: _n("Sudah dijawab"),
    LetterState.CLOSED: _n("Selesai"),
}
LETTER_STEPS: Final = {
    LetterState.SENT: _n("Catat: sudah dikirim"),
    LetterState.ANSWERED: _n("Catat: jawaban diterima"),
    LetterState.CLOSED: _n("Tutup rujukan"),
}


PROGRAM_STATES: Final = {
    OutsideState.WAITING: _n("Menunggu dikirim ke sistem instansi itu"),
    OutsideState.SENT: _n("Diterima sistem instansi itu"),
    OutsideState.CLOSED: _n("Selesai di sistem instansi itu"),
    OutsideState.SET_ASIDE: _n("Disisihkan: perlu dilihat petugas"),
    OutsideState.STOPPED: _n("Dihentikan: laporan tidak lagi tayang untuk umum"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ByProgram:
    """How a letter fares at the body's own system. `fault`: why the last attempt failed, in words."""

    state: str
    number: str
    status: str
    fault: str
    next_at: datetime | None
    is_aside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter as the page shows it."""

    referral: Referral
    number: str
    body: str
    channel: str
    state: str
    words: Words
    steps: Sequence[tuple[str, str]]  # (target, label) of what may be noted now
    by_program: ByProgram | None = None
    may_send: bool = False  # to the body's own system


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Letters of a ticket, and the bodies one more may go to (none: not offered)."""

    letters: Sequence[Letter] = field(default=())
    bodies: Sequence[tuple[str, str]] = field(default=())
    today: date

    @property
    def forms(self) -> frozenset[str]:
        """The names of the forms into which people write."""
        steps = {
            f"surat-{letter.referral.id}-{target}"
            for letter in self.letters
            for target, _ in letter.steps
        }
        return frozenset(steps | ({"rujukan"} if self.bodies else set()))


def letters_of(
    session: Session,
    city: City,
    ticket: Ticket,
    events: Sequence[Event],
    parties: frozenset[Party],
    *,
    data_key: bytes | None,
    now: datetime,
) -> Letters:
    """Return the letters of a ticket; the database is asked only when its history knows of one."""
    has_some = any(event.type == "referral_made" for event in events)
    found = referrals.of_ticket(session, ticket.id) if has_some else ()
    outside = of_referrals(session, [one.id for one in found]) if found else {}
    state = State(ticket.state)
    may_refer = bool(parties) and (
        state is State.REFERRED
        or any(step.target is State.REFERRED for step in allowed(state, parties))
    )
    bodies = [(body.agency_code, body.name) for body in bodies_for(city, ticket)]
    return Letters(
        letters=[
            _letter(city, one, outside.get(one.id), data_key, is_mine=bool(parties))
            for one in found
        ],
        bodies=bodies if may_refer else (),
        today=city.local_date(now),
    )


def channels_for(city: City, ticket: Ticket) -> list[tuple[str, str]]:
    """Return (code, name) of where a ticket may be copied to; none for a confidential one."""
    is_confidential = ticket.visibility == Visibility.CONFIDENTIAL.value
    return [] if is_confidential else [*city.outside_channels.items()]


def copies_of(
    session: Session, city: City, ticket: Ticket, events: Sequence[Event]
) -> list[tuple[str, str]]:
    """Return (channel, number there); asked only when the history knows of a copy."""
    if not any(event.type == "copied_outside" for event in events):
        return []
    return [
        (city.outside_channels.get(copy.channel, copy.channel), copy.external_number)
        for copy in outside_copies.of_ticket(session, ticket.id)
    ]


def _by_program(row: OutsideRequest) -> ByProgram:
    state = OutsideState(row.state)
    return ByProgram(
        state=PROGRAM_STATES[state],
        number=row.external_id or row.token,
        status=row.external_status,
        fault=reason_words(row.fault) if row.fault else "",
        next_at=row.next_at if state.value in UNDER_WAY and row.failures else None,
        is_aside=state is OutsideState.SET_ASIDE,
    )


def _letter(
    city: City,
    referral: Referral,
    outside: OutsideRequest | None,
    data_key: bytes | None,
    *,
    is_mine: bool,
) -> Letter:
    body = city.agencies.get(referral.body_code)
    state = LetterState(referral.state)
    return Letter(
        referral=referral,
        number=referrals.letter_number(referral),
        body=console_words.agency_short_name(city, referral.body_code),
        channel=(body.channel if body else None) or "",
        state=LETTER_STATES[state],
        words=referrals.words_of(referral, data_key),
        steps=[(step.value, LETTER_STEPS[step]) for step in NEXT[state]] if is_mine else (),
        by_program=_by_program(outside) if outside is not None else None,
        may_send=is_mine
        and state is not LetterState.CLOSED
        and channel_of(city, referral.body_code) is not None
        and (outside is None or outside.state == OutsideState.SET_ASIDE.value),
    )
