"""Telling staff of what is not urgent as each of them has chosen; and all of it by messenger.

A call to who is on duty never comes this way: it passes quiet hours. What is held is ids; the mail
says codes and deadlines only, of tickets that are open still.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from flask import current_app
from flask_babel import force_locale
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.outgoing import Outgoing
from citizenreport.core.queue import enqueue
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.identity import queries as identity_queries
from citizenreport.jobs.mails import (
    Subject,
    console_link,
    instant_text,
    message_key_of,
    post,
    subject_of,
)
from citizenreport.messaging import staff_choices
from citizenreport.messaging.messengers import MessageRefused, messenger_for
from citizenreport.messaging.models import StaffAddress
from citizenreport.messaging.queries import address_of
from citizenreport.messaging.rules import Mail, SubscriptionChannel
from citizenreport.messaging.staff import addresses_of
from citizenreport.messaging.staff_numbers import code_of
from citizenreport.messaging.staff_rules import held_until
from citizenreport.messaging.texts_staff import CALL_LINE, NUMBER_CODE, STAFF_DIGEST, TICKET_LINE
from citizenreport.triage.queries import is_readable
from citizenreport.triage.states import OPEN, State
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.translate import _

MAIL, MESSENGER = SubscriptionChannel.MAIL.value, SubscriptionChannel.MESSENGER.value


def mails_now(
    session: Session, city: City, rows: Sequence[StaffAddress], *, ticket_id: str, seq: int
) -> Iterator[StaffAddress]:
    """Yield the mail addresses that are told of an event at once; hold it for the other people.

    Who is told by messenger gets the code there.
    """
    choices = staff_choices.choices_of(session, {row.staff_id for row in rows})
    for row in rows:
        if row.channel not in (MAIL, MESSENGER):
            continue
        choice, now = choices[row.staff_id], utcnow()
        due_at = held_until(choice, city.calendar.time_zone, now=now)
        if due_at is not None:
            id_ = UUID(ticket_id)
            staff_choices.hold(session, row.staff_id, ticket_id=id_, seq=seq, due_at=due_at)
        elif row.channel == MAIL:
            yield row
        else:
            enqueue(session, "message_staff", ticket_id=ticket_id, seq=seq, address_id=row.id)


def start_staff_digests(*, now: datetime | None = None) -> None:
    """Enqueue a digest for each person for whom something held is due."""
    at = now or utcnow()
    with transaction() as session:
        for staff_id in staff_choices.people_due(session, now=at):
            until = at.isoformat()
            enqueue(session, "send_staff_digest", staff_id=staff_id, until=until)


def send_staff_digest(*, staff_id: str, until: str) -> None:
    """Tell a person what was held, in one mail and one message; then forget that it was.

    Killed in between it runs again, and the mail is the same one.
    """
    id_, at = UUID(staff_id), datetime.fromisoformat(until)
    with transaction() as session:
        held = staff_choices.held_for(session, id_, until=at)
        key = message_key_of("staff-digest", id_, *[(row.ticket_id, row.seq) for row in held])
        subjects = [subject_of(session, ticket_id=str(row.ticket_id), seq=row.seq) for row in held]
        lines = _lines(session, current_city(), id_, [one for one in subjects if one])
        places = [
            (row.channel, address_of(current_keys(), row))
            for row in addresses_of(session, [id_])
            if row.channel in (MAIL, MESSENGER)
        ]
    for channel, to in places if lines else []:
        if channel == MAIL:
            post(_digest(lines, to=to, key=key))
        else:
            _message("\n".join(lines), to)
    with transaction() as session:
        staff_choices.told(session, id_, until=at)


def _lines(session: Session, city: City, staff_id: UUID, subjects: Iterable[Subject]) -> list[str]:
    """Return a line for each ticket that is open still and that this person may still read."""
    actor = identity_queries.active_by_ids(session, [staff_id]).get(staff_id)
    tickets = {
        one.ticket.id: one
        for one in subjects
        if actor is not None
        and State(one.ticket.state) in OPEN
        and is_readable(city, actor, one.ticket)
    }
    return [_line(city, one, TICKET_LINE) for one in tickets.values()]


def _line(city: City, subject: Subject, words: str) -> str:
    due_at = subject.ticket.next_due_at
    if words == CALL_LINE:
        due_at = subject.ticket.first_response_due_at
    with force_locale(DEFAULT_LANGUAGE):
        return _(words, code=subject.report.tracking_code, due=instant_text(city, due_at))


def _digest(lines: list[str], *, to: str, key: str) -> Mail:
    with force_locale(DEFAULT_LANGUAGE):
        values = {"lines": "\n".join(lines), "link": console_link()}
        subject, text = _(STAFF_DIGEST.subject), _(STAFF_DIGEST.text, **values)
    return Mail(
        to=to,
        subject=subject,
        text=text,
        language=DEFAULT_LANGUAGE,
        message_key=key,
        written_at=utcnow(),
        own_url=current_app.config["PUBLIC_URL"],
    )


def message_staff(*, ticket_id: str, seq: int, address_id: str) -> None:
    """Send code and deadline of a ticket to one person's messenger."""
    _tell(ticket_id, seq, address_id, TICKET_LINE)


def message_code(*, address_id: str) -> None:
    """Send a number the code by which its owner says that it is theirs."""
    with transaction() as session:
        row = session.get(StaffAddress, UUID(address_id))
        if row is None or row.confirmed_at is not None:
            return
        keys = current_keys()
        with force_locale(DEFAULT_LANGUAGE):
            text = _(NUMBER_CODE, code=code_of(keys, row), city=current_city().name)
        to = address_of(keys, row)
    _message(text, to)


def message_call(*, ticket_id: str, seq: int, address_id: str) -> None:
    """Send an urgent call to one person's messenger, at whatever hour: code and deadline."""
    _tell(ticket_id, seq, address_id, CALL_LINE)


def _tell(ticket_id: str, seq: int, address_id: str, words: str) -> None:
    with transaction() as session:
        row = session.get(StaffAddress, UUID(address_id))
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        if row is None or subject is None or State(subject.ticket.state) not in OPEN:
            return
        text, to = _line(current_city(), subject, words), address_of(current_keys(), row)
    _message(text, to)


def _message(text: str, to: str) -> None:
    """Hand a message to the messenger; a number that is not taken is left to the other ways."""
    config = current_app.config
    messenger = messenger_for(
        config["MESSENGER"],
        url=config["MESSENGER_URL"],
        token=config["MESSENGER_TOKEN"],
        outgoing=Outgoing(test_ca=config["OUTGOING_TEST_CA"]),
    )
    if messenger is None:
        return
    try:
        messenger.send(text, to)
    except MessageRefused:
        return
