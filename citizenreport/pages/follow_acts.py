"""`/lacak/…`: what the reporter does with the own report. Only the pass in the cookie says which."""

from collections.abc import Callable

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import InvalidInput
from citizenreport.intake.rules import ReportNotFound
from citizenreport.pages.follow import ask_again, forget, timeline
from citizenreport.pages.opened import SecretNeeded, opened_report
from citizenreport.pipeline import reporter
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import TicketChanged, TransitionNotAllowed
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.problems import describe

bp = Blueprint("follow_acts", __name__, url_prefix="/lacak", template_folder="templates")

Work = Callable[[Session, Ticket], None]


@bp.post("/jawab")
@public
def answer() -> ResponseReturnValue:
    """Answer what staff asked."""
    text, city, keys, now = _typed("answer"), current_city(), current_keys(), utcnow()
    return _act(
        lambda session, ticket: reporter.answer_question(
            session, city, keys, ticket, text, now=now
        ),
        field="answer",
    )


@bp.post("/sanggah")
@public
def contest() -> ResponseReturnValue:
    """Say that it is not settled."""
    text, city, keys, now = _typed("reason"), current_city(), current_keys(), utcnow()
    return _act(
        lambda session, ticket: reporter.contest(session, city, keys, ticket, text, now=now),
        field="reason",
    )


@bp.post("/beres")
@public
def confirm() -> ResponseReturnValue:
    """Say that it is settled."""
    city, keys, now = current_city(), current_keys(), utcnow()
    return _act(lambda session, ticket: reporter.confirm(session, city, keys, ticket, now=now))


@bp.post("/tarik")
@public
def withdraw() -> ResponseReturnValue:
    """Take the report back."""
    city, keys, now = current_city(), current_keys(), utcnow()
    return _act(lambda session, ticket: reporter.withdraw(session, city, keys, ticket, now=now))


def _typed(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").replace("\x00", "")


def _act(work: Work, *, field: str = "") -> ResponseReturnValue:
    """Do it and show the timeline; a step that is no longer possible shows how things stand now.

    Text that does not fit is shown again at its `field`.
    """
    keep_out_of_caches()
    try:
        with transaction() as session:
            work(session, opened_report(session).ticket)
    except ReportNotFound:
        return forget(url_for("follow.ask"))
    except SecretNeeded as needed:
        return ask_again(needed)
    except (TransitionNotAllowed, TicketChanged):
        return redirect(url_for("follow.show"), 303)
    except InvalidInput as error:
        problem = describe(error)
        return timeline(faults={field: problem.detail or problem.title}), problem.status
    return redirect(url_for("follow.show"), 303)
