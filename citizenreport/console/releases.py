"""`/petugas/rilis`: the calendar of releases, preparing one, agreeing to it, and from when it goes out."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import Conflict, InvalidInput
from citizenreport.core.text import _n
from citizenreport.identity import queries as identity_queries
from citizenreport.identity.rules import Permission
from citizenreport.indicators.rules.periods import Period, PeriodKind, parse_period
from citizenreport.publication.snapshots import sign_offs
from citizenreport.publication.snapshots.acts import give_up
from citizenreport.publication.snapshots.folders import read_folder
from citizenreport.publication.snapshots.models import Snapshot
from citizenreport.publication.snapshots.queries import snapshot_of, snapshots
from citizenreport.publication.snapshots.rules import SIGNERS, SnapshotState
from citizenreport.web.context import current_city
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.indicator_lines import period_name
from citizenreport.web.problems import describe
from citizenreport.web.sessions import current_actor
from citizenreport.web.snapshots.downloads import send
from citizenreport.web.snapshots.places import snapshots_dir

bp = Blueprint("releases", __name__, url_prefix="/petugas/rilis", template_folder="templates")

STATE_NAMES = {
    SnapshotState.PREPARED: _n("disiapkan"),
    SnapshotState.PUBLISHED: _n("terbit"),
    SnapshotState.GIVEN_UP: _n("dibatalkan"),
}


class MomentInvalid(InvalidInput):
    code = "release-moment-invalid"
    title = _n("Tulis tanggal dan jam terbit.")


@bp.get("")
@requires(Permission.RELEASE_NUMBERS)
def show() -> ResponseReturnValue:
    """Show the calendar, what is being prepared, and all snapshots."""
    return _overview()


@bp.post("")
@requires(Permission.RELEASE_NUMBERS)
def ask() -> ResponseReturnValue:
    """Have a period's snapshot prepared."""
    code, reason = form_text("period").strip(), form_text("reason")
    try:
        with transaction() as session:
            sign_offs.order(
                session,
                current_city(),
                parse_period(code),
                reason=reason,
                by=current_actor().staff_id,
                now=utcnow(),
            )
    except (InvalidInput, Conflict) as error:
        return _overview(error=error, period=code, reason=reason)
    return redirect(url_for("releases.show"), 303)


@bp.get("/<int:number>")
@requires(Permission.RELEASE_NUMBERS)
def one(number: int) -> ResponseReturnValue:
    """Show one snapshot with its files, before it goes out."""
    return _one(number)


@bp.get("/<int:number>/<name>")
@requires(Permission.RELEASE_NUMBERS)
def download(number: int, name: str) -> Response:
    """Send a file of a snapshot that has not gone out."""
    with transaction() as session:
        snapshot_of(session, number)
    return send(number, name)


@bp.post("/<int:number>/setuju")
@requires(Permission.RELEASE_NUMBERS)
def agree(number: int) -> ResponseReturnValue:
    """Agree that it goes out."""
    try:
        with transaction() as session:
            sign_offs.sign_off(session, number, by=current_actor().staff_id, now=utcnow())
    except Conflict as error:
        return _one(number, error=error)
    return redirect(url_for("releases.one", number=number), 303)


@bp.post("/<int:number>/waktu")
@requires(Permission.RELEASE_NUMBERS)
def schedule(number: int) -> ResponseReturnValue:
    """Set from when it may go out."""
    typed = form_text("publish_from").strip()
    try:
        moment = _moment(current_city(), typed)
        with transaction() as session:
            sign_offs.schedule(
                session, number, publish_from=moment, by=current_actor().staff_id, now=utcnow()
            )
    except (InvalidInput, Conflict) as error:
        return _one(number, error=error, publish_from=typed)
    return redirect(url_for("releases.one", number=number), 303)


@bp.post("/<int:number>/batal")
@requires(Permission.RELEASE_NUMBERS)
def cancel(number: int) -> ResponseReturnValue:
    """Give it up: it never goes out."""
    try:
        with transaction() as session:
            row = snapshot_of(session, number, lock=True)
            give_up(session, row, now=utcnow(), actor_id=current_actor().staff_id)
    except Conflict as error:
        return _one(number, error=error)
    return redirect(url_for("releases.show"), 303)


def _moment(city: City, typed: str) -> datetime:
    """Return a moment of the city's clock. Raises MomentInvalid."""
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        raise MomentInvalid(pointer="#/publish_from") from None
    if moment.tzinfo is not None or moment.year < 2000:
        raise MomentInvalid(pointer="#/publish_from")
    return moment.replace(tzinfo=city.calendar.time_zone)


def _overview(
    *, error: InvalidInput | Conflict | None = None, period: str = "", reason: str = ""
) -> Response:
    city = current_city()
    problem = describe(error) if error else None
    with transaction() as session:
        html = render_template(
            "console/releases.html",
            planned=[
                (one.period.code, period_name(one.period), one.planned_at, one.is_published)
                for one in sign_offs.calendar(session, city, today=city.local_date(utcnow()))
            ],
            orders=[
                (period_name(_period(row)), row.asked_at, row.fault)
                for row in sign_offs.open_orders(session)
            ],
            rows=[_line(row) for row in snapshots(session)],
            period=period,
            reason=reason,
            problem=problem,
        )
    return make_response(html, problem.status if problem else HTTPStatus.OK)


def _one(
    number: int, *, error: InvalidInput | Conflict | None = None, publish_from: str = ""
) -> Response:
    """Render the page of a snapshot. Raises SnapshotNotFound."""
    problem = describe(error) if error else None
    with transaction() as session:
        row = snapshot_of(session, number)
        agreed = sign_offs.sign_offs_of(session, number)
        known = identity_queries.active_by_ids(session, [one.staff_id for one in agreed])
        people = [
            (known[one.staff_id].name if one.staff_id in known else "–", one.signed_off_at)
            for one in agreed
        ]
        mine = any(one.staff_id == current_actor().staff_id for one in agreed)
        html = render_template(
            "console/release.html",
            row=_line(row),
            files=sorted(read_folder(snapshots_dir(), number)),
            people=people,
            needed=SIGNERS,
            may_agree=not mine,
            publish_from=publish_from,
            problem=problem,
        )
    return make_response(html, problem.status if problem else HTTPStatus.OK)


def _period(row: Any) -> Period:
    return Period(start_on=row.period_start_on, kind=PeriodKind(row.period_kind))


def _line(row: Snapshot) -> dict[str, Any]:
    state = SnapshotState(row.state)
    return {
        "number": row.number,
        "period": period_name(_period(row)),
        "revision": row.revision,
        "replaces": row.replaces,
        "reason": row.reason,
        "state": STATE_NAMES[state],
        "is_waiting": state is SnapshotState.PREPARED,
        "is_published": state is SnapshotState.PUBLISHED,
        "made_at": row.made_at,
        "publish_from": row.publish_from,
    }
