"""Checking a snapshot as a stranger does: with its files and the list of public keys alone."""

import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from citizenreport.ledger.rules import canonical
from citizenreport.publication.snapshots.errors import BadKeyList
from citizenreport.publication.snapshots.rules import (
    FORMAT,
    KEYS,
    MANIFEST,
    OUTSIDE,
    SIGNATURES,
    SIGNERS,
    Key,
    digest,
    read_keys,
    statement,
)

MOST_BYTES: Final = 512 * 1024 * 1024
MOST_FILES: Final = 1_000


class NotASnapshot(Exception):
    """The file cannot be read as a snapshot at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The first thing that is wrong: in which file, and what."""

    file: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found. `signed_by`: holders and ids of the keys whose signatures count."""

    fault: Fault | None
    number: int | None = None
    period: str = ""
    manifest_sha256: str = ""
    files: int = 0
    signed_by: tuple[tuple[str, str], ...] = ()
    has_own_keys: bool = False  # the list came from outside


class _Wrong(Exception):
    def __init__(self, file: str, what: str) -> None:
        super().__init__(what)
        self.fault = Fault(file=file, what=what)


def read_package(path: Path) -> dict[str, bytes]:
    """Return the files of a ZIP, or of a folder, by name. Raises NotASnapshot."""
    try:
        if path.is_dir():
            found = [one for one in sorted(path.iterdir()) if one.is_file()]
            # Beside the files of a published snapshot lies the package of them all.
            return {one.name: one.read_bytes() for one in found if one.suffix != ".zip"}
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES or sum(e.file_size for e in entries) > MOST_BYTES:
                raise NotASnapshot("it is larger than any snapshot")
            if len({entry.filename for entry in entries}) < len(entries):
                raise NotASnapshot("a name is in it twice")
            return {entry.filename: archive.read(entry) for entry in entries}
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise NotASnapshot(f"{path.name} is neither a folder nor a ZIP that can be read") from error


def verify(files: Mapping[str, bytes], keys: Mapping[str, Key] | None = None) -> Verdict:
    """Check signatures and files, in this order, and stop at the first thing that is wrong.

    Without `keys` the list inside is used: it shows that files and list fit, not whose list it is.
    """
    try:
        manifest = _manifest(files)
        known = keys if keys is not None else _keys_inside(files)
        sha256 = digest(files[MANIFEST])
        signed_by = _signers(files, known, sha256)
        _check_files(files, manifest)
    except _Wrong as wrong:
        return Verdict(fault=wrong.fault, has_own_keys=keys is not None)
    return Verdict(
        fault=None,
        number=manifest["number"],
        period=manifest["period"],
        manifest_sha256=sha256,
        files=len(manifest["files"]),
        signed_by=signed_by,
        has_own_keys=keys is not None,
    )


def _manifest(files: Mapping[str, bytes]) -> dict[str, Any]:
    body = _json(files, MANIFEST)
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise _Wrong(MANIFEST, f"it is not of the format {FORMAT}")
    shape = {"number": int, "period": str, "files": list}
    if any(not isinstance(body.get(name), kind) for name, kind in shape.items()):
        raise _Wrong(MANIFEST, "something is missing in it")
    if canonical(body) != files[MANIFEST]:
        raise _Wrong(MANIFEST, "it is not written as a manifest is")
    return body


def _keys_inside(files: Mapping[str, bytes]) -> dict[str, Key]:
    try:
        return read_keys(_json(files, KEYS))
    except BadKeyList:
        raise _Wrong(KEYS, "it is no list of keys") from None


def _signers(
    files: Mapping[str, bytes], keys: Mapping[str, Key], sha256: str
) -> tuple[tuple[str, str], ...]:
    """Return who signed. Raises _Wrong unless two holders did, and every signature fits."""
    rows = _json(files, SIGNATURES)
    if not isinstance(rows, list):
        raise _Wrong(SIGNATURES, "it is no list")
    found = [_signer(row, keys, sha256) for row in rows]
    holders = {key.holder for key in found}
    if len({key.public_key for key in found}) < SIGNERS or len(holders) < SIGNERS:
        raise _Wrong(SIGNATURES, f"{SIGNERS} people sign, with a key each")
    return tuple((key.holder, key.key_id) for key in found)


def _signer(row: Any, keys: Mapping[str, Key], sha256: str) -> Key:
    try:
        key_id, signature = str(row["key_id"]), bytes.fromhex(row["signature"])
        signed_at = datetime.fromisoformat(row["signed_at"])
    except (KeyError, TypeError, ValueError):
        raise _Wrong(SIGNATURES, "a signature cannot be read") from None
    key = keys.get(key_id)
    if key is None:
        raise _Wrong(SIGNATURES, f"key {key_id} is not in the list of keys")
    if signed_at.tzinfo is None:
        raise _Wrong(SIGNATURES, "a signature has no time")
    if fault := key.fault(signed_at=signed_at, manifest_sha256=sha256):
        raise _Wrong(SIGNATURES, f"key {key_id} is {fault}")
    signed = statement(manifest_sha256=sha256, key_id=key_id, signed_at=signed_at)
    try:
        Ed25519PublicKey.from_public_bytes(key.public_key).verify(signature, signed)
    except InvalidSignature:
        raise _Wrong(MANIFEST, f"it is not what key {key_id} has signed") from None
    return key


def _check_files(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> None:
    """Raise _Wrong at the first file that is missing, changed or too many."""
    for name, size, sha256 in _listed(manifest):
        content = files.get(name)
        if content is None:
            raise _Wrong(name, "it is missing")
        if len(content) != size or digest(content) != sha256:
            raise _Wrong(name, "it is not the file that was signed")
    names = {name for name, _, _ in _listed(manifest)}
    for name in sorted(files):
        if name not in names | OUTSIDE:
            raise _Wrong(name, "it does not belong to this snapshot")


def _listed(manifest: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
    for row in manifest["files"]:
        try:
            yield str(row["name"]), int(row["size"]), str(row["sha256"])
        except (KeyError, TypeError, ValueError):
            raise _Wrong(MANIFEST, "a file is not listed as it should be") from None


def _json(files: Mapping[str, bytes], name: str) -> Any:
    if name not in files:
        raise _Wrong(name, "it is missing")
    try:
        return json.loads(files[name])
    except (ValueError, RecursionError):
        raise _Wrong(name, "it is not JSON") from None
