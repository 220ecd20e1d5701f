"""Signed checkpoints: where every stream stood, kept outside the database too.

A checkpoint file (`checkpoint-000042.json`) names the root over all heads, the hash of the
checkpoint before it, and the heads that changed since. Reading the files in order gives every head
at each checkpoint; `audit.py` compares them with the events that are there.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from citizenreport.ledger.models import Checkpoint, CheckpointHead
from citizenreport.ledger.queries import Head, heads
from citizenreport.ledger.rules import (
    FIRST_PREVIOUS_HASH,
    canonical,
    instant_text,
    leaf,
    merkle_root,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointFile:
    """One file as read back. `statement` is what was signed."""

    number: int
    statement: dict[str, Any]
    signature: bytes
    changed: tuple[Head, ...]


class BadCheckpoint(Exception):
    """A checkpoint file is not what its signature says, or one is missing between."""


def make(session: Session, key: Ed25519PrivateKey, *, now: datetime) -> tuple[Checkpoint, str]:
    """Sign where all streams stand; return the row and the text of the file to keep outside."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("checkpoint", 0))))
    current = heads(session)
    known = {
        (row.stream_kind, row.stream_id): row.seq
        for row in session.execute(
            select(CheckpointHead.stream_kind, CheckpointHead.stream_id, CheckpointHead.seq)
        )
    }
    changed = [item for item in current if known.get((item[0], item[1])) != item[2]]
    last = session.scalar(select(Checkpoint).order_by(Checkpoint.number.desc()).limit(1))
    statement = {
        "number": last.number + 1 if last else 1,
        "made_at": instant_text(now),
        "stream_count": len(current),
        "root": merkle_root(leaf(*item) for item in current).hex(),
        "previous": (bytes(last.hash) if last else FIRST_PREVIOUS_HASH).hex(),
    }
    row = Checkpoint(
        number=int(str(statement["number"])),
        made_at=now,
        stream_count=len(current),
        root=bytes.fromhex(str(statement["root"])),
        previous_hash=bytes.fromhex(str(statement["previous"])),
        hash=hashlib.sha256(canonical(statement)).digest(),
        signature=key.sign(canonical(statement)),
    )
    session.add(row)
    _remember(session, changed)
    session.flush()
    return row, _file_text(statement, row.signature, changed)


def _remember(session: Session, changed: list[Head]) -> None:
    for start in range(0, len(changed), 5_000):
        rows = [
            {"stream_kind": kind, "stream_id": stream_id, "seq": seq, "hash": hash_}
            for kind, stream_id, seq, hash_ in changed[start : start + 5_000]
        ]
        statement = insert(CheckpointHead).values(rows)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["stream_kind", "stream_id"],
                set_={"seq": statement.excluded.seq, "hash": statement.excluded.hash},
            )
        )


def _file_text(statement: dict[str, Any], signature: bytes, changed: list[Head]) -> str:
    body = {
        "statement": statement,
        "signature": base64.b64encode(signature).decode(),
        "changed": [[kind, str(id_), seq, hash_.hex()] for kind, id_, seq, hash_ in changed],
    }
    return json.dumps(body, indent=None, separators=(",", ":")) + "\n"


def write_file(folder: Path, number: int, content: str) -> Path:
    """Keep a checkpoint outside the database; written whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"checkpoint-{number:06}.json"
    partial = path.with_suffix(".partial")
    partial.write_text(content)
    partial.replace(path)
    return path


def read_files(folder: Path, public_key: Ed25519PublicKey) -> list[CheckpointFile]:
    """Read all checkpoint files in order, each signature and the chain between them checked.

    Raises:
        BadCheckpoint: a file is changed, unreadable or missing between two others.
    """
    found: list[CheckpointFile] = []
    previous = FIRST_PREVIOUS_HASH
    for path in sorted(folder.glob("checkpoint-*.json")):
        file = _read_file(path, public_key)
        if file.number != len(found) + 1 or bytes.fromhex(file.statement["previous"]) != previous:
            raise BadCheckpoint(f"{path.name} does not follow the one before it")
        previous = hashlib.sha256(canonical(file.statement)).digest()
        found.append(file)
    return found


def _read_file(path: Path, public_key: Ed25519PublicKey) -> CheckpointFile:
    try:
        body = json.loads(path.read_text())
        signature = base64.b64decode(body["signature"])
        public_key.verify(signature, canonical(body["statement"]))
        changed = tuple(
            (kind, UUID(id_), int(seq), bytes.fromhex(hash_))
            for kind, id_, seq, hash_ in body["changed"]
        )
    except InvalidSignature as error:
        raise BadCheckpoint(f"{path.name}: the signature does not fit") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadCheckpoint(f"{path.name} cannot be read") from error
    statement = body["statement"]
    return CheckpointFile(
        number=int(statement["number"]), statement=statement, signature=signature, changed=changed
    )


def heads_after(files: list[CheckpointFile]) -> dict[tuple[str, UUID], tuple[int, bytes]]:
    """Return every stream's head as the last file says; each file's root is checked on the way.

    Raises:
        BadCheckpoint: the heads listed do not give the signed root.
    """
    state: dict[tuple[str, UUID], tuple[int, bytes]] = {}
    for file in files:
        state |= {(kind, id_): (seq, hash_) for kind, id_, seq, hash_ in file.changed}
        ordered = sorted(state.items(), key=lambda item: (item[0][0], item[0][1].bytes))
        root = merkle_root(leaf(kind, id_, seq, hash_) for (kind, id_), (seq, hash_) in ordered)
        if root.hex() != file.statement["root"]:
            raise BadCheckpoint(f"checkpoint {file.number}: the heads do not give the signed root")
    return state


def latest_number(session: Session) -> int:
    """Return the number of the newest checkpoint; 0 before the first."""
    return session.scalar(text("SELECT coalesce(max(number), 0) FROM checkpoint")) or 0
