"""Who sent a request, as far as anything is counted: a network, for a day, under a key.

The mark is an HMAC of the address's prefix under a random key of the day, which all processes share,
and the pepper, which is not in the database. Keys of past days are deleted (`identity.throttle`), and
with them what a mark could be compared to. Source: protection.md section 5.
"""

import hashlib
import hmac
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from citizenreport.identity.throttle import address_prefix, shared_day_key

IPV6_PREFIX_BITS: Final = 64
MARK_BYTES: Final = 16

Connect = Callable[[], AbstractContextManager["psycopg.Connection[Any]"]]


KNOWN_MAX: Final = 10_000
"""Addresses of today whose marks are remembered, in memory only."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Day:
    """The key of a day, and the marks made with it. No repr: it would reach logs."""

    date: date | None
    key: bytes
    known: dict[str, str] = field(default_factory=dict)


class Marks:
    """Makes marks. The key of the day is asked for once a day."""

    def __init__(self, connect: Connect, pepper: bytes) -> None:
        self._connect = connect
        self._pepper = pepper
        self._today = Day(date=None, key=b"")

    def of_network(self, address: str, *, now: datetime) -> str:
        """Return the mark of the network an address is in; the same for the whole day (UTC)."""
        today = self._day(now)
        mark = today.known.get(address)
        if mark is None:
            prefix = address_prefix(address, ipv6_bits=IPV6_PREFIX_BITS)
            mark = _mark(today.key, f"network\x1f{prefix}")
            if len(today.known) < KNOWN_MAX:
                today.known[address] = mark
        return mark

    def of_mail_address(self, address: str, *, now: datetime) -> str:
        """Return the mark of a mail address; case and spaces around do not matter."""
        return _mark(self._day(now).key, f"mail\x1f{address.strip().casefold()}")

    def of_report(self, report_id: UUID, *, now: datetime) -> str:
        """Return the mark of a report, which nobody can tell from its id."""
        return _mark(self._day(now).key, f"report\x1f{report_id}")

    def _day(self, now: datetime) -> Day:
        wanted = now.astimezone(UTC).date()
        today = self._today
        if today.date != wanted:
            with self._connect() as connection:
                shared = shared_day_key(connection, wanted)
            key = hmac.digest(self._pepper, b"sender\x1f" + shared, hashlib.sha256)
            today = self._today = Day(date=wanted, key=key)
        return today


def _mark(key: bytes, text: str) -> str:
    digest = hmac.digest(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)
    return digest[:MARK_BYTES].hex()
