"""A draft of the pack decided: in force at once or on its day, and taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from citizenreport.cities import edits
from citizenreport.cities.edit_models import PackChange
from citizenreport.cities.edits import CATEGORIES, HOLIDAYS, KINDS, EditKind
from citizenreport.cities.findings import Finding
from citizenreport.cities.queries import current_pack
from citizenreport.cities.rules import City
from citizenreport.cities.service import put_files
from citizenreport.core.errors import CitizenReportError, Conflict, NotFound
from citizenreport.core.ids import new_id
from citizenreport.core.queue import enqueue
from citizenreport.core.text import _n
from citizenreport.intake.models import Report
from citizenreport.ledger.rules import Payload
from citizenreport.pipeline.pack_edits import (
    EditRefused,
    check_files,
    check_holidays,
    discard,
    drafted,
    with_rules,
)
from citizenreport.pipeline.rule_change import NotActive, reason_of
from citizenreport.routing.drafts import DayPassed, DraftChanged, NothingDrafted, note
from citizenreport.triage.models import Ticket

SHOWN_CHANGES: Final = 10


class ChangeWaiting(Conflict):
    code = "change-waiting"
    title = _n("Perubahan lain masih menunggu harinya. Batalkan dulu, atau tunggu sampai berlaku.")


class ChangeNotFound(NotFound):
    code = "change-not-found"
    title = _n("Perubahan ini tidak ada.")


class ChangeOutdated(Conflict):
    code = "change-outdated"
    title = _n("Isi yang berlaku sudah berubah sejak perubahan ini diputuskan.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who decides what and why. `pack`: the folder or name of the pack that is edited."""

    reason: str
    pack: str
    by: UUID
    now: datetime


def decide(
    session: Session, city: City, kind: EditKind, *, seen: int, from_day: date, decision: Decision
) -> PackChange:
    """Put a draft into force, today or on a later day.

    Raises:
        ReasonNeeded, DayPassed, DraftChanged, NothingDrafted, ChangeWaiting, EditRefused,
        ProtectionLoosened, HolidayPassed.
    """
    why, by, now = reason_of(decision.reason), decision.by, decision.now
    today = city.local_date(now)
    if from_day < today:
        raise DayPassed(pointer="#/from_day")
    draft = drafted(session, city, kind)
    if draft.version != seen:
        raise DraftChanged
    if not draft.patch:
        raise NothingDrafted
    if waiting(session, city, kind) is not None:
        raise ChangeWaiting
    check_holidays(draft.patch, from_day)
    row = PackChange(
        id=new_id(),
        city_code=city.city_code,
        kind=kind.code,
        from_day=from_day,
        before=dict(draft.files),
        after=draft.put_together(from_day),
        reason=why,
        decided_by=by,
        decided_at=now,
    )
    session.add(row)
    discard(session, city, kind, seen=seen, by=by, now=now)
    check_files(session, city, row.after, pack=decision.pack, day=today)
    payload: Payload = {
        "kind": kind.code,
        "change_id": str(row.id),
        "from_day": from_day.isoformat(),
    }
    note(session, city, "pack_change_decided", payload, by=by, now=now)
    if from_day == today:
        _put(session, city, row, now=now)
    return row


def due(session: Session, today: date) -> Sequence[UUID]:
    """Return the changes whose day has come."""
    query = select(PackChange.id).where(_WAITING, PackChange.from_day <= today)
    return session.scalars(query.order_by(PackChange.from_day, PackChange.id)).all()


def begin(session: Session, city: City, change_id: UUID, *, pack: str, now: datetime) -> None:
    """Put a waiting change into force. Raises ChangeOutdated, EditRefused, ProtectionLoosened."""
    row = change_of(session, change_id, lock=True)
    if row.put_at or row.undone_at or row.failed_at:
        return
    if _in_force(session, row) != row.before:
        raise ChangeOutdated
    check_files(session, city, row.after, pack=pack, day=row.from_day)
    _put(session, city, row, now=now)


def give_up(
    session: Session, city: City, change_id: UUID, error: CitizenReportError, *, now: datetime
) -> None:
    """Note that a waiting change cannot come into force any more, and why."""
    row = change_of(session, change_id, lock=True)
    row.failed_at, row.failure = now, error.code
    payload: Payload = {"kind": row.kind, "change_id": str(row.id), "failure": error.code}
    note(session, city, "pack_change_failed", payload, by=row.decided_by, now=now)


def undo(session: Session, city: City, change_id: UUID, *, decision: Decision) -> PackChange:
    """Take a change back: one that waits never comes; after one that holds the state before holds again.

    Raises:
        ReasonNeeded, NotActive, EditRefused, ProtectionLoosened, ChangeNotFound.
    """
    why, by, now = reason_of(decision.reason), decision.by, decision.now
    row = change_of(session, change_id, lock=True)
    if row.undone_at or row.failed_at:
        raise NotActive
    version = None
    if row.put_at is not None:
        if _in_force(session, row) != row.after:
            raise NotActive
        today = city.local_date(now)
        files = files_after_undo(row, today)
        check_files(session, city, files, pack=decision.pack, day=today)
        _check_unused(session, row, files)
        version = _make_current(session, row, files, now=now)
    row.undo_reason, row.undone_by, row.undone_at = why, by, now
    session.flush()
    payload: Payload = {
        "kind": row.kind,
        "change_id": str(row.id),
        **({"pack_version": version} if version is not None else {}),
    }
    note(session, city, "pack_change_undone", payload, by=by, now=now)
    return row


def files_after_undo(row: PackChange, today: date) -> dict[str, Any]:
    """Return the files that hold after a change is taken back; days it held stay in the history."""
    kind = KINDS[row.kind]
    entries = edits.wanted(kind, row.before, {})
    if HOLIDAYS in kind.files:
        held = edits.wanted(kind, row.after, {})[HOLIDAYS]
        first = today.isoformat()
        past = {key: entry for key, entry in held.items() if key < first}
        coming = {key: entry for key, entry in entries[HOLIDAYS].items() if key >= first}
        entries = {HOLIDAYS: past | coming}
    elif row.from_day >= today:
        return {name: row.before.get(name) for name in kind.files}
    return edits.put_together(kind, row.after, entries, from_day=today)


def _check_unused(session: Session, row: PackChange, files: Mapping[str, Any]) -> None:
    """Refuse to take away a category that reports have. Raises EditRefused."""
    left = {one["category_code"] for one in files.get(CATEGORIES) or ()}
    gone = {one["category_code"] for one in row.after.get(CATEGORIES) or ()} - left
    found = [
        Finding(
            file=CATEGORIES,
            row=None,
            problem_text=_n("Sudah ada laporan dengan kategori %(code)s."),
            remedy_text=_n("Isi hari terakhirnya sebagai gantinya."),
            values={"code": code},
        )
        for code in sorted(gone)
        if any(
            session.scalar(select(exists().where(column == code)))
            for column in (Report.category_code, Ticket.category_code)
        )
    ]
    if found:
        raise EditRefused(found)


def change_of(session: Session, change_id: UUID, *, lock: bool = False) -> PackChange:
    """Return a change. Raises ChangeNotFound."""
    row = session.get(PackChange, change_id, with_for_update=lock or None, populate_existing=True)
    if row is None:
        raise ChangeNotFound
    return row


def waiting(session: Session, city: City, kind: EditKind) -> PackChange | None:
    """Return the change of a kind that waits for its day."""
    query = select(PackChange).where(
        _WAITING, PackChange.city_code == city.city_code, PackChange.kind == kind.code
    )
    return session.scalars(query).one_or_none()


def latest(session: Session, kind: EditKind | None = None) -> Sequence[PackChange]:
    """Return the latest changes, newest first."""
    query = select(PackChange).order_by(PackChange.decided_at.desc()).limit(SHOWN_CHANGES)
    return session.scalars(query.where(PackChange.kind == kind.code) if kind else query).all()


def may_undo(session: Session, row: PackChange) -> bool:
    """Say whether a change can be taken back: it waits, or nothing of its kind followed it."""
    if row.undone_at or row.failed_at:
        return False
    return row.put_at is None or _in_force(session, row) == row.after


_WAITING: Final = (
    PackChange.put_at.is_(None) & PackChange.undone_at.is_(None) & PackChange.failed_at.is_(None)
)


def _in_force(session: Session, row: PackChange) -> dict[str, Any]:
    pack = current_pack(session)
    content: Mapping[str, Any] = pack.content if pack else {}
    return {name: content.get(name) for name in KINDS[row.kind].files}


def _put(session: Session, city: City, row: PackChange, *, now: datetime) -> None:
    version = _make_current(session, row, row.after, now=now)
    row.put_at, row.pack_version = now, version
    session.flush()
    payload: Payload = {"kind": row.kind, "change_id": str(row.id), "pack_version": version}
    note(session, city, "pack_change_in_force", payload, by=row.decided_by, now=now)


def _make_current(
    session: Session, row: PackChange, files: Mapping[str, Any], *, now: datetime
) -> int:
    version = put_files(session, with_rules(session, files), now=now).pack_version
    if HOLIDAYS in KINDS[row.kind].files:
        enqueue(session, "move_deadlines", pack_version=version)
    return version
