"""Which acts are counted, and how many are too many.

All are per network (an IPv4 /24 or IPv6 /64) unless `subject` says otherwise. They are high, for a
mobile carrier puts thousands behind one address: if one resident of Magelang in a hundred (1,280)
reported within an hour, all through one such network, nobody would be refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from limits import RateLimitItem, parse

from citizenreport.core.text import _n

TIMES: Final = "times"


class BadLimits(ValueError):
    """CITIZENREPORT_LIMITS cannot be used as it stands."""

    def __init__(self, part: str) -> None:
        super().__init__(
            f"CITIZENREPORT_LIMITS: {part!r} is not understood. Write name=amount/window, for "
            "example read=6000/minute, or times=5. docs/settings.md lists the names."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How many of one act in one window. `usual`: in the notation of the library `limits`."""

    name: str
    usual: str
    message: str = _n("Terlalu banyak permintaan dari jaringan ini.")


READ: Final = Limit(name="read", usual="3000/minute")
ACT: Final = Limit(name="act", usual="600/hour")
LOOKUP: Final = Limit(name="lookup", usual="600/10minutes")
JOIN: Final = Limit(name="join", usual="120/hour")
CHALLENGE: Final = Limit(name="challenge", usual="3000/hour")
SEND: Final = Limit(
    name="send", usual="500/10minutes", message=_n("Terlalu banyak laporan dari jaringan ini.")
)
SEND_UNPROVEN: Final = Limit(
    name="send-unproven",
    usual="100/10minutes",
    message=_n("Terlalu banyak laporan dari jaringan ini."),
)
UNREMARKABLE: Final = Limit(name="unremarkable", usual="30/hour")
"""Sends without a proof beyond this are stored, and marked for the moderators."""
PHOTO_KIB: Final = Limit(
    name="photo-kib",
    usual="4194304/hour",
    message=_n("Terlalu banyak foto dari jaringan ini. Laporan tanpa foto tetap bisa dikirim."),
)
GUESS: Final = Limit(
    name="guess",
    usual="60/10minutes",
    message=_n("Terlalu banyak kode atau kunci yang keliru dari jaringan ini."),
)
MAIL_ADDRESS: Final = Limit(
    name="mail-address",
    usual="5/day",
    message=_n("Sudah terlalu banyak surat untuk alamat email ini hari ini."),
)
NUMBER_CODE: Final = Limit(
    name="number-code",
    usual="5/day",
    message=_n("Sudah terlalu banyak kode untuk nomor ini hari ini."),
)
MAIL_SENDER: Final = Limit(
    name="mail-sender",
    usual="60/hour",
    message=_n("Terlalu banyak permintaan surat dari jaringan ini."),
)
REPORT_ACT: Final = Limit(
    name="report-act",
    usual="30/hour",
    message=_n("Laporan ini sudah terlalu sering diubah dalam satu jam."),
)
"""What a reporter does with one report, whatever network it comes from."""
KEY: Final = Limit(
    name="key", usual="600/minute", message=_n("Terlalu banyak permintaan dengan kunci ini.")
)
"""What a program does with one key, whatever network it comes from."""
EVERY_SEND: Final = Limit(name="every-send", usual="1000000000/minute")
"""No limit: how busy the whole service is."""

LIMITS: Final = (
    READ,
    ACT,
    LOOKUP,
    JOIN,
    CHALLENGE,
    SEND,
    SEND_UNPROVEN,
    UNREMARKABLE,
    PHOTO_KIB,
    GUESS,
    MAIL_ADDRESS,
    NUMBER_CODE,
    MAIL_SENDER,
    REPORT_ACT,
    KEY,
)

EASY_CHALLENGES: Final = 20
"""Challenges for one network within an hour that are of the easiest kind."""
EASY_SENDS: Final = 240
"""Reports to the whole service within a minute until challenges become harder for everybody."""


def read_limits(text: str) -> Mapping[str, RateLimitItem]:
    """Return what is allowed, by name, as CITIZENREPORT_LIMITS changes it.

    Raises:
        BadLimits: naming the part that is not understood.
    """
    given = dict(_pair(part) for part in text.split(",") if part.strip())
    unknown = given.keys() - {TIMES} - {limit.name for limit in LIMITS}
    if unknown:
        raise BadLimits(min(unknown))
    times = _factor(given.pop(TIMES, "1"))
    found = {
        limit.name: _item(limit.name, given.get(limit.name, limit.usual), times) for limit in LIMITS
    }
    return found | {EVERY_SEND.name: _item(EVERY_SEND.name, EVERY_SEND.usual, 1)}


def level_of(*, challenges: int, sends: int) -> int:
    """Return how hard the next challenge is: a level more with each doubling.

    `challenges`: of this network within the hour. `sends`: to the service within the minute.
    """
    return max((challenges // EASY_CHALLENGES).bit_length(), (sends // EASY_SENDS).bit_length())


def _pair(part: str) -> tuple[str, str]:
    name, equals, value = part.strip().partition("=")
    if not equals:
        raise BadLimits(part.strip())
    return name.strip(), value.strip()


def _factor(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise BadLimits(f"{TIMES}={text}")
    return int(text)


def _item(name: str, text: str, times: int) -> RateLimitItem:
    try:
        found = parse(text)
    except ValueError as error:
        raise BadLimits(f"{name}={text}") from error
    if found.amount < 1:
        raise BadLimits(f"{name}={text}")
    return type(found)(found.amount * times, found.multiples, namespace=name)
