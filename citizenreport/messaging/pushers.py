"""Who carries pushes to browsers: their push services (Web Push), the console, or nobody.

`PUSH` chooses `web`, `console` or `null`; empty: the console for a private service, else `web`.
The words are encrypted for the browser; its push service sees their length and the time only.
Source: RFC 8030 (Web Push), RFC 8291 (encryption), RFC 8292 (VAPID).
"""

import json
import sys
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final, TextIO
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from pywebpush import WebPusher

from citizenreport.core.outgoing import Outgoing
from citizenreport.messaging.push import (
    Push,
    Pusher,
    PushGone,
    PushNotSetUp,
    PushRefused,
    PushUnavailable,
    base64_text,
    public_text,
)
from citizenreport.messaging.rules import PushAddress

KEPT_S: Final = 24 * 3600  # how long a push service keeps a push for a phone that is off
TOKEN_LIFE: Final = timedelta(hours=12)
NUMBER_BYTES: Final = 32
TOPIC_CHARS: Final = 32
GONE: Final = (404, 410)
TOO_MANY: Final = 429


def pusher_for(
    word: str,
    *,
    key: EllipticCurvePrivateKey | None,
    contact: str,
    outgoing: Outgoing,
    is_private: bool,
) -> Pusher:
    """Return the pusher that the settings name."""
    chosen = word or ("console" if is_private else "web")
    if chosen == "console":
        return ConsolePusher()
    if chosen == "null":
        return NullPusher()
    return WebPush(key=key, contact=contact, outgoing=outgoing)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class WebPush:
    """The push service that the browser named. `contact`: https or mailto, for its operators."""

    key: EllipticCurvePrivateKey | None
    contact: str
    outgoing: Outgoing

    def send(self, push: Push, to: PushAddress, *, now: datetime) -> None:
        if self.key is None:
            raise PushNotSetUp
        payload = json.dumps(asdict(push), ensure_ascii=False).encode()
        keys = {"p256dh": to.p256dh, "auth": to.auth}
        encoded = WebPusher({"endpoint": to.endpoint, "keys": keys}).encode(payload)
        parts = urlsplit(to.endpoint)
        token = signed_token(
            self.key,
            audience=f"{parts.scheme}://{parts.netloc}",
            contact=self.contact,
            expires_at=now + TOKEN_LIFE,
        )
        answer = self.outgoing.post(
            to.endpoint,
            body=encoded["body"],
            headers={
                "Authorization": f"vapid t={token}, k={public_text(self.key)}",
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(KEPT_S),
                "Topic": push.tag[:TOPIC_CHARS],
                "Urgency": "normal",
            },
        )
        check_taken(answer.status)


def check_taken(status: int) -> None:
    """Raise PushGone, PushUnavailable or PushRefused unless a push service took a push."""
    if status in GONE:
        raise PushGone
    if status == TOO_MANY or status >= 500:
        raise PushUnavailable
    if not 200 <= status < 300:
        raise PushRefused


def signed_token(
    key: EllipticCurvePrivateKey, *, audience: str, contact: str, expires_at: datetime
) -> str:
    """Return the token that tells a push service who is sending. Source: RFC 8292; RFC 7518 ES256."""
    claims = {"aud": audience, "exp": int(expires_at.timestamp()), "sub": contact}
    parts = ({"typ": "JWT", "alg": "ES256"}, claims)
    signed = ".".join(
        base64_text(json.dumps(part, separators=(",", ":")).encode()) for part in parts
    )
    r, s = decode_dss_signature(key.sign(signed.encode(), ECDSA(SHA256())))
    numbers = r.to_bytes(NUMBER_BYTES, "big") + s.to_bytes(NUMBER_BYTES, "big")
    return f"{signed}.{base64_text(numbers)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsolePusher:
    """Prints pushes, for a service that one person tries out. The address is not shown."""

    out: TextIO | None = None  # None: standard error

    def send(self, push: Push, to: PushAddress, *, now: datetime) -> None:
        print(
            f"push (not sent):\n  | {push.title}\n  | {push.body}",
            file=self.out or sys.stderr,
            flush=True,
        )


class NullPusher:
    """Takes every push and does nothing."""

    def send(self, push: Push, to: PushAddress, *, now: datetime) -> None:
        """Do nothing."""
