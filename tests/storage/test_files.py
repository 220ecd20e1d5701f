import os
import stat
from pathlib import Path

import pytest

from citizenreport.core.errors import NotFound
from citizenreport.core.ids import new_public_id
from citizenreport.storage.files import FileStorage
from citizenreport.storage.rules import Storage

NO_KEYS = [
    "",
    "..",
    "../../../../etc/passwd",
    "/etc/passwd",
    "A" * 21,
    "A" * 23,
    "A" * 22 + "\n",
    "A" * 21 + "/",
    "../" + "A" * 19,
    "A" * 21 + "\0",
    "Ａ" * 22,
    "٣" * 22,
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def storage(root: Path) -> Storage:
    return FileStorage(root)


def stored_paths(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_what_is_put_comes_back_unchanged(storage: Storage) -> None:
    every_byte = bytes(range(256)) * 300
    key, empty = storage.put(every_byte), storage.put(b"")
    assert storage.get(key) == every_byte
    assert storage.get(empty) == b""


def test_equal_content_gets_keys_of_its_own_so_that_one_erasure_spares_the_other(
    storage: Storage,
) -> None:
    one, other = storage.put(b"same"), storage.put(b"same")
    assert one != other
    storage.delete(one)
    assert not storage.exists(one)
    assert storage.get(other) == b"same"


def test_a_file_survives_the_process(root: Path) -> None:
    key = FileStorage(root).put(b"photo")
    assert FileStorage(root).get(key) == b"photo"


def test_delete_leaves_no_byte_and_can_be_repeated(storage: Storage, root: Path) -> None:
    key = storage.put(b"photo")
    storage.delete(key)
    storage.delete(key)
    assert stored_paths(root) == []
    with pytest.raises(NotFound):
        storage.get(key)


def test_keys_gives_every_key_once_and_nothing_else(storage: Storage, root: Path) -> None:
    assert list(storage.keys()) == []
    keys = [storage.put(b"x") for _ in range(50)]
    folder = next(path.parent for path in stored_paths(root))
    (folder / "note.txt").write_text("not ours")
    (folder / new_public_id()).write_text("a key in the wrong folder")
    assert sorted(storage.keys()) == sorted(keys)


@pytest.mark.parametrize("key", NO_KEYS)
def test_what_is_not_a_key_reaches_no_file(storage: Storage, root: Path, key: str) -> None:
    (root.parent / "secret").write_text("outside")
    assert not storage.exists(key)
    with pytest.raises(NotFound):
        storage.get(key)
    storage.delete(key)
    assert (root.parent / "secret").exists()


def test_an_unknown_key_and_no_key_look_the_same(storage: Storage) -> None:
    with pytest.raises(NotFound) as unknown:
        storage.get(new_public_id())
    with pytest.raises(NotFound) as malformed:
        storage.get("../secret")
    assert (unknown.value.code, unknown.value.detail, unknown.value.public) == (
        malformed.value.code,
        malformed.value.detail,
        malformed.value.public,
    )


def test_only_this_account_can_read(storage: Storage, root: Path) -> None:
    previous = os.umask(0)
    try:
        storage.put(b"photo")
    finally:
        os.umask(previous)
    (path,) = stored_paths(root)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    folders = [root, *(folder for folder in root.rglob("*") if folder.is_dir())]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}
    assert len(path.relative_to(root).parts) == 3


def test_a_failed_write_leaves_nothing(
    storage: Storage, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(OSError, match="No space"):
        storage.put(b"photo")
    monkeypatch.undo()
    assert stored_paths(root) == []
    assert list(storage.keys()) == []


def test_what_a_crash_left_is_deleted_at_the_next_start_but_a_running_put_is_not(
    root: Path,
) -> None:
    storage = FileStorage(root)
    key = storage.put(b"kept")
    left, running = root / "unfinished" / "left", root / "unfinished" / "running"
    left.write_bytes(b"half a photo")
    running.write_bytes(b"half a photo")
    two_hours_ago = left.stat().st_mtime - 7200
    os.utime(left, (two_hours_ago, two_hours_ago))
    FileStorage(root)
    assert not left.exists()
    assert running.exists()
    assert list(storage.keys()) == [key]
