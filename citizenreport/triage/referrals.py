"""Letters to bodies outside the city: made, sent, answered, closed."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.core.errors import Conflict, InvalidInput, NotFound
from citizenreport.core.ids import new_id
from citizenreport.core.keys import Place, open_sealed, seal
from citizenreport.core.text import _n
from citizenreport.triage.letter_models import Referral
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import REASON_MAX_CHARS, Act, TextMissing, TextTooLong
from citizenreport.triage.service import change, record

NUMBER_MAX_CHARS: Final = 60


class LetterState(StrEnum):
    MADE = "made"
    SENT = "sent"
    ANSWERED = "answered"
    CLOSED = "closed"


NEXT: Final[Mapping[LetterState, tuple[LetterState, ...]]] = {
    LetterState.MADE: (LetterState.SENT, LetterState.CLOSED),
    LetterState.SENT: (LetterState.ANSWERED, LetterState.CLOSED),
    LetterState.ANSWERED: (LetterState.CLOSED,),
    LetterState.CLOSED: (),
}
"""What may follow; a letter that was written in vain is closed without being sent."""


class LetterNotFound(NotFound):
    code = "letter-not-found"
    title = _n("Surat rujukan tidak ditemukan pada tiket ini.")


class LetterStepNotAllowed(Conflict):
    code = "letter-step-not-allowed"
    title = _n("Surat ini sudah tidak pada tahap itu. Lihat keadaannya sekarang.")


class LetterDayWrong(InvalidInput):
    code = "letter-day-wrong"
    title = _n("Pilih tanggal, paling awal hari surat dibuat dan paling akhir hari ini.")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Words:
    """What is written in a letter and about it. No repr: it would reach logs."""

    reason: str
    ask: str
    consent: str = ""  # how the reporter agreed that their identity is passed on; empty: not
    external_number: str = ""
    answer: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LetterStep:
    """One step of a letter: on which day, and what was noted with it."""

    target: LetterState
    on: date
    external_number: str = ""
    text: str = ""


def make(
    session: Session,
    city: City,
    ticket: Ticket,
    body_code: str,
    words: Words,
    *,
    act: Act,
    data_key: bytes | None,
) -> Referral:
    """Keep a letter under the agency's next number of the year. Raises TextMissing, TextTooLong,
    TicketChanged.
    """
    checked = _checked(words)
    change(session, ticket, act=act)
    year = city.local_date(act.at).year
    referral = Referral(
        id=new_id(),
        ticket_id=ticket.id,
        body_code=body_code,
        agency_code=ticket.agency_code,
        letter_year=year,
        letter_number=_next_number(session, ticket.agency_code, year),
        state=LetterState.MADE.value,
        words=None,
        words_sealed=None,
        made_at=act.at,
        made_by=act.actor_id,
    )
    _keep_words(referral, ticket, checked, data_key)
    session.add(referral)
    session.flush()
    _record(session, ticket, referral, act=act)
    return referral


def take_step(
    session: Session,
    city: City,
    ticket: Ticket,
    referral: Referral,
    step: LetterStep,
    *,
    act: Act,
    data_key: bytes | None,
) -> None:
    """Note that a letter was sent, answered or closed.

    Raises:
        LetterStepNotAllowed: it is at another stage.
        LetterDayWrong: before the letter was made, or ahead.
        TextMissing: an answer or an end without a word. TextTooLong, TicketChanged.
    """
    if step.target not in NEXT[LetterState(referral.state)]:
        raise LetterStepNotAllowed
    if not city.local_date(referral.made_at) <= step.on <= city.local_date(act.at):
        raise LetterDayWrong(pointer="#/on")
    before = words_of(referral, data_key)
    change(session, ticket, act=act)
    _keep_words(referral, ticket, _checked(_with_step(before, step)), data_key)
    referral.state = step.target.value
    setattr(referral, f"{step.target.value}_on", step.on)
    session.flush()
    _record(session, ticket, referral, act=act)


def of_ticket(session: Session, ticket_id: UUID) -> Sequence[Referral]:
    """Return the letters of a ticket, oldest first."""
    query = select(Referral).where(Referral.ticket_id == ticket_id).order_by(Referral.id)
    return session.scalars(query).all()


def one(session: Session, ticket: Ticket, referral_id: UUID) -> Referral:
    """Return a letter of this ticket. Raises LetterNotFound."""
    referral = session.get(Referral, referral_id)
    if referral is None or referral.ticket_id != ticket.id:
        raise LetterNotFound
    return referral


def words_of(referral: Referral, data_key: bytes | None) -> Words:
    """Return what is written in a letter; empty where it was erased."""
    if referral.words_sealed is None:
        return Words(**json.loads(referral.words or '{"reason": "", "ask": ""}'))
    assert data_key is not None, "what is sealed has a data key"
    return Words(
        **json.loads(open_sealed(data_key, bytes(referral.words_sealed), _place(referral)))
    )


def letter_number(referral: Referral) -> str:
    """Return the number that stands on the letter: number / agency / year."""
    return f"{referral.letter_number:03d}/{referral.agency_code.upper()}/{referral.letter_year}"


def seal_words(session: Session, ticket: Ticket, data_key: bytes) -> None:
    """Seal the letters of a ticket that has become confidential."""
    for referral in of_ticket(session, ticket.id):
        if referral.words is not None:
            _keep_words(referral, ticket, words_of(referral, None), data_key)
    session.flush()


def erase_words(session: Session, ticket_ids: Collection[UUID]) -> None:
    """Empty the letters of some tickets; that they were written stays."""
    query = update(Referral).where(Referral.ticket_id.in_(ticket_ids))
    session.execute(query.values(words=None, words_sealed=None))


def _checked(words: Words) -> Words:
    trimmed = {name: value.strip() for name, value in asdict(words).items()}
    for name, value in trimmed.items():
        most = NUMBER_MAX_CHARS if name == "external_number" else REASON_MAX_CHARS
        if len(value) > most:
            raise TextTooLong(pointer=f"#/{name}", max_chars=most)
    for name in ("reason", "ask"):
        if not trimmed[name]:
            raise TextMissing(pointer=f"#/{name}")
    return Words(**trimmed)


def _with_step(words: Words, step: LetterStep) -> Words:
    number = step.external_number.strip() or words.external_number
    if step.target is LetterState.SENT:
        return replace(words, external_number=number)
    if not step.text.strip():
        raise TextMissing(pointer="#/text")
    if step.target is LetterState.ANSWERED:
        return replace(words, external_number=number, answer=step.text)
    return replace(words, external_number=number, outcome=step.text)


def _next_number(session: Session, agency_code: str, year: int) -> int:
    """Return the next number of an agency's letters; who asks at the same moment waits."""
    lock = text("SELECT pg_advisory_xact_lock(hashtext('referral'), hashtext(:of))")
    session.execute(lock, {"of": f"{agency_code}/{year}"})
    query = select(func.max(Referral.letter_number)).where(
        Referral.agency_code == agency_code, Referral.letter_year == year
    )
    return (session.scalar(query) or 0) + 1


def _keep_words(referral: Referral, ticket: Ticket, words: Words, data_key: bytes | None) -> None:
    content = json.dumps(asdict(words), ensure_ascii=False)
    if ticket.visibility != Visibility.CONFIDENTIAL.value:
        referral.words = content
        return
    assert data_key is not None, "a confidential report always has a data key"
    referral.words = None
    referral.words_sealed = seal(data_key, content.encode(), _place(referral))


def _place(referral: Referral) -> Place:
    return Place(table="referral", column="words_sealed", row=str(referral.id))


def _record(session: Session, ticket: Ticket, referral: Referral, *, act: Act) -> None:
    payload = {"to": referral.body_code, "referral_id": str(referral.id)}
    record(session, ticket, f"referral_{referral.state}", payload, act=act)
