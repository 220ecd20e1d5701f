"""What makes the pages an app on the phone: manifest, service worker, the offline page, the own list.

Sending from the phone goes through the API; two small routes here let it use the form's pages: one
asks whether the form has something to say first, the other shows the receipt.
"""

import hashlib
import json
from functools import cache
from typing import Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from citizenreport.cities.rules import City, Visibility
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import InvalidInput
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.rules import Draft, ReportNotFound, check
from citizenreport.pages import similar, words
from citizenreport.triage.states import State
from citizenreport.web import passes
from citizenreport.web.assets import BUILT, asset_url, manifest, parts
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.limit_rules import LOOKUP
from citizenreport.web.limits import guessing, limited
from citizenreport.web.locale import page_language
from citizenreport.web.report_schema import read_form, without_dropped_point
from citizenreport.web.translate import _

bp = Blueprint("phone", __name__, template_folder="templates")

WORKER: Final = "pages/sw.js"
WORKER_POLICY: Final = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"
"""A worker is bound by the policy of its own file: without `connect-src` it fetches nothing."""
THEME: Final = "#0b6156"
PAPER: Final = "#f7f4ee"


@bp.get("/manifest.webmanifest")
@public
def web_manifest() -> Response:
    """Describe the app to the phone that installs it, in the language of the page that asks."""
    city = current_city()
    name = _("Lapor %(city)s", city=city.name)
    body = {
        "id": "/",
        "name": name,
        "short_name": _("Lapor"),
        "description": _("Lapor masalah di sekitar Anda"),
        "lang": page_language(),
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": THEME,
        "background_color": PAPER,
        "icons": _icons(),
        "shortcuts": [
            {"name": _("Lapor sekarang"), "url": url_for("report.ask")},
            {"name": _("Laporan saya"), "url": url_for("phone.mine")},
        ],
    }
    return Response(json.dumps(body), mimetype="application/manifest+json")


@bp.get("/sw.js")
@public
def worker() -> ResponseReturnValue:
    """Send the service worker. It lives at the root, for a worker rules what is below its address."""
    script = _worker_script(_general_form(current_city()))
    response = Response(script, mimetype="text/javascript")
    response.headers["Content-Security-Policy"] = WORKER_POLICY
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/luring")
@public
def offline() -> str:
    """Say that there is no network, and what works without; kept on the phone for that moment."""
    city = current_city()
    return render_template(
        "pages/offline.html",
        city=city,
        numbers=words.verified_numbers(city),
        general_form=_general_form(city),
    )


@bp.get("/laporan-saya")
@public
def mine() -> str:
    """Show what waits on this phone and what is kept on it; the server knows nothing of either."""
    states = {state.value: words.state_label(state.value) for state in State}
    return render_template("pages/mine.html", city=current_city(), states=states)


@bp.post("/lapor/periksa")
@limited(LOOKUP)
@public
def look() -> ResponseReturnValue:
    """Say, before anything is sent, whether the form has something to show first.

    204: nothing, send it. 422: send the form itself, and its page says what is wrong or similar.
    """
    keep_out_of_caches()
    city = current_city()
    draft, wrong = read_form(without_dropped_point(request.form), city=city, locale=page_language())
    has_more = wrong or not _is_fine(city, draft) or similar.unseen(city, draft)
    return ("", 422) if has_more else ("", 204)


@bp.post("/lapor/terkirim")
@public
def show_receipt() -> ResponseReturnValue:
    """Exchange code and secret of a report sent from the phone for its receipt."""
    keep_out_of_caches()
    own = passes.typed_pass(request.form.get("code", ""), request.form.get("secret", ""))
    try:
        with guessing(), transaction() as session:
            intake_queries.by_code_and_secret(
                session, current_keys(), tracking_code=own.code, secret=own.secret
            )
    except ReportNotFound:
        return render_template("pages/sent_before.html"), 404
    response = make_response(redirect(url_for("report.sent"), 303))
    passes.give(response, passes.RECEIPT, own)
    return response


def _is_fine(city: City, draft: Draft) -> bool:
    try:
        check(city, draft, now=utcnow())
    except InvalidInput:
        return False
    return True


def _icons() -> list[dict[str, str]]:
    def icon(name: str, sizes: str, kind: str, purpose: str) -> dict[str, str]:
        return {
            "src": asset_url(f"pages/icons/{name}"),
            "sizes": sizes,
            "type": kind,
            "purpose": purpose,
        }

    return [
        icon("icon-192.png", "192x192", "image/png", "any"),
        icon("icon-512.png", "512x512", "image/png", "any"),
        icon("maskable-512.png", "512x512", "image/png", "maskable"),
        {"src": asset_url("web/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
    ]


def _general_form(city: City) -> str:
    """Return the form that is ready on every phone: of the last category that may leave a trace."""
    general = [
        category
        for category in city.categories.values()
        if category.visibility is not Visibility.CONFIDENTIAL
    ]
    code = general[-1].category_code
    return url_for("report.ask", kategori=code)


@cache
def _worker_script(general_form: str) -> str:
    """Return the built worker behind the facts it needs."""
    built = (BUILT / manifest()[WORKER]).read_text() if WORKER in manifest() else ""
    shell = [url_for("report.ask"), url_for("phone.mine"), general_form]
    names = json.dumps([manifest(), shell], sort_keys=True)
    facts = {
        "version": hashlib.sha256(f"{built}{names}".encode()).hexdigest()[:12],
        "shell": shell,
        "offline": url_for("phone.offline"),
        "parts": parts(),
    }
    return f"self.BUILD={json.dumps(facts)};\n{built}"
