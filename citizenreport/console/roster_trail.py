"""`/petugas/piket/riwayat`: who changed which shift, for leads of the agency and the inspectorate."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, render_template, request

from citizenreport.cities.rules import City
from citizenreport.console import words
from citizenreport.console.roster import managed_by, rank_word
from citizenreport.core.db import transaction
from citizenreport.core.text import _n
from citizenreport.duty import trail
from citizenreport.duty.shifts import ShiftNotFound
from citizenreport.identity import queries as identity_queries
from citizenreport.identity.rules import Actor, Permission
from citizenreport.ledger.models import Event
from citizenreport.web.context import current_city
from citizenreport.web.guards import requires
from citizenreport.web.locale import moment
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint(
    "roster_trail", __name__, url_prefix="/petugas/piket/riwayat", template_folder="templates"
)

TYPES: Final[Mapping[str, str]] = {
    trail.ADDED: _n("Dijadwalkan"),
    trail.CHANGED: _n("Diubah"),
    trail.REMOVED: _n("Dihapus"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One change of a roster. `was`: the shift before it, where it was another."""

    at: datetime
    who: str
    what: str
    shift: str
    was: str


@bp.get("")
@requires(Permission.MANAGE_ROSTER, Permission.SEARCH_TRAIL)
def show() -> str:
    """List the changes of one agency's roster, the newest first."""
    city = current_city()
    codes = _agencies(city, current_actor())
    agency_code = request.args.get("instansi") or next(iter(codes), "")
    if agency_code not in codes:
        raise ShiftNotFound
    with transaction() as session:
        events, has_more = trail.page(session, agency_code, before=_before())
        ids = {UUID(id_) for event in events for id_ in _people(event)}
        ids |= {event.actor_id for event in events if event.actor_id is not None}
        names = identity_queries.staff_names(session, ids)
        lines = [_line(event, names) for event in events]
    return render_template(
        "console/roster_trail.html",
        lines=lines,
        agency_code=agency_code,
        agency=words.agency_short_name(city, agency_code),
        agencies=[(code, words.agency_short_name(city, code)) for code in codes],
        may_see_roster=agency_code in managed_by(city, current_actor()),
        following=events[-1].seq if has_more else None,
    )


def _agencies(city: City, actor: Actor) -> list[str]:
    """Return whose changes a person sees, by name: those they enter; all for the inspectorate."""
    if actor.may(Permission.SEARCH_TRAIL):
        codes = {code for code, agency in city.agencies.items() if not agency.is_external}
    else:
        codes = set(managed_by(city, actor))
    return sorted(codes, key=lambda code: words.agency_short_name(city, code))


def _before() -> int | None:
    given = request.args.get("setelah", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


def _people(event: Event) -> list[str]:
    return [str(event.payload[n]) for n in ("staff_id", "was_staff_id") if n in event.payload]


def _line(event: Event, names: Mapping[UUID, str]) -> Line:
    by = _("Operator") if event.actor_id is None else names.get(event.actor_id, _("Petugas"))
    shift, was = _shift(event.payload, names), ""
    if event.type == trail.CHANGED:
        was = _shift(event.payload, names, prefix="was_")
    what = _(TYPES[event.type]) if event.type in TYPES else event.type
    return Line(at=event.recorded_at, who=by, what=what, shift=shift, was=was)


def _shift(payload: Mapping[str, Any], names: Mapping[UUID, str], *, prefix: str = "") -> str:
    """Return a shift in words: who, as what, from when until when."""
    person = names.get(UUID(str(payload[f"{prefix}staff_id"])), _("Petugas"))
    start, end = (datetime.fromisoformat(payload[f"{prefix}{n}"]) for n in ("starts_at", "ends_at"))
    return _(
        "%(person)s, %(rank)s, %(start)s sampai %(end)s",
        person=person,
        rank=rank_word(int(payload[f"{prefix}rank"])),
        start=moment(start),
        end=moment(end),
    )
