"""Secrets of webhooks, and the headers that prove where a message comes from.

Source: Standard Webhooks, "Symmetric signatures" (HMAC-SHA-256, `v1`).
"""

import base64
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from standardwebhooks import Webhook

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32


def new_secret() -> str:
    """Return a fresh secret as text: 256 bits."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers_of(
    message_id: str, body: bytes, keys: Sequence[str], *, now: datetime
) -> Mapping[str, str]:
    """Return the headers of one attempt, signed with every secret that is good now."""
    moment = now.astimezone(UTC).replace(microsecond=0)
    signatures = [Webhook(key).sign(message_id, moment, body.decode()) for key in keys]
    return {
        "Content-Type": "application/json",
        "User-Agent": "citizenreport",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
