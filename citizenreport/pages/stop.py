"""`/berhenti/<token>`: one click ends mails about a report, or a subscription; another takes them up.

The token in the address is the right itself, so no cookie is read and no form of ours is needed:
a mail programme posts here for its user. Source: RFC 8058.
"""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.messaging import queries as messaging_queries
from citizenreport.messaging import service as messaging
from citizenreport.pages.mail_address import over
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.links import LinkOver, Purpose, opened
from citizenreport.web.paths import STOP_PATH

bp = Blueprint("stop", __name__, url_prefix=STOP_PATH, template_folder="templates")


@bp.get("/<token>")
@public
def ask(token: str) -> ResponseReturnValue:
    """Show the button. Looking changes nothing: mail scanners open every link."""
    keep_out_of_caches()
    if _about(token) is None:
        return over()
    return render_template("pages/stop.html", token=token)


@bp.post("/<token>")
@public
def stop(token: str) -> ResponseReturnValue:
    """End them at once."""
    keep_out_of_caches()
    return _page("pages/stopped.html", token, at=utcnow())


@bp.post("/<token>/urung")
@public
def undo(token: str) -> ResponseReturnValue:
    """Take them up again."""
    keep_out_of_caches()
    return _page("pages/stop_undone.html", token, at=None)


def _page(template: str, token: str, *, at: datetime | None) -> ResponseReturnValue:
    about = _about(token)
    if about is None:
        return over()
    with transaction() as session:
        is_done = _set(session, about, at=at)
    return render_template(template, token=token) if is_done else over()


def _set(session: Session, about: UUID, *, at: datetime | None) -> bool:
    row = messaging_queries.subscription(session, about)
    if row is not None:
        messaging.end_subscription(session, row, at=at)
        return True
    check = messaging_queries.check_by_id(session, about)
    if check is not None:
        messaging.stop_contact(session, check, at=at)
    return check is not None


def _about(token: str) -> UUID | None:
    try:
        return opened(token, Purpose.UNSUBSCRIBE)
    except LinkOver:
        return None
