"""The right of reply: a handler asks the body a report is about, which answers without seeing it.

The body gets the words of the question and nothing else: no code, no kind, place or day, not who
asks. Both texts are sealed under a key of the row. Asking, reading and answering are chained.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from citizenreport.core.keys import KeyRing, Place, new_data_key, open_sealed, seal
from citizenreport.ledger import service as ledger
from citizenreport.ledger.rules import NewEvent, StreamKind
from citizenreport.triage.models import Ticket
from citizenreport.triage.question_models import BodyQuestion
from citizenreport.triage.question_rules import (
    QUESTIONS_MAX,
    AlreadyAnswered,
    NoBodyToAsk,
    QuestionNotFound,
    TooManyQuestions,
)
from citizenreport.triage.rules import Act, check_note
from citizenreport.triage.service import change, record

TABLE = BodyQuestion.__tablename__


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Asked:
    """What the body sees: this and nothing else."""

    id: UUID
    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Exchange:
    """What the handlers see."""

    asked_at: datetime
    answered_at: datetime | None
    question: str
    answer: str


def ask(session: Session, keys: KeyRing, ticket: Ticket, text: str, *, act: Act) -> BodyQuestion:
    """Put a question, already checked to be in own words, to the body a report is about.

    Raises:
        NoBodyToAsk, TooManyQuestions, TextMissing, TextTooLong, TicketChanged.
    """
    checked = check_note(text)
    change(session, ticket, act=act)
    if ticket.subject_agency_code is None:
        raise NoBodyToAsk
    mine = select(func.count()).where(BodyQuestion.ticket_id == ticket.id)
    if (session.scalar(mine) or 0) >= QUESTIONS_MAX:
        raise TooManyQuestions
    id_, data_key = uuid4(), new_data_key()
    key_id, wrapped = keys.wrap(data_key, row=str(id_), table=TABLE)
    row = BodyQuestion(
        id=id_,
        ticket_id=ticket.id,
        body_code=ticket.subject_agency_code,
        asked_at=act.at,
        asked_by=act.actor_id,
        question_sealed=seal(data_key, checked.encode(), _place(id_, "question_sealed")),
        key_id=key_id,
        wrapped_key=wrapped,
    )
    session.add(row)
    session.flush()
    record(session, ticket, "question_put", {"question_id": str(id_)}, act=act)
    return row


def exchanges_of(session: Session, keys: KeyRing, ticket: Ticket) -> list[Exchange]:
    """Return what was asked and answered on a ticket, oldest first."""
    query = select(BodyQuestion).where(BodyQuestion.ticket_id == ticket.id)
    rows = session.scalars(query.order_by(BodyQuestion.asked_at, BodyQuestion.id)).all()
    return [
        Exchange(
            asked_at=row.asked_at,
            answered_at=row.answered_at,
            question=_opened(keys, row, "question_sealed"),
            answer=_opened(keys, row, "answer_sealed"),
        )
        for row in rows
    ]


def put_to(session: Session, bodies: Collection[str]) -> Sequence[tuple[UUID, bool]]:
    """Return (id, whether it is answered) of questions put to these bodies, those open first.

    In no order that tells when they were asked.
    """
    query = select(BodyQuestion.id, BodyQuestion.answered_at.is_not(None)).where(
        BodyQuestion.body_code.in_(bodies), BodyQuestion.question_sealed.is_not(None)
    )
    rows = session.execute(query.order_by(BodyQuestion.answered_at.is_not(None), BodyQuestion.id))
    return [(id_, is_answered) for id_, is_answered in rows]


def for_body(
    session: Session, keys: KeyRing, question_id: UUID, bodies: Collection[str]
) -> tuple[BodyQuestion, Asked]:
    """Return a question put to one of these bodies. Raises QuestionNotFound, the same for none."""
    row = session.get(BodyQuestion, question_id)
    if row is None or row.body_code not in bodies or row.question_sealed is None:
        raise QuestionNotFound
    asked = Asked(
        id=row.id,
        question=_opened(keys, row, "question_sealed"),
        answer=_opened(keys, row, "answer_sealed"),
    )
    return row, asked


def note_shown(session: Session, row: BodyQuestion, *, actor_id: UUID, now: datetime) -> None:
    """Chain that somebody of the body has read the question, among the readings of the ticket."""
    event = NewEvent(
        type="question_read",
        payload={"question_id": str(row.id)},
        recorded_at=now,
        occurred_at=now,
        actor_id=actor_id,
    )
    ledger.append(session, StreamKind.ACCESS, row.ticket_id, event)


def answer(
    session: Session, keys: KeyRing, row: BodyQuestion, ticket: Ticket, text: str, *, act: Act
) -> None:
    """Keep the body's answer, once.

    Raises:
        AlreadyAnswered, TextMissing, TextTooLong.
    """
    checked = check_note(text)
    session.refresh(row, with_for_update=True)
    if row.answered_at is not None:
        raise AlreadyAnswered
    key = _key(keys, row)
    if key is None:
        raise QuestionNotFound
    row.answer_sealed = seal(key, checked.encode(), _place(row.id, "answer_sealed"))
    row.answered_at = act.at
    session.flush()
    record(session, ticket, "question_answered", {"question_id": str(row.id)}, act=act)


def erase_words(session: Session, ticket_ids: Collection[UUID]) -> None:
    """Empty the questions of some tickets and throw their keys away: the body finds them no more."""
    gone = {"question_sealed": None, "answer_sealed": None, "key_id": None, "wrapped_key": None}
    asked = update(BodyQuestion).where(BodyQuestion.ticket_id.in_(ticket_ids))
    session.execute(asked.values(**gone))


def _opened(keys: KeyRing, row: BodyQuestion, column: str) -> str:
    sealed, key = getattr(row, column), _key(keys, row)
    if sealed is None or key is None:
        return ""
    return open_sealed(key, bytes(sealed), _place(row.id, column)).decode()


def _key(keys: KeyRing, row: BodyQuestion) -> bytes | None:
    if row.key_id is None or row.wrapped_key is None:
        return None
    return keys.unwrap(row.key_id, bytes(row.wrapped_key), row=str(row.id), table=TABLE)


def _place(id_: UUID, column: str) -> Place:
    return Place(table=TABLE, column=column, row=str(id_))
