"""The outbox: takes events that nobody has turned into work yet, and enqueues what they ask for.

In ledger order, in batches, each event marked in the transaction that enqueues its jobs: an event
is never lost, and never turned into work twice. The words of new reports are filed for searching.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from citizenreport.cities.rules import Priority
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.queue import Id, enqueue_all
from citizenreport.duty.models import DutyCall
from citizenreport.intake.models import Photo, Report
from citizenreport.intake.rules import Channel
from citizenreport.intake.search import file_words
from citizenreport.jobs.registry import BY_NAME
from citizenreport.ledger.models import Event
from citizenreport.ledger.queries import undispatched
from citizenreport.ledger.rules import StreamKind
from citizenreport.ledger.service import mark_dispatched
from citizenreport.messaging.models import PushWatch
from citizenreport.pipeline.webhooks import file_public_events
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import State

BATCH: Final = 500
URGENT: Final = frozenset({Priority.CRITICAL.value, Priority.HIGH.value})
BY_REPORTER: Final = frozenset({State.WITHDRAWN.value, State.CONTESTED.value})

Call = tuple[str, Mapping[str, Id]]
"""(name of a job, its ids)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What dispatching needs to know of a ticket, read once for a whole batch."""

    has_contact: bool
    has_watch: bool  # a browser is told
    was_called: bool  # somebody on duty
    has_joined: bool  # other reports were joined with it
    priority: str
    is_demo: bool
    is_imported: bool
    bare_photo_ids: tuple[UUID, ...]  # photos that have no thumbnail


def dispatch() -> int:
    """Turn all waiting events into work; return how many there were."""
    total = 0
    while True:
        with transaction() as session:
            count = dispatch_batch(session, now=utcnow())
        total += count
        if count < BATCH:
            return total


def dispatch_batch(session: Session, *, now: datetime) -> int:
    """Turn the oldest waiting events into work; return how many."""
    events = undispatched(session, limit=BATCH)
    if not events:
        return 0
    facts = _facts_of(session, [e.stream_id for e in events if e.stream_kind == StreamKind.TICKET])
    calls: dict[str, list[Mapping[str, Id]]] = defaultdict(list)
    for event in events:
        for name, ids in work_of(event, facts.get(event.stream_id)):
            if ids or not calls[name]:  # what is about nothing in particular is done once
                calls[name].append(ids)
    file_words(session, [UUID(e.payload["report_id"]) for e in events if e.type == "opened"])
    for delivery_id in file_public_events(session, events, now=now):
        calls["deliver_webhook"].append({"delivery_id": delivery_id})
    for name, several in calls.items():
        enqueue_all(session, name, several, priority=BY_NAME[name].priority)
    mark_dispatched(session, events, now=now)
    return len(events)


def work_of(event: Event, facts: Facts | None) -> Iterator[Call]:
    """Yield the jobs an event asks for."""
    if event.stream_kind == StreamKind.TICKET and facts is not None:
        work = TICKET_WORK.get(event.type)
        if work is not None:
            yield from work(event, facts)


def _opened(event: Event, facts: Facts) -> Iterator[Call]:
    yield from _thumbnails(facts)
    if facts.is_demo:
        return
    # Whoever sent a report that is split later was asked about their address then.
    if facts.has_contact and "split_from_ticket_id" not in event.payload:
        yield "check_contact", _ids(event)
    # An import brings the past: nobody is got out of bed for it.
    if event.payload["priority"] in URGENT and not facts.is_imported:
        yield "alert_agency", _ids(event)


def _thumbnails(facts: Facts) -> Iterator[Call]:
    for photo_id in facts.bare_photo_ids:
        yield "make_thumbnail", {"photo_id": photo_id}


def _assigned(event: Event, facts: Facts) -> Iterator[Call]:
    """Tell the reporter; an urgent ticket calls at its new agency."""
    yield from _told(event, facts)
    yield from _urgent(event, facts)


def _priority_changed(event: Event, facts: Facts) -> Iterator[Call]:
    if event.payload["from"] not in URGENT:
        yield from _urgent(event, facts)


def _corrected(event: Event, facts: Facts) -> Iterator[Call]:
    """Call when the right category is urgent, and nobody was called before."""
    if not facts.was_called:
        yield from _urgent(event, facts)


def _urgent(event: Event, facts: Facts) -> Iterator[Call]:
    if facts.priority in URGENT and not facts.is_demo and not facts.is_imported:
        yield "alert_agency", _ids(event)


def _extension(event: Event, facts: Facts) -> Iterator[Call]:
    """Tell the staff it concerns; of a granted one the reporter, too."""
    if not facts.is_demo:
        yield "tell_of_extension", _ids(event)
    if event.type == "extended":
        yield from _told(event, facts)


def _called(event: Event, _facts: Facts) -> Iterator[Call]:
    yield "send_call", _ids(event)


def _told(event: Event, facts: Facts) -> Iterator[Call]:
    if facts.is_demo:
        return
    if facts.has_contact:
        yield "tell_reporter", _ids(event)
    if facts.has_watch:
        yield "tell_browsers", _ids(event)


def _state_changed(event: Event, facts: Facts) -> Iterator[Call]:
    """Tell the reporter, unless the step was the reporter's own."""
    payload = event.payload
    is_answer = event.actor_id is None and payload["from"] == State.NEEDS_INFO.value
    yield from _fate(event, facts)
    # The desk takes up what was returned by handing it over, and that is told.
    is_taken_up = payload["from"] == State.RETURNED.value and payload["to"] == State.NEW.value
    if payload["to"] not in BY_REPORTER and not is_answer and not is_taken_up:
        yield from _told(event, facts)


def _fate(event: Event, facts: Facts) -> Iterator[Call]:
    """Tell the reporters of what was joined with a ticket how it fares in public."""
    if facts.has_joined and not facts.is_demo:
        yield "tell_joined", _ids(event)


def _part(event: Event, facts: Facts) -> Iterator[Call]:
    if not facts.is_demo:
        yield "tell_of_part", _ids(event)


def _part_closed(event: Event, facts: Facts) -> Iterator[Call]:
    yield from _part(event, facts)
    yield from _told(event, facts)


def _escalated(event: Event, _facts: Facts) -> Iterator[Call]:
    yield "tell_next_body", _ids(event)


def _deadline(event: Event, _facts: Facts) -> Iterator[Call]:
    yield "tell_of_deadline", _ids(event)


def _follow_up(event: Event, _facts: Facts) -> Iterator[Call]:
    yield "tell_of_follow_up", _ids(event)


def _question_answered(event: Event, facts: Facts) -> Iterator[Call]:
    if not facts.is_demo:
        yield "tell_of_answer", _ids(event)


def _visibility_raised(_event: Event, facts: Facts) -> Iterator[Call]:
    """Sealing a photo drops its plain thumbnail: it gets a sealed one."""
    yield from _thumbnails(facts)


def _contact_changed(event: Event, facts: Facts) -> Iterator[Call]:
    """Have a new address confirmed."""
    if event.payload["has_new_email"] and facts.has_contact and not facts.is_demo:
        yield "check_contact", _ids(event)


def _erased(_event: Event, _facts: Facts) -> Iterator[Call]:
    yield "note_erasure", {}


def _added(_event: Event, facts: Facts) -> Iterator[Call]:
    yield from _thumbnails(facts)


def _ids(event: Event) -> Mapping[str, Id]:
    return {"ticket_id": event.stream_id, "seq": event.seq}


TICKET_WORK: Final[Mapping[str, Callable[[Event, Facts], Iterator[Call]]]] = {
    "opened": _opened,
    "replied": _told,
    "breach_told": _told,
    "assigned": _assigned,
    "priority_changed": _priority_changed,
    "corrected": _corrected,
    "duty_called": _called,
    "extension_asked": _extension,
    "extended": _extension,
    "extension_refused": _extension,
    "state_changed": _state_changed,
    "released": _fate,
    "split": _told,
    "joint_asked": _part,
    "joint_closed": _part_closed,
    "joint_declined": _part,
    "joint_taken_back": _part,
    "visibility_raised": _visibility_raised,
    "added": _added,
    "work_shown": _added,
    "contact_changed": _contact_changed,
    "erased": _erased,
    "escalated": _escalated,
    "deadline_warned": _deadline,
    "deadline_missed": _deadline,
    "follow_up_due": _follow_up,
    "question_answered": _question_answered,
}


def _facts_of(session: Session, ticket_ids: Sequence[UUID]) -> dict[UUID, Facts]:
    joined = aliased(Ticket)
    rows = session.execute(
        select(
            Ticket.id,
            Ticket.report_id,
            Ticket.is_demo,
            Report.contact_sealed.is_not(None).label("has_contact"),
            exists().where(PushWatch.report_id == Report.id).label("has_watch"),
            exists().where(DutyCall.ticket_id == Ticket.id).label("was_called"),
            exists().where(joined.parent_ticket_id == Ticket.id).label("has_joined"),
            Ticket.priority,
            Report.channel,
        )
        .join(Report, Report.id == Ticket.report_id)
        .where(Ticket.id.in_(set(ticket_ids)))
    ).all()
    photos: dict[UUID, list[UUID]] = defaultdict(list)
    bare = select(Photo.report_id, Photo.id).where(
        Photo.report_id.in_({row.report_id for row in rows}), Photo.thumbnail_key.is_(None)
    )
    for report_id, photo_id in session.execute(bare):
        photos[report_id].append(photo_id)
    return {
        row.id: Facts(
            has_contact=row.has_contact,
            has_watch=row.has_watch,
            was_called=row.was_called,
            has_joined=row.has_joined,
            priority=row.priority,
            is_demo=row.is_demo,
            is_imported=row.channel == Channel.IMPORT.value,
            bare_photo_ids=tuple(photos[row.report_id]),
        )
        for row in rows
    }
