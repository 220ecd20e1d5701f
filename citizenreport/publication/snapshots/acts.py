"""What all steps of a snapshot share: being alone, its state, its stream of events."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.ledger.rules import NewEvent, StreamKind
from citizenreport.ledger.service import append
from citizenreport.publication.snapshots.errors import PublicationRunning, SnapshotSettled
from citizenreport.publication.snapshots.models import Snapshot
from citizenreport.publication.snapshots.rules import SnapshotState


def give_up(
    session: Session, row: Snapshot, *, now: datetime, actor_id: UUID | None = None
) -> None:
    """Have a prepared snapshot never go out. Raises SnapshotSettled."""
    check_prepared(row)
    row.state = SnapshotState.GIVEN_UP.value
    session.flush()
    tell(session, row, "snapshot_given_up", now=now, actor_id=actor_id)


def check_prepared(row: Snapshot) -> None:
    if row.state != SnapshotState.PREPARED.value:
        raise SnapshotSettled(number=row.number)


def alone(session: Session) -> None:
    """Be the only one who publishes, until the transaction ends. Raises PublicationRunning."""
    key = func.hashtextextended("snapshot", 0)
    if not session.scalar(select(func.pg_try_advisory_xact_lock(key))):
        raise PublicationRunning


def tell(
    session: Session,
    row: Snapshot,
    type_: str,
    *,
    now: datetime,
    key_id: str = "",
    actor_id: UUID | None = None,
) -> None:
    """Record an act in the snapshot's stream: its number, what was signed, by which key."""
    payload: dict[str, str | int] = {
        "number": row.number,
        "revision": row.revision,
        "manifest_sha256": row.manifest_sha256,
    }
    if key_id:
        payload["key_id"] = key_id
    event = NewEvent(
        type=type_, payload=payload, recorded_at=now, occurred_at=now, actor_id=actor_id
    )
    append(session, StreamKind.SNAPSHOT, row.stream_id, event)
