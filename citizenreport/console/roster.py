"""`/petugas/piket`: who is on call for an agency, and when nobody is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.console import words
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import Conflict, InvalidInput
from citizenreport.core.text import _n
from citizenreport.duty import queries, roster
from citizenreport.duty.models import DutyShift
from citizenreport.duty.shifts import (
    MAIN,
    SUBSTITUTES_MAX,
    ShiftClash,
    ShiftNotFound,
    ShiftPersonWrong,
    ShiftRankWrong,
    ShiftTimesWrong,
    ShiftWeeksWrong,
    ShiftWish,
    Span,
    gaps,
    weekly,
)
from citizenreport.identity import queries as identity_queries
from citizenreport.identity.delegation import away
from citizenreport.identity.rules import Actor, Permission, Role
from citizenreport.messaging.staff import reachable
from citizenreport.web.context import current_city
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.locale import moment
from citizenreport.web.problems import describe
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint("roster", __name__, url_prefix="/petugas/piket", template_folder="templates")

AHEAD: Final = timedelta(days=14)
SHOWN: Final = timedelta(days=60)
TIME_FORMAT: Final = "%Y-%m-%dT%H:%M"
NOTICES: Final = {
    "tambah": _n("Jadwal piket tersimpan."),
    "ubah": _n("Jadwal piket diubah."),
    "hapus": _n("Jadwal piket dihapus."),
}
Fault = InvalidInput | Conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownShift:
    """A shift in words. `is_open` False: the account is closed; `is_reached` False: no address to call.

    `stand_ins`: who is called instead while the person is on leave.
    """

    shift: DutyShift
    person: str
    rank: str
    is_now: bool
    is_open: bool
    is_reached: bool
    stand_ins: str


@bp.get("")
@requires(Permission.MANAGE_ROSTER, Permission.MOVE_TICKET)
def show() -> ResponseReturnValue:
    """Show the roster of an agency with its gaps, and to its lead the form."""
    return render_roster(_asked_agency())


@bp.post("")
@requires(Permission.MANAGE_ROSTER)
def add() -> ResponseReturnValue:
    """Enter a shift, or the same one for several weeks."""
    agency_code, city, now = _managed(form_text("agency_code")), current_city(), utcnow()
    try:
        wishes = weekly(read_wish(city, agency_code), _weeks())
        with transaction() as session:
            roster.add_shifts(session, city, wishes, by=current_actor().staff_id, now=now)
    except (InvalidInput, Conflict) as error:
        return render_roster(agency_code, error=error, typed=request.form)
    return redirect(url_for("roster.show", instansi=agency_code, beres="tambah"), 303)


@bp.get("/<uuid:shift_id>")
@requires(Permission.MANAGE_ROSTER)
def edit(shift_id: UUID) -> ResponseReturnValue:
    """Show the form of one shift."""
    return render_shift(shift_id)


@bp.post("/<uuid:shift_id>")
@requires(Permission.MANAGE_ROSTER)
def change(shift_id: UUID) -> ResponseReturnValue:
    """Change one shift."""
    city, actor = current_city(), current_actor()
    try:
        with transaction() as session:
            shift = queries.shift_of(session, shift_id, agencies=managed_by(city, actor))
            wish = read_wish(city, shift.agency_code)
            roster.change_shift(
                session, city, shift, wish, seen=_seen(), by=actor.staff_id, now=utcnow()
            )
            agency_code = shift.agency_code
    except (InvalidInput, Conflict) as error:
        return render_shift(shift_id, error=error, typed=request.form)
    return redirect(url_for("roster.show", instansi=agency_code, beres="ubah"), 303)


@bp.post("/<uuid:shift_id>/hapus")
@requires(Permission.MANAGE_ROSTER)
def remove(shift_id: UUID) -> ResponseReturnValue:
    """Take one shift off the roster."""
    city, actor = current_city(), current_actor()
    try:
        with transaction() as session:
            shift = queries.shift_of(session, shift_id, agencies=managed_by(city, actor))
            agency_code = shift.agency_code
            roster.remove_shift(session, shift, seen=_seen(), by=actor.staff_id, now=utcnow())
    except Conflict as error:
        return render_shift(shift_id, error=error)
    return redirect(url_for("roster.show", instansi=agency_code, beres="hapus"), 303)


def managed_by(city: City, actor: Actor) -> frozenset[str]:
    """Return the agencies whose roster a person enters: a lead's own, the desk's by the desk."""
    own = actor.agencies(Permission.MANAGE_ROSTER)
    return own | {city.desk_agency_code} if Role.CITY_DESK in actor.roles else own


def seen_by(city: City, actor: Actor) -> list[str]:
    """Return the agencies whose roster a person may look at, by name."""
    codes = managed_by(city, actor) | actor.agencies(Permission.MOVE_TICKET)
    return sorted(codes, key=lambda code: words.agency_short_name(city, code))


def render_roster(
    agency_code: str,
    *,
    error: Fault | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """Render the page; after a refused entry with what was typed."""
    city, actor, now = current_city(), current_actor(), utcnow()
    may_enter = agency_code in managed_by(city, actor)
    with transaction() as session:
        span = Span(starts_at=now, ends_at=now + SHOWN)
        shifts = queries.shifts_between(session, agency_code, span)
        people = roster.eligible(session, city, agency_code) if may_enter else []
        shown = _shown(session, shifts, now=now)
        html = render_template(
            "console/roster.html",
            agency_code=agency_code,
            agency=words.agency_short_name(city, agency_code),
            agencies=[(c, words.agency_short_name(city, c)) for c in seen_by(city, actor)],
            shifts=shown,
            open_times=_gaps(shifts, now=now),
            people=people,
            ranks=rank_words(),
            may_enter=may_enter,
            notice=_notice(),
            **_fault(error, typed),
        )
    return make_response(html, describe(error).status if error else HTTPStatus.OK)


def render_shift(
    shift_id: UUID,
    *,
    error: Fault | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """Render the form of one shift. Raises ShiftNotFound."""
    city = current_city()
    with transaction() as session:
        shift = queries.shift_of(session, shift_id, agencies=managed_by(city, current_actor()))
        html = render_template(
            "console/shift.html",
            shift=shift,
            agency=words.agency_short_name(city, shift.agency_code),
            people=roster.eligible(session, city, shift.agency_code),
            ranks=rank_words(),
            stored={
                "staff_id": str(shift.staff_id),
                "rank": str(shift.rank),
                "starts_at": _typed_time(city, shift.starts_at),
                "ends_at": _typed_time(city, shift.ends_at),
            },
            **_fault(error, typed),
        )
    return make_response(html, describe(error).status if error else HTTPStatus.OK)


def read_wish(city: City, agency_code: str) -> ShiftWish:
    """Read a shift from the form. Raises ShiftPersonWrong, ShiftRankWrong, ShiftTimesWrong."""
    try:
        staff_id = UUID(form_text("staff_id"))
    except ValueError:
        raise ShiftPersonWrong(pointer="#/staff_id") from None
    rank = form_text("rank")
    if rank not in {str(number) for number in range(SUBSTITUTES_MAX + 1)}:
        raise ShiftRankWrong(pointer="#/rank")
    span = Span(starts_at=_time(city, "starts_at"), ends_at=_time(city, "ends_at"))
    return ShiftWish(agency_code=agency_code, staff_id=staff_id, rank=int(rank), span=span)


def rank_words() -> list[tuple[str, str]]:
    """Return the places of a roster as a form offers them."""
    return [(str(rank), rank_word(rank)) for rank in range(SUBSTITUTES_MAX + 1)]


def rank_word(rank: int) -> str:
    """Return how a place of a roster is called."""
    return _("Petugas piket") if rank == MAIN else _("Pengganti ke-%(n)d", n=rank)


def _shown(session: Session, shifts: Sequence[DutyShift], *, now: datetime) -> list[ShownShift]:
    ids = {shift.staff_id for shift in shifts}
    names = identity_queries.staff_names(session, ids)
    active = identity_queries.active_by_ids(session, ids)
    absent = away(session, ids, now=now)
    stand_ins = {
        id_: [one for one in several if reachable(session, [one.staff_id])]
        for id_, several in absent.items()
    }
    reached = reachable(session, ids) | {id_ for id_, several in stand_ins.items() if several}
    return [
        ShownShift(
            shift=shift,
            person=names[shift.staff_id],
            rank=rank_word(shift.rank),
            is_now=shift.starts_at <= now < shift.ends_at,
            is_open=shift.staff_id in active,
            is_reached=shift.staff_id in reached,
            stand_ins=", ".join(one.name for one in stand_ins.get(shift.staff_id, ())),
        )
        for shift in shifts
    ]


def _gaps(shifts: Sequence[DutyShift], *, now: datetime) -> list[Span]:
    covered = [Span(starts_at=s.starts_at, ends_at=s.ends_at) for s in shifts if s.rank == MAIN]
    return gaps(covered, Span(starts_at=now, ends_at=now + AHEAD))


def _fault(error: Fault | None, typed: Mapping[str, str] | None) -> dict[str, object]:
    problem = describe(error) if error else None
    return {
        "problem": problem,
        "faulty": (error.pointer or "#/").removeprefix("#/") if error else "",
        "why": _why(error) if error else "",
        "typed": typed or {},
    }


def _why(error: Fault) -> str:
    """Return what is wrong; of a clash with which place and time."""
    if not isinstance(error, ShiftClash):
        return _(error.detail)
    return _(
        "Bertabrakan dengan jadwal yang sudah ada: %(rank)s, %(start)s sampai %(end)s. "
        "Satu tempat hanya untuk satu orang, dan satu orang hanya di satu tempat.",
        rank=rank_word(int(str(error.public["rank"]))),
        start=moment(datetime.fromisoformat(str(error.public["starts_at"]))),
        end=moment(datetime.fromisoformat(str(error.public["ends_at"]))),
    )


def _asked_agency() -> str:
    codes = seen_by(current_city(), current_actor())
    asked = request.args.get("instansi")
    if asked is None and codes:
        return codes[0]
    if asked not in codes:
        raise ShiftNotFound
    return asked


def _managed(agency_code: str) -> str:
    if agency_code not in managed_by(current_city(), current_actor()):
        raise ShiftNotFound
    return agency_code


def _time(city: City, name: str) -> datetime:
    """Read a time as the city's clocks show it. Raises ShiftTimesWrong."""
    try:
        typed = datetime.strptime(form_text(name)[:16], TIME_FORMAT)  # noqa: DTZ007 - the zone follows
        return typed.replace(tzinfo=city.calendar.time_zone)
    except ValueError:
        raise ShiftTimesWrong(pointer=f"#/{name}") from None


def _typed_time(city: City, at: datetime) -> str:
    return at.astimezone(city.calendar.time_zone).strftime(TIME_FORMAT)


def _weeks() -> int:
    text = form_text("weeks") or "1"
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise ShiftWeeksWrong(pointer="#/weeks")
    return int(text)


def _seen() -> int:
    text = form_text("seen")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _notice() -> str | None:
    message = NOTICES.get(request.args.get("beres", ""))
    return _(message) if message else None
