"""The on-call roster of an agency: entering, changing and removing shifts.

Writers of one agency's roster wait for each other, so that two shifts entered at once cannot clash.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.ids import new_id
from citizenreport.duty import queries, trail
from citizenreport.duty.models import DutyShift
from citizenreport.duty.shifts import (
    ShiftChanged,
    ShiftClash,
    ShiftPersonWrong,
    ShiftWish,
    Span,
    check_wish,
    clashes,
)
from citizenreport.identity import queries as identity_queries
from citizenreport.identity.rules import Actor, Permission, Role


def eligible(session: Session, city: City, agency_code: str) -> list[Actor]:
    """Return who may be on duty for an agency: those who work on its tickets, by name."""
    staff = identity_queries.active_at(session, agency_code)
    found = {
        actor.staff_id: actor
        for actor in staff
        if agency_code in actor.agencies(Permission.MOVE_TICKET)
    }
    if agency_code == city.desk_agency_code:
        at_desk = identity_queries.active_in_role(session, Role.CITY_DESK)
        found |= {actor.staff_id: actor for actor in at_desk}
    return sorted(found.values(), key=lambda actor: actor.name)


def add_shifts(
    session: Session,
    city: City,
    wishes: Sequence[ShiftWish],
    *,
    by: UUID | None,
    now: datetime,
) -> list[DutyShift]:
    """Enter several shifts of one agency, all or none.

    Raises:
        ShiftTimesWrong, ShiftRankWrong, ShiftPersonWrong, ShiftClash.
    """
    agency_code = wishes[0].agency_code
    _lock(session, agency_code)
    _check_people(session, city, agency_code, wishes)
    rows = []
    for wish in wishes:
        check_wish(wish, now=now)
        _check_free(session, wish, but=None)
        row = DutyShift(
            id=new_id(),
            agency_code=agency_code,
            staff_id=wish.staff_id,
            rank=wish.rank,
            starts_at=wish.span.starts_at,
            ends_at=wish.span.ends_at,
            entered_by=by,
            entered_at=now,
        )
        session.add(row)
        session.flush()
        trail.record(session, trail.ADDED, trail.told(row), by=by, now=now)
        rows.append(row)
    return rows


def change_shift(
    session: Session,
    city: City,
    shift: DutyShift,
    wish: ShiftWish,
    *,
    seen: int,
    by: UUID,
    now: datetime,
) -> None:
    """Make another shift of one.

    Raises:
        ShiftChanged: somebody was faster.
        ShiftTimesWrong, ShiftRankWrong, ShiftPersonWrong, ShiftClash.
    """
    _lock(session, shift.agency_code)
    session.refresh(shift)
    if shift.version != seen:
        raise ShiftChanged
    _check_people(session, city, shift.agency_code, [wish])
    check_wish(wish, now=now)
    _check_free(session, wish, but=shift.id)
    before = trail.told(shift)
    shift.staff_id, shift.rank = wish.staff_id, wish.rank
    shift.starts_at, shift.ends_at = wish.span.starts_at, wish.span.ends_at
    shift.entered_by, shift.entered_at = by, now
    shift.version += 1
    session.flush()
    payload = trail.changed(before, trail.told(shift))
    trail.record(session, trail.CHANGED, payload, by=by, now=now)


def remove_shift(session: Session, shift: DutyShift, *, seen: int, by: UUID, now: datetime) -> None:
    """Take a shift off the roster. Raises ShiftChanged."""
    _lock(session, shift.agency_code)
    session.refresh(shift)
    if shift.version != seen:
        raise ShiftChanged
    trail.record(session, trail.REMOVED, trail.told(shift), by=by, now=now)
    session.delete(shift)
    session.flush()


def wish_of(shift: DutyShift) -> ShiftWish:
    """Return a shift as it was entered."""
    return ShiftWish(
        agency_code=shift.agency_code,
        staff_id=shift.staff_id,
        rank=shift.rank,
        span=Span(starts_at=shift.starts_at, ends_at=shift.ends_at),
    )


def _lock(session: Session, agency_code: str) -> None:
    key = func.hashtextextended(f"duty:{agency_code}", 0)
    session.execute(select(func.pg_advisory_xact_lock(key)))


def _check_people(
    session: Session, city: City, agency_code: str, wishes: Sequence[ShiftWish]
) -> None:
    known = {actor.staff_id for actor in eligible(session, city, agency_code)}
    if any(wish.staff_id not in known for wish in wishes):
        raise ShiftPersonWrong(pointer="#/staff_id")


def _check_free(session: Session, wish: ShiftWish, *, but: UUID | None) -> None:
    for other in queries.shifts_between(session, wish.agency_code, wish.span):
        if other.id != but and clashes(wish, wish_of(other)):
            raise ShiftClash(
                pointer="#/starts_at",
                rank=other.rank,
                starts_at=other.starts_at.isoformat(),
                ends_at=other.ends_at.isoformat(),
            )
