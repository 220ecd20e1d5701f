"""The draft of the rules: read, saved by one editor at a time, tried. Writes flush, never commit."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.cities.edited_rules import RuleCells, cells_of, lasting, merged
from citizenreport.cities.findings import Finding
from citizenreport.cities.rules import City
from citizenreport.core.errors import Conflict, InvalidInput, NotFound
from citizenreport.core.ids import new_id
from citizenreport.core.queue import enqueue
from citizenreport.core.text import _n
from citizenreport.ledger import service as ledger
from citizenreport.ledger.rules import NewEvent, Payload, StreamKind
from citizenreport.routing.draft_models import RuleDraft, RuleMove, RuleReplay

_NAMESPACE: Final = UUID("6f0a4c6e-6d54-4d0a-9d5e-6c1b3b6f2f51")
SHOWN_REPLAYS: Final = 10


class DraftChanged(Conflict):
    code = "draft-changed"
    title = _n(
        "Orang lain baru saja menyimpan rancangan ini. Isian Anda masih di sini: bandingkan, lalu simpan lagi."
    )


class DraftRefused(InvalidInput):
    """What the checker of packs has against the rules."""

    code = "draft-refused"
    title = _n("Rancangan aturan ini belum dapat dipakai.")

    def __init__(self, findings: Iterable[Finding]) -> None:
        super().__init__(pointer="#/aturan")
        self.findings = tuple(findings)


class NothingDrafted(InvalidInput):
    code = "nothing-drafted"
    title = _n("Rancangan masih sama dengan aturan yang berlaku.")


class DayPassed(InvalidInput):
    code = "day-passed"
    title = _n("Aturan baru tidak dapat berlaku mundur. Pilih hari ini atau sesudahnya.")


class ReplayNotFound(NotFound):
    code = "replay-not-found"
    title = _n("Uji coba aturan ini tidak ada.")


def stream_of(city: City) -> UUID:
    """Return the ledger stream that tells how a city's rules changed."""
    return uuid5(_NAMESPACE, city.city_code)


def note(
    session: Session, city: City, type_: str, payload: Payload, *, by: UUID, now: datetime
) -> None:
    """Add to the log of the city's rules who did what; the reason lies in a row beside it."""
    event = NewEvent(type=type_, payload=payload, recorded_at=now, occurred_at=now, actor_id=by)
    ledger.append(session, StreamKind.PACK, stream_of(city), event)


def draft_of(session: Session, city: City) -> RuleDraft | None:
    """Return the draft of a city, None while nobody has begun one."""
    return session.get(RuleDraft, city.city_code)


def rows_in_force(city: City, day: date) -> list[dict[str, str]]:
    """Return the rows that hold on a day or later."""
    return lasting(map(cells_of, city.routing), day)


def drafted_rows(session: Session, city: City, day: date) -> tuple[int, list[dict[str, str]]]:
    """Return version and rows of the draft; the rows in force while there is none."""
    draft = draft_of(session, city)
    if draft is not None:
        return draft.version, _known_categories(city, draft.rows, day)
    return last_version(session), rows_in_force(city, day)


def last_version(session: Session) -> int:
    """Return the version of the draft that was activated last, 0 before the first: none comes twice."""
    return session.scalar(select(func.max(RuleReplay.draft_version))) or 0


def save(
    session: Session,
    city: City,
    rows: Sequence[RuleCells],
    *,
    seen: int,
    about: str,
    by: UUID,
    now: datetime,
) -> RuleDraft:
    """Keep a draft that was checked. `about` is the category it was edited for.

    Raises:
        DraftChanged: another editor saved since `seen`; nothing was written.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("rule-draft", 0))))
    draft = session.get(RuleDraft, city.city_code, with_for_update=True, populate_existing=True)
    if (draft.version if draft else last_version(session)) != seen:
        raise DraftChanged
    plain = [dict(row) for row in rows]
    if draft is None:
        draft = RuleDraft(
            city_code=city.city_code, version=seen + 1, rows=plain, edited_at=now, edited_by=by
        )
        session.add(draft)
    else:
        draft.version, draft.rows = seen + 1, plain
        draft.edited_at, draft.edited_by = now, by
    session.flush()
    payload: Payload = {"draft_version": draft.version, "category_code": about}
    note(session, city, "rules_drafted", payload, by=by, now=now)
    return draft


def discard(session: Session, city: City, *, seen: int, by: UUID, now: datetime) -> None:
    """Begin anew from the rules in force. Raises DraftChanged."""
    rows = rows_in_force(city, city.local_date(now))
    save(session, city, rows, seen=seen, about="", by=by, now=now)


def ask_replay(
    session: Session, city: City, *, seen: int, from_day: date, by: UUID, now: datetime
) -> RuleReplay:
    """Have the worker try the draft on the past.

    Raises:
        DraftChanged, DayPassed, NothingDrafted.
    """
    draft = draft_of(session, city)
    if (draft.version if draft else last_version(session)) != seen:
        raise DraftChanged
    if from_day < city.local_date(now):
        raise DayPassed(pointer="#/from_day")
    current = [cells_of(row) for row in city.routing]
    today = city.local_date(now)
    wanted = _known_categories(city, draft.rows, today) if draft else current
    rows = merged(current, wanted, from_day=from_day)
    if draft is None or _known(rows) == _known(current):
        raise NothingDrafted
    replay = RuleReplay(
        id=new_id(),
        draft_version=seen,
        pack_version=city.pack_version,
        from_day=from_day,
        rows=rows,
        previous_rows=current,
        asked_by=by,
        asked_at=now,
    )
    session.add(replay)
    session.flush()
    enqueue(session, "replay_rules", replay_id=replay.id)
    return replay


def _known_categories(city: City, rows: Sequence[RuleCells], day: date) -> list[dict[str, str]]:
    """Return rows of a draft with those of categories that came since, without those that went."""
    kept = [dict(row) for row in rows if row["category_code"] in city.categories]
    named = {row["category_code"] for row in kept}
    return kept + [row for row in rows_in_force(city, day) if row["category_code"] not in named]


def _known(rows: Sequence[RuleCells]) -> list[tuple[tuple[str, str], ...]]:
    return sorted(tuple(sorted(row.items())) for row in rows)


def replay_of(session: Session, replay_id: UUID, *, lock: bool = False) -> RuleReplay:
    """Return a replay. Raises ReplayNotFound."""
    row = session.get(RuleReplay, replay_id, with_for_update=lock or None, populate_existing=True)
    if row is None:
        raise ReplayNotFound
    return row


def replays(session: Session) -> Sequence[RuleReplay]:
    """Return the latest replays, newest first."""
    query = select(RuleReplay).order_by(RuleReplay.asked_at.desc()).limit(SHOWN_REPLAYS)
    return session.scalars(query).all()


def move_counts(session: Session, replay_id: UUID) -> dict[str, int]:
    """Return how many moves stand in which state."""
    query = (
        select(RuleMove.state, func.count())
        .where(RuleMove.replay_id == replay_id)
        .group_by(RuleMove.state)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def result_of(replay: RuleReplay) -> dict[str, Any]:
    """Return the stored difference, empty while the worker is at it."""
    return replay.result or {}
