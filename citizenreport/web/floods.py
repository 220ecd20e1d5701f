"""Noting that reports come in a flood: when, which answer of ours it was, and how many. Nobody's address.

A process tells the database at most every ten seconds; what a kill takes with it was counted too low.
"""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Any, Final

import psycopg

TELL_S: Final = 10.0
NOTE: Final = """
INSERT INTO flood_note AS held (kind, hour_at, number, last_at)
VALUES (%s, date_trunc('hour', now()), %s, now())
ON CONFLICT (kind, hour_at) DO UPDATE SET last_at = now(), number = CASE
    WHEN held.kind = 'refused' THEN held.number + excluded.number
    ELSE greatest(held.number, excluded.number) END
"""

Connect = Callable[[], AbstractContextManager["psycopg.Connection[Any]"]]


class Flood(StrEnum):
    """What we did about it. The number: reports to the service within a minute; reports refused."""

    HARDER = "harder"  # the proof of work rose for everybody
    REFUSED = "refused"  # networks that sent too many were asked to wait


class FloodNotes:
    """The notes of one application. `connect` gives a connection that commits each statement."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._pending: dict[Flood, int] = {}
        self._told_at: dict[Flood, float] = {}

    def note(self, kind: Flood, number: int) -> None:
        """Note a flood: how many within a minute, or how many more were refused."""
        now = time.monotonic()
        with self._lock:
            before = self._pending.get(kind, 0)
            self._pending[kind] = before + number if kind is Flood.REFUSED else max(before, number)
            told_at = self._told_at.get(kind)
            if told_at is not None and now - told_at < TELL_S:
                return
            self._told_at[kind] = now
            total = self._pending.pop(kind)
        with self._connect() as connection:
            connection.execute(NOTE, (kind.value, total))
