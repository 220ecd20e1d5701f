"""Slowing down guesses without locking anybody out.

A failure counts for one account from one place: the client's address prefix, or the browser when
it has signed in before. Somebody elsewhere who guesses at the same account slows only themselves.
Addresses are never stored: a mark is an HMAC under a random key of the day, and both are deleted
after 24 hours. Source: protection.md section 5; OWASP, Slow Down Online Guessing Attacks with
Device Cookies.
"""

import hashlib
import hmac
import secrets
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

import psycopg
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from citizenreport.identity.models import ClientDayKey, LoginFailure
from citizenreport.identity.rules import (
    CEILING,
    CEILING_WINDOW,
    FORGET_AFTER,
    delay_after,
)

IPV4_PREFIX_BITS = 24
IPV6_PREFIX_BITS = 48
SHARED_DAY_KEY = """
INSERT INTO client_day_key (day, key) VALUES (%s, %s)
ON CONFLICT (day) DO UPDATE SET day = excluded.day RETURNING key
"""


def address_prefix(address: str, *, ipv6_bits: int = IPV6_PREFIX_BITS) -> str:
    """Return the network of an address, /24 or /48; `unknown` for what is no address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    mapped = getattr(parsed, "ipv4_mapped", None)
    if mapped is not None:
        parsed = mapped
    bits = IPV4_PREFIX_BITS if parsed.version == 4 else ipv6_bits
    return str(ip_network(f"{parsed}/{bits}", strict=False))


def mark(session: Session, *, account: str, place: str, now: datetime) -> bytes:
    """Return the key under which failures of an account from a place are counted today."""
    key = _day_key(session, now.astimezone(UTC).date())
    return hmac.digest(
        key, f"{account}\x1f{place}".encode("utf-8", "surrogatepass"), hashlib.sha256
    )


def wait_left(session: Session, counted: bytes, *, now: datetime) -> timedelta:
    """Return how long this account and place still have to wait; zero: try now.

    Takes a lock until the transaction ends, so that guesses in parallel count one after another.
    """
    lock = int.from_bytes(counted[:8], "big", signed=True)
    session.execute(select(func.pg_advisory_xact_lock(lock)))
    row = session.execute(
        select(LoginFailure.failures, LoginFailure.last_at).where(LoginFailure.mark == counted)
    ).one_or_none()
    if row is None or now - row.last_at >= FORGET_AFTER:
        return timedelta(0)
    left: timedelta = row.last_at + delay_after(row.failures) - now
    return max(left, timedelta(0))


def is_over_ceiling(session: Session, *, now: datetime) -> bool:
    """Tell whether the whole city saw too many failures in the last window."""
    since = now - CEILING_WINDOW
    failures = session.scalar(
        select(func.sum(LoginFailure.failures)).where(LoginFailure.last_at > since)
    )
    return (failures or 0) >= CEILING


def count_failure(session: Session, counted: bytes, *, now: datetime) -> None:
    """Remember one more failure; a day's silence starts the count anew."""
    first = insert(LoginFailure).values(mark=counted, failures=1, last_at=now)
    again = first.on_conflict_do_update(
        index_elements=[LoginFailure.mark],
        set_={"failures": LoginFailure.failures + 1, "last_at": now},
    )
    session.execute(again)


def forget(session: Session, counted: bytes) -> None:
    """Drop the count of an account and place: it got in."""
    session.execute(delete(LoginFailure).where(LoginFailure.mark == counted))


def sweep(session: Session, *, now: datetime) -> None:
    """Delete what is older than 24 hours: counts first, then the keys that made them."""
    old = now - FORGET_AFTER
    session.execute(delete(LoginFailure).where(LoginFailure.last_at <= old))
    session.execute(delete(ClientDayKey).where(ClientDayKey.day < old.astimezone(UTC).date()))


def shared_day_key(connection: "psycopg.Connection[Any]", day: date) -> bytes:
    """Return the random key of a day, in one statement; the first to ask makes it."""
    row = connection.execute(SHARED_DAY_KEY, (day, secrets.token_bytes(32))).fetchone()
    assert row is not None
    return bytes(row[0])


def _day_key(session: Session, day: date) -> bytes:
    made = insert(ClientDayKey).values(day=day, key=secrets.token_bytes(32))
    session.execute(made.on_conflict_do_nothing())
    key: bytes = session.scalars(select(ClientDayKey.key).where(ClientDayKey.day == day)).one()
    return key
