"""The pages that set up an authenticator app, before and after signing in."""

from http import HTTPStatus

import segno
from flask import Response, make_response, render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from citizenreport.core.errors import CitizenReportError
from citizenreport.identity import totp
from citizenreport.identity.models import Staff
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.problems import describe


def render_setup(
    session: Session, staff: Staff, *, action: str, error: CitizenReportError | None = None
) -> Response:
    """Show the secret as a QR code and as text; ask for its first code."""
    made = totp.enrolment(
        session,
        current_keys(),
        staff.id,
        username=staff.username,
        issuer=f"Lapor {current_city().name}",
    )
    problem = describe(error) if error else None
    html = render_template(
        "console/app_setup.html",
        action=action,
        qr=_qr(made.address) if made else None,
        secret=_grouped(made.secret) if made else None,
        problem=problem,
    )
    return make_response(html, problem.status if problem else HTTPStatus.OK)


def render_codes(codes: list[str], *, onward: str) -> str:
    """Show recovery codes, this once."""
    return render_template("console/recovery_codes.html", codes=codes, onward=onward)


def _qr(address: str) -> Markup:
    """Draw an address as SVG: black on white in every theme, or no camera reads it."""
    drawn = segno.make(address, error="m")
    return Markup(drawn.svg_inline(omitsize=True, border=4, dark="#000", light="#fff"))  # noqa: S704


def _grouped(secret: str) -> str:
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
