"""Who asked for which messages, with which secrets; and every message with its fate."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class Webhook(Base, kw_only=True):
    """An address that is told. `kinds`: words with a blank between them. `note`: a code, why paused."""

    __tablename__ = "webhook"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    url: Mapped[str]
    description: Mapped[str]
    kinds: Mapped[str]
    state: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None]


class WebhookSecret(Base, kw_only=True):
    """A secret that messages are signed with. `ends_at`: a newer one has taken its place."""

    __tablename__ = "webhook_secret"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    webhook_id: Mapped[UUID] = mapped_column(
        ForeignKey("webhook.id", ondelete="CASCADE"), index=True
    )
    key_id: Mapped[str]
    secret_sealed: Mapped[bytes]
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime | None] = mapped_column(default=None)


class WebhookDelivery(Base, kw_only=True):
    """One message to one address. Codes and public ids only.

    `message_id` is random and the same at every attempt. `stream_id` and `seq`: the event it tells
    of, once for each address. `next_at`: not before; while it is being sent, until when it is held.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "stream_id", "seq"),
        Index("ix_webhook_delivery_waiting", "next_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_webhook_delivery_made", "webhook_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    message_id: Mapped[str] = mapped_column(unique=True)
    stream_id: Mapped[UUID]
    seq: Mapped[int]
    kind: Mapped[str]
    subject: Mapped[str]  # a tracking code, or the number of a release
    state: Mapped[str]
    made_at: Mapped[datetime]
    next_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime | None] = mapped_column(default=None)
    last_status: Mapped[int | None] = mapped_column(default=None)
    last_fault: Mapped[str] = mapped_column(default="")
