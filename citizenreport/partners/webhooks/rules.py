"""What is told, when it is tried again, and what came of an attempt. Pure."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from citizenreport.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from citizenreport.core.text import _n

WEBHOOKS_MAX: Final = 20
DESCRIPTION_MAX_CHARS: Final = 120
URL_MAX_CHARS: Final = 500
GRACE: Final = timedelta(hours=24)
KEPT: Final = timedelta(days=30)
CLAIMED_FOR: Final = timedelta(minutes=5)
WAITS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""After each failed attempt; the tenth is the last, three days after the first.
Source: Standard Webhooks, "Deliverability and reliability"."""
GONE: Final = 410


class Kind(StrEnum):
    """What a message tells. All of it is public already when it is told."""

    PUBLISHED = "report.published"
    STATUS_CHANGED = "report.status_changed"
    CLOSED = "report.closed"
    UPDATE_PUBLISHED = "report.update_published"
    INDICATORS = "indicators.released"


PING: Final = "webhook.ping"
"""A message that an administrator sends to try an address out."""


class HookState(StrEnum):
    ON = "on"
    PAUSED = "paused"  # messages are kept until it goes on


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    SET_ASIDE = "set_aside"  # tried as often as it may be
    DROPPED = "dropped"  # what it was about is not public any more


class Note(StrEnum):
    """Why a webhook was paused by itself."""

    GONE = "gone"
    UNREACHABLE = "unreachable"


class WebhookNotFound(NotFound):
    code = "webhook-not-found"
    title = _n("Webhook ini tidak ada.")


class BadWebhookWish(InvalidInput):
    code = "bad-webhook-wish"
    title = _n("Webhook memerlukan alamat https, keterangan, dan sedikitnya satu jenis kabar.")


class TooManyWebhooks(Conflict):
    code = "too-many-webhooks"
    title = _n("Sudah ada 20 webhook. Hapus yang tidak dipakai dulu.")


class RotationRunning(Conflict):
    code = "rotation-running"
    title = _n("Rahasia yang lama masih berlaku. Tunggu sampai habis sebelum mengganti lagi.")


class WebhookSetAside(NotAllowed):
    """A message was tried as often as it may be. It waits for a person."""

    code = "webhook-set-aside"
    title = _n("Penerima webhook tidak dapat dicapai. Kabarnya disisihkan, tidak hilang.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of one attempt. `status` None: there was no answer; `fault` is a code then."""

    at: datetime
    status: int | None = None
    fault: str = ""

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def next_try(attempts: int, at: datetime) -> datetime | None:
    """Return when to try again after so many attempts; None: never by itself."""
    return at + WAITS[attempts - 1] if 1 <= attempts <= len(WAITS) else None


def path_of(kind: str, subject: str) -> str:
    """Return where on the public site the thing told of stands."""
    if kind == Kind.INDICATORS:
        return f"/indikator/rilis/{subject}"
    return f"/laporan/{subject}" if kind != PING else "/"


def message_body(kind: str, subject: str, *, made_at: datetime, site: str) -> bytes:
    """Return a message, the same bytes at every attempt: what, when, its public id, where it stands."""
    content = {
        "type": kind,
        "timestamp": made_at.isoformat(timespec="seconds"),
        "data": {"id": subject, "link": f"{site.rstrip('/')}{path_of(kind, subject)}"},
    }
    return json.dumps(content, separators=(",", ":")).encode()
