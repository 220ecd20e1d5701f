"""`/rasa-aman`: how safe people feel near home, answered by whoever likes, without a name."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, format_decimal

from citizenreport.cities.rules import AreaLevel, City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import public_reading, transaction
from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n
from citizenreport.pages import words
from citizenreport.surveys import queries, service
from citizenreport.surveys.models import PublishedPulseValue
from citizenreport.surveys.rules.pulse import (
    AgeBand,
    Division,
    Feeling,
    Question,
    Sex,
    check_pulse,
    month_after,
    month_of,
)
from citizenreport.surveys.service import Sender
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.forms import form_text
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.pack_words import villages
from citizenreport.web.problems import describe
from citizenreport.web.sessions import cookie_name, is_https
from citizenreport.web.translate import _

bp = Blueprint("pulse", __name__, url_prefix="/rasa-aman", template_folder="templates")

COOKIE: Final = "pulse"
FIELDS: Final = ("by_day", "after_dark", "area_code", "age_band", "sex")
FEELING_NAMES: Final[Mapping[Feeling, str]] = {
    Feeling.VERY_SAFE: _n("Sangat aman"),
    Feeling.SAFE: _n("Cukup aman"),
    Feeling.UNSAFE: _n("Kurang aman"),
    Feeling.VERY_UNSAFE: _n("Sangat tidak aman"),
    Feeling.NEVER_OUT: _n("Tidak pernah berjalan sendiri"),
}
SEX_NAMES: Final[Mapping[Sex, str]] = {Sex.FEMALE: _n("Perempuan"), Sex.MALE: _n("Laki-laki")}
QUESTION_NAMES: Final[Mapping[Question, str]] = {
    Question.DAY: _n("Siang hari"),
    Question.DARK: _n("Setelah gelap"),
}
DIVISION_NAMES: Final[Mapping[Division, str]] = {
    Division.AREA: _n("Kelurahan"),
    Division.AGE: _n("Umur"),
    Division.SEX: _n("Jenis kelamin"),
}


@bp.get("")
@public
def ask() -> str:
    """Ask."""
    return _page(values={}, faults={})


@bp.post("")
@public
def answer() -> ResponseReturnValue:
    """Keep the answer; the same browser's earlier one of this month is replaced."""
    keep_out_of_caches()
    city, now = current_city(), utcnow()
    given = {name: form_text(name) for name in FIELDS}
    areas = {a.area_code for a in city.areas.values() if a.level is AreaLevel.VILLAGE}
    try:
        said = check_pulse(given, area_codes=areas)
    except InvalidInput as error:
        problem = describe(error)
        faults = {(error.pointer or "").removeprefix("#/"): problem.detail or problem.title}
        return _page(values=given, faults=faults), problem.status
    held = request.cookies.get(cookie_name(COOKIE))
    token = held if held and service.is_browser_token(held) else service.new_browser_token()
    sender = Sender(token=token, address=request.remote_addr or "")
    with transaction() as session:
        service.answer_pulse(session, city, current_keys(), said, sender=sender, now=now)
    response = make_response(redirect(url_for("pulse.thank"), 303))
    _remember(response, token, ends_at=_end_of_month(city, now), now=now)
    return response


@bp.get("/terima-kasih")
@public
def thank() -> str:
    """Thank, with the latest result where enough have answered."""
    return _results(is_thanks=True)


@bp.get("/hasil")
@public
def results() -> str:
    """Show the latest result where enough have answered."""
    return _results(is_thanks=False)


def _page(*, values: Mapping[str, str], faults: Mapping[str, str]) -> str:
    city = current_city()
    return render_template(
        "pages/pulse.html",
        values=values,
        faults=faults,
        feelings=[(feeling.value, _(name)) for feeling, name in FEELING_NAMES.items()],
        questions=[
            ("by_day", _(QUESTION_NAMES[Question.DAY])),
            ("after_dark", _(QUESTION_NAMES[Question.DARK])),
        ],
        villages=villages(city),
        ages=[band.value for band in AgeBand],
        sexes=[(sex.value, _(name)) for sex, name in SEX_NAMES.items()],
    )


def _results(*, is_thanks: bool) -> str:
    city = current_city()
    with public_reading() as session:
        rows = queries.latest_pulse(session)
        whole = list(_by_question(r for r in rows if r.division == Division.NONE).values())
        tables = [
            (_(name), _table(city, rows, division)) for division, name in DIVISION_NAMES.items()
        ]
        month = format_date(rows[0].month_on, "MMMM y") if rows else ""
        is_demo = any(row.is_demo for row in rows)
        is_weighted = any(row.is_weighted for row in rows)
    return render_template(
        "pages/pulse_results.html",
        is_thanks=is_thanks,
        whole=whole,
        tables=[(name, lines) for name, lines in tables if lines],
        month=month,
        is_demo=is_demo,
        is_weighted=is_weighted,
    )


def _table(
    city: City, rows: Sequence[PublishedPulseValue], division: Division
) -> list[tuple[str, dict[str, dict[str, str]]]]:
    """Return (name of the group, its figures by question)."""
    found = [row for row in rows if row.division == division]
    return [
        (_cell_name(city, division, cell), _by_question(r for r in found if r.cell == cell))
        for cell in dict.fromkeys(row.cell for row in found)
    ]


def _by_question(rows: Iterable[PublishedPulseValue]) -> dict[str, dict[str, str]]:
    """Return figures in words, by the name of the question, day before dark."""
    known = {Question(row.question): row for row in rows}
    lines = [_line(known[question]) for question in Question if question in known]
    return {line["question"]: line for line in lines}


def _line(row: PublishedPulseValue) -> dict[str, str]:
    error = format_decimal(row.standard_error, format="#,##0.0")
    return {
        "question": _(QUESTION_NAMES[Question(row.question)]),
        "share": format_decimal(row.share, format="#,##0.0"),
        # When all say the same, the formula gives nought: that is no certainty.
        "error": f"±{error}" if 0 < row.share < 100 else "±?",
        "n": format_decimal(row.n),
    }


def _cell_name(city: City, division: Division, cell: str) -> str:
    if division is Division.SEX:
        return _(SEX_NAMES[Sex(cell)])
    if division is Division.AGE:
        return _("%(band)s tahun", band=cell.replace("-", "–"))
    return words.area_name(city, cell) or cell


def _end_of_month(city: City, now: datetime) -> datetime:
    next_on = month_after(month_of(city.local_date(now)))
    return datetime(next_on.year, next_on.month, 1, tzinfo=city.calendar.time_zone)


def _remember(response: Response, token: str, *, ends_at: datetime, now: datetime) -> None:
    """Have the browser keep its random mark until the month is over, and no longer."""
    response.set_cookie(
        cookie_name(COOKIE),
        token,
        max_age=max(1, (ends_at - now) // timedelta(seconds=1)),
        secure=is_https(),
        httponly=True,
        samesite="Strict",
        path="/",
    )
