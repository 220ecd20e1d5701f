"""`/petugas/tiket/saring`: the filters of the queue as a form sends them; its words go into no address."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.console.queue import QUEUE_READERS, WAYS, render_queue
from citizenreport.console.queue_filters import address, read_wish, wish_args
from citizenreport.console.stored_words import stored_words
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.identity import sessions
from citizenreport.intake.search import BadWording, wording_of
from citizenreport.triage import searches, views
from citizenreport.triage.searches import SearchNotFound
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.sessions import current_actor, current_token

bp = Blueprint("searches", __name__, url_prefix="/petugas/tiket", template_folder="templates")

FILTERS: Final = (
    *("keadaan", "instansi", "kategori", "aspek", "kelurahan", "saluran", "penanggung"),
    *("tenggat", "dari", "sampai", "urut"),
)


@bp.post("/saring")
@requires(*QUEUE_READERS)
def narrow() -> ResponseReturnValue:
    """Go to the queue with these filters; words are kept first, and only their id goes along."""
    city, typed = current_city(), form_text("cari")
    given = {name: form_text(name) for name in FILTERS}
    with transaction() as session:
        # What the filters say is checked before anything is kept.
        wish = read_wish(given, city, words_of=stored_words(session))
        filters = wish_args(wish, city)
        try:
            filters |= _named(session, typed)
        except BadWording as error:
            own = views.views_of(session, current_actor().staff_id)
            return render_queue(session, wish, own, typed=typed, error=error), 422
    way = form_text("ke")
    return redirect(address(filters, endpoint=way if way in WAYS else "queue.show"), 303)


def _named(session: Session, typed: str) -> Mapping[str, str]:
    """Keep the words of a search; return how an address names them. Raises BadWording."""
    if not typed.strip():
        return {}
    words = wording_of(typed).text
    known = _known(session, words)
    if known is None:
        token = current_token()
        known = searches.keep(
            session,
            current_keys(),
            words,
            staff_id=current_actor().staff_id,
            session_id=sessions.id_of(session, token),
            now=utcnow(),
        )
    return {views.WORDS_ARG: str(known)}


def _known(session: Session, words: str) -> UUID | None:
    """Return the search that the page came from, if it is for the same words."""
    try:
        search_id = UUID(form_text("kata"))
        return search_id if stored_words(session)(search_id) == words else None
    except (ValueError, SearchNotFound):
        return None
