"""The parts of a ticket that several agencies handle, as its page shows them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from citizenreport.cities.rules import City
from citizenreport.console.clocks import Clock, part_clock
from citizenreport.core.text import _n
from citizenreport.identity.rules import Actor
from citizenreport.ledger.models import Event
from citizenreport.pipeline.hand_over import is_suited
from citizenreport.routing.rules import agency_name
from citizenreport.triage.authority import own_parts
from citizenreport.triage.joint import Part, PartState, parts_of
from citizenreport.triage.models import Ticket
from citizenreport.triage.part_models import PartDeadline

LABELS: Final[Mapping[PartState, str]] = {
    PartState.OPEN: _n("Sedang dikerjakan"),
    PartState.CLOSED: _n("Bagian selesai"),
    PartState.TAKEN_BACK: _n("Ditarik"),
    PartState.DECLINED: _n("Ditolak"),
}
TONES: Final[Mapping[PartState, str]] = {
    PartState.OPEN: "accent",
    PartState.CLOSED: "good",
    PartState.DECLINED: "warn",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPart:
    agency_code: str
    agency: str
    label: str
    tone: str
    asked_at: datetime
    clock: Clock | None  # of an open part
    task: str
    note: str
    is_open: bool
    is_declined: bool
    is_own: bool  # this person may close it


def shown_parts(
    city: City,
    actor: Actor,
    ticket: Ticket,
    events: Iterable[Event],
    texts: Mapping[str, str],
    deadlines: Mapping[str, PartDeadline],
    *,
    now: datetime,
) -> list[ShownPart]:
    """Return the parts in the order they were asked for; `deadlines`: the own ones, by agency."""
    own = own_parts(actor, ticket)

    def clock(part: Part) -> Clock | None:
        if part.state is not PartState.OPEN:
            return None
        kept = deadlines.get(part.agency_code)
        return part_clock(city.calendar, ticket, kept.due_at if kept else None, now=now)

    return [
        ShownPart(
            agency_code=part.agency_code,
            agency=agency_name(city, part.agency_code),
            label=LABELS[part.state],
            tone=TONES.get(part.state, ""),
            asked_at=part.asked_at,
            clock=clock(part),
            task=texts.get(part.task_id, ""),
            note=texts.get(part.note_id or "", ""),
            is_open=part.state is PartState.OPEN,
            is_declined=part.state is PartState.DECLINED,
            is_own=part.state is PartState.OPEN and part.agency_code in own,
        )
        for part in parts_of(events)
    ]


def askable(city: City, ticket: Ticket) -> Sequence[tuple[str, str]]:
    """Return (code, name) of the agencies that may be asked for a part."""
    there = {ticket.agency_code, *ticket.joint_agency_codes}
    return sorted(
        (
            (code, agency.name)
            for code, agency in city.agencies.items()
            if code not in there and is_suited(city, ticket, code)
        ),
        key=lambda pair: pair[1],
    )
