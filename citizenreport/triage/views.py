"""Views of the queue that a person keeps: a name, filters and an order. Of the own ones only."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import and_, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from citizenreport.core.errors import Conflict, InvalidInput, NotFound
from citizenreport.core.ids import new_id
from citizenreport.core.keys import KeyRing
from citizenreport.core.text import _n
from citizenreport.identity.models import Staff
from citizenreport.triage import searches
from citizenreport.triage.queue_models import QueueColumns, SavedView, StaffSearch

MAX_VIEWS: Final = 20
NAME_MAX_CHARS: Final = 40
WORDS_ARG: Final = "kata"
"""What an address calls the id of a search."""


class ViewNotFound(NotFound):
    code = "view-not-found"
    title = _n("Tampilan ini tidak ada.")


class BadViewName(InvalidInput):
    code = "bad-view-name"
    title = _n("Beri nama 1 sampai 40 huruf.")


class ViewNameTaken(Conflict):
    code = "view-name-taken"
    title = _n("Anda sudah punya tampilan dengan nama ini.")


class TooManyViews(Conflict):
    code = "too-many-views"
    title = _n("Paling banyak 20 tampilan. Hapus dulu yang tidak dipakai.")


def views_of(session: Session, staff_id: UUID) -> Sequence[SavedView]:
    """Return a person's views by name."""
    query = select(SavedView).where(SavedView.staff_id == staff_id).order_by(SavedView.name)
    return session.scalars(query).all()


def views_with_search(
    session: Session, staff_id: UUID, search_id: UUID | None, *, now: datetime
) -> tuple[Sequence[SavedView], StaffSearch | None, list[str] | None]:
    """Return a person's views by name, the search of theirs that an address names, and the
    columns they chose (None: the usual ones), in one query.
    """
    asked = and_(StaffSearch.staff_id == Staff.id, searches.is_asked(search_id, now=now))
    query = (
        select(SavedView, StaffSearch, QueueColumns.shown)
        .select_from(Staff)
        .outerjoin(SavedView, SavedView.staff_id == Staff.id)
        .outerjoin(StaffSearch, asked)
        .outerjoin(QueueColumns, QueueColumns.staff_id == Staff.id)
        .where(Staff.id == staff_id)
        .order_by(SavedView.name)
    )
    rows = session.execute(query).tuples().all()
    own: list[SavedView | None] = [row[0] for row in rows]
    search, shown = rows[0][1:] if rows else (None, None)
    return [view for view in own if view is not None], search, shown


def keep_columns(session: Session, staff_id: UUID, shown: Sequence[str]) -> None:
    """Keep which columns of the list a person wants to see."""
    row = insert(QueueColumns).values(staff_id=staff_id, shown=list(shown))
    session.execute(
        row.on_conflict_do_update(index_elements=["staff_id"], set_={"shown": row.excluded.shown})
    )


def save(
    session: Session,
    keys: KeyRing,
    staff_id: UUID,
    *,
    name: str,
    filters: Mapping[str, str],
    words: str | None,
    now: datetime,
) -> SavedView:
    """Keep filters under a name, and the words of a search sealed beside them.

    Raises:
        BadViewName, ViewNameTaken, TooManyViews.
    """
    checked = _checked(name)
    # Two windows of one person wait for each other here, so that the limit and the name hold.
    session.execute(select(Staff.id).where(Staff.id == staff_id).with_for_update())
    _check_free(session, staff_id, checked)
    count = select(func.count()).where(SavedView.staff_id == staff_id)
    if (session.scalar(count) or 0) >= MAX_VIEWS:
        raise TooManyViews
    view = SavedView(
        id=new_id(), staff_id=staff_id, name=checked, filters=dict(filters), created_at=now
    )
    session.add(view)
    session.flush()
    if words is not None:
        id_ = searches.keep_for_view(
            session, keys, words, staff_id=staff_id, view_id=view.id, now=now
        )
        view.filters = {**filters, WORDS_ARG: str(id_)}
        session.flush()
    return view


def rename(session: Session, staff_id: UUID, view_id: UUID, name: str) -> None:
    """Give a view another name. Raises ViewNotFound, BadViewName, ViewNameTaken."""
    view = _own(session, staff_id, view_id)
    checked = _checked(name)
    if checked != view.name:
        _check_free(session, staff_id, checked)
        view.name = checked
        session.flush()


def delete(session: Session, staff_id: UUID, view_id: UUID) -> None:
    """Forget a view. Raises ViewNotFound."""
    session.delete(_own(session, staff_id, view_id))
    session.flush()


def set_default(session: Session, staff_id: UUID, view_id: UUID, *, is_default: bool) -> None:
    """Have the queue open with a view, or with no view. Raises ViewNotFound."""
    view = _own(session, staff_id, view_id)
    others = update(SavedView).where(SavedView.staff_id == staff_id, SavedView.is_default)
    session.execute(others.values(is_default=False))
    view.is_default = is_default
    session.flush()


def _own(session: Session, staff_id: UUID, view_id: UUID) -> SavedView:
    query = select(SavedView).where(SavedView.id == view_id, SavedView.staff_id == staff_id)
    view = session.scalar(query.with_for_update())
    if view is None:
        raise ViewNotFound
    return view


def _checked(name: str) -> str:
    trimmed = " ".join(name.split())
    if not 1 <= len(trimmed) <= NAME_MAX_CHARS:
        raise BadViewName(pointer="#/name")
    return trimmed


def _check_free(session: Session, staff_id: UUID, name: str) -> None:
    taken = select(SavedView.id).where(SavedView.staff_id == staff_id, SavedView.name == name)
    if session.scalar(taken) is not None:
        raise ViewNameTaken(pointer="#/name")
