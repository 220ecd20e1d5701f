"""Keeping chats: what came in, what was said so far, what is to be answered; and forgetting it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from citizenreport.conversations.models import (
    CarrierState,
    ChatAnswer,
    ChatMessage,
    ChatPhoto,
    OpenChat,
)
from citizenreport.conversations.queries import chat_of, photos_of
from citizenreport.conversations.rules import (
    IDLE,
    PHOTOS_MAX,
    SEEN_KEPT,
    Carrier,
    Chat,
    from_json,
    to_json,
)
from citizenreport.core.ids import new_id
from citizenreport.core.keys import KeyRing, Place, new_data_key, open_sealed, seal
from citizenreport.intake.photos import MEDIA_TYPE
from citizenreport.intake.rules import PreparedPhoto

CONTENT: Final = "content_sealed"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Kept:
    """A value sealed with a key of its own."""

    sealed: bytes
    key_id: str
    wrapped_key: bytes
    data_key: bytes


def sender_hmac(keys: KeyRing, carrier: Carrier, sender: str) -> bytes:
    """Return the form in which a sender is looked up."""
    return keys.fingerprint(f"chat-sender-{carrier.value}", sender)


def message_hmac(keys: KeyRing, carrier: Carrier, message_id: str) -> bytes:
    """Return the form in which a message is known again."""
    return keys.fingerprint(f"chat-message-{carrier.value}", message_id)


def take_in(
    session: Session,
    keys: KeyRing,
    carrier: Carrier,
    *,
    message_id: str,
    sender: str,
    content: Mapping[str, Any],
    now: datetime,
) -> UUID | None:
    """Keep a message until it is answered, and return its id; None: it came before."""
    id_ = new_id()
    kept = _keep(keys, ChatMessage.__tablename__, id_, content)
    values = {
        "id": id_,
        "carrier": carrier.value,
        "message_hmac": message_hmac(keys, carrier, message_id),
        "sender_hmac": sender_hmac(keys, carrier, sender),
        "received_at": now,
        "content_sealed": kept.sealed,
        "key_id": kept.key_id,
        "wrapped_key": kept.wrapped_key,
        "became_report": False,
    }
    statement = insert(ChatMessage).values(values).on_conflict_do_nothing()
    stored = session.scalar(statement.returning(ChatMessage.id))
    if stored is not None:
        heard(session, carrier, now=now)
    return stored


def content_of(keys: KeyRing, row: ChatMessage | ChatAnswer) -> dict[str, Any]:
    """Return what was kept. Raises SealBroken."""
    assert row.content_sealed is not None, "answered already"
    assert row.key_id is not None, "sealed with a key"
    assert row.wrapped_key is not None, "sealed with a key"
    table = row.__tablename__
    data_key = keys.unwrap(row.key_id, bytes(row.wrapped_key), row=str(row.id), table=table)
    opened: dict[str, Any] = json.loads(_open(data_key, row.content_sealed, table, row.id))
    return opened


def answered(session: Session, row: ChatMessage, *, became_report: bool) -> None:
    """Forget what a message said; that it came is remembered for a while."""
    row.content_sealed = row.key_id = row.wrapped_key = None
    row.became_report = became_report
    session.flush()


def lock_sender(session: Session, hmac: bytes) -> None:
    """Have others wait who answer the same sender, until the transaction ends."""
    number = int.from_bytes(hmac[:8], "big", signed=True)
    session.execute(select(func.pg_advisory_xact_lock(number)))


def chat_said(keys: KeyRing, row: OpenChat) -> Chat:
    """Return what was said in a chat."""
    return from_json(json.loads(_open(_key(keys, row), row.content_sealed, "open_chat", row.id)))


def keep_chat(
    session: Session,
    keys: KeyRing,
    carrier: Carrier,
    hmac: bytes,
    chat: Chat,
    *,
    photos: Sequence[PreparedPhoto],
    now: datetime,
) -> OpenChat:
    """Keep a chat as it is now, with photos that came."""
    row = chat_of(session, carrier, hmac)
    if row is None:
        id_ = new_id()
        kept = _keep(keys, "open_chat", id_, to_json(chat))
        row = OpenChat(
            id=id_,
            carrier=carrier.value,
            sender_hmac=hmac,
            content_sealed=kept.sealed,
            key_id=kept.key_id,
            wrapped_key=kept.wrapped_key,
            heard_at=now,
        )
        session.add(row)
    else:
        text = json.dumps(to_json(chat), ensure_ascii=False).encode()
        place = Place(table="open_chat", column=CONTENT, row=str(row.id))
        row.content_sealed = seal(_key(keys, row), text, place)
        row.heard_at = now
    session.flush()
    _keep_photos(session, keys, row, photos, most=chat.photos)
    return row


def _keep_photos(
    session: Session, keys: KeyRing, row: OpenChat, photos: Sequence[PreparedPhoto], *, most: int
) -> None:
    """Keep photos as many as the chat counts; after a new start none of before."""
    if most == 0:
        session.execute(delete(ChatPhoto).where(ChatPhoto.chat_id == row.id))
        return
    there = len(photos_of(session, row))
    data_key = _key(keys, row)
    for number, photo in enumerate(photos[: min(most, PHOTOS_MAX) - there], start=there + 1):
        id_ = new_id()
        place = Place(table="chat_photo", column=CONTENT, row=str(id_))
        session.add(
            ChatPhoto(
                id=id_,
                chat_id=row.id,
                number=number,
                width=photo.width,
                height=photo.height,
                content_sealed=seal(data_key, photo.content, place),
            )
        )
    session.flush()


def kept_photos(session: Session, keys: KeyRing, row: OpenChat) -> list[PreparedPhoto]:
    """Return the photos of a chat, ready to be stored with its report."""
    data_key = _key(keys, row)
    return [
        PreparedPhoto(
            content=_open(data_key, one.content_sealed, "chat_photo", one.id),
            media_type=MEDIA_TYPE,
            width=one.width,
            height=one.height,
        )
        for one in photos_of(session, row)
    ]


def forget_chat(session: Session, carrier: Carrier, hmac: bytes) -> None:
    """Delete a chat and its photos."""
    session.execute(
        delete(OpenChat).where(OpenChat.carrier == carrier.value, OpenChat.sender_hmac == hmac)
    )
    session.expire_all()


def keep_answer(
    session: Session,
    keys: KeyRing,
    carrier: Carrier,
    content: Mapping[str, Any],
    *,
    heard_at: datetime,
) -> UUID:
    """Keep an answer until the carrier has it."""
    id_ = new_id()
    kept = _keep(keys, "chat_answer", id_, content)
    session.add(
        ChatAnswer(
            id=id_,
            carrier=carrier.value,
            heard_at=heard_at,
            content_sealed=kept.sealed,
            key_id=kept.key_id,
            wrapped_key=kept.wrapped_key,
        )
    )
    session.flush()
    return id_


def forget_old(session: Session, *, now: datetime) -> None:
    """Delete chats nobody went on with, what was never answered, and marks past their time."""
    session.execute(delete(OpenChat).where(OpenChat.heard_at <= now - IDLE))
    session.execute(delete(ChatAnswer).where(ChatAnswer.heard_at <= now - IDLE))
    stale = ChatMessage.received_at <= now - IDLE
    unanswered = ChatMessage.content_sealed.is_not(None)
    session.execute(delete(ChatMessage).where(stale, unanswered))
    session.execute(delete(ChatMessage).where(ChatMessage.received_at <= now - SEEN_KEPT))


def heard(session: Session, carrier: Carrier, *, now: datetime) -> None:
    """Note that a carrier brought something."""
    _note(session, carrier, {"heard_at": now})


def failed(session: Session, carrier: Carrier, fault: str, *, now: datetime) -> None:
    """Note the code of what went wrong with a carrier."""
    _note(session, carrier, {"failed_at": now, "fault": fault})


def _note(session: Session, carrier: Carrier, values: Mapping[str, object]) -> None:
    statement = insert(CarrierState).values(carrier=carrier.value, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["carrier"], set_=dict(values)))


def _key(keys: KeyRing, row: OpenChat) -> bytes:
    return keys.unwrap(row.key_id, bytes(row.wrapped_key), row=str(row.id), table="open_chat")


def _keep(keys: KeyRing, table: str, id_: UUID, content: Mapping[str, Any]) -> Kept:
    data_key = new_data_key()
    key_id, wrapped = keys.wrap(data_key, row=str(id_), table=table)
    text = json.dumps(content, ensure_ascii=False).encode()
    sealed = seal(data_key, text, Place(table=table, column=CONTENT, row=str(id_)))
    return Kept(sealed=sealed, key_id=key_id, wrapped_key=wrapped, data_key=data_key)


def _open(data_key: bytes, sealed: bytes, table: str, id_: UUID) -> bytes:
    return open_sealed(data_key, bytes(sealed), Place(table=table, column=CONTENT, row=str(id_)))
