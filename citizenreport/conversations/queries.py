"""Reads of chats: what waits, how much somebody has sent, how it stands with a carrier."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.conversations.models import (
    CarrierState,
    ChatAnswer,
    ChatMessage,
    ChatPhoto,
    OpenChat,
)
from citizenreport.conversations.rules import Carrier

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


def first_waiting(session: Session, carrier: Carrier, sender_hmac: bytes) -> ChatMessage | None:
    """Return the oldest message of a sender that is not answered yet."""
    query = (
        select(ChatMessage)
        .where(ChatMessage.carrier == carrier.value, ChatMessage.sender_hmac == sender_hmac)
        .where(ChatMessage.content_sealed.is_not(None))
        .order_by(ChatMessage.id)
        .limit(1)
    )
    return session.scalar(query)


def messages_within_an_hour(
    session: Session, carrier: Carrier, sender_hmac: bytes, *, now: datetime
) -> int:
    """Return how many messages a sender has sent within the last hour."""
    query = select(func.count()).where(
        ChatMessage.carrier == carrier.value,
        ChatMessage.sender_hmac == sender_hmac,
        ChatMessage.received_at > now - HOUR,
    )
    return session.scalar(query) or 0


def reports_within_a_day(
    session: Session, carrier: Carrier, sender_hmac: bytes, *, now: datetime
) -> int:
    """Return how many reports a sender has sent this way within a day."""
    query = select(func.count()).where(
        ChatMessage.carrier == carrier.value,
        ChatMessage.sender_hmac == sender_hmac,
        ChatMessage.received_at > now - DAY,
        ChatMessage.became_report,
    )
    return session.scalar(query) or 0


def open_chats(session: Session, carrier: Carrier) -> int:
    """Return how many chats of a carrier are going on."""
    query = select(func.count()).where(OpenChat.carrier == carrier.value)
    return session.scalar(query) or 0


def open_chats_of_all(session: Session) -> dict[str, int]:
    """Return by carrier how many chats are going on."""
    query = select(OpenChat.carrier, func.count()).group_by(OpenChat.carrier)
    return {row[0]: row[1] for row in session.execute(query)}


def chat_of(session: Session, carrier: Carrier, sender_hmac: bytes) -> OpenChat | None:
    """Return the chat with a sender."""
    query = select(OpenChat).where(
        OpenChat.carrier == carrier.value, OpenChat.sender_hmac == sender_hmac
    )
    return session.scalar(query)


def photos_of(session: Session, chat: OpenChat) -> Sequence[ChatPhoto]:
    """Return the photos of a chat in their order."""
    query = select(ChatPhoto).where(ChatPhoto.chat_id == chat.id).order_by(ChatPhoto.number)
    return session.scalars(query).all()


def answers_waiting(session: Session) -> dict[str, int]:
    """Return by carrier how many answers are still to be sent."""
    query = select(ChatAnswer.carrier, func.count()).group_by(ChatAnswer.carrier)
    return {row[0]: row[1] for row in session.execute(query)}


def carrier_states(session: Session) -> dict[str, CarrierState]:
    """Return how it stands with each carrier that was heard or failed."""
    return {row.carrier: row for row in session.scalars(select(CarrierState))}
