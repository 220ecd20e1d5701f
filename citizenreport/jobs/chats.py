"""Answering messages: one at a time for each sender, in the order they came, each exactly once.

A message, the chat it goes on with, the report it may become and the answer to it are one
transaction: killed at any moment it is done again whole, or not at all. Photos are fetched before.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from citizenreport.conversations import queries, service, texts
from citizenreport.conversations.asking import again
from citizenreport.conversations.dialogue import step
from citizenreport.conversations.letters import step_letter
from citizenreport.conversations.models import ChatAnswer, ChatMessage
from citizenreport.conversations.rules import (
    MESSAGES_PER_HOUR,
    OPEN_CHATS_MAX,
    REPLY_WINDOW,
    REPORTS_PER_DAY,
    Act,
    Carrier,
    Chat,
    Ground,
    Said,
    Say,
    Turn,
)
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, InvalidInput, Unavailable
from citizenreport.core.queue import enqueue
from citizenreport.geo.position import Position
from citizenreport.intake.photos import PhotoRefused, prepare_photo
from citizenreport.intake.rules import PreparedPhoto
from citizenreport.jobs.chat_carriers import deliverer_of
from citizenreport.jobs.chat_reports import send, status_turn
from citizenreport.jobs.chat_words import numbers_of, written
from citizenreport.jobs.mails import message_key_of
from citizenreport.messaging.carriers import outgoing_of
from citizenreport.suggestions.service import current_version
from citizenreport.web.category_search import search
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.suggester import learned_now, note_version

PICTURES_MAX: Final = 10
"""Fetched of one message; a chat keeps five."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Heard:
    """A message with its photos, ready to be answered. No repr: it would reach logs."""

    message_id: UUID
    carrier: Carrier
    hmac: bytes
    content: dict[str, Any]
    photos: tuple[PreparedPhoto, ...] = ()
    fault: str = ""

    @property
    def said(self) -> Said:
        place = self.content["position"]
        return Said(
            text=self.content["text"],
            position=Position(**place) if place else None,
            photos=len(self.photos),
            fault=self.fault,
            is_unknown=self.content["is_unknown"],
            language=self.content["language"],
        )


def answer_chat(*, message_id: str) -> None:
    """Answer what a sender has sent, up to this message and beyond."""
    with transaction() as session:
        message = session.get(ChatMessage, UUID(message_id))
        if message is None or message.content_sealed is None:
            return
        carrier, hmac = Carrier(message.carrier), bytes(message.sender_hmac)
    while True:
        with transaction() as session:
            waiting = queries.first_waiting(session, carrier, hmac)
            heard = _heard(waiting) if waiting else None
        if heard is None:
            return
        heard = _with_photos(heard)
        with transaction() as session:
            service.lock_sender(session, hmac)
            row = session.get(ChatMessage, heard.message_id, populate_existing=True)
            if row is not None and row.content_sealed is not None:
                answer_in_place(session, row, heard, now=utcnow())


def _heard(message: ChatMessage) -> Heard:
    return Heard(
        message_id=message.id,
        carrier=Carrier(message.carrier),
        hmac=bytes(message.sender_hmac),
        content=service.content_of(current_keys(), message),
    )


def _with_photos(heard: Heard) -> Heard:
    """Fetch the photos of a message and make them ready; what fails is told, not tried for hours."""
    photos: list[PreparedPhoto] = []
    fault = ""
    for id_ in heard.content["pictures"][:PICTURES_MAX]:
        try:
            photos.append(prepare_photo(deliverer_of(heard.carrier).picture(id_)))
        except PhotoRefused as refused:
            fault = refused.title
        except CitizenReportError:
            fault = texts.PHOTO_LOST
    return replace(heard, photos=tuple(photos), fault=fault)


def answer_in_place(session: Session, row: ChatMessage, heard: Heard, *, now: datetime) -> None:
    """Answer a message inside the transaction of the caller, who holds the lock of its sender."""
    turn, is_report = turn_of(session, heard, now=now)
    service.answered(session, row, became_report=is_report)
    if turn is None:
        return
    to, reply_to = heard.content["sender"], heard.content.get("reply_to", "")
    message = written(turn, current_city(), to=to, reply_to=reply_to)
    keep_answer(session, heard.carrier, asdict(message), heard_at=row.received_at)


def keep_answer(
    session: Session, carrier: Carrier, content: dict[str, Any], *, heard_at: datetime
) -> None:
    """Keep an answer and have it sent once this is committed."""
    id_ = service.keep_answer(session, current_keys(), carrier, content, heard_at=heard_at)
    enqueue(session, "send_chat", answer_id=id_)


def turn_of(session: Session, heard: Heard, *, now: datetime) -> tuple[Turn | None, bool]:
    """Return what to answer, and whether a report was made; the chat is kept as it is now."""
    keys, carrier, hmac = current_keys(), heard.carrier, heard.hmac
    row = queries.chat_of(session, carrier, hmac)
    chat = service.chat_said(keys, row) if row is not None else None
    refused = _refused(session, heard, chat, now=now)
    if refused is not None:
        return refused if refused.says else None, False
    city = current_city()
    note_version(current_version(session))  # a worker answers no requests that would tell it
    ground = Ground(
        city=city, search=search, learned=learned_now(session), numbers=(numbers_of(city),)
    )
    turn = next_turn(ground, chat, heard)
    if turn.act is Act.STATUS:
        return status_turn(turn, chat, heard.said), False
    is_report = False
    if turn.act is Act.SEND:
        turn, is_report = _sent(session, ground, turn, heard, now=now)
    if turn.chat is None:
        service.forget_chat(session, carrier, hmac)
    else:
        service.keep_chat(session, keys, carrier, hmac, turn.chat, photos=heard.photos, now=now)
    return turn, is_report


def _sent(
    session: Session, ground: Ground, turn: Turn, heard: Heard, *, now: datetime
) -> tuple[Turn, bool]:
    """Send the report that a turn asks for; what does not fit any more is asked for again."""
    chat, carrier = turn.chat, heard.carrier
    assert chat is not None, "only a chat is sent"
    row = queries.chat_of(session, carrier, heard.hmac)
    kept = service.kept_photos(session, current_keys(), row) if row is not None else []
    photos = [*kept, *heard.photos][: chat.photos]
    done, is_report = send(session, chat, carrier, heard.content["sender"], photos, now=now)
    if done.chat is not None and not carrier.is_letter:
        done = again(ground, done.chat, carrier, *done.says)
    return replace(done, says=(*turn.says, *done.says)), is_report


def next_turn(ground: Ground, chat: Chat | None, heard: Heard) -> Turn:
    """Return what the dialogue says to a message."""
    if heard.carrier.is_letter:
        return step_letter(ground, chat, heard.said)
    return step(ground, chat, heard.said, heard.carrier)


def _refused(session: Session, heard: Heard, chat: Chat | None, *, now: datetime) -> Turn | None:
    """Return what to say when it is too much; without words when that was said already."""
    carrier, hmac = heard.carrier, heard.hmac
    sent = queries.messages_within_an_hour(session, carrier, hmac, now=now)
    language = chat.language if chat else heard.content["language"]
    if sent > MESSAGES_PER_HOUR + 1:
        return Turn(chat=chat, says=())
    if sent == MESSAGES_PER_HOUR + 1:
        return _too_many(texts.TOO_MANY_MESSAGES, MESSAGES_PER_HOUR, chat, language)
    if chat is not None:
        return None
    reports = queries.reports_within_a_day(session, carrier, hmac, now=now)
    if reports >= REPORTS_PER_DAY:
        return _too_many(texts.TOO_MANY_REPORTS, REPORTS_PER_DAY, chat, language)
    if queries.open_chats(session, carrier) >= OPEN_CHATS_MAX:
        return _too_many(texts.TOO_MANY_CHATS, OPEN_CHATS_MAX, chat, language)
    return None


def _too_many(words: str, most: int, chat: Chat | None, language: str) -> Turn:
    return Turn(chat=chat, says=(Say(words=words, values={"most": most}),), language=language)


def send_chat(*, answer_id: str) -> None:
    """Bring an answer to its carrier, and forget it; too late for WhatsApp it is forgotten unsent."""
    with transaction() as session:
        row = session.get(ChatAnswer, UUID(answer_id))
        if row is None:
            return
        carrier, heard_at = Carrier(row.carrier), row.heard_at
        content = service.content_of(current_keys(), row)
    if carrier is not Carrier.WHATSAPP or utcnow() - heard_at < REPLY_WINDOW:
        _deliver(carrier, content | {"key": message_key_of("chat-answer", answer_id)})
    with transaction() as session:
        row = session.get(ChatAnswer, UUID(answer_id))
        if row is not None:
            session.delete(row)


def _deliver(carrier: Carrier, content: dict[str, Any]) -> None:
    """Deliver; note what went wrong. A refusal for good is the end of it."""
    fault: CitizenReportError | None = None
    try:
        deliverer_of(carrier).deliver(outgoing_of(content))
    except (InvalidInput, Unavailable) as error:
        fault = error
    if fault is None:
        return
    with transaction() as session:
        service.failed(session, carrier, fault.code, now=utcnow())
    if not isinstance(fault, InvalidInput):
        raise fault
