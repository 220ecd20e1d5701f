"""Chats that are going on, for a day at most. Senders are found by a keyed hash, contents sealed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class OpenChat(Base, kw_only=True):
    """What somebody has said so far. Gone once it is sent, cancelled, protected or a day old."""

    __tablename__ = "open_chat"
    __table_args__ = (UniqueConstraint("carrier", "sender_hmac"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    carrier: Mapped[str]
    sender_hmac: Mapped[bytes]
    content_sealed: Mapped[bytes]
    key_id: Mapped[str]
    wrapped_key: Mapped[bytes]
    heard_at: Mapped[datetime] = mapped_column(index=True)


class ChatPhoto(Base, kw_only=True):
    """A photo of an open chat, ready to be stored, sealed with the chat's key."""

    __tablename__ = "chat_photo"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    chat_id: Mapped[UUID] = mapped_column(
        ForeignKey("open_chat.id", ondelete="CASCADE"), index=True
    )
    number: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    content_sealed: Mapped[bytes]


class ChatMessage(Base, kw_only=True):
    """A message that came. Its content goes with the answer; the mark stays, to know it again."""

    __tablename__ = "chat_message"
    __table_args__ = (
        UniqueConstraint("carrier", "message_hmac"),
        Index("ix_chat_message_sender", "carrier", "sender_hmac", "received_at"),
        Index("ix_chat_message_received", "received_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    carrier: Mapped[str]
    message_hmac: Mapped[bytes]
    sender_hmac: Mapped[bytes]
    received_at: Mapped[datetime]
    content_sealed: Mapped[bytes | None] = mapped_column(default=None)
    key_id: Mapped[str | None] = mapped_column(default=None)
    wrapped_key: Mapped[bytes | None] = mapped_column(default=None)
    became_report: Mapped[bool] = mapped_column(default=False)


class ChatAnswer(Base, kw_only=True):
    """What is still to be said to somebody; gone once the carrier has it."""

    __tablename__ = "chat_answer"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    carrier: Mapped[str]
    heard_at: Mapped[datetime] = mapped_column(index=True)
    content_sealed: Mapped[bytes]
    key_id: Mapped[str]
    wrapped_key: Mapped[bytes]


class CarrierState(Base, kw_only=True):
    """How it stands with a carrier: when it was heard last, and what went wrong last."""

    __tablename__ = "carrier_state"

    carrier: Mapped[str] = mapped_column(primary_key=True)
    heard_at: Mapped[datetime | None] = mapped_column(default=None)
    failed_at: Mapped[datetime | None] = mapped_column(default=None)
    fault: Mapped[str] = mapped_column(default="", server_default="")
