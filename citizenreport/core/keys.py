"""Keys and sealing. Keys are files outside database, repository and database backup.

A folder (`KEYS_DIR`, 0700; files 0600) holds, each as base64 text:

* `encryption-<id>.key`  key-encryption keys, 32 bytes; the last id in sort order seals, all open
* `pepper.key`           HMAC of tracking secrets, idempotency keys and client prefixes
* `derivation.key`       makes a tracking secret from a report and its idempotency key
* `checkpoint.key`       Ed25519 private key that signs checkpoints of the ledger
* `checkpoint-until-<instant>.pub`  public key that signed them before, up to that instant (UTC)
* `push.key`             P-256 private key that signs Web Push messages (VAPID); may be missing
* `DEMO`                 present in a set made for `make run`; production refuses it

Each report has a data key of its own, wrapped by the key-encryption key. What is sealed is bound
to its place (table, column, row), so that a ciphertext moved elsewhere does not open.
Source: protection.md section 6; NIST SP 800-38D (AES-GCM).
"""

import base64
import hashlib
import hmac
import os
from binascii import Error as BadBase64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
DEMO_MARK = "DEMO"
PUSH_KEY = "push.key"
RETIRED = "checkpoint-until-"
UNTIL_FORMAT = "%Y%m%dT%H%M%S.%fZ"
SECRET_CHARS_MIN = 22  # 128 bits in URL-safe base64


class BrokenKeys(Exception):
    """The key folder is missing, incomplete, readable by others, or a demo set in production."""


class SealBroken(Exception):
    """A sealed value does not open: wrong key, wrong place, or changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a sealed value lives; part of what is authenticated."""

    table: str
    column: str
    row: str

    def associated_data(self) -> bytes:
        return f"{self.table}\x1f{self.column}\x1f{self.row}".encode()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class KeyRing:
    """The keys in memory. No repr: it would reach logs."""

    encryption: Mapping[str, bytes]
    pepper: bytes
    derivation: bytes
    checkpoint: Ed25519PrivateKey
    is_demo: bool
    push: EllipticCurvePrivateKey | None = None  # None: no Web Push
    retired_checkpoints: tuple[
        tuple[datetime, Ed25519PublicKey], ...
    ] = ()  # (until, key), in order

    @property
    def current_id(self) -> str:
        """The id of the key-encryption key that seals now."""
        return max(self.encryption)

    def checkpoint_key_at(self, instant: datetime) -> Ed25519PublicKey:
        """Return the public key that a checkpoint made at an instant is signed with; no other is."""
        for until, key in self.retired_checkpoints:
            if instant <= until:
                return key
        return self.checkpoint.public_key()

    def wrap(self, data_key: bytes, *, row: str, table: str = "report_key") -> tuple[str, bytes]:
        """Return (key id, wrapped data key) for storing beside the row it belongs to."""
        place = Place(table=table, column="wrapped_key", row=row)
        return self.current_id, seal(self.encryption[self.current_id], data_key, place)

    def unwrap(self, key_id: str, wrapped: bytes, *, row: str, table: str = "report_key") -> bytes:
        """Return the data key. Raises SealBroken."""
        key = self.encryption.get(key_id)
        if key is None:
            raise SealBroken("no such key-encryption key")
        return open_sealed(key, wrapped, Place(table=table, column="wrapped_key", row=row))

    def fingerprint(self, purpose: str, value: str) -> bytes:
        """Return HMAC-SHA-256 of a value under the pepper, separated by purpose (32 bytes)."""
        return hmac.digest(self.pepper, f"{purpose}\x1f{value}".encode(), hashlib.sha256)

    def tracking_secret(self, report_id: str, idempotency_key: str) -> str:
        """Derive a report's secret (256 bits, URL-safe), the same again for a repeated send."""
        material = f"{report_id}\x1f{idempotency_key}".encode()
        digest = hmac.digest(self.derivation, material, hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def new_data_key() -> bytes:
    """Return 256 fresh random bits."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, plaintext: bytes, place: Place) -> bytes:
    """Encrypt and bind to a place: nonce (12 bytes) followed by ciphertext and tag."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, place.associated_data())


def open_sealed(key: bytes, sealed: bytes, place: Place) -> bytes:
    """Decrypt what `seal` made for the same place. Raises SealBroken."""
    try:
        return AESGCM(key).decrypt(
            sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.associated_data()
        )
    except InvalidTag as error:
        raise SealBroken("sealed value does not open") from error


def make_key_files(folder: Path, *, demo: bool) -> None:
    """Write a fresh set of keys; refuses a folder that already holds some."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.glob("*.key")):
        raise BrokenKeys(f"{folder} already holds keys")
    names = ["encryption-0001", "pepper", "derivation", "checkpoint"]
    for name in names:
        _write_private(folder / f"{name}.key", base64.b64encode(os.urandom(KEY_BYTES)))
    make_push_key(folder)
    if demo:
        _write_private(folder / DEMO_MARK, b"These keys are for trying out only.\n")


def make_push_key(folder: Path) -> None:
    """Write the key of Web Push; refuses to replace one: every browser's subscription hangs on it."""
    path = folder / PUSH_KEY
    if path.exists():
        raise BrokenKeys(f"{path} is there already")
    number = generate_private_key(SECP256R1()).private_numbers().private_value
    _write_private(path, base64.b64encode(number.to_bytes(KEY_BYTES, "big")))


def read_key_files(folder: Path) -> KeyRing:
    """Read a key folder. Raises BrokenKeys naming what is missing or too open."""
    encryption = {
        path.stem.removeprefix("encryption-"): _read_key(path)
        for path in sorted(folder.glob("encryption-*.key"))
    }
    if not encryption:
        raise BrokenKeys(f"no encryption key in {folder}: run `citizenreport keys make`")
    return KeyRing(
        encryption=encryption,
        pepper=_read_key(folder / "pepper.key"),
        derivation=_read_key(folder / "derivation.key"),
        checkpoint=Ed25519PrivateKey.from_private_bytes(_read_key(folder / "checkpoint.key")),
        is_demo=(folder / DEMO_MARK).exists(),
        push=_read_push_key(folder / PUSH_KEY),
        retired_checkpoints=_read_retired(folder),
    )


def add_encryption_key(folder: Path) -> str:
    """Add a key-encryption key to a set; it seals from the next start on. Returns its id.

    Raises:
        BrokenKeys: there is no good set of keys.
    """
    newest = read_key_files(folder).current_id
    if not newest.isdecimal():
        raise BrokenKeys(f"encryption-{newest}.key: the id is no number")
    id_ = f"{int(newest) + 1:0{len(newest)}}"
    _write_private(folder / f"encryption-{id_}.key", base64.b64encode(os.urandom(KEY_BYTES)))
    return id_


def replace_checkpoint_key(folder: Path, *, now: datetime) -> Path:
    """Sign checkpoints with a fresh key from now on; return the file that keeps the old public one.

    Raises:
        BrokenKeys: there is no good set of keys.
    """
    old = read_key_files(folder).checkpoint.public_key()
    until = now.astimezone(UTC).strftime(UNTIL_FORMAT)
    kept = folder / f"{RETIRED}{until}.pub"
    _write_private(kept, base64.b64encode(old.public_bytes_raw()))
    fresh = folder / "checkpoint.new"
    fresh.unlink(missing_ok=True)
    _write_private(fresh, base64.b64encode(os.urandom(KEY_BYTES)))
    fresh.replace(folder / "checkpoint.key")
    return kept


def _read_retired(folder: Path) -> tuple[tuple[datetime, Ed25519PublicKey], ...]:
    found = []
    for path in folder.glob(f"{RETIRED}*.pub"):
        try:
            said = f"{path.stem.removeprefix(RETIRED)}+0000"
            until = datetime.strptime(said, f"{UNTIL_FORMAT}%z")
        except ValueError as error:
            raise BrokenKeys(f"{path.name}: the instant in the name cannot be read") from error
        key = Ed25519PublicKey.from_public_bytes(_read_key(path))
        found.append((until, key))
    return tuple(sorted(found, key=lambda one: one[0]))


def _read_push_key(path: Path) -> EllipticCurvePrivateKey | None:
    if not path.exists():
        return None
    try:
        return derive_private_key(int.from_bytes(_read_key(path), "big"), SECP256R1())
    except ValueError as error:
        raise BrokenKeys(f"{path.name} is no key of the curve P-256") from error


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _read_key(path: Path) -> bytes:
    if not path.exists():
        raise BrokenKeys(f"{path.name} is missing")
    if path.stat().st_mode & 0o077:
        raise BrokenKeys(f"{path.name} may be read by others: chmod 600")
    try:
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except BadBase64 as error:
        raise BrokenKeys(f"{path.name} is not base64") from error
    if len(key) != KEY_BYTES:
        raise BrokenKeys(f"{path.name} has not {KEY_BYTES} bytes")
    return key
