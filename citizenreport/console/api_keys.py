"""`/petugas/kunci`: keys for programs. Leads make them for their agency, the city desk for itself;
administrators end them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.console import words
from citizenreport.console.proof import with_fresh_proof
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, InvalidInput
from citizenreport.core.text import _n
from citizenreport.identity import api_keys, queries
from citizenreport.identity.api_keys import ApiKey, BadKeyWish, KeyNeedsAgency
from citizenreport.identity.rules import Actor, Permission
from citizenreport.identity.scopes import Scope
from citizenreport.web.context import current_city
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.problems import describe
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint("api_keys", __name__, url_prefix="/petugas/kunci", template_folder="templates")

SCOPES: Final = {
    Scope.READ_KEY: _n("Membaca keterangan kunci itu sendiri"),
    Scope.SEND_GEOREPORT: _n("Mengirim laporan lewat GeoReport"),
    Scope.READ_TICKETS: _n("Membaca tiket umum dan terbatas, tanpa kontak pelapor"),
    Scope.WRITE_TICKETS: _n("Mengubah keadaan, menjawab pelapor, menulis catatan"),
    Scope.ROUTE_TICKETS: _n("Langkah meja kota"),
}
USUAL_DAYS: Final = 90
NOTICES: Final = {"akhiri": _n("Kunci diakhiri. Sejak sekarang ia tidak membuka apa pun.")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A key in the list."""

    key: ApiKey
    agency: str
    scopes: Sequence[str]
    made_by: str
    state: str
    is_good: bool


@bp.get("")
@requires(Permission.END_KEYS)
def show() -> ResponseReturnValue:
    """List the keys of one's agencies; to administrators all."""
    return _page()


@bp.post("")
@requires(Permission.MAKE_KEYS)
@with_fresh_proof
def make() -> ResponseReturnValue:
    """Make a key and show it this once."""
    actor, city = current_actor(), current_city()
    try:
        agency_code = form_text("agency_code")
        if agency_code not in _made_for(city, actor):
            raise KeyNeedsAgency(pointer="#/agency_code")
        with transaction() as session:
            row, key = api_keys.make(
                session,
                name=form_text("name"),
                scopes=request.form.getlist("scope"),
                days=_days(),
                now=utcnow(),
                agency_code=agency_code,
                is_desk=agency_code == city.desk_agency_code,
                by=actor.staff_id,
            )
            name = row.name
    except InvalidInput as error:
        return _page(error)
    keep_out_of_caches()
    return render_template("console/new_api_key.html", name=name, key=key)


@bp.get("/<uuid:key_id>")
@requires(Permission.END_KEYS)
def uses(key_id: UUID) -> str:
    """Tell what a key did, by day, act and answer."""
    with transaction() as session:
        key = api_keys.one(session, key_id, _seen_agencies(current_city(), current_actor()))
        found = api_keys.uses_of(session, key_id)
        return render_template("console/api_key_uses.html", key=key, uses=found)


@bp.post("/<uuid:key_id>/akhiri")
@requires(Permission.END_KEYS)
def end(key_id: UUID) -> ResponseReturnValue:
    """Make a key worth nothing, at once. Asks no proof: what leaked is ended without delay."""
    actor = current_actor()
    with transaction() as session:
        api_keys.one(session, key_id, _seen_agencies(current_city(), actor))
        api_keys.revoke(session, key_id, now=utcnow(), by=actor.staff_id)
    return redirect(url_for("api_keys.show", beres="akhiri"), 303)


def _made_for(city: City, actor: Actor) -> frozenset[str]:
    """Return the agencies for which a person may make keys."""
    own = actor.agencies(Permission.MAKE_KEYS)
    is_desk = actor.may_for(Permission.MAKE_KEYS, agency_code="")
    return own | {city.desk_agency_code} if is_desk else own


def _seen_agencies(city: City, actor: Actor) -> Collection[str] | None:
    """Return whose keys a person sees and ends; None: everybody's."""
    return None if actor.may(Permission.MANAGE_STAFF) else _made_for(city, actor)


def _days() -> int:
    """Return for how many days a key is wished. Raises BadKeyWish."""
    given = form_text("days")
    if not (given.isascii() and given.isdigit() and len(given) < 4):
        raise BadKeyWish(pointer="#/days")
    return int(given)


def _page(error: CitizenReportError | None = None) -> Response:
    problem = describe(error) if error else None
    city, actor, now = current_city(), current_actor(), utcnow()
    with transaction() as session:
        rows = _rows(session, city, actor, now=now)
    mine = _made_for(city, actor)
    html = render_template(
        "console/api_keys.html",
        rows=rows,
        agencies=sorted((words.agency_short_name(city, code), code) for code in mine),
        scopes=[
            (scope.value, _(label))
            for scope, label in SCOPES.items()
            if scope is not Scope.ROUTE_TICKETS or city.desk_agency_code in mine
        ],
        typed=request.form,
        chosen=request.form.getlist("scope") or [Scope.READ_KEY.value],
        usual_days=USUAL_DAYS,
        longest=api_keys.LONGEST.days,
        notice=_(NOTICES[done]) if (done := request.args.get("beres", "")) in NOTICES else None,
        problem=problem,
        faulty=(error.pointer or "#/").removeprefix("#/") if error else "",
    )
    return make_response(html, problem.status if problem else HTTPStatus.OK)


def _rows(session: Session, city: City, actor: Actor, *, now: datetime) -> list[Row]:
    keys = api_keys.every(session, _seen_agencies(city, actor))
    names = queries.staff_names(session, {key.made_by for key in keys if key.made_by})
    rows = [
        Row(
            key=key,
            agency=words.agency_short_name(city, key.agency_code) if key.agency_code else "–",
            scopes=[_scope_name(name) for name in key.scopes.split()],
            made_by=names.get(key.made_by, "–") if key.made_by else _("Operator"),
            state=_state(key, now=now),
            is_good=key.revoked_at is None and now < key.expires_at,
        )
        for key in keys
    ]
    return sorted(rows, key=lambda row: not row.is_good)


def _scope_name(name: str) -> str:
    return _(SCOPES[Scope(name)]) if name in set(Scope) else name


def _state(key: ApiKey, *, now: datetime) -> str:
    if key.revoked_at is not None:
        return _("diakhiri")
    return _("berlaku") if now < key.expires_at else _("habis masa berlakunya")
