"""When a member of staff is told of what is not urgent: at once, by day, never in quiet hours. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n

DIGEST_HOUR: Final = 7
PHONE: Final = re.compile(r"\+?[0-9]{5,20}|-?[0-9]{5,20}")


class QuietHoursWrong(InvalidInput):
    code = "quiet-hours-wrong"
    title = _n("Isi kedua jam tenang, dari 0 sampai 23 dan tidak sama, atau kosongkan keduanya.")


class MessengerAddressWrong(InvalidInput):
    code = "messenger-address-wrong"
    title = _n("Tulis nomor saja: nomor WhatsApp dengan kode negara, atau nomor obrolan Telegram.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeChoice:
    """How a person wants to be told. Hours of the city's day; `quiet_to` is the first loud one."""

    is_digest: bool = False
    quiet_from: int | None = None
    quiet_to: int | None = None


def read_choice(*, is_digest: bool, quiet_from: str, quiet_to: str) -> NoticeChoice:
    """Return what a person has chosen. Raises QuietHoursWrong."""
    given = (quiet_from.strip(), quiet_to.strip())
    if given == ("", ""):
        return NoticeChoice(is_digest=is_digest)
    if not all(hour.isascii() and hour.isdigit() and int(hour) < 24 for hour in given):
        raise QuietHoursWrong(pointer="#/quiet_from")
    start, end = int(given[0]), int(given[1])
    if start == end:
        raise QuietHoursWrong(pointer="#/quiet_from")
    return NoticeChoice(is_digest=is_digest, quiet_from=start, quiet_to=end)


def held_until(choice: NoticeChoice, zone: tzinfo, *, now: datetime) -> datetime | None:
    """Return when a notice is due; None: at once."""
    due = _next(DIGEST_HOUR, zone, now) if choice.is_digest else now
    if choice.quiet_from is not None and choice.quiet_to is not None:
        hour = due.astimezone(zone).hour
        if _is_between(hour, choice.quiet_from, choice.quiet_to):
            due = _next(choice.quiet_to, zone, due)
    return due if due > now else None


def _is_between(hour: int, start: int, end: int) -> bool:
    return start <= hour < end if start < end else hour >= start or hour < end


def _next(hour: int, zone: tzinfo, now: datetime) -> datetime:
    local = now.astimezone(zone)
    then = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return then if then > local else then + timedelta(days=1)


def normal_messenger_address(text: str) -> str:
    """Return a number without blanks and signs between. Raises MessengerAddressWrong."""
    given = re.sub(r"[ .()]", "", text)
    given = given[0] + given[1:].replace("-", "") if given else given
    if not (given.isascii() and PHONE.fullmatch(given)):
        raise MessengerAddressWrong(pointer="#/messenger")
    return given
