"""`/petugas/aturan/uji`: a draft tried on ninety days, its difference, activation and undo."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.console import words
from citizenreport.console.edits.faults import faults_of
from citizenreport.console.rule_drafts import check_table
from citizenreport.console.rule_words import receiver_name
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import Conflict, InvalidInput
from citizenreport.identity import queries as identity_queries
from citizenreport.identity.rules import Permission
from citizenreport.pipeline import rule_change
from citizenreport.routing import drafts
from citizenreport.routing.draft_models import RuleReplay
from citizenreport.routing.drafts import DayPassed
from citizenreport.triage.rule_moves import shown_moves
from citizenreport.web.context import current_city, refresh_city
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.problems import describe
from citizenreport.web.sessions import current_actor

bp = Blueprint(
    "rule_replays", __name__, url_prefix="/petugas/aturan/uji", template_folder="templates"
)

REFRESH_S: Final = 3


@bp.post("")
@requires(Permission.STEER_CITY)
def ask() -> ResponseReturnValue:
    """Have the draft tried on the past."""
    city, now = current_city(), utcnow()
    with transaction() as session:
        row = drafts.ask_replay(
            session,
            city,
            seen=_seen(),
            from_day=_day(),
            by=current_actor().staff_id,
            now=now,
        )
        check_table(session, row.rows)
        replay_id = row.id
    return redirect(url_for("rule_replays.show", replay_id=replay_id), 303)


@bp.get("/<uuid:replay_id>")
@requires(Permission.STEER_CITY)
def show(replay_id: UUID) -> ResponseReturnValue:
    """Show how far the trial is, then what would change."""
    return render_replay(replay_id)


@bp.post("/<uuid:replay_id>/berlaku")
@requires(Permission.STEER_CITY)
def activate(replay_id: UUID) -> ResponseReturnValue:
    """Put the tried rules into force."""
    city, reason = current_city(), form_text("reason")
    try:
        with transaction() as session:
            check_table(session, drafts.replay_of(session, replay_id).rows)
            rule_change.activate(
                session,
                city,
                replay_id,
                reason=reason,
                by=current_actor().staff_id,
                now=utcnow(),
            )
    except (InvalidInput, Conflict) as error:
        return render_replay(replay_id, error=error, reason=reason)
    refresh_city()
    return redirect(url_for("rule_replays.show", replay_id=replay_id), 303)


@bp.post("/<uuid:replay_id>/batal")
@requires(Permission.STEER_CITY)
def undo(replay_id: UUID) -> ResponseReturnValue:
    """Take a change back."""
    reason = form_text("reason")
    try:
        with transaction() as session:
            rule_change.undo(
                session,
                current_city(),
                replay_id,
                reason=reason,
                by=current_actor().staff_id,
                now=utcnow(),
            )
    except (InvalidInput, Conflict) as error:
        return render_replay(replay_id, error=error, reason=reason)
    refresh_city()
    return redirect(url_for("rule_replays.show", replay_id=replay_id), 303)


def render_replay(
    replay_id: UUID, *, error: InvalidInput | Conflict | None = None, reason: str = ""
) -> Response:
    """Render the page. Raises ReplayNotFound."""
    city = current_city()
    problem = describe(error) if error else None
    with transaction() as session:
        row = drafts.replay_of(session, replay_id)
        moves = shown_moves(session, city, current_actor(), replay_id)
        html = render_template(
            "console/rule_replay.html",
            row=row,
            result=_in_words(city, drafts.result_of(row)),
            people=_people(session, row),
            counts=drafts.move_counts(session, replay_id),
            moves=[
                (move.ticket_id, move.tracking_code, *_names(city, move.source, move.target))
                for move in moves.listed
            ],
            protected_count=moves.protected_count,
            more_count=moves.more_count,
            may_activate=row.finished_at is not None and row.activated_at is None,
            may_undo=row.activated_at is not None and row.undone_at is None,
            reason=reason,
            problem=problem,
            faults=faults_of(city, error),
        )
    response = make_response(html, problem.status if problem else HTTPStatus.OK)
    is_at_work = row.finished_at is None or (row.undone_at and row.restored_at is None)
    if is_at_work and error is None:
        response.headers["Refresh"] = str(REFRESH_S)
    return response


def _in_words(city: City, result: Mapping[str, Any]) -> dict[str, Any]:
    if not result:
        return {}
    changes = [
        (words.category_name(city, code), old or "–", new or "–", *_names(city, was, now), count)
        for code, old, new, was, now, count in result["changes"]
    ]
    agencies = [
        (receiver_name(city, code), before, after)
        for code, (before, after) in result["agencies"].items()
        if before != after
    ]
    return {**result, "changes": changes, "agencies": agencies}


def _names(city: City, *codes: str) -> tuple[str, ...]:
    return tuple(receiver_name(city, code) for code in codes)


def _people(session: Session, row: RuleReplay) -> dict[str, str]:
    ids = {id_ for id_ in (row.asked_by, row.activated_by, row.undone_by) if id_ is not None}
    names = identity_queries.staff_names(session, ids)
    return {str(id_): names[id_] for id_ in ids}


def _day() -> date:
    try:
        return date.fromisoformat(form_text("from_day"))
    except ValueError:
        raise DayPassed(pointer="#/from_day") from None


def _seen() -> int:
    text = form_text("seen")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
