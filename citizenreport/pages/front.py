"""`/`: emergency numbers first, one big action, what was released last; and a way out."""

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
from werkzeug.exceptions import HTTPException

from citizenreport.core.db import public_reading
from citizenreport.pages import words
from citizenreport.pages.opened import forget_all
from citizenreport.pages.published import Card, cards
from citizenreport.pages.report_form import villages
from citizenreport.publication import queries as publication_queries
from citizenreport.publication.rules import Page
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches

bp = Blueprint("front", __name__, template_folder="templates")

NEWEST = 6
INDICATORS = "/indikator"
BLUEPRINTS = frozenset({"front", "report", "follow", "follow_acts", "published", "about"})


@bp.get("/")
@public
def show() -> str:
    """Show the front page."""
    city = current_city()
    return render_template(
        "pages/front.html",
        city=city,
        numbers=words.verified_numbers(city),
        newest=_newest(),
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


def _newest() -> list[Card]:
    with public_reading() as session:
        return cards(session, current_city(), publication_queries.page(session, Page(limit=NEWEST)))
