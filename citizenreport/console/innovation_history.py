"""What happened to a record, as its page tells it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from citizenreport.core.text import _n
from citizenreport.identity.queries import staff_names
from citizenreport.ledger.models import Event
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.programme.queries import notes_of
from citizenreport.programme.rules import Phase
from citizenreport.web.innovations import PHASES
from citizenreport.web.translate import _

TITLES: Final = {
    "innovation_created": _n("Catatan dibuat"),
    "innovation_changed": _n("Catatan diubah"),
    "innovation_file_added": _n("Berkas ditambahkan"),
    "innovation_assessed": _n("Penilaian indeks diubah"),
    "innovation_file_removed": _n("Berkas dihapus"),
}
UNKNOWN: Final = _n("Perubahan lain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    at: datetime
    title: str
    who: str
    text: str


def history_of(session: Session, innovation_id: UUID) -> list[Line]:
    """Return what happened, last first, with the words that were written with it."""
    events = history(session, StreamKind.INNOVATION, innovation_id)
    notes = notes_of(session, innovation_id)
    names = staff_names(session, {e.actor_id for e in events if e.actor_id is not None})
    return [
        Line(
            at=event.occurred_at,
            title=_title(event),
            who=names.get(event.actor_id, "") if event.actor_id else "",
            text=notes.get(event.seq, ""),
        )
        for event in reversed(events)
    ]


def _title(event: Event) -> str:
    if event.type == "innovation_moved":
        return _(PHASES[Phase(event.payload["to"])])
    return _(TITLES.get(event.type, UNKNOWN))
