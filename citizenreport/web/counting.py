"""Counters of the library `limits` in PostgreSQL, shared by all processes of the service.

`SharedCounts` asks the database each time. `AddedUpCounts` adds up in the process and tells the
database once a second, in one statement for everything: what the hot path can afford. Between two
such tellings a process does not know what others have counted.
"""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
from limits.storage import Storage

TELL_S: Final = 1.0
ADD: Final = """
INSERT INTO act_count AS held (key, count, expires_at)
SELECT * FROM unnest(%s::text[], %s::bigint[], %s::timestamptz[])
ON CONFLICT (key) DO UPDATE SET
    count = excluded.count + CASE WHEN held.expires_at > now() THEN held.count ELSE 0 END,
    expires_at = CASE WHEN held.expires_at > now() THEN held.expires_at
        ELSE excluded.expires_at END
RETURNING key, count, expires_at
"""
READ: Final = "SELECT count, expires_at FROM act_count WHERE key = %s AND expires_at > now()"

Connect = Callable[[], AbstractContextManager["psycopg.Connection[Any]"]]


@dataclass(slots=True, kw_only=True)
class Tally:
    """One counter as a process knows it. `told`: what the database said; `untold`: since then."""

    expires_at: float  # seconds since 1970
    told: int = 0
    untold: int = 0


class SharedCounts(Storage):
    """Counts at once, for everybody. `connect` gives a connection that commits each statement."""

    STORAGE_SCHEME = ["citizenreport"]  # noqa: RUF012 - as the library wants it

    def __init__(self, connect: Connect) -> None:
        super().__init__()
        self.connect = connect

    @property
    def base_exceptions(self) -> type[Exception]:
        return psycopg.Error

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        expires_at = datetime.fromtimestamp(time.time() + expiry, UTC)
        with self.connect() as connection:
            row = connection.execute(ADD, ([key], [amount], [expires_at])).fetchone()
        assert row is not None
        return int(row[1])

    def get(self, key: str) -> int:
        row = self._read(key)
        return int(row[0]) if row else 0

    def get_expiry(self, key: str) -> float:
        row = self._read(key)
        return float(row[1].timestamp()) if row else time.time()

    def check(self) -> bool:
        with self.connect() as connection:
            return connection.execute("SELECT 1").fetchone() is not None

    def reset(self) -> int | None:
        with self.connect() as connection:
            return connection.execute("DELETE FROM act_count").rowcount

    def clear(self, key: str) -> None:
        with self.connect() as connection:
            connection.execute("DELETE FROM act_count WHERE key = %s", (key,))

    def _read(self, key: str) -> tuple[Any, ...] | None:
        with self.connect() as connection:
            return connection.execute(READ, (key,)).fetchone()


class AddedUpCounts(SharedCounts):
    """Counts in the process; the first count after a second has passed tells the database."""

    STORAGE_SCHEME = ["citizenreport-added-up"]  # noqa: RUF012

    def __init__(self, connect: Connect, *, tell_s: float = TELL_S) -> None:
        super().__init__(connect)
        self._tell_s = tell_s
        self._told_at = time.monotonic()
        self._tallies: dict[str, Tally] = {}
        self._lock = threading.Lock()
        self._telling = threading.Lock()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = time.time()
        with self._lock:
            tally = self._tallies.get(key)
            if tally is None or tally.expires_at <= now:
                tally = self._tallies[key] = Tally(expires_at=now + expiry)
            tally.untold += amount
        if time.monotonic() - self._told_at >= self._tell_s:
            self.tell()
        return tally.told + tally.untold

    def get(self, key: str) -> int:
        with self._lock:
            tally = self._tallies.get(key)
            is_current = tally is not None and tally.expires_at > time.time()
            return tally.told + tally.untold if tally is not None and is_current else 0

    def get_expiry(self, key: str) -> float:
        with self._lock:
            tally = self._tallies.get(key)
            return tally.expires_at if tally is not None else time.time()

    def reset(self) -> int | None:
        with self._lock:
            self._tallies.clear()
        return super().reset()

    def clear(self, key: str) -> None:
        with self._lock:
            self._tallies.pop(key, None)
        super().clear(key)

    def tell(self) -> None:
        """Tell the database what was counted, and learn what others have. One thread at a time."""
        if not self._telling.acquire(blocking=False):
            return
        try:
            self._told_at = time.monotonic()
            batch = self._untold()
            if batch:
                with self.connect() as connection:
                    rows = connection.execute(ADD, _columns(batch)).fetchall()
                self._learn(batch, rows)
        finally:
            self._telling.release()

    def _untold(self) -> list[tuple[str, int, float]]:
        """Return what is to be told, in one order for all processes; forget what is over."""
        now = time.time()
        with self._lock:
            for key in [k for k, tally in self._tallies.items() if tally.expires_at <= now]:
                del self._tallies[key]
            return sorted(
                (key, tally.untold, tally.expires_at)
                for key, tally in self._tallies.items()
                if tally.untold
            )

    def _learn(self, batch: list[tuple[str, int, float]], rows: list[tuple[Any, ...]]) -> None:
        known = {key: (count, expires_at.timestamp()) for key, count, expires_at in rows}
        with self._lock:
            for key, amount, _ in batch:
                tally = self._tallies.get(key)
                if tally is not None and key in known:
                    tally.told, tally.expires_at = known[key]
                    tally.untold -= amount


def _columns(batch: list[tuple[str, int, float]]) -> tuple[list[str], list[int], list[datetime]]:
    keys, amounts, instants = zip(*batch, strict=True)
    return list(keys), list(amounts), [datetime.fromtimestamp(at, UTC) for at in instants]
