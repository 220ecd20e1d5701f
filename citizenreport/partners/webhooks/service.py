"""Writing webhooks: made, paused, given another secret, ended; messages filed, claimed, settled."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from citizenreport.core.ids import new_id, new_public_id
from citizenreport.core.keys import KeyRing
from citizenreport.partners.webhooks import queries
from citizenreport.partners.webhooks.models import Webhook, WebhookDelivery, WebhookSecret
from citizenreport.partners.webhooks.rules import (
    CLAIMED_FOR,
    DESCRIPTION_MAX_CHARS,
    GONE,
    GRACE,
    KEPT,
    PING,
    URL_MAX_CHARS,
    WEBHOOKS_MAX,
    Attempt,
    BadWebhookWish,
    DeliveryState,
    HookState,
    Kind,
    Note,
    RotationRunning,
    TooManyWebhooks,
    WebhookNotFound,
    next_try,
)
from citizenreport.partners.webhooks.signing import new_secret


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Told:
    """Something public that happened: which event it was, and what it is about."""

    stream_id: UUID
    seq: int
    kind: Kind
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Claimed:
    """A message to send now. No repr: it holds secrets."""

    id: UUID
    url: str
    message_id: str
    kind: str
    subject: str
    made_at: datetime
    secrets: tuple[str, ...]


def make(
    session: Session,
    keys: KeyRing,
    *,
    url: str,
    description: str,
    kinds: Collection[str],
    now: datetime,
    by: UUID | None,
) -> tuple[Webhook, str]:
    """Return a new webhook, and its secret, to be shown this once.

    Raises:
        BadWebhookWish: no address, no description, no kind or an unknown one.
        TooManyWebhooks.
    """
    wanted = sorted(set(kinds))
    if not 0 < len(url) <= URL_MAX_CHARS:
        raise BadWebhookWish(pointer="#/url")
    if not 0 < len(description.strip()) <= DESCRIPTION_MAX_CHARS:
        raise BadWebhookWish(pointer="#/description")
    if not wanted or not set(wanted) <= set(Kind):
        raise BadWebhookWish(pointer="#/kind")
    if (session.scalar(select(func.count()).select_from(Webhook)) or 0) >= WEBHOOKS_MAX:
        raise TooManyWebhooks
    hook = Webhook(
        id=new_id(),
        url=url,
        description=description.strip(),
        kinds=" ".join(wanted),
        state=HookState.ON.value,
        made_at=now,
        made_by=by,
    )
    session.add(hook)
    session.flush()
    return hook, _add_secret(session, keys, hook, now=now)


def rotate(session: Session, keys: KeyRing, hook: Webhook, *, now: datetime) -> str:
    """Return another secret; the one before is good for a day more. Raises RotationRunning."""
    if queries.ending_secret(session, hook.id, now=now) is not None:
        raise RotationRunning
    session.execute(
        delete(WebhookSecret).where(
            WebhookSecret.webhook_id == hook.id, WebhookSecret.ends_at <= now
        )
    )
    current = update(WebhookSecret).where(WebhookSecret.webhook_id == hook.id)
    session.execute(current.values(ends_at=now + GRACE))
    return _add_secret(session, keys, hook, now=now)


def _add_secret(session: Session, keys: KeyRing, hook: Webhook, *, now: datetime) -> str:
    secret, id_ = new_secret(), new_id()
    key_id, sealed = keys.wrap(secret.encode(), row=str(id_), table=WebhookSecret.__tablename__)
    session.add(
        WebhookSecret(id=id_, webhook_id=hook.id, key_id=key_id, secret_sealed=sealed, made_at=now)
    )
    session.flush()
    return secret


def switch(session: Session, hook: Webhook, state: HookState, *, note: str = "") -> None:
    """Pause a webhook, or have it go on; what waited meanwhile is sent then."""
    hook.state, hook.note = state.value, note
    session.flush()


def remove(session: Session, hook: Webhook) -> None:
    """Forget a webhook with its secrets and its log."""
    session.delete(hook)
    session.flush()


def file_messages(session: Session, told: Collection[Told], *, now: datetime) -> list[UUID]:
    """File a message to every webhook that asked for it; return their ids.

    An event is told once to each, however often it is filed.
    """
    wanting = queries.wanting(session) if told else {}
    rows = [
        {
            "id": new_id(),
            "webhook_id": webhook_id,
            "message_id": f"msg_{new_public_id()}",
            "stream_id": one.stream_id,
            "seq": one.seq,
            "kind": one.kind.value,
            "subject": one.subject,
            "state": DeliveryState.WAITING.value,
            "made_at": now,
            "next_at": now,
            "attempts": 0,
            "last_fault": "",
        }
        for one in told
        for webhook_id, kinds in wanting.items()
        if one.kind.value in kinds
    ]
    if not rows:
        return []
    filed = insert(WebhookDelivery).values(rows).on_conflict_do_nothing()
    return list(session.scalars(filed.returning(WebhookDelivery.id)))


def ping(session: Session, hook: Webhook, *, now: datetime) -> UUID:
    """File a message that tries the address out; return its id."""
    row = WebhookDelivery(
        id=new_id(),
        webhook_id=hook.id,
        message_id=f"msg_{new_public_id()}",
        stream_id=new_id(),
        seq=0,
        kind=PING,
        subject="",
        state=DeliveryState.WAITING.value,
        made_at=now,
        next_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def claim(session: Session, keys: KeyRing, delivery_id: UUID, *, now: datetime) -> Claimed | None:
    """Take a message for one attempt; nobody else has it for five minutes.

    None: it is not its time, somebody has it, it is settled, or its webhook is paused or gone. One
    that was set aside is taken: a person asked for that.
    """
    row = session.scalar(
        select(WebhookDelivery)
        .where(WebhookDelivery.id == delivery_id)
        .with_for_update(skip_locked=True)
    )
    hook = session.get(Webhook, row.webhook_id) if row else None
    if row is None or hook is None or hook.state != HookState.ON.value:
        return None
    is_ripe = row.state == DeliveryState.WAITING.value and row.next_at <= now
    if not is_ripe and row.state != DeliveryState.SET_ASIDE.value:
        return None
    row.state, row.next_at, row.attempts = (
        DeliveryState.WAITING.value,
        now + CLAIMED_FOR,
        row.attempts + 1,
    )
    session.flush()
    return Claimed(
        id=row.id,
        url=hook.url,
        message_id=row.message_id,
        kind=row.kind,
        subject=row.subject,
        made_at=row.made_at,
        secrets=tuple(queries.secrets_of(session, keys, hook.id, now=now)),
    )


def drop(session: Session, delivery_id: UUID) -> None:
    """Leave a message unsent: what it was about is not public any more."""
    gone = update(WebhookDelivery).where(WebhookDelivery.id == delivery_id)
    session.execute(gone.values(state=DeliveryState.DROPPED.value))


def settle(session: Session, delivery_id: UUID, attempt: Attempt) -> DeliveryState:
    """Note what came of an attempt, and when the next one is; return the message's state.

    A receiver that says it is gone is paused at once; one that took nothing since a message was made
    is paused with that message's last attempt.
    """
    row = session.get(WebhookDelivery, delivery_id, with_for_update=True)
    if row is None:
        return DeliveryState.DROPPED
    row.last_at, row.last_status, row.last_fault = attempt.at, attempt.status, attempt.fault
    if attempt.is_taken:
        row.state = DeliveryState.DELIVERED.value
    elif (again := next_try(row.attempts, attempt.at)) is not None:
        row.next_at = again
    else:
        row.state = DeliveryState.SET_ASIDE.value
    session.flush()
    if attempt.status == GONE:
        _pause(session, row.webhook_id, Note.GONE)
    elif row.state == DeliveryState.SET_ASIDE.value and not _took_any(session, row):
        _pause(session, row.webhook_id, Note.UNREACHABLE)
    return DeliveryState(row.state)


def _took_any(session: Session, row: WebhookDelivery) -> bool:
    taken = select(WebhookDelivery.id).where(
        WebhookDelivery.webhook_id == row.webhook_id,
        WebhookDelivery.state == DeliveryState.DELIVERED.value,
        WebhookDelivery.last_at >= row.made_at,
    )
    return session.scalars(taken.limit(1)).first() is not None


def _pause(session: Session, webhook_id: UUID, note: Note) -> None:
    paused = update(Webhook).where(Webhook.id == webhook_id)
    session.execute(paused.values(state=HookState.PAUSED.value, note=note.value))


def send_again(session: Session, hook: Webhook, delivery_id: UUID, *, now: datetime) -> None:
    """Have one message sent once more, under the same id. Raises WebhookNotFound: not of this one."""
    row = session.get(WebhookDelivery, delivery_id, with_for_update=True)
    if row is None or row.webhook_id != hook.id:
        raise WebhookNotFound
    row.state, row.next_at, row.attempts = DeliveryState.WAITING.value, now, 0
    session.flush()


def send_again_since(session: Session, hook: Webhook, since: datetime, *, now: datetime) -> int:
    """Have every message since an instant sent once more, each under its id; return how many."""
    again = (
        update(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == hook.id, WebhookDelivery.made_at >= since)
        .values(state=DeliveryState.WAITING.value, next_at=now, attempts=0)
        .returning(WebhookDelivery.id)
    )
    return len(session.execute(again).all())


def forget_old(session: Session, *, now: datetime) -> None:
    """Delete messages that have had their time, and secrets that are over."""
    session.execute(delete(WebhookDelivery).where(WebhookDelivery.made_at < now - KEPT))
    session.execute(delete(WebhookSecret).where(WebhookSecret.ends_at <= now))
