"""What comes from a carrier of messages and what goes back, the same for all of them.

Each carrier has a module of its own that reads what it posts to us and writes what it takes. Sizes
and formats are those of their documentation.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol

from citizenreport.core.errors import InvalidInput, Unavailable
from citizenreport.core.text import _n
from citizenreport.geo.position import Position

TOO_MANY: Final = 429


class MessageNotTaken(InvalidInput):
    """The carrier will never bring this message: blocked, unknown, or too late."""

    code = "message-not-taken"
    title = _n("Pesan ini tidak dapat dikirim.")


class CarrierDown(Unavailable):
    """The carrier cannot be reached, is busy, or does not know us: try again later."""

    code = "carrier-down"
    title = _n("Layanan pesan sedang tidak tersedia.")


class PictureNotThere(InvalidInput):
    """A photo cannot be fetched from its carrier."""

    code = "picture-not-there"
    title = _n("Foto tidak dapat diambil.")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Incoming:
    """One message. `pictures` are the carrier's own ids. No repr: it would reach logs."""

    message_id: str
    sender: str
    text: str = ""
    position: Position | None = None
    pictures: tuple[str, ...] = ()
    is_unknown: bool = False
    language: str = "id"

    def content(self) -> dict[str, Any]:
        """Return what is kept of it until it is answered."""
        return {name: value for name, value in asdict(self).items() if name != "message_id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """Something to press. `key` is what comes back; of a keyboard it is the title."""

    key: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Outgoing:
    """One answer. `choices` are numbered, `buttons` are words. No repr: it would reach logs.

    `reply_to` and `key` are of letters: the Message-ID answered, and what names the answer.
    """

    to: str
    text: str
    choices: tuple[Button, ...] = ()
    buttons: tuple[Button, ...] = ()
    asks_place: bool = False
    place_title: str = ""
    choose_title: str = ""
    language: str = "id"
    reply_to: str = ""
    key: str = ""

    @property
    def listed(self) -> str:
        """The text with its choices below it, for carriers and sizes without anything to press."""
        lines = (f"{one.key}. {one.title}" for one in self.choices)
        return "\n".join((self.text, *lines))


def outgoing_of(kept: Mapping[str, Any]) -> Outgoing:
    """Return an answer as it was kept."""
    pressed = {name: tuple(Button(**one) for one in kept[name]) for name in ("choices", "buttons")}
    return Outgoing(**{**kept, **pressed})


class Deliverer(Protocol):
    """Somebody who brings answers and fetches pictures."""

    def deliver(self, message: Outgoing) -> None:
        """Hand over one answer.

        Raises:
            MessageNotTaken: it will never be taken.
            CarrierDown, NoAnswer: try again later.
        """

    def picture(self, id_: str) -> bytes:
        """Return the bytes of a picture.

        Raises:
            PictureNotThere, CarrierDown, NoAnswer: it cannot be had, or not now.
        """


def check_status(status: int) -> None:
    """Tell what a carrier's answer means. Raises MessageNotTaken, CarrierDown."""
    if status == TOO_MANY or status >= 500 or status in (401, 404):
        raise CarrierDown  # the service, or our own settings: somebody puts it right
    if not 200 <= status < 300:
        raise MessageNotTaken


def as_json(payload: Mapping[str, object]) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()


def cut(text: str, most: int) -> str:
    """Return a text of at most so many characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def position_of(lat: object, lon: object) -> Position | None:
    """Return a point as it was shared; None for what is no place on earth."""
    if not isinstance(lat, int | float) or not isinstance(lon, int | float):
        return None
    try:
        return Position(lon=float(lon), lat=float(lat))
    except (ValueError, OverflowError):
        return None


def mapping(value: object) -> Mapping[str, Any]:
    """Return a value when it is an object; else an empty one. What is posted may be anything."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> Sequence[Mapping[str, Any]]:
    """Return the objects of a list; nothing for anything else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def string(value: object) -> str:
    """Return a text without what no database takes; empty for anything else."""
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode().replace("\x00", "")
