"""Words that are orders at any moment of a chat. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from citizenreport.core.ids import normalise_tracking_code


class Order(StrEnum):
    CANCEL = "cancel"
    AGAIN = "again"
    HELP = "help"
    START = "start"
    STATUS = "status"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """An order with what follows it: a tracking code, or a language."""

    order: Order
    rest: str = ""


WORDS: Final = {
    "batal": Order.CANCEL,
    "cancel": Order.CANCEL,
    "stop": Order.CANCEL,
    "berhenti": Order.CANCEL,
    "wurung": Order.CANCEL,
    "ulang": Order.AGAIN,
    "again": Order.AGAIN,
    "restart": Order.AGAIN,
    "baleni": Order.AGAIN,
    "bantuan": Order.HELP,
    "help": Order.HELP,
    "tulung": Order.HELP,
    "pitulung": Order.HELP,
    "start": Order.START,
    "mulai": Order.START,
    "menu": Order.START,
}
LANGUAGE_WORDS: Final = {
    "id": "id",
    "indonesia": "id",
    "bahasa": "id",
    "en": "en",
    "english": "en",
    "inggris": "en",
    "jv": "jv",
    "jawa": "jv",
    "basa jawa": "jv",
}
YES: Final = frozenset({"ya", "y", "iya", "yes", "ok", "oke", "boleh", "inggih", "nggih", "yo"})
NO: Final = frozenset({"tidak", "tdk", "nggak", "gak", "no", "n", "ora", "mboten", "jangan"})
SKIP: Final = frozenset(
    {"lewati", "lewat", "skip", "lanjut", "next", "done", "selesai", "liwati", "terus", "rampung"}
)
SEND: Final = frozenset({"kirim", "send", "kirimkan", "kirimno", "kirimen"})
LIST: Final = frozenset({"daftar", "list", "semua"})
ANONYMOUS: Final = re.compile(r"\b(?:anonim|anonymous|anonymus)\b", re.IGNORECASE)
_STATUS: Final = re.compile(r"status\b[\s:#]*(?P<code>.{0,40})", re.IGNORECASE)
# What greets in which language; the first message decides until somebody chooses.
GREETS: Final = {
    "en": frozenset({"hello", "hi", "hey", "please", "the", "there", "is", "my", "street"}),
    "jv": frozenset(
        {"sugeng", "kulo", "kula", "nuwun", "nyuwun", "wonten", "ing", "sing", "dalan"}
    ),
}
_NUMBER: Final = re.compile(r"(?P<number>[0-9]{1,2})(?:[.)](?: .*)?)?")
_ENOUGH: Final = 2


def plain(text: str) -> str:
    """Return a short answer in one spelling: without a slash before it, signs around it, case."""
    return " ".join(text.casefold().strip().lstrip("/").strip(" .!?,'\"*").split())


def read_command(text: str) -> Command | None:
    """Return the order a message is; None for anything else. Only a whole message is an order."""
    said = plain(re.split(r"[@\s]", text, maxsplit=1)[0] if text.startswith("/") else text)
    if said in WORDS:
        return Command(order=WORDS[said])
    if said in LANGUAGE_WORDS:
        return Command(order=Order.LANGUAGE, rest=LANGUAGE_WORDS[said])
    status = _STATUS.fullmatch(text.strip().lstrip("/"))
    if status is not None and len(status["code"].split()) <= _ENOUGH:
        return Command(order=Order.STATUS, rest=normalise_tracking_code(status["code"]))
    return None


def language_of(text: str, *, usual: str = "id") -> str:
    """Return the language a first message seems to be in; `usual` when it does not tell."""
    words = set(plain(text).split())
    for language, known in GREETS.items():
        found = len(words & known)
        if found >= _ENOUGH or (found and found == len(words)):
            return language
    return usual


def number_in(text: str) -> int | None:
    """Return the number an answer begins with: "2", "2)" or the button "2. Lampu"; None for none."""
    said = _NUMBER.fullmatch(plain(text))
    return int(said["number"]) if said else None
