"""`/petugas/pertanyaan`: questions put to one's own body, and the answer. Nothing of any report."""

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, Conflict, InvalidInput
from citizenreport.identity.rules import Permission
from citizenreport.pipeline.ask_body import answer_for_body
from citizenreport.triage import right_of_reply
from citizenreport.triage.queries import bodies_of
from citizenreport.triage.rules import NOTE_MAX_CHARS
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.problems import describe
from citizenreport.web.sessions import current_actor

bp = Blueprint(
    "body_questions", __name__, url_prefix="/petugas/pertanyaan", template_folder="templates"
)


@bp.get("")
@requires(Permission.ANSWER_FOR_BODY)
def show() -> str:
    """List the questions put to one's body, by no day and no number."""
    keep_out_of_caches()
    with transaction() as session:
        questions = right_of_reply.put_to(session, bodies_of(current_city(), current_actor()))
    return render_template("console/body_questions.html", questions=questions)


@bp.get("/<uuid:question_id>")
@requires(Permission.ANSWER_FOR_BODY)
def read(question_id: UUID) -> Response:
    """Show a question and the form for the answer."""
    return _render(question_id)


@bp.post("/<uuid:question_id>")
@requires(Permission.ANSWER_FOR_BODY)
def answer(question_id: UUID) -> ResponseReturnValue:
    """Keep the answer; what was typed is shown again when it is refused."""
    actor, city = current_actor(), current_city()
    try:
        with transaction() as session:
            answer_for_body(
                session,
                current_keys(),
                question_id,
                bodies_of(city, actor),
                form_text("text"),
                by=actor.staff_id,
                now=utcnow(),
            )
    except (InvalidInput, Conflict) as error:
        return _render(question_id, error=error, typed=form_text("text"))
    return redirect(url_for("body_questions.read", question_id=question_id), 303)


def _render(
    question_id: UUID, *, error: CitizenReportError | None = None, typed: str = ""
) -> Response:
    keep_out_of_caches()
    actor, problem = current_actor(), describe(error) if error else None
    with transaction() as session:
        bodies = bodies_of(current_city(), actor)
        row, asked = right_of_reply.for_body(session, current_keys(), question_id, bodies)
        right_of_reply.note_shown(session, row, actor_id=actor.staff_id, now=utcnow())
    html = render_template(
        "console/body_question.html",
        asked=asked,
        typed=typed,
        problem=problem,
        text_max=NOTE_MAX_CHARS,
    )
    return make_response(html, problem.status if problem else HTTPStatus.OK)
