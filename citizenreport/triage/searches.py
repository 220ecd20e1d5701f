"""The words staff search with: kept apart, sealed, so that an address holds an id and no name.

A search belongs to the person and goes with the session it was made in, or after a day. One that a
view keeps stays as long as the view. Source: protection.md, section 5.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session

from citizenreport.core.errors import NotFound
from citizenreport.core.keys import KeyRing
from citizenreport.core.text import _n
from citizenreport.identity.models import Staff
from citizenreport.triage.queue_models import StaffSearch

KEPT_FOR: Final = timedelta(days=1)
MOST_OF_A_SESSION: Final = 100
TABLE: Final = "staff_search"


class SearchNotFound(NotFound):
    code = "search-not-found"
    title = _n("Pencarian ini sudah berakhir. Ketik lagi katanya.")


def keep(
    session: Session,
    keys: KeyRing,
    words: str,
    *,
    staff_id: UUID,
    session_id: UUID,
    now: datetime,
) -> UUID:
    """Keep the words of a search until the session ends; return the id by which an address names it.

    Of very many searches in one session the oldest are forgotten.
    """
    id_ = _add(session, keys, words, staff_id=staff_id, session_id=session_id, now=now)
    older = (
        select(StaffSearch.id)
        .where(StaffSearch.session_id == session_id)
        .order_by(StaffSearch.searched_at.desc(), StaffSearch.id)
        .offset(MOST_OF_A_SESSION)
    )
    session.execute(delete(StaffSearch).where(StaffSearch.id.in_(older)))
    return id_


def keep_for_view(
    session: Session, keys: KeyRing, words: str, *, staff_id: UUID, view_id: UUID, now: datetime
) -> UUID:
    """Keep the words of a view as long as the view; return their id."""
    return _add(session, keys, words, staff_id=staff_id, view_id=view_id, now=now)


def words_of(
    session: Session, keys: KeyRing, search_id: UUID, *, staff_id: UUID, now: datetime
) -> str:
    """Return what a person searched for. Raises SearchNotFound, the same for somebody else's."""
    query = select(StaffSearch).where(
        StaffSearch.staff_id == staff_id, is_asked(search_id, now=now)
    )
    return opened(keys, session.scalar(query))


def is_asked(search_id: UUID | None, *, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a search is this one and has not had its time."""
    lasts = or_(StaffSearch.view_id.is_not(None), StaffSearch.searched_at > now - KEPT_FOR)
    return and_(StaffSearch.id == search_id, lasts)


def opened(keys: KeyRing, found: StaffSearch | None) -> str:
    """Return the words of a search that was found. Raises SearchNotFound for none."""
    if found is None:
        raise SearchNotFound
    return keys.unwrap(found.key_id, found.words_sealed, row=str(found.id), table=TABLE).decode()


def forget_old(session: Session, *, now: datetime) -> None:
    """Delete searches older than a day, and those in views of accounts that are closed."""
    had_their_time = StaffSearch.view_id.is_(None) & (StaffSearch.searched_at <= now - KEPT_FOR)
    of_the_gone = StaffSearch.staff_id.in_(select(Staff.id).where(Staff.is_active.is_(False)))
    session.execute(delete(StaffSearch).where(or_(had_their_time, of_the_gone)))


def _add(
    session: Session,
    keys: KeyRing,
    words: str,
    *,
    staff_id: UUID,
    now: datetime,
    session_id: UUID | None = None,
    view_id: UUID | None = None,
) -> UUID:
    id_ = uuid4()  # not new_id: an address tells nothing by it, not even when
    key_id, sealed = keys.wrap(words.encode(), row=str(id_), table=TABLE)
    session.add(
        StaffSearch(
            id=id_,
            staff_id=staff_id,
            session_id=session_id,
            view_id=view_id,
            key_id=key_id,
            words_sealed=sealed,
            searched_at=now,
        )
    )
    session.flush()
    return id_
