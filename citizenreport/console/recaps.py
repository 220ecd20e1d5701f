"""`/petugas/rekap`: the weekly recap of an agency or of the city, earlier weeks, the sheet as PDF."""

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.console.work_order import pdf_response
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.identity.rules import Actor, Permission
from citizenreport.pipeline.recaps.figures import read_recap
from citizenreport.pipeline.recaps.rules import (
    WEEKS_SHOWN,
    Recap,
    RecapNotFound,
    Week,
    last_week,
    read_week,
)
from citizenreport.web.context import current_city
from citizenreport.web.guards import requires
from citizenreport.web.locale import page_language
from citizenreport.web.recaps import (
    recap_name,
    recap_paper,
    shown_recap,
    week_words,
    whose_words,
)
from citizenreport.web.sessions import current_actor

bp = Blueprint("recaps", __name__, url_prefix="/petugas/rekap", template_folder="templates")


@bp.get("")
@requires(Permission.READ_RECAPS)
def show() -> str:
    """Show a recap: the latest week's, unless another is asked for."""
    city, today = current_city(), current_city().local_date(utcnow())
    with transaction() as session:
        recap = _read(session, city)
    choices = editions(city, current_actor())
    return render_template(
        "console/recap.html",
        recap=shown_recap(city, recap, language=page_language()),
        agency_code=recap.agency_code or "",
        editions=[(code or "", whose_words(city, code)) for code in choices],
        weeks=[(week.code, week_words(week)) for week in _weeks(last_week(today))],
    )


@bp.get("/lembar.pdf")
@requires(Permission.READ_RECAPS)
def sheet() -> Response:
    """Send the recap as one A4."""
    city = current_city()
    with transaction() as session:
        recap = _read(session, city)
    made_at = recap.week.span(city.calendar.time_zone)[1]
    return pdf_response(recap_paper(city, recap, made_at=made_at), recap_name(recap))


def editions(city: City, actor: Actor) -> list[str | None]:
    """Return which editions a person may read, by name: None is the city's."""
    own = sorted(actor.agencies(Permission.READ_RECAPS))
    if not actor.may_for(Permission.READ_RECAPS, agency_code=""):
        return list(own)
    inside = [code for code, agency in city.agencies.items() if not agency.is_external]
    return [None, *sorted(inside, key=lambda code: whose_words(city, code))]


def _read(session: Session, city: City) -> Recap:
    """Return the recap that the address names. Raises RecapNotFound, WeekUnknown."""
    may = editions(city, current_actor())
    asked = request.args.get("instansi", "") or may[0]
    if asked not in may:
        raise RecapNotFound
    week = read_week(request.args.get("pekan", ""), today=city.local_date(utcnow()))
    return read_recap(session, city, week, agency_code=asked)


def _weeks(latest: Week) -> list[Week]:
    found = [latest]
    while len(found) < WEEKS_SHOWN:
        found.append(found[-1].before)
    return found
