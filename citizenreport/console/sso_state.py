"""`/petugas/staf/akun-kantor`: how single sign-on is set up, and whether its provider answers now."""

from http import HTTPStatus

from flask import Blueprint, Response, current_app, make_response, render_template
from flask.typing import ResponseReturnValue

from citizenreport.cities.rules import City
from citizenreport.console.home import ROLE_NAMES
from citizenreport.console.words import agency_short_name
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.identity.rules import Grant, Permission
from citizenreport.identity.sso import links
from citizenreport.identity.sso.rules import SsoUnavailable
from citizenreport.web import sso
from citizenreport.web.context import current_city
from citizenreport.web.guards import requires
from citizenreport.web.translate import _

bp = Blueprint(
    "sso_state", __name__, url_prefix="/petugas/staf/akun-kantor", template_folder="templates"
)
SIGNED_OFF_PATH = f"{sso.BACK_PATH.rpartition('/')[0]}/berakhir"


@bp.get("")
@requires(Permission.MANAGE_STAFF)
def show() -> ResponseReturnValue:
    """Show the addresses the provider needs, and what this service expects of it."""
    return _render(None)


@bp.post("/periksa")
@requires(Permission.MANAGE_STAFF)
def check() -> ResponseReturnValue:
    """Ask the provider now."""
    single = sso.needed()
    try:
        single.provider.check(now=utcnow())
    except SsoUnavailable:
        return _render(False)
    return _render(True)


def _render(answers: bool | None) -> Response:
    single, city = sso.offered(), current_city()
    with transaction() as session:
        counts = links.counts(session)
    html = render_template(
        "console/sso_state.html",
        settings=single.settings if single else None,
        groups=[
            (group, ", ".join(_role(city, grant) for grant in grants))
            for group, grants in sorted(single.settings.roles.items())
        ]
        if single
        else [],
        signed_off_uri=str(current_app.config["PUBLIC_URL"]).rstrip("/") + SIGNED_OFF_PATH,
        local=sso.local_login(),
        counts=counts,
        answers=answers,
    )
    return make_response(html, HTTPStatus.OK)


def _role(city: City, grant: Grant) -> str:
    name = _(ROLE_NAMES[grant.role])
    code = grant.agency_code
    return f"{name} · {agency_short_name(city, code)}" if code else name
