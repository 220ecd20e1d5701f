"""WhatsApp: notifications of the Cloud API, answers with lists and buttons, media by their id.

Source: WhatsApp Business Platform, Cloud API (webhooks, messages, media); Meta Webhooks,
"Validating payloads" (X-Hub-Signature-256 over the raw body).
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from citizenreport.core import outgoing
from citizenreport.messaging.carriers import (
    Button,
    Incoming,
    Outgoing,
    PictureNotThere,
    as_json,
    check_status,
    cut,
    mapping,
    objects,
    position_of,
    string,
)

SIGNATURE_HEADER: Final = "X-Hub-Signature-256"
SIGNATURE_PREFIX: Final = "sha256="
TEXT_MAX_CHARS: Final = 4_096
BODY_MAX_CHARS: Final = 1_024
"""Of a message with something to press."""
ROWS_MAX: Final = 10
ROW_MAX_CHARS: Final = 24
ROW_MORE_MAX_CHARS: Final = 72
BUTTONS_MAX: Final = 3
BUTTON_MAX_CHARS: Final = 20


def is_signed(body: bytes, signature: str, *, secret: str) -> bool:
    """Tell whether a body was signed with the app's secret; always in the same time."""
    digest = hmac.digest(secret.encode(), body, hashlib.sha256).hex()
    return hmac.compare_digest(f"{SIGNATURE_PREFIX}{digest}".encode(), signature.encode())


def read_notification(notification: Mapping[str, Any], *, number_id: str) -> Iterator[Incoming]:
    """Yield the messages to our number; statuses and other numbers' are passed over."""
    for entry in objects(notification.get("entry")):
        for change in objects(entry.get("changes")):
            value = mapping(change.get("value"))
            ours = string(mapping(value.get("metadata")).get("phone_number_id"))
            if change.get("field") == "messages" and ours == number_id:
                yield from filter(None, map(_read, objects(value.get("messages"))))


def _read(message: Mapping[str, Any]) -> Incoming | None:
    id_, sender = string(message.get("id")), string(message.get("from"))
    if not id_ or not sender.isascii() or not sender.isdigit():
        return None
    kind = string(message.get("type"))
    place, image = mapping(message.get("location")), mapping(message.get("image"))
    position = position_of(place.get("latitude"), place.get("longitude"))
    pictures = tuple(filter(None, (string(image.get("id")),)))
    text = _text(message, kind) or string(image.get("caption"))
    return Incoming(
        message_id=id_,
        sender=sender,
        text=text,
        position=position,
        pictures=pictures,
        is_unknown=not (text or position or pictures),
    )


def _text(message: Mapping[str, Any], kind: str) -> str:
    """Return what was written, or the key of what was pressed."""
    if kind == "text":
        return string(mapping(message.get("text")).get("body"))
    if kind == "button":
        return string(mapping(message.get("button")).get("text"))
    pressed = mapping(message.get("interactive"))
    one = mapping(pressed.get("list_reply")) or mapping(pressed.get("button_reply"))
    return string(one.get("id"))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class WhatsApp:
    """The Cloud API. No repr: it holds the token."""

    url: str  # with the version: https://graph.facebook.com/v23.0
    token: str
    number_id: str
    asking: outgoing.Outgoing

    def deliver(self, message: Outgoing) -> None:
        """Send one answer. Raises MessageNotTaken, CarrierDown, NoAnswer."""
        payload = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": message.to,
            **_content(message),
        }
        headers = {"Content-Type": "application/json", **self._bearer}
        url = f"{self.url}/{self.number_id}/messages"
        check_status(self.asking.post(url, body=as_json(payload), headers=headers).status)

    def picture(self, id_: str) -> bytes:
        """Return a photo: its address is asked for first, and holds for five minutes.

        Raises:
            PictureNotThere, CarrierDown, NoAnswer.
        """
        answer = self.asking.get(f"{self.url}/{quote(id_, safe='')}", headers=self._bearer)
        try:
            address = string(mapping(json.loads(answer.body)).get("url"))
        except ValueError:
            address = ""
        if answer.status != 200 or not address:
            raise PictureNotThere
        file = self.asking.get(address, headers=self._bearer)
        if file.status != 200:
            raise PictureNotThere
        return file.body

    @property
    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def _content(message: Outgoing) -> dict[str, object]:
    """Return a message with something to press where it fits; else a text."""
    body: dict[str, object] = {"text": message.text}
    if len(message.text) <= BODY_MAX_CHARS:
        if 0 < len(message.choices) <= ROWS_MAX:
            rows = [_row(one) for one in message.choices]
            title = cut(message.choose_title, BUTTON_MAX_CHARS)
            action: dict[str, object] = {"button": title, "sections": [{"rows": rows}]}
            return _interactive("list", body, action)
        if 0 < len(message.buttons) <= BUTTONS_MAX and not message.choices:
            action = {"buttons": [_reply(one) for one in message.buttons]}
            return _interactive("button", body, action)
        if message.asks_place and not message.choices:
            return _interactive("location_request_message", body, {"name": "send_location"})
    text = cut(message.listed, TEXT_MAX_CHARS)
    return {"type": "text", "text": {"preview_url": False, "body": text}}


def _interactive(
    kind: str, body: dict[str, object], action: dict[str, object]
) -> dict[str, object]:
    return {"type": "interactive", "interactive": {"type": kind, "body": body, "action": action}}


def _row(one: Button) -> dict[str, object]:
    row: dict[str, object] = {"id": one.key, "title": cut(one.title, ROW_MAX_CHARS)}
    if len(one.title) > ROW_MAX_CHARS:
        row["description"] = cut(one.title, ROW_MORE_MAX_CHARS)
    return row


def _reply(one: Button) -> dict[str, object]:
    reply = {"id": one.key or one.title, "title": cut(one.title, BUTTON_MAX_CHARS)}
    return {"type": "reply", "reply": reply}
