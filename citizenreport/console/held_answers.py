"""`/petugas/rasa-aman`: floods of answers about the feeling of safety, until a person decides."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.text import _n
from citizenreport.identity.rules import Permission
from citizenreport.surveys import queries, service
from citizenreport.surveys.queries import HeldGroup
from citizenreport.surveys.rules.pulse import (
    AREA_PER_HOUR,
    NETWORK_PER_HOUR,
    Held,
    PulseInvalid,
)
from citizenreport.surveys.service import Decision
from citizenreport.web.context import current_city
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint(
    "held_answers", __name__, url_prefix="/petugas/rasa-aman", template_folder="templates"
)

REASONS: Final = {
    Held.NETWORK: _n("Lebih dari %(n)s jawaban dalam satu jam dari satu jaringan"),
    Held.AREA: _n("Lebih dari %(n)s jawaban dalam satu jam untuk satu kelurahan"),
}
CEILINGS: Final = {Held.NETWORK: NETWORK_PER_HOUR, Held.AREA: AREA_PER_HOUR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A group in words, with the values that its form sends back."""

    month: str
    reason: str
    area: str
    n: int
    first_at: datetime | None
    last_at: datetime | None
    month_on: str
    held: str
    area_code: str


@bp.get("")
@requires(Permission.DECIDE_HELD_ANSWERS)
def show() -> str:
    """List what is held, never a single answer."""
    city = current_city()
    with transaction() as session:
        groups = [_shown(city, group) for group in queries.held_groups(session)]
    return render_template("console/held_answers.html", groups=groups)


@bp.post("")
@requires(Permission.DECIDE_HELD_ANSWERS)
def decide() -> ResponseReturnValue:
    """Count or delete a group; one that somebody else has decided about is simply gone."""
    decision, actor = _decision(), current_actor()
    with transaction() as session:
        service.decide_held(session, decision, actor_id=actor.staff_id, now=utcnow())
    return redirect(url_for("held_answers.show"), 303)


def _decision() -> Decision:
    choice, held = form_text("decision"), form_text("held")
    if choice not in ("count", "delete") or held not in set(Held):
        raise PulseInvalid(pointer="#/decision")
    try:
        month_on = date.fromisoformat(form_text("month_on"))
    except ValueError as error:
        raise PulseInvalid(pointer="#/month_on") from error
    return Decision(
        month_on=month_on,
        held=Held(held),
        area_code=form_text("area_code") or None,
        do_count=choice == "count",
    )


def _shown(city: City, group: HeldGroup) -> Shown:
    held = Held(group.held)
    area = city.areas.get(group.area_code or "")
    return Shown(
        month=str(format_date(group.month_on, "MMMM y")),
        reason=_(REASONS[held], n=CEILINGS[held]),
        area=area.name if area else _("Tidak disebut"),
        n=group.n,
        first_at=group.first_at,
        last_at=group.last_at,
        month_on=group.month_on.isoformat(),
        held=held.value,
        area_code=group.area_code or "",
    )
