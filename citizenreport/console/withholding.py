"""Taking out of a text what may name third persons, one press each, before it is released.

Nothing is stored here and nothing decided: the form comes back with the words replaced.
"""

from typing import Final
from uuid import UUID

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from citizenreport.console.tickets import render_ticket
from citizenreport.disclosure.third_parties import Mark, marks_in, withheld
from citizenreport.identity.rules import Permission
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires

bp = Blueprint("withholding", __name__, url_prefix="/petugas/tiket/<uuid:ticket_id>")

ALL: Final = "semua"
LANDMARK: Final = "patokan-"


@bp.post("/tayang/samarkan")
@requires(Permission.RELEASE)
def withhold(ticket_id: UUID) -> ResponseReturnValue:
    """Show the form again with what was chosen taken out of its text or its landmark."""
    typed, given = {**request.form, "form": "tayang"}, form_text("samarkan")
    if given.startswith(LANDMARK):
        # As long as nothing is written for the public, it is what the reporter wrote that is taken.
        place = form_text("public_landmark").strip() or form_text("landmark_sent")
        marks = _chosen(place, given.removeprefix(LANDMARK))
        typed["public_landmark"] = withheld(place, marks) if marks else form_text("public_landmark")
    else:
        text = form_text("public_text")
        typed["public_text"] = withheld(text, _chosen(text, given))
    return render_ticket(ticket_id, typed=typed)


def _chosen(text: str, given: str) -> tuple[Mark, ...]:
    found = marks_in(text)
    if given == ALL:
        return found
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 5 else len(found)
    return found[number : number + 1]
