"""The fate of the first report, told to those whose reports were joined with it.

Only what the public sees of it: its code and its state, while it is released. A report that became
confidential, or was taken off the public pages, is told to nobody; that is asked again when each
mail is written.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask_babel import force_locale
from sqlalchemy.orm import Session

from citizenreport.cities.rules import Visibility
from citizenreport.core.db import transaction
from citizenreport.core.queue import Id, enqueue
from citizenreport.intake import queries as intake_queries
from citizenreport.jobs.mails import (
    Subject,
    message_key_of,
    post,
    report_link,
    reporter_address,
    subject_of,
    write_to_reporter,
)
from citizenreport.jobs.pushes import hand_over, opened
from citizenreport.ledger.models import Event
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.messaging import queries as messaging_queries
from citizenreport.messaging.models import PushWatch
from citizenreport.messaging.push import Push
from citizenreport.messaging.rules import Mail
from citizenreport.messaging.texts_reader import NEWS_PUSH
from citizenreport.messaging.texts_together import JOINED_NEWS, JOINED_PUSH
from citizenreport.publication.queries import release_with_report
from citizenreport.triage import queries as triage_queries
from citizenreport.triage.states import LABELS, State
from citizenreport.web.translate import _

FATES: Final = frozenset(
    {
        *(State.IN_PROGRESS, State.SCHEDULED, State.RESOLVED, State.CLOSED, State.REOPENED),
        *(State.REFERRED, State.ARCHIVED),
    }
)
"""Steps that matter to whoever reported the same thing."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Fate:
    """What one joined report is told. `subject`: its own ticket, with the first report's event."""

    subject: Subject
    first_code: str
    state: State


def tell_joined(*, ticket_id: str, seq: int) -> None:
    """Enqueue a mail and the pushes for each report that was joined with a ticket."""
    with transaction() as session:
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        if subject is None or public_fate(session, subject) is None:
            return
        for joined in triage_queries.joined_with(session, subject.ticket.id):
            ids: dict[str, Id] = {"ticket_id": ticket_id, "seq": seq, "joined_id": joined.id}
            enqueue(session, "mail_joined", **ids)
            for row in messaging_queries.watches_of(session, joined.report_id):
                enqueue(session, "push_joined", **ids, watch_id=row.id)


def public_fate(session: Session, subject: Subject) -> tuple[str, State] | None:
    """Return code and state that an event made public; None while the public sees nothing of it."""
    ticket, event = subject.ticket, subject.event
    _release, published = release_with_report(session, ticket.id)
    if published is None or ticket.visibility != Visibility.PUBLIC.value:
        return None
    if event.type == "released":
        state = _state_at_first_release(session, event)
    else:
        is_resumed = event.payload["from"] == State.NEEDS_INFO.value
        state = None if is_resumed else State(event.payload["to"])
    return (published.tracking_code, state) if state in FATES else None


def _state_at_first_release(session: Session, event: Event) -> State | None:
    """Return the state in which a ticket became public; None when it had been before."""
    state = State.NEW
    for earlier in history(session, StreamKind.TICKET, event.stream_id):
        if earlier.seq == event.seq:
            return state
        if earlier.type == "released":
            return None
        if earlier.type == "state_changed":
            state = State(earlier.payload["to"])
    return None


def mail_joined(*, ticket_id: str, seq: int, joined_id: str) -> None:
    """Mail one event of the first report to the reporter of one that was joined with it."""
    with transaction() as session:
        fate = fate_of(session, ticket_id=ticket_id, seq=seq, joined_id=joined_id)
        address = reporter_address(session, fate.subject.report) if fate else None
        mail = joined_mail(fate, to=address) if fate and address else None
    if mail is not None:
        post(mail)


def push_joined(*, ticket_id: str, seq: int, joined_id: str, watch_id: str) -> None:
    """Push one event of the first report to a browser that watches one that was joined with it."""
    with transaction() as session:
        row = session.get(PushWatch, UUID(watch_id))
        fate = fate_of(session, ticket_id=ticket_id, seq=seq, joined_id=joined_id)
        if row is None or fate is None:
            return
        push = joined_push(fate, language=row.language)
        to, hmac = opened(row)
    hand_over(push, to, hmac)


def fate_of(session: Session, *, ticket_id: str, seq: int, joined_id: str) -> Fate | None:
    """Return what a joined report is told now; None when they were parted, or it is not public."""
    first = subject_of(session, ticket_id=ticket_id, seq=seq)
    ticket = triage_queries.for_system(session, UUID(joined_id))
    found = public_fate(session, first) if first else None
    if first is None or ticket is None or found is None:
        return None
    is_joined = (
        ticket.state == State.DUPLICATE.value
        and ticket.parent_ticket_id == first.ticket.id
        and ticket.visibility == Visibility.PUBLIC.value
    )
    if not is_joined:
        return None
    report = intake_queries.by_id(session, ticket.report_id)
    check = messaging_queries.check_of(session, report.id)
    subject = Subject(
        ticket=ticket, report=report, event=first.event, check_id=check.id if check else None
    )
    return Fate(subject=subject, first_code=found[0], state=found[1])


def joined_mail(fate: Fate, *, to: str) -> Mail:
    """Write the mail, in the language of whose report was joined."""
    subject = fate.subject
    with force_locale(subject.language):
        state = _(LABELS[fate.state])
    values = {
        "code": subject.report.tracking_code,
        "first_code": fate.first_code,
        "state": state,
        "link": report_link(subject.report),
    }
    purpose = f"joined-{subject.ticket.id}"
    return write_to_reporter(JOINED_NEWS, values, to=to, purpose=purpose, subject=subject)


def joined_push(fate: Fate, *, language: str) -> Push:
    """Write the push: the own code and the first report's state, for whoever looks at the phone."""
    report = fate.subject.report
    with force_locale(language):
        news = _(LABELS[fate.state]).lower()
        return Push(
            title=_(NEWS_PUSH.subject),
            body=_(JOINED_PUSH, code=report.tracking_code, news=news),
            url=report_link(report),
            tag=message_key_of("push", report.id),
            language=language,
        )
