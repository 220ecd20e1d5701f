"""Passwords: hashed with argon2id, weighed with zxcvbn. Source: NIST SP 800-63B; RFC 9106."""

import unicodedata
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from citizenreport.core.text import _n
from citizenreport.identity.rules import WeakPassword

SHORTEST: Final = 10
LONGEST: Final = 256
LEAST_SCORE: Final = 3
OWN_WORDS: Final = ("citizenreport", "lapor", "laporan", "petugas", "warga", "kota", "dinas")
"""What an attacker of this very service tries first; a city adds its own by `PASSWORD_LIST`."""
WEIGHED_CHARS: Final = 72  # zxcvbn refuses more, and its time grows with the square


@dataclass(frozen=True, slots=True)
class HashCost:
    """How dear one guess is: memory in KiB, passes over it. Low only in tests.

    `refused`: the operator's own file of passwords never taken, with when it was changed.
    """

    memory_kib: int
    passes: int
    refused: tuple[Path, int] | None = None


def hash_cost(settings: Mapping[str, object]) -> HashCost:
    """Return the cost from `PASSWORD_MEMORY_KIB`, `PASSWORD_TIME_COST` and `PASSWORD_LIST`."""
    given = settings.get("PASSWORD_LIST")
    listed = Path(str(given)) if given else None
    return HashCost(
        memory_kib=int(str(settings["PASSWORD_MEMORY_KIB"])),
        passes=int(str(settings["PASSWORD_TIME_COST"])),
        refused=(listed, listed.stat().st_mtime_ns) if listed else None,
    )


@cache
def _hasher(cost: HashCost) -> PasswordHasher:
    return PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=1)


@cache
def _nobodys_hash(cost: HashCost) -> str:
    return _hasher(cost).hash("nobody has this password")


def hash_password(password: str, cost: HashCost) -> str:
    """Return the argon2id hash with its salt and cost."""
    return _hasher(cost).hash(_normal(password))


def verify_password(stored: str | None, password: str, cost: HashCost) -> bool:
    """Tell whether a password fits. None (no such account) costs the same time and never fits."""
    if len(password) > LONGEST:
        password = ""  # never hash what nobody could have set, but do the same work
    try:
        _hasher(cost).verify(stored or _nobodys_hash(cost), _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def needs_rehash(stored: str, cost: HashCost) -> bool:
    """Tell whether a hash was made at another cost than today's."""
    return _hasher(cost).check_needs_rehash(stored)


def refused_passwords(cost: HashCost) -> frozenset[str]:
    """Return the operator's own list, in lower case: one a line of its file, empty without one."""
    return frozenset() if cost.refused is None else _listed(cost.refused)


@lru_cache(maxsize=1)
def _listed(file: tuple[Path, int]) -> frozenset[str]:
    lines = file[0].read_text(encoding="utf-8", errors="replace").splitlines()
    return frozenset(_folded(line) for line in lines if line)


def check_strength(
    password: str, *, about: Iterable[str] = (), refused: Container[str] = ()
) -> None:
    """Raise WeakPassword for one that is short, overlong, easily guessed or `refused`.

    `about` are words an attacker would try first: the username, the name, the agency.
    """
    if len(password) < SHORTEST:
        raise WeakPassword(
            _n("Kata sandi paling sedikit 10 huruf."), pointer="#/password", shortest=SHORTEST
        )
    if len(password) > LONGEST:
        raise WeakPassword(
            _n("Kata sandi paling banyak 256 huruf."), pointer="#/password", longest=LONGEST
        )
    if _folded(password) in refused:
        raise WeakPassword(
            _n("Kata sandi ini pernah bocor di tempat lain. Pilih yang lain."),
            pointer="#/password",
        )
    words = [part for text in (*OWN_WORDS, *about) for part in (text, *text.split())]
    if zxcvbn(password[:WEIGHED_CHARS], user_inputs=words)["score"] < LEAST_SCORE:
        raise WeakPassword(
            _n("Kata sandi terlalu mudah ditebak. Coba beberapa kata yang tidak berhubungan."),
            pointer="#/password",
        )


def _normal(password: str) -> bytes:
    """Return one form for what two keyboards may type differently (NFKC), as bytes."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _folded(password: str) -> str:
    return unicodedata.normalize("NFKC", password).casefold()
