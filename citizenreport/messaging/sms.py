"""SMS over a gateway: it posts what comes in to us, and takes what goes out.

Gateways differ; this is the common ground: JSON both ways, a shared secret or an HMAC of the body.
An SMS holds 160 characters of the GSM alphabet, in several parts 153 each; one other character
makes it 70 and 67. So what goes out is written in the alphabet and in few parts.
Source: 3GPP TS 23.038 (alphabet), TS 23.040 (concatenation).
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from citizenreport.core import outgoing
from citizenreport.messaging.carriers import (
    Incoming,
    Outgoing,
    PictureNotThere,
    as_json,
    check_status,
    string,
)

SIGNATURE_HEADER: Final = "X-Signature-256"
SHOWN_HEADER: Final = "X-Gateway-Secret"
ONE_PART_CHARS: Final = 160
PART_CHARS: Final = 153
PARTS_MAX: Final = 4
PAGES_MAX: Final = 5
"""SMS for one answer: the longest list of categories."""
ALPHABET: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWO_CHARS: Final = frozenset("^{}\\[~]|€")
SPELLED: Final = str.maketrans({"…": "...", "–": "-", "—": "-", "“": '"', "”": '"', "’": "'"})
SENDER_MAX_CHARS: Final = 20


def is_allowed(body: bytes, *, signature: str, shown: str, secret: str) -> bool:
    """Tell whether the gateway posted this: it signed the body, or showed the secret."""
    digest = hmac.digest(secret.encode(), body, hashlib.sha256).hex()
    is_signed = hmac.compare_digest(f"sha256={digest}".encode(), signature.encode())
    return is_signed or hmac.compare_digest(secret.encode(), shown.encode())


def read_message(posted: Mapping[str, Any]) -> Incoming | None:
    """Return the message: `id`, `from`, `text`; None when one of the first two is missing."""
    id_, sender = string(posted.get("id")), string(posted.get("from"))
    digits = sender.removeprefix("+")
    if not id_ or not (digits.isascii() and digits.isdigit()) or len(sender) > SENDER_MAX_CHARS:
        return None
    text = string(posted.get("text"))
    return Incoming(message_id=id_, sender=sender, text=text, is_unknown=not text)


def spelled(text: str) -> str:
    """Return a text in the GSM alphabet; what cannot be written becomes a question mark."""
    plain = unicodedata.normalize("NFC", text.translate(SPELLED))
    return "".join(map(_letter, plain))


def _letter(character: str) -> str:
    if character in ALPHABET or character in TWO_CHARS:
        return character
    base = unicodedata.normalize("NFKD", character)[:1]
    return base if base in ALPHABET else "?"


def length_of(text: str) -> int:
    """Return how many characters of the alphabet a text takes; some take two."""
    return sum(2 if character in TWO_CHARS else 1 for character in text)


def parts_of(text: str) -> int:
    """Return in how many parts a text of the GSM alphabet travels."""
    length = length_of(text)
    return 1 if length <= ONE_PART_CHARS else -(-length // PART_CHARS)


def short(text: str) -> str:
    """Return a text in the alphabet that travels in at most four parts."""
    written = spelled(text)
    while parts_of(written) > PARTS_MAX:
        written = written[: len(written) - max(length_of(written) - PARTS_MAX * PART_CHARS, 1)]
    return written


def pages_of(text: str) -> list[str]:
    """Return a text as some SMS, each of at most four parts; lines stay whole where they fit."""
    pages = [""]
    for line in map(short, text.split("\n")):
        longer = f"{pages[-1]}\n{line}" if pages[-1] else line
        if parts_of(longer) > PARTS_MAX:
            pages.append(line)
        else:
            pages[-1] = longer
    return [page for page in pages if page][:PAGES_MAX]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Sms:
    """The gateway. No repr: it holds the token."""

    url: str
    token: str
    asking: outgoing.Outgoing

    def deliver(self, message: Outgoing) -> None:
        """Send one answer, in several SMS if it is long. Raises MessageNotTaken, CarrierDown, NoAnswer."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        for page in pages_of(message.listed):
            body = as_json({"to": message.to, "text": page})
            check_status(self.asking.post(self.url, body=body, headers=headers).status)

    def picture(self, id_: str) -> bytes:
        """Raise PictureNotThere: an SMS has none."""
        raise PictureNotThere
