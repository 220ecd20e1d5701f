"""The words of a search by the id that an address carries: the own ones only."""

from functools import partial

from sqlalchemy.orm import Session

from citizenreport.console.queue_filters import WordsOf
from citizenreport.core.clock import utcnow
from citizenreport.triage import searches
from citizenreport.web.context import current_keys
from citizenreport.web.sessions import current_actor


def stored_words(session: Session) -> WordsOf:
    """Return what gives the words of a search of whoever is signed in; else it raises SearchNotFound."""
    staff_id = current_actor().staff_id
    return partial(searches.words_of, session, current_keys(), staff_id=staff_id, now=utcnow())
