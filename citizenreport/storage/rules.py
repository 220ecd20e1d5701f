"""What a place for files promises, and what a key looks like."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import ClassVar, Protocol

from citizenreport.core.errors import NotFound
from citizenreport.core.text import _n

KEY_SHAPE = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)


class StoredFileNotFound(NotFound):
    code: ClassVar[str] = "file-not-found"
    title: ClassVar[str] = _n("Berkas tidak ditemukan, atau bukan untuk Anda.")


class Storage(Protocol):
    """A place for files. A key is random and says nothing; a file is whole or absent."""

    def put(self, content: bytes) -> str:
        """Store content and return its new key. It is on the disk when this returns."""

    def get(self, key: str) -> bytes:
        """Return the stored content.

        Raises:
            StoredFileNotFound: no such file, or not a key at all.
        """

    def exists(self, key: str) -> bool:
        """Return whether a file is stored under this key."""

    def delete(self, key: str) -> None:
        """Remove a file for good. One that is gone already is no failure: erasure is repeated."""

    def delete_all(self, keys: Iterable[str]) -> None:
        """Remove many files for good, as `delete` does; they are gone when this returns."""

    def keys(self, *, stored_before: datetime | None = None) -> Iterator[str]:
        """Give every key once, in no order; only files stored before an instant, if one is given.

        Files that come or go meanwhile may be missed.
        """


def is_key(text: str) -> bool:
    """Return whether this has the shape of `core.ids.new_public_id`: no path gets through."""
    return KEY_SHAPE.fullmatch(text) is not None
