"""Signing keys: `snapshot-<id>.key` beside the other keys, 0600, one a person.

Only the release command reads them; the service that answers requests never does.
Source: protection.md, section 6.
"""

import base64
import os
import re
from binascii import Error as BadBase64
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from citizenreport.core.keys import KEY_BYTES, BrokenKeys

PREFIX: Final = "snapshot-"
KEY_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def make_signing_key(folder: Path, key_id: str) -> Ed25519PrivateKey:
    """Write a fresh key of a person. Raises BrokenKeys when there is one of that name."""
    if not KEY_ID.fullmatch(key_id):
        raise BrokenKeys("a key is named by small letters, digits and hyphens, as in walidata-2026")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    raw = os.urandom(KEY_BYTES)
    try:
        descriptor = os.open(path_of(folder, key_id), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BrokenKeys(f"{path_of(folder, key_id).name} is there already") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(raw))
    return Ed25519PrivateKey.from_private_bytes(raw)


def read_signing_key(folder: Path, key_id: str) -> Ed25519PrivateKey:
    """Read a key. Raises BrokenKeys naming what is missing, too open or no key."""
    path = path_of(folder, key_id)
    if not KEY_ID.fullmatch(key_id) or not path.is_file():
        raise BrokenKeys(f"{path.name} is missing in {folder}: citizenreport snapshot keys make")
    if path.stat().st_mode & 0o077:
        raise BrokenKeys(f"{path.name} may be read by others: chmod 600")
    try:
        raw = base64.b64decode(path.read_bytes().strip(), validate=True)
        return Ed25519PrivateKey.from_private_bytes(raw)
    except (BadBase64, ValueError) as error:
        raise BrokenKeys(f"{path.name} is no key") from error


def key_ids_in(folder: Path) -> list[str]:
    """Return the ids of the keys that lie in a folder."""
    return sorted(path.stem.removeprefix(PREFIX) for path in folder.glob(f"{PREFIX}*.key"))


def path_of(folder: Path, key_id: str) -> Path:
    return folder / f"{PREFIX}{key_id}.key"
