"""`/petugas/kendali/kanal`: how it stands with the carriers of residents' messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import Blueprint, current_app, render_template

from citizenreport.console.job_words import reason_words
from citizenreport.console.words import CHANNELS
from citizenreport.conversations import queries
from citizenreport.conversations.models import CarrierState
from citizenreport.conversations.rules import Carrier
from citizenreport.core.db import transaction
from citizenreport.core.text import _n
from citizenreport.identity.rules import Permission
from citizenreport.jobs.chat_carriers import is_on
from citizenreport.jobs.letters import SPAM, UNREADABLE
from citizenreport.web.guards import requires
from citizenreport.web.translate import _

bp = Blueprint(
    "carriers", __name__, url_prefix="/petugas/kendali/kanal", template_folder="templates"
)

FAULTS: Final[Mapping[str, str]] = {
    UNREADABLE: _n("Ada surat yang tidak dapat dibaca. Surat itu ditandai di kotak surat."),
    SPAM: _n("Ada surat yang dianggap spam. Surat itu ditandai di kotak surat."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCarrier:
    """One carrier in words. `place`: the address it posts to; empty for mail, which is fetched."""

    name: str
    is_on: bool
    place: str
    heard_at: datetime | None
    failed_at: datetime | None
    fault: str
    chats: int
    answers: int


@bp.get("")
@requires(Permission.STEER_CITY)
def show() -> str:
    """Show which carriers are on, when each was heard last, and what went wrong last."""
    with transaction() as session:
        states = queries.carrier_states(session)
        answers = queries.answers_waiting(session)
        chats = queries.open_chats_of_all(session)
        shown = [
            _shown(one, states.get(one.value), chats.get(one.value, 0), answers.get(one.value, 0))
            for one in Carrier
        ]
    return render_template("console/carriers.html", carriers=shown)


def _shown(carrier: Carrier, state: CarrierState | None, chats: int, answers: int) -> ShownCarrier:
    fault = state.fault if state else ""
    posts_to = f"{current_app.config['PUBLIC_URL']}/kanal/{carrier.value}"
    return ShownCarrier(
        name=_(CHANNELS[carrier.channel.value]),
        is_on=is_on(carrier),
        place="" if carrier.is_letter else posts_to,
        heard_at=state.heard_at if state else None,
        failed_at=state.failed_at if state else None,
        fault=(_(FAULTS[fault]) if fault in FAULTS else reason_words(fault)) if fault else "",
        chats=chats,
        answers=answers,
    )
