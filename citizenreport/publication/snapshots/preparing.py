"""Preparing a snapshot: computing, writing, numbering. Two people sign it later.

The files are written before the row is committed: what a crash leaves is a folder without a row,
which the next preparation removes.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.indicators.queries import generation
from citizenreport.indicators.rules.periods import Period
from citizenreport.indicators.waiting import ComputationDisturbed
from citizenreport.ledger.rules import canonical, instant_text
from citizenreport.publication.release_rules import PeriodRelease
from citizenreport.publication.snapshots.acts import alone, give_up, tell
from citizenreport.publication.snapshots.bodies import NUMBERS
from citizenreport.publication.snapshots.contents import (
    Contents,
    checkpoint_body,
    code_body,
    dictionary_body,
    gather,
    input_commitment,
)
from citizenreport.publication.snapshots.errors import (
    NothingChanged,
    NothingToPublish,
    NothingToRevise,
    ReasonMissing,
)
from citizenreport.publication.snapshots.folders import read_folder, remove_strays, write_folder
from citizenreport.publication.snapshots.models import Snapshot
from citizenreport.publication.snapshots.queries import (
    next_number,
    published_latest,
    snapshot_of,
    snapshots,
)
from citizenreport.publication.snapshots.rules import (
    FORMAT,
    MANIFEST,
    SnapshotFile,
    SnapshotState,
    digest,
    listed,
)

NONCE_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a snapshot is called; known before its files are written."""

    number: int
    period: Period
    revision: int
    replaces: int | None
    reason: str
    made_at: datetime
    cut_off_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is wanted. `reason` says why a period that has a snapshot gets another."""

    period: Period
    cut_off: datetime
    reason: str = ""
    publish_from: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A snapshot that waits, and what its tables were made of: publishing at once need not again."""

    row: Snapshot
    release: PeriodRelease | None


Writer = Callable[[Head, Contents, dict[str, bytes]], Sequence[SnapshotFile]]
"""Writes a snapshot's files; the last argument are those of the snapshot it replaces."""
Say = Callable[[str], None]
"""Told which step begins."""


def prepare(
    session: Session,
    city: City,
    order: Order,
    *,
    root: Path,
    write: Writer,
    now: datetime,
    say: Say,
) -> Prepared:
    """Compute, write and number a snapshot; it waits for two signatures.

    Raises:
        PublicationRunning, PeriodNotOver, NothingToPublish, ReasonMissing, NothingToRevise,
        NothingChanged, ComputationDisturbed, ReleaseNotSafe: nothing is left behind.
    """
    alone(session)
    seen = generation(session)
    remove_strays(root, [row.number for row in snapshots(session)])
    say("computing")
    contents = gather(session, city, order.period, cut_off=order.cut_off, now=now)
    if not contents.values:
        raise NothingToPublish(period=order.period.code)
    head, earlier = _head(session, order, root=root, now=now)
    nonce = os.urandom(NONCE_BYTES)
    say("writing files")
    files = write(head, contents, earlier)
    if earlier and all(earlier.get(f.name) == f.content for f in files if f.name in NUMBERS):
        raise NothingChanged
    say("committing to the input")
    content = canonical(manifest_of(session, city, head, contents, files, nonce=nonce))
    row = _row(head, contents, order, nonce=nonce, manifest_sha256=digest(content), seen=seen)
    session.add(row)
    session.flush()
    tell(session, row, "snapshot_prepared", now=now)
    write_folder(root, head.number, {f.name: f.content for f in files} | {MANIFEST: content})
    if generation(session, lock=True) != seen:
        raise ComputationDisturbed
    return Prepared(row=row, release=contents.release)


def _row(
    head: Head, contents: Contents, order: Order, *, nonce: bytes, manifest_sha256: str, seen: int
) -> Snapshot:
    return Snapshot(
        number=head.number,
        stream_id=uuid4(),
        period_kind=head.period.kind.value,
        period_start_on=head.period.start_on,
        revision=head.revision,
        replaces=head.replaces,
        reason=head.reason,
        state=SnapshotState.PREPARED.value,
        made_at=head.made_at,
        cut_off_at=head.cut_off_at,
        publish_from=order.publish_from,
        manifest_sha256=manifest_sha256,
        nonce=nonce,
        generation=seen,
        audit_s=contents.audit_s,
    )


def _head(
    session: Session, order: Order, *, root: Path, now: datetime
) -> tuple[Head, dict[str, bytes]]:
    """Return number and revision, and the files of the snapshot that is replaced."""
    _give_up_waiting(session, order.period, now=now)
    before = published_latest(session, order.period)
    if before is not None and not order.reason.strip():
        raise ReasonMissing(pointer="#/reason", number=before.number)
    if before is None and order.reason.strip():
        raise NothingToRevise(pointer="#/reason")
    head = Head(
        number=next_number(session),
        period=order.period,
        revision=before.revision + 1 if before else 1,
        replaces=before.number if before else None,
        reason=order.reason.strip(),
        made_at=now,
        cut_off_at=order.cut_off,
    )
    return head, read_folder(root, before.number) if before else {}


def _give_up_waiting(session: Session, period: Period, *, now: datetime) -> None:
    """Give up what was prepared for this period and never published: the new one takes its place."""
    waiting = select(Snapshot).where(
        Snapshot.state == SnapshotState.PREPARED.value,
        Snapshot.period_kind == period.kind.value,
        Snapshot.period_start_on == period.start_on,
    )
    for row in session.scalars(waiting.with_for_update()).all():
        give_up(session, row, now=now)


def manifest_of(
    session: Session,
    city: City,
    head: Head,
    contents: Contents,
    files: Sequence[SnapshotFile],
    *,
    nonce: bytes,
) -> dict[str, Any]:
    """Return what the signatures cover: what it is, what it rests on, its files."""
    replaced = snapshot_of(session, head.replaces).manifest_sha256 if head.replaces else None
    return {
        "format": FORMAT,
        "number": head.number,
        "city_code": city.city_code,
        "city_name": city.name,
        "period": head.period.code,
        "period_kind": head.period.kind.value,
        "period_start_on": head.period.start_on.isoformat(),
        "period_end_on": head.period.end_on.isoformat(),
        "revision": head.revision,
        "replaces": {"number": head.replaces, "manifest_sha256": replaced}
        if head.replaces
        else None,
        "reason": head.reason,
        "made_at": instant_text(head.made_at),
        "cut_off_at": instant_text(head.cut_off_at),
        "dictionary": dictionary_body(),
        "code": code_body(),
        "city_pack": {"version": city.pack_version, "digest": city.digest},
        "checkpoint": checkpoint_body(session),
        "input_commitment": {
            "algorithm": "HMAC-SHA-256",
            "value": input_commitment(session, nonce, cut_off=head.cut_off_at),
        },
        "suppression": contents.suppression,
        "files": listed(files),
    }
