"""Webhooks and the ledger: each act is recorded, and public events become messages."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.core.keys import KeyRing
from citizenreport.ledger import service as ledger
from citizenreport.ledger.models import Event
from citizenreport.ledger.rules import NewEvent, Payload, StreamKind
from citizenreport.partners.webhooks import service
from citizenreport.partners.webhooks.models import Webhook
from citizenreport.partners.webhooks.rules import HookState, Kind
from citizenreport.partners.webhooks.service import Told
from citizenreport.publication.models import PublishedReport, Release
from citizenreport.publication.rules import ReleaseState
from citizenreport.triage.states import OPEN, State

ABOUT_REPORTS: Final = frozenset({"released", "state_changed", "replied", "photo_decided"})
RELEASED_NUMBERS: Final = "snapshot_published"


def make(
    session: Session,
    keys: KeyRing,
    *,
    url: str,
    description: str,
    kinds: Collection[str],
    now: datetime,
    by: UUID,
) -> tuple[Webhook, str]:
    """Make a webhook. Returns and raises as `partners.webhooks.service.make`."""
    hook, secret = service.make(
        session, keys, url=url, description=description, kinds=kinds, now=now, by=by
    )
    _record(session, hook, "webhook_made", {"kinds": hook.kinds.split()}, now=now, by=by)
    return hook, secret


def rotate(session: Session, keys: KeyRing, hook: Webhook, *, now: datetime, by: UUID) -> str:
    """Give a webhook another secret. Raises RotationRunning."""
    secret = service.rotate(session, keys, hook, now=now)
    _record(session, hook, "webhook_secret_changed", {}, now=now, by=by)
    return secret


def switch(session: Session, hook: Webhook, state: HookState, *, now: datetime, by: UUID) -> None:
    """Pause a webhook, or have it go on."""
    service.switch(session, hook, state)
    _record(session, hook, f"webhook_{state.value}", {}, now=now, by=by)


def remove(session: Session, hook: Webhook, *, now: datetime, by: UUID) -> None:
    """Forget a webhook; that there was one stays in the ledger."""
    _record(session, hook, "webhook_removed", {}, now=now, by=by)
    service.remove(session, hook)


def file_public_events(session: Session, events: Sequence[Event], *, now: datetime) -> list[UUID]:
    """File what some events tell about published rows; return the ids of the messages.

    An event of a report that is not published now, or was not when it happened, tells nothing.
    """
    return service.file_messages(session, list(_told(session, events)), now=now)


def _told(session: Session, events: Sequence[Event]) -> Iterator[Told]:
    about = [e for e in events if e.stream_kind == StreamKind.TICKET and e.type in ABOUT_REPORTS]
    published = _published(session, {event.stream_id for event in about})
    for event in about:
        release = published.get(event.stream_id)
        kind = _kind_of(event, release) if release else None
        if release is not None and kind is not None and event.seq >= release.first_seq:
            yield Told(
                stream_id=event.stream_id, seq=event.seq, kind=kind, subject=release.tracking_code
            )
    for event in events:
        if event.stream_kind == StreamKind.SNAPSHOT and event.type == RELEASED_NUMBERS:
            yield Told(
                stream_id=event.stream_id,
                seq=event.seq,
                kind=Kind.INDICATORS,
                subject=str(event.payload["number"]),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Published:
    """A published report, whether its words are public, and since which of its events."""

    tracking_code: str
    has_text: bool
    first_seq: int


def _published(session: Session, ticket_ids: Collection[UUID]) -> Mapping[UUID, _Published]:
    if not ticket_ids:
        return {}
    first = (
        select(func.min(Event.seq))
        .where(
            Event.stream_kind == StreamKind.TICKET.value,
            Event.stream_id == Release.ticket_id,
            Event.type == "released",
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(Release.ticket_id, Release.tracking_code, Release.text_state, first.label("first"))
        .join(PublishedReport, PublishedReport.tracking_code == Release.tracking_code)
        .where(Release.ticket_id.in_(ticket_ids))
    )
    return {
        row.ticket_id: _Published(
            tracking_code=row.tracking_code,
            has_text=row.text_state == ReleaseState.RELEASED.value,
            first_seq=row.first or 0,
        )
        for row in rows
    }


def _kind_of(event: Event, release: _Published) -> Kind | None:
    if event.type == "released":
        return Kind.PUBLISHED
    if event.type == "replied":
        return Kind.UPDATE_PUBLISHED if release.has_text else None
    if event.type == "photo_decided":
        is_shown = event.payload["state"] == ReleaseState.RELEASED.value
        return Kind.UPDATE_PUBLISHED if is_shown else None
    before, after = State(event.payload["from"]), State(event.payload["to"])
    return Kind.CLOSED if before in OPEN and after not in OPEN else Kind.STATUS_CHANGED


def is_still_public(session: Session, kind: str, subject: str) -> bool:
    """Tell whether what a message is about may be told of now."""
    if not kind.startswith("report."):
        return True
    return session.get(PublishedReport, subject) is not None


def _record(
    session: Session, hook: Webhook, type_: str, payload: Payload, *, now: datetime, by: UUID
) -> None:
    event = NewEvent(type=type_, payload=payload, recorded_at=now, occurred_at=now, actor_id=by)
    ledger.append(session, StreamKind.KEY, hook.id, event)
