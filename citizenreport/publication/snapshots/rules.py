"""The manifest of a snapshot, and what a signature says. Pure.

A snapshot is a set of files; `manifest.json` names each with its size and SHA-256 and says what the
numbers rest on. Two people sign the digest of the manifest. `signatures.json` and `keys.json` lie
beside it, outside the manifest. All three are canonical JSON: the same content, the same bytes.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from citizenreport.indicators.rules.periods import Period, PeriodKind
from citizenreport.ledger.rules import canonical, instant_text
from citizenreport.publication.snapshots.errors import BadKeyList, PeriodNotOver

FORMAT: Final = "citizenreport-snapshot/1"
SIGNED_AS: Final = "citizenreport-snapshot-signature/1"
SIGNERS: Final = 2
MANIFEST: Final = "manifest.json"
SIGNATURES: Final = "signatures.json"
KEYS: Final = "keys.json"
OUTSIDE: Final = frozenset({MANIFEST, SIGNATURES, KEYS})
"""Files that the manifest does not list."""
MEDIA_TYPES: Final = {
    "csv": "text/csv",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
LENGTHS: Final = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}


class SnapshotState(StrEnum):
    PREPARED = "prepared"
    PUBLISHED = "published"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotFile:
    """One file of a snapshot. `name` has no folder in it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Who signs with what, as the published list says. `public_key`: 32 bytes of Ed25519.

    `still_valid`: digests of the manifests it signed before it was revoked and that still stand.
    """

    key_id: str
    holder: str
    public_key: bytes
    valid_from: datetime
    valid_to: datetime | None = None
    revoked_at: datetime | None = None
    revocation_reason: str = ""
    still_valid: tuple[str, ...] = ()

    def fault(self, *, signed_at: datetime, manifest_sha256: str) -> str:
        """Return why a signature of this key does not count; empty when it does."""
        if self.revoked_at is not None and manifest_sha256 not in self.still_valid:
            return "revoked"
        if signed_at < self.valid_from:
            return "not-valid-yet"
        if self.valid_to is not None and signed_at >= self.valid_to:
            return "not-valid-any-more"
        return ""


def check_period(period: Period, *, last_day: date) -> None:
    """Refuse a period that is not over on the last day that is counted. Raises PeriodNotOver."""
    if period.end_on > last_day:
        raise PeriodNotOver(pointer="#/period", period=period.code)


def kinds_within(period: Period) -> list[PeriodKind]:
    """Return the kinds of period of which a snapshot of this one holds values, the longest first."""
    kinds = [kind for kind in PeriodKind if LENGTHS[kind] <= LENGTHS[period.kind]]
    return sorted(kinds, key=lambda kind: -LENGTHS[kind])


def digest(content: bytes) -> str:
    """Return SHA-256 as hex."""
    return hashlib.sha256(content).hexdigest()


def commitment(nonce: bytes, lines: Iterable[bytes]) -> str:
    """Return HMAC-SHA-256 over what was counted, as hex.

    Counts are small: a bare hash could be guessed. Whoever holds the nonce can prove the input later.
    """
    seal = hmac.new(nonce, digestmod=hashlib.sha256)
    for line in lines:
        seal.update(line)
    return seal.hexdigest()


def input_line(stream_kind: str, stream_id: UUID, seq: int, last_hash: bytes) -> bytes:
    """Return the line of one stream in the commitment: where it stood at the cut-off."""
    return f"{stream_kind}\x1f{stream_id}\x1f{seq}\x1f{last_hash.hex()}\n".encode()


def listed(files: Sequence[SnapshotFile]) -> list[dict[str, Any]]:
    """Return the files as the manifest lists them, by name."""
    return [
        {
            "name": file.name,
            "media_type": media_type_of(file.name),
            "size": len(file.content),
            "sha256": digest(file.content),
        }
        for file in sorted(files, key=lambda file: file.name)
    ]


def statement(*, manifest_sha256: str, key_id: str, signed_at: datetime) -> bytes:
    """Return the bytes that a signature is made over."""
    return canonical(
        {
            "as": SIGNED_AS,
            "key_id": key_id,
            "manifest_sha256": manifest_sha256,
            "signed_at": instant_text(signed_at),
        }
    )


def media_type_of(name: str) -> str:
    """Return what a file of a snapshot is, by the end of its name."""
    return MEDIA_TYPES[name.rpartition(".")[2]]


def keys_body(keys: Iterable[Key]) -> list[dict[str, Any]]:
    """Return the key list as it is published."""
    return [
        {
            "key_id": key.key_id,
            "holder": key.holder,
            "public_key": key.public_key.hex(),
            "valid_from": instant_text(key.valid_from),
            "valid_to": instant_text(key.valid_to) if key.valid_to else None,
            "revoked_at": instant_text(key.revoked_at) if key.revoked_at else None,
            "revocation_reason": key.revocation_reason,
            "still_valid": list(key.still_valid),
        }
        for key in sorted(keys, key=lambda key: key.key_id)
    ]


def read_keys(body: Any) -> dict[str, Key]:
    """Return a published key list by id.

    Raises:
        BadKeyList: it is not one.
    """
    try:
        found = [_read_key(row) for row in body]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise BadKeyList from None
    return {key.key_id: key for key in found}


def _read_key(row: Mapping[str, Any]) -> Key:
    public_key = bytes.fromhex(row["public_key"])
    if len(public_key) != 32:
        raise ValueError(row["key_id"])
    return Key(
        key_id=str(row["key_id"]),
        holder=str(row["holder"]),
        public_key=public_key,
        valid_from=datetime.fromisoformat(row["valid_from"]),
        valid_to=datetime.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        revoked_at=datetime.fromisoformat(row["revoked_at"]) if row["revoked_at"] else None,
        revocation_reason=str(row.get("revocation_reason", "")),
        still_valid=tuple(map(str, row.get("still_valid", []))),
    )
