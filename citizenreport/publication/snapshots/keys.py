"""The published list of keys: entering one, and revoking it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from citizenreport.core.errors import Conflict, InvalidInput
from citizenreport.core.text import _n
from citizenreport.ledger.rules import NewEvent, StreamKind
from citizenreport.ledger.service import append
from citizenreport.publication.snapshots.errors import SigningKeyMissing
from citizenreport.publication.snapshots.models import PublishedSnapshotKey

KEY_STREAM: Final = UUID("6b6c4c36-2f7e-5d0a-9a51-2f3f0a9d6c10")
"""The one stream that tells of all keys."""


class KeyNameTaken(Conflict):
    code = "signing-key-known"
    title = _n("Sudah ada kunci tanda tangan dengan nama ini.")


class HolderMissing(InvalidInput):
    code = "signing-key-holder-missing"
    title = _n("Tulis siapa pemegang kunci ini.")


def enter_key(
    session: Session,
    key: Ed25519PrivateKey,
    *,
    key_id: str,
    holder: str,
    now: datetime,
    valid_to: datetime | None = None,
) -> None:
    """Put a key on the list, valid from now. Raises KeyNameTaken, HolderMissing."""
    if not holder.strip():
        raise HolderMissing
    if session.get(PublishedSnapshotKey, key_id) is not None:
        raise KeyNameTaken
    session.add(
        PublishedSnapshotKey(
            key_id=key_id,
            holder=holder.strip(),
            public_key=key.public_key().public_bytes_raw(),
            valid_from=now,
            valid_to=valid_to,
        )
    )
    session.flush()
    _tell(session, "snapshot_key_entered", key_id, now=now)


def revoke_key(session: Session, key_id: str, *, reason: str, now: datetime) -> None:
    """Have a key sign nothing from now on. Raises SigningKeyMissing."""
    row = session.get(PublishedSnapshotKey, key_id)
    if row is None or row.revoked_at is not None:
        raise SigningKeyMissing(key_id=key_id)
    row.revoked_at, row.revocation_reason = now, reason.strip()
    session.flush()
    _tell(session, "snapshot_key_revoked", key_id, now=now)


def _tell(session: Session, type_: str, key_id: str, *, now: datetime) -> None:
    event = NewEvent(type=type_, payload={"key_id": key_id}, recorded_at=now, occurred_at=now)
    append(session, StreamKind.SNAPSHOT, KEY_STREAM, event)
