"""`/lacak/…`: what the reporter does with the own report. Only the cookie says which one."""

from collections.abc import Callable
from functools import partial
from typing import Final

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, InvalidInput, TooMany, Unavailable
from citizenreport.pages.follow import for_its_reporter, timeline
from citizenreport.pages.opened import opened_report, part_number
from citizenreport.pages.sent_photos import sent_photos
from citizenreport.pipeline import reporter
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import TicketChanged, TransitionNotAllowed
from citizenreport.triage.states import State
from citizenreport.web.context import current_city, current_keys, current_storage
from citizenreport.web.guards import public
from citizenreport.web.limits import LimitReached, count_for_report
from citizenreport.web.problems import describe

bp = Blueprint("follow_acts", __name__, url_prefix="/lacak", template_folder="templates")

TOO_LATE: Final = {
    ("sanggah", State.CONTESTED): "sudah-disanggah",
    ("sanggah", State.CLOSED): "sudah-ditutup",
    ("beres", State.CLOSED): "sudah-ditutup",
    ("tarik", State.WITHDRAWN): "sudah-ditarik",
}
"""The notice of a step that came twice, by its address and the state it finds."""

WITHOUT_WORDS: Final = "act"
"""Where the page says what is wrong with an act that has no field of its own."""

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


@bp.post("/tambah")
@public
def add() -> ResponseReturnValue:
    """Add words or photos while the report is open."""
    text, keys, now = _typed("addition"), current_keys(), utcnow()
    try:
        photos = sent_photos()
    except (InvalidInput, Unavailable, LimitReached) as error:
        return for_its_reporter(partial(_refused, "addition", error))
    return _act(
        lambda session, ticket: reporter.add_information(
            session, keys, current_storage(), ticket, text, photos, now=now
        ),
        field="addition",
        notice="tambahan",
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


def _act(work: Work, *, field: str = "", notice: str = "") -> ResponseReturnValue:
    """Do it and show the timeline; a step that is no longer possible shows how things stand now.

    Text that does not fit is shown again at its `field`; `notice` is said when it is done.
    """
    return for_its_reporter(lambda: _acted(work, field=field, notice=notice))


def _acted(work: Work, *, field: str, notice: str) -> ResponseReturnValue:
    try:
        with transaction() as session:
            opened = opened_report(session)
            count_for_report(opened.report.id)
            work(session, opened.ticket)
    except (TransitionNotAllowed, TicketChanged):
        return redirect(url_for("follow.show", pesan=_too_late(), bagian=_part()), 303)
    except (InvalidInput, TooMany) as error:
        return _refused(field or WITHOUT_WORDS, error)
    return redirect(url_for("follow.show", pesan=notice or None, bagian=_part()), 303)


def _refused(field: str, error: CitizenReportError) -> ResponseReturnValue:
    """Show the page again with what was typed, and what is wrong with it."""
    problem = describe(error)
    page = timeline(faults={field: problem.detail or problem.title})
    return page, problem.status, dict(problem.headers)


def _too_late() -> str:
    """Return which notice a step gets that cannot be made any more."""
    with transaction() as session:
        state = State(opened_report(session).ticket.state)
    return TOO_LATE.get((request.path.rpartition("/")[2], state), "berubah")


def _part() -> int | None:
    """Return which ticket to go back to; None for the first."""
    number = part_number()
    return number if number > 1 else None
