"""Reading snapshots and keys. What begins with `published_` the public role can run."""

from collections.abc import Iterable, Sequence

from sqlalchemy import exists, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from citizenreport.indicators.rules.periods import Period, PeriodKind
from citizenreport.publication.snapshots.errors import SnapshotNotFound
from citizenreport.publication.snapshots.models import (
    PublishedSnapshot,
    PublishedSnapshotFile,
    PublishedSnapshotKey,
    Snapshot,
    SnapshotSignature,
)
from citizenreport.publication.snapshots.rules import Key


def snapshot_of(session: Session, number: int, *, lock: bool = False) -> Snapshot:
    """Return a snapshot, in whatever state. Raises SnapshotNotFound."""
    query = select(Snapshot).where(Snapshot.number == number)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise SnapshotNotFound(number=number)
    return row


def snapshots(session: Session) -> Sequence[Snapshot]:
    """Return all snapshots, the newest first."""
    return session.scalars(select(Snapshot).order_by(Snapshot.number.desc())).all()


def signatures_of(session: Session, number: int) -> Sequence[SnapshotSignature]:
    """Return the signatures of a snapshot in the order in which they were made."""
    row = SnapshotSignature
    query = select(row).where(row.number == number).order_by(row.signed_at, row.key_id)
    return session.scalars(query).all()


def next_number(session: Session) -> int:
    return (session.scalar(select(func.max(Snapshot.number))) or 0) + 1


def published_snapshots(session: Session) -> Sequence[PublishedSnapshot]:
    """Return what is before the public, the newest first."""
    query = select(PublishedSnapshot).order_by(PublishedSnapshot.number.desc())
    return session.scalars(query).all()


def published_snapshot(session: Session, number: int) -> PublishedSnapshot:
    """Return a snapshot that is before the public. Raises SnapshotNotFound."""
    row = session.get(PublishedSnapshot, number)
    if row is None:
        raise SnapshotNotFound(number=number)
    return row


def published_latest(session: Session, period: Period) -> PublishedSnapshot | None:
    """Return the snapshot of a period that holds now; None before the first."""
    row = PublishedSnapshot
    query = (
        select(row)
        .where(row.period_kind == period.kind.value, row.period_start_on == period.start_on)
        .order_by(row.revision.desc())
        .limit(1)
    )
    return session.scalar(query)


def published_among(session: Session, periods: Iterable[Period]) -> set[Period]:
    """Return those of some periods that have a snapshot."""
    row = PublishedSnapshot
    wanted = [(period.kind.value, period.start_on) for period in periods]
    query = select(row.period_kind, row.period_start_on).where(
        tuple_(row.period_kind, row.period_start_on).in_(wanted)
    )
    return {Period(kind=PeriodKind(k), start_on=day) for k, day in session.execute(query).tuples()}


def published_holding(session: Session, code: str) -> Sequence[PublishedSnapshot]:
    """Return the snapshots that hold an indicator and still hold themselves, the newest first."""
    row, later = PublishedSnapshot, aliased(PublishedSnapshot)
    query = (
        select(row)
        .where(row.codes.contains([code]), ~exists().where(later.replaces == row.number))
        .order_by(row.number.desc())
    )
    return session.scalars(query).all()


def published_files(session: Session, number: int) -> Sequence[PublishedSnapshotFile]:
    """Return the files of a snapshot by name."""
    row = PublishedSnapshotFile
    return session.scalars(select(row).where(row.number == number).order_by(row.name)).all()


def published_keys(session: Session) -> list[Key]:
    """Return the key list: with each revoked key, which of its snapshots stand all the same."""
    rows = session.scalars(select(PublishedSnapshotKey).order_by(PublishedSnapshotKey.key_id)).all()
    done = published_snapshots(session) if any(row.revoked_at for row in rows) else []
    return [_as_key(row, done) for row in rows]


def _as_key(row: PublishedSnapshotKey, done: Sequence[PublishedSnapshot]) -> Key:
    """Return a key; what was published before its revocation it has not signed since."""
    stands = [
        one.manifest_sha256
        for one in reversed(done)
        if row.revoked_at is not None
        and one.published_at < row.revoked_at
        and any(signer["key_id"] == row.key_id for signer in one.signers["signed"])
    ]
    return Key(
        key_id=row.key_id,
        holder=row.holder,
        public_key=bytes(row.public_key),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        revoked_at=row.revoked_at,
        revocation_reason=row.revocation_reason,
        still_valid=tuple(stands),
    )
