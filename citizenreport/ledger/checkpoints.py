"""Signed checkpoints: where every stream stood, kept outside the database too.

A checkpoint file (`checkpoint-000042.json`) holds a signed statement (the root over all heads, the
hash of the checkpoint before it, a digest of the list that follows) and the list of heads that
changed since. Reading the files in order gives every head; `audit.py` compares them with the events
that are there.
"""

import base64
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from citizenreport.ledger.expiry import heads_of_expired
from citizenreport.ledger.models import Checkpoint, CheckpointHead
from citizenreport.ledger.queries import Head, heads
from citizenreport.ledger.rules import (
    FIRST_PREVIOUS_HASH,
    canonical,
    instant_text,
    leaf,
    merkle_root,
)

PARTIAL: Final = ".partial"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointFile:
    """One file as read back. `statement` is what was signed."""

    number: int
    statement: dict[str, Any]
    signature: bytes
    changed: tuple[Head, ...]


class BadCheckpoint(Exception):
    """A checkpoint file is not what its signature says, or one is missing between."""


def lock(session: Session) -> None:
    """Have checkpoints made one after the other; held until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("checkpoint", 0))))


def make(session: Session, key: Ed25519PrivateKey, *, now: datetime) -> tuple[Checkpoint, str]:
    """Sign where all streams stand; return the row and the text of the file to keep outside."""
    lock(session)
    current = sorted([*heads(session), *heads_of_expired(session)], key=_in_order)
    known = {
        (row.stream_kind, row.stream_id): row.seq
        for row in session.execute(
            select(CheckpointHead.stream_kind, CheckpointHead.stream_id, CheckpointHead.seq)
        )
    }
    changed = [item for item in current if known.get((item[0], item[1])) != item[2]]
    listed = [[kind, str(id_), seq, hash_.hex()] for kind, id_, seq, hash_ in changed]
    last = session.scalar(select(Checkpoint).order_by(Checkpoint.number.desc()).limit(1))
    statement = {
        "number": last.number + 1 if last else 1,
        "made_at": instant_text(now),
        "stream_count": len(current),
        "root": merkle_root(leaf(*item) for item in current).hex(),
        "previous": (bytes(last.hash) if last else FIRST_PREVIOUS_HASH).hex(),
        "changed": _digest(listed),
    }
    row = Checkpoint(
        number=int(str(statement["number"])),
        made_at=now,
        stream_count=len(current),
        root=bytes.fromhex(str(statement["root"])),
        previous_hash=bytes.fromhex(str(statement["previous"])),
        hash=bytes.fromhex(_digest(statement)),
        signature=key.sign(canonical(statement)),
    )
    session.add(row)
    _remember(session, changed)
    session.flush()
    return row, _file_text(statement, row.signature, listed)


def _in_order(item: Head) -> tuple[str, bytes]:
    return item[0], item[1].bytes


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


def _digest(value: object) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def _file_text(statement: dict[str, Any], signature: bytes, listed: list[list[Any]]) -> str:
    body = {
        "statement": statement,
        "signature": base64.b64encode(signature).decode(),
        "changed": listed,
    }
    return json.dumps(body, indent=None, separators=(",", ":")) + "\n"


def path_of(folder: Path, number: int) -> Path:
    """Return the place of a checkpoint's file."""
    return folder / f"checkpoint-{number:06}.json"


def start_file(folder: Path, number: int, content: str) -> Path:
    """Put a checkpoint's file on the disk, not yet under its name: its row is not committed."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path_of(folder, number).with_suffix(PARTIAL)
    with partial.open("w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return partial


def finish_file(partial: Path) -> Path:
    """Give a started file its name, now that its row is committed."""
    path = partial.with_suffix(".json")
    partial.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return path


def settle_files(session: Session, folder: Path) -> None:
    """End what a crash interrupted: a started file whose row was committed counts, another does not."""
    lock(session)
    last = latest_number(session)
    for partial in sorted(folder.glob(f"checkpoint-*{PARTIAL}")):
        if int(partial.stem.rpartition("-")[2]) <= last:
            finish_file(partial)
        else:
            partial.unlink()


KeyAt = Callable[[datetime], Ed25519PublicKey]
"""Gives the public key that was in use at an instant."""


def read_files(folder: Path, key_at: KeyAt) -> list[CheckpointFile]:
    """Read all checkpoint files in order, each signature and the chain between them checked.

    The key of a file is the one in use when it says it was made: a key that was replaced signs
    nothing afterwards.

    Raises:
        BadCheckpoint: a file is changed, unreadable or missing between two others.
    """
    found: list[CheckpointFile] = []
    previous = FIRST_PREVIOUS_HASH
    for path in sorted(folder.glob("checkpoint-*.json")):
        file = _read_file(path, key_at)
        if file.number != len(found) + 1 or bytes.fromhex(file.statement["previous"]) != previous:
            raise BadCheckpoint(f"{path.name} does not follow the one before it")
        previous = bytes.fromhex(_digest(file.statement))
        found.append(file)
    return found


def _read_file(path: Path, key_at: KeyAt) -> CheckpointFile:
    try:
        body = json.loads(path.read_text())
        signature = base64.b64decode(body["signature"])
        made_at = datetime.fromisoformat(body["statement"]["made_at"])
        key_at(made_at).verify(signature, canonical(body["statement"]))
        if body["statement"]["changed"] != _digest(body["changed"]):
            raise BadCheckpoint(f"{path.name}: the list is not the one that was signed")
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
    """Return every stream's head as the last file says.

    Each list is signed; the last root says that together they are complete.

    Raises:
        BadCheckpoint: the heads listed do not give the signed root.
    """
    state: dict[tuple[str, UUID], tuple[int, bytes]] = {}
    for file in files:
        state |= {(kind, id_): (seq, hash_) for kind, id_, seq, hash_ in file.changed}
    if not files:
        return state
    ordered = sorted(state.items(), key=lambda item: (item[0][0], item[0][1].bytes))
    root = merkle_root(leaf(kind, id_, seq, hash_) for (kind, id_), (seq, hash_) in ordered)
    last = files[-1]
    if root.hex() != last.statement["root"]:
        raise BadCheckpoint(f"checkpoint {last.number}: the heads do not give the signed root")
    return state


def latest_number(session: Session) -> int:
    """Return the number of the newest checkpoint; 0 before the first."""
    return session.scalar(text("SELECT coalesce(max(number), 0) FROM checkpoint")) or 0
