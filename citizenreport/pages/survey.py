"""`/lacak/survei`: after closing, nine questions that may all be skipped, and whether it is really done.

Opened by what opens the report's own page, or by the link of a mail. The page names neither the
report nor its category.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.cities.rules import Visibility
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n
from citizenreport.intake.rules import ReportNotFound
from citizenreport.pages.follow import for_its_reporter
from citizenreport.pages.opened import BY_LINK, Opened, OtherReportOpen, SecretNeeded, opened_report
from citizenreport.pipeline import reporter
from citizenreport.surveys import service
from citizenreport.surveys.rules.satisfaction import Element, SurveyAnswered, check_answer
from citizenreport.triage.rules import TicketChanged, TransitionNotAllowed
from citizenreport.triage.states import State
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.forms import form_text
from citizenreport.web.guards import public
from citizenreport.web.links import Purpose
from citizenreport.web.problems import describe
from citizenreport.web.translate import _

bp = Blueprint("survey", __name__, url_prefix="/lacak/survei", template_folder="templates")

LINKS: Final = (*BY_LINK, Purpose.SURVEY)
SAID_IN_THE_SURVEY: Final = "Menurut pelapor, masalahnya belum beres (dijawab lewat survei)."
"""The reason of a contest by one tap: stored like what reporters write, so not translated."""

FIT: Final = (_n("Tidak sesuai"), _n("Kurang sesuai"), _n("Sesuai"), _n("Sangat sesuai"))
QUESTIONS: Final[Mapping[Element, tuple[str, tuple[str, ...]]]] = {
    Element.REQUIREMENTS: (_n("Apakah yang harus diisi sesuai dengan keperluannya?"), FIT),
    Element.PROCEDURE: (
        _n("Seberapa mudah cara melapor dan melacaknya?"),
        (_n("Tidak mudah"), _n("Kurang mudah"), _n("Mudah"), _n("Sangat mudah")),
    ),
    Element.TIME: (
        _n("Seberapa cepat laporan ditangani?"),
        (_n("Tidak cepat"), _n("Kurang cepat"), _n("Cepat"), _n("Sangat cepat")),
    ),
    Element.COST: (
        _n("Bagaimana biayanya bagi Anda, misalnya pulsa atau ongkos?"),
        (_n("Sangat mahal"), _n("Cukup mahal"), _n("Murah"), _n("Gratis")),
    ),
    Element.PRODUCT: (_n("Apakah hasilnya sesuai dengan yang dijanjikan?"), FIT),
    Element.COMPETENCE: (
        _n("Seberapa cakap petugas yang menangani?"),
        (_n("Tidak cakap"), _n("Kurang cakap"), _n("Cakap"), _n("Sangat cakap")),
    ),
    Element.CONDUCT: (
        _n("Bagaimana sikap petugas: sopan dan ramah?"),
        (
            _n("Tidak sopan dan ramah"),
            _n("Kurang sopan dan ramah"),
            _n("Sopan dan ramah"),
            _n("Sangat sopan dan ramah"),
        ),
    ),
    Element.COMPLAINTS: (
        _n("Bagaimana keberatan, pertanyaan, dan saran Anda ditanggapi?"),
        (
            _n("Tidak ada tempatnya"),
            _n("Ada, tetapi tidak ditanggapi"),
            _n("Ditanggapi, tetapi kurang"),
            _n("Ditanggapi dengan baik"),
        ),
    ),
    Element.FACILITIES: (
        _n("Bagaimana situs dan sarana layanan ini?"),
        (_n("Buruk"), _n("Cukup"), _n("Baik"), _n("Sangat baik")),
    ),
}
"""Question and the words for 1 to 4. Source: PermenPANRB 14/2017, annex, model questionnaire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The survey of a report, complete before the transaction ends."""

    values: Mapping[str, str]
    has_answer: bool
    is_open: bool
    until: date
    may_contest: bool
    is_confidential: bool
    may_follow: bool


@bp.get("")
@public
def ask() -> ResponseReturnValue:
    """Ask; with the earlier answer filled in while it may be changed."""
    return for_its_reporter(lambda: _page(values=None, faults={}))


@bp.post("")
@public
def answer() -> ResponseReturnValue:
    """Keep the answer, and say what comes next."""
    return for_its_reporter(_keep)


@bp.get("/terima-kasih")
@public
def thank() -> ResponseReturnValue:
    """Thank; who says that it is not done contests by one tap while that is possible."""
    return for_its_reporter(_thanks)


@bp.post("/sanggah")
@public
def contest() -> ResponseReturnValue:
    """Contest the closing: one tap, with or without words."""
    return for_its_reporter(_contest)


def _keep() -> ResponseReturnValue:
    given = {element.value: form_text(element.value) for element in Element}
    is_settled, city = form_text("is_settled"), current_city()
    try:
        said = check_answer(given, is_settled=is_settled)
        with transaction() as session:
            ticket = opened_report(session, links=LINKS).ticket
            service.answer_survey(session, city, ticket, said, now=utcnow())
    except SurveyAnswered:
        return redirect(url_for("survey.thank"), 303)
    except InvalidInput as error:
        problem = describe(error)
        faults = {(error.pointer or "").removeprefix("#/"): problem.detail or problem.title}
        return _page(values={**given, "is_settled": is_settled}, faults=faults), problem.status
    return redirect(url_for("survey.thank"), 303)


def _contest() -> ResponseReturnValue:
    reason, city, keys = form_text("reason").strip(), current_city(), current_keys()
    try:
        with transaction() as session:
            ticket = opened_report(session, links=LINKS).ticket
            text = reason or SAID_IN_THE_SURVEY
            reporter.contest(session, city, keys, ticket, text, now=utcnow())
    except InvalidInput as error:
        problem = describe(error)
        return _thanks(faults={"reason": problem.detail or problem.title}), problem.status
    except (TransitionNotAllowed, TicketChanged):
        pass  # pressed twice, or staff were quicker: the page shows how things stand
    return redirect(url_for("survey.thank"), 303)


def _page(*, values: Mapping[str, str] | None, faults: Mapping[str, str]) -> str:
    with transaction() as session:
        view = _view(session, opened_report(session, links=LINKS))
    return render_template(
        "pages/survey.html",
        survey=view,
        values=view.values if values is None else values,
        faults=faults,
        questions=[(e.value, _(text), [_(w) for w in words]) for e, (text, words) in _asked()],
    )


def _asked() -> list[tuple[Element, tuple[str, tuple[str, ...]]]]:
    return list(QUESTIONS.items())


def _thanks(faults: Mapping[str, str] | None = None) -> str:
    with transaction() as session:
        opened = opened_report(session, links=LINKS)
        view = _view(session, opened)
        is_contested = opened.ticket.state == State.CONTESTED
    return render_template(
        "pages/survey_thanks.html", survey=view, is_contested=is_contested, faults=faults or {}
    )


def _view(session: Session, opened: Opened) -> View:
    city, now, ticket = current_city(), utcnow(), opened.ticket
    standing = service.standing(session, city, ticket, now=now)
    values: dict[str, str] = {}
    if standing.answer is not None:
        values = {element.value: str(n) for element, n in standing.answer.scores.items()}
        settled = standing.answer.is_settled
        values["is_settled"] = {True: "yes", False: "no", None: ""}[settled]
    ends_at = reporter.may_contest_until(city, ticket)
    return View(
        values=values,
        has_answer=standing.answer is not None,
        is_open=standing.is_open,
        until=standing.until,
        may_contest=ends_at is not None and now <= ends_at,
        is_confidential=ticket.visibility == Visibility.CONFIDENTIAL.value,
        may_follow=_may_follow(session),
    )


def _may_follow(session: Session) -> bool:
    """Say whether this browser may open the report itself: a link to the survey is not enough."""
    try:
        opened_report(session)
    except (OtherReportOpen, ReportNotFound, SecretNeeded):
        return False
    return True
