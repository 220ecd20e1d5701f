"""`/`: emergency numbers first, one big action, what was released last; and a way out."""

from datetime import timedelta

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import public_reading
from citizenreport.pages import words
from citizenreport.pages.opened import forget_all
from citizenreport.pages.published import cards
from citizenreport.publication import queries as publication_queries
from citizenreport.publication.rules import MEDIAN_FROM_N, CityNumbers, Page
from citizenreport.triage.states import OPEN
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.pack_words import villages

bp = Blueprint("front", __name__, template_folder="templates")

NEWEST = 6
INDICATORS = "/indikator"
MEDIAN_WINDOW_DAYS = 90
"""The median is of what was settled in this many days up to today."""
BLUEPRINTS = frozenset(
    {"front", "report", "follow", "follow_acts", "published", "about", "survey", "pulse", "phone"}
    | {"mail_address", "subscriptions", "stop", "push", "similar", "joins"}
    | {"rights"}
)


@bp.get("/")
@public
def show() -> str:
    """Show the front page."""
    city = current_city()
    with public_reading() as session:
        newest = cards(session, city, publication_queries.page(session, Page(limit=NEWEST)))
        city_numbers = numbers_of(session, city)
    return render_template(
        "pages/front.html",
        city=city,
        numbers=words.verified_numbers(city),
        newest=newest,
        city_numbers=city_numbers,
        median_from_n=MEDIAN_FROM_N,
        villages=villages(city),
        indicators_url=INDICATORS if has_page(INDICATORS) else None,
    )


@bp.post("/keluar-cepat")
@public
def leave() -> Response:
    """Forget the passes of this browser and go to a page that tells nothing."""
    response = make_response(redirect(url_for("front.postal_codes"), 303))
    forget_all(response)
    return response


@bp.get("/kode-pos")
@public
def postal_codes() -> ResponseReturnValue:
    """Show the postal codes: an ordinary page for whoever looks over a shoulder."""
    keep_out_of_caches()
    return render_template("pages/postal_codes.html", villages=villages(current_city()))


@bp.app_context_processor
def page_words() -> dict[str, object]:
    """Give the pages of this door their words; other doors have their own."""
    return dict(words.TEMPLATE_WORDS) if request.blueprint in BLUEPRINTS else {}


def has_page(path: str) -> bool:
    """Say whether this installation has a page at a path."""
    try:
        current_app.url_map.bind("localhost").match(path, "GET")
    except HTTPException:
        return False
    return True


def numbers_of(session: Session, city: City) -> CityNumbers:
    """Return the city in three numbers, by its own calendar."""
    today = city.local_date(utcnow())
    return publication_queries.city_numbers(
        session,
        open_states=[state.value for state in OPEN],
        month_from=today.replace(day=1),
        median_from=today - timedelta(days=MEDIAN_WINDOW_DAYS),
    )
