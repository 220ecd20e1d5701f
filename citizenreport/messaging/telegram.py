"""Telegram: updates that the Bot API posts to us, answers with a keyboard, photos by getFile.

Source: Telegram Bot API (Update, Message, sendMessage, getFile, ReplyKeyboardMarkup).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from citizenreport.core import outgoing
from citizenreport.messaging.carriers import (
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

SHOWN_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
TEXT_MAX_CHARS: Final = 4_096
FILE_MAX_BYTES: Final = 20_000_000
"""What getFile gives out."""
TITLE_MAX_CHARS: Final = 60
JSON: Final = {"Content-Type": "application/json"}


def read_update(update: Mapping[str, Any]) -> Incoming | None:
    """Return the message of an update; None for edits, groups, channels and other bots."""
    message = mapping(update.get("message"))
    chat, sender = mapping(message.get("chat")), mapping(message.get("from"))
    is_number = isinstance(chat.get("id"), int) and isinstance(message.get("message_id"), int)
    if not is_number or chat.get("type") != "private" or sender.get("is_bot") is True:
        return None
    place = mapping(message.get("location"))
    position = position_of(place.get("latitude"), place.get("longitude"))
    pictures = _pictures(message)
    text = string(message.get("text")) or string(message.get("caption"))
    return Incoming(
        message_id=f"{chat['id']}:{message['message_id']}",
        sender=str(chat["id"]),
        text=text,
        position=position,
        pictures=pictures,
        is_unknown=not (text or position or pictures),
        language=_language(string(sender.get("language_code"))),
    )


def _pictures(message: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the id of the largest size that can be fetched, or of a picture sent as a file."""
    sizes = [one for one in objects(message.get("photo")) if _is_small_enough(one)]
    if sizes:
        largest = max(sizes, key=lambda one: one.get("width") or 0)
        return tuple(filter(None, (string(largest.get("file_id")),)))
    document = mapping(message.get("document"))
    if string(document.get("mime_type")).startswith("image/") and _is_small_enough(document):
        return tuple(filter(None, (string(document.get("file_id")),)))
    return ()


def _is_small_enough(file: Mapping[str, Any]) -> bool:
    size = file.get("file_size", 0)
    width = file.get("width", 0)
    return isinstance(size, int) and size <= FILE_MAX_BYTES and isinstance(width, int)


def _language(code: str) -> str:
    tag = code.split("-", maxsplit=1)[0].lower()
    return tag if tag in ("en", "jv") else "id"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Telegram:
    """The Bot API. No repr: its address holds the token."""

    url: str
    token: str
    asking: outgoing.Outgoing

    def deliver(self, message: Outgoing) -> None:
        """Send one answer. Raises MessageNotTaken, CarrierDown, NoAnswer."""
        payload = {
            "chat_id": message.to,
            "text": cut(message.listed, TEXT_MAX_CHARS),
            "reply_markup": _keyboard(message),
            "link_preview_options": {"is_disabled": True},
        }
        answer = self.asking.post(self._method("sendMessage"), body=as_json(payload), headers=JSON)
        check_status(answer.status)

    def picture(self, id_: str) -> bytes:
        """Return a photo. Raises PictureNotThere, CarrierDown, NoAnswer."""
        body = as_json({"file_id": id_})
        answer = self.asking.post(self._method("getFile"), body=body, headers=JSON)
        try:
            result = mapping(mapping(json.loads(answer.body)).get("result"))
        except ValueError:
            result = {}
        path = string(result.get("file_path"))
        if answer.status != 200 or not path:
            raise PictureNotThere
        file = self.asking.get(f"{self.url}/file/bot{self.token}/{quote(path)}", headers={})
        if file.status != 200:
            raise PictureNotThere
        return file.body

    def _method(self, name: str) -> str:
        return f"{self.url}/bot{self.token}/{name}"


def _keyboard(message: Outgoing) -> dict[str, object]:
    """Return what can be pressed: choices one below the other, words side by side."""
    rows: list[list[dict[str, object]]] = [
        [{"text": cut(f"{one.key}. {one.title}", TITLE_MAX_CHARS)}] for one in message.choices
    ]
    if message.asks_place:
        rows.append([{"text": message.place_title, "request_location": True}])
    if message.buttons:
        rows.append([{"text": one.title} for one in message.buttons])
    if not rows:
        return {"remove_keyboard": True}
    return {"keyboard": rows, "resize_keyboard": True, "one_time_keyboard": True}
