"""The files of snapshots on the disk: whole or not at all.

A folder is written under another name, synced, and renamed as the last thing before its row is
committed: a committed row has its files. A folder without a row is what a crash left, and goes.
"""

import io
import os
import shutil
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

PARTIAL: Final = ".partial"
DAY_ZERO: Final = (1980, 1, 1, 0, 0, 0)
"""All that a ZIP tells of times: the same files give the same bytes."""


def folder_of(root: Path, number: int) -> Path:
    """Return the place of a snapshot's files."""
    return root / f"{number:06}"


def package_name(city_code: str, number: int) -> str:
    """Return the name under which the whole snapshot is downloaded."""
    return f"rilis-{city_code.replace('.', '')}-{number:06}.zip"


def write_folder(root: Path, number: int, files: Mapping[str, bytes]) -> Path:
    """Put files on the disk and then under their name, replacing what lay there."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder_of(root, number)
    partial = target.with_suffix(PARTIAL)
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    for name, content in files.items():
        write_file(partial / name, content)
    _sync(partial)
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)
    _sync(root)
    return target


def write_file(path: Path, content: bytes) -> None:
    """Write a file so that it is on the disk, readable by this account only."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def read_folder(root: Path, number: int) -> dict[str, bytes]:
    """Return the files of a snapshot by name; none when there is no folder."""
    folder = folder_of(root, number)
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*")) if path.is_file()}


def remove_strays(root: Path, known: Iterable[int]) -> None:
    """Remove what a crash left: folders of no row, and started ones."""
    kept = {folder_of(root, number).name for number in known}
    for folder in root.glob("*"):
        is_ours = folder.suffix == PARTIAL or folder.name.isdigit()
        if folder.is_dir() and is_ours and folder.name not in kept:
            shutil.rmtree(folder)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return files as one ZIP; the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, DAY_ZERO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return out.getvalue()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
