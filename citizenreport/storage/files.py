"""Storage in a folder of the file system: `ab/cd/abcd…`, readable by this account only."""

import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Final

from citizenreport.core.ids import new_public_id
from citizenreport.storage.rules import StoredFileNotFound, is_key

SYNCS_AT_ONCE: Final = 16
UNFINISHED: Final = "unfinished"  # not two characters long: never a fan-out folder
UNFINISHED_MAX_AGE_S: Final = 3600
FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700


class FileStorage:
    """Implements `Storage`. Safe for several processes on one folder of one file system."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._unfinished = root / UNFINISHED
        _make_folder(self._unfinished)
        self._delete_what_a_crash_left()

    def put(self, content: bytes) -> str:
        key = new_public_id()
        unfinished = self._unfinished / key
        target = self._path(key)
        try:
            _write_to_disk(unfinished, content)
            _make_folder(target.parent)
            unfinished.rename(target)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
        return key

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise StoredFileNotFound from None

    def exists(self, key: str) -> bool:
        return is_key(key) and self._path(key).is_file()

    def delete(self, key: str) -> None:
        self.delete_all([key])

    def delete_all(self, keys: Iterable[str]) -> None:
        changed: set[Path] = set()
        for key in filter(is_key, keys):
            path = self._path(key)
            try:
                path.unlink()
            except FileNotFoundError:
                continue
            changed.add(path.parent)
        if len(changed) == 1:
            _sync_folder(*changed)  # what was erased must not come back after a power cut
        elif changed:
            with ThreadPoolExecutor(min(SYNCS_AT_ONCE, len(changed))) as pool:
                list(pool.map(_sync_folder, changed))  # the disk takes many at once

    def keys(self, *, stored_before: datetime | None = None) -> Iterator[str]:
        for path in self._root.glob("??/??/*"):
            is_ours = is_key(path.name) and path == self._path(path.name)
            if is_ours and (stored_before is None or _is_older(path, stored_before)):
                yield path.name

    def _path(self, key: str) -> Path:
        if not is_key(key):
            raise StoredFileNotFound
        return self._root / key[:2] / key[2:4] / key

    def _delete_what_a_crash_left(self) -> None:
        oldest_s = time.time() - UNFINISHED_MAX_AGE_S
        for path in self._unfinished.iterdir():
            try:
                if path.stat().st_mtime < oldest_s:
                    path.unlink()
            except FileNotFoundError:  # another process was faster, or has finished it
                continue


def _is_older(path: Path, instant: datetime) -> bool:
    try:
        return path.stat().st_mtime < instant.timestamp()
    except FileNotFoundError:  # deleted meanwhile
        return False


def _write_to_disk(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _make_folder(path: Path) -> None:
    """Make a folder and those above it, each one on the disk before anything is put into it."""
    if path.is_dir():
        return
    _make_folder(path.parent)
    path.mkdir(mode=FOLDER_MODE, exist_ok=True)
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
