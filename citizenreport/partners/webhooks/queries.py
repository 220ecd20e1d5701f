"""Reading webhooks, and the log of what they were told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.core.keys import KeyRing
from citizenreport.partners.webhooks.models import Webhook, WebhookDelivery, WebhookSecret
from citizenreport.partners.webhooks.rules import DeliveryState, HookState, WebhookNotFound

PAGE: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A webhook with how many messages wait and how many were set aside."""

    hook: Webhook
    waiting: int
    set_aside: int


def one(session: Session, webhook_id: UUID, *, lock: bool = False) -> Webhook:
    """Return a webhook. Raises WebhookNotFound."""
    found = session.get(Webhook, webhook_id, with_for_update=True if lock else None)
    if found is None:
        raise WebhookNotFound
    return found


def every(session: Session) -> list[Counted]:
    """Return all webhooks, oldest first."""
    counts = {
        (row.webhook_id, row.state): row.number
        for row in session.execute(
            select(
                WebhookDelivery.webhook_id,
                WebhookDelivery.state,
                func.count().label("number"),
            )
            .where(
                WebhookDelivery.state.in_(
                    [DeliveryState.WAITING.value, DeliveryState.SET_ASIDE.value]
                )
            )
            .group_by(WebhookDelivery.webhook_id, WebhookDelivery.state)
        )
    }
    return [
        Counted(
            hook=hook,
            waiting=counts.get((hook.id, DeliveryState.WAITING.value), 0),
            set_aside=counts.get((hook.id, DeliveryState.SET_ASIDE.value), 0),
        )
        for hook in session.scalars(select(Webhook).order_by(Webhook.id))
    ]


def wanting(session: Session) -> dict[UUID, frozenset[str]]:
    """Return which kinds each webhook asked for; paused ones too: their messages wait."""
    rows = session.execute(select(Webhook.id, Webhook.kinds))
    return {row.id: frozenset(row.kinds.split()) for row in rows}


def secrets_of(session: Session, keys: KeyRing, webhook_id: UUID, *, now: datetime) -> list[str]:
    """Return the secrets that are good now, the newest first."""
    query = (
        select(WebhookSecret)
        .where(
            WebhookSecret.webhook_id == webhook_id,
            WebhookSecret.ends_at.is_(None) | (WebhookSecret.ends_at > now),
        )
        .order_by(WebhookSecret.made_at.desc(), WebhookSecret.id.desc())
    )
    table = WebhookSecret.__tablename__
    return [
        keys.unwrap(row.key_id, bytes(row.secret_sealed), row=str(row.id), table=table).decode()
        for row in session.scalars(query)
    ]


def ending_secret(session: Session, webhook_id: UUID, *, now: datetime) -> WebhookSecret | None:
    """Return the older secret that is still good during a rotation."""
    query = select(WebhookSecret).where(
        WebhookSecret.webhook_id == webhook_id, WebhookSecret.ends_at > now
    )
    return session.scalars(query).first()


def deliveries_of(
    session: Session, webhook_id: UUID, *, before: UUID | None = None
) -> Sequence[WebhookDelivery]:
    """Return a page of messages, newest first, and one more where there are more."""
    query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
    if before is not None:
        query = query.where(WebhookDelivery.id < before)
    return session.scalars(query.order_by(WebhookDelivery.id.desc()).limit(PAGE + 1)).all()


def due(session: Session, *, now: datetime, limit: int) -> Sequence[UUID]:
    """Return messages whose time has come, of webhooks that are on; the longest waiting first."""
    query = (
        select(WebhookDelivery.id)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(
            WebhookDelivery.state == DeliveryState.WAITING.value,
            WebhookDelivery.next_at <= now,
            Webhook.state == HookState.ON.value,
        )
        .order_by(WebhookDelivery.next_at)
        .limit(limit)
    )
    return session.scalars(query).all()
