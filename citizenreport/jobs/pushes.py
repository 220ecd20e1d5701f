"""Pushes: tells the browsers that asked for it what one event brought. Never of a confidential report."""

from typing import Final
from uuid import UUID

from flask import current_app
from flask_babel import force_locale

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.outgoing import AddressNotAllowed, Outgoing
from citizenreport.core.queue import enqueue
from citizenreport.core.text import _n
from citizenreport.jobs.mails import Subject, message_key_of, report_link, subject_of
from citizenreport.messaging import queries as messaging_queries
from citizenreport.messaging import service as messaging
from citizenreport.messaging import staff as staff_addresses
from citizenreport.messaging.models import PushWatch, StaffAddress, Subscription
from citizenreport.messaging.push import Push, PushGone
from citizenreport.messaging.pushers import pusher_for
from citizenreport.messaging.rules import PushAddress
from citizenreport.messaging.texts_reader import NEWS_PUSH
from citizenreport.triage.states import LABELS, State
from citizenreport.web.context import current_keys
from citizenreport.web.translate import _

NEWS_WORDS: Final = {
    "replied": _n("ada balasan"),
    "breach_told": _n("ada pemberitahuan tentang data Anda"),
    "assigned": _n("diserahkan ke instansi lain"),
    "extended": _n("perlu waktu tambahan"),
    "split": _n("ditangani per bagian"),
    "joint_closed": _n("satu bagian selesai"),
}


def tell_browsers(*, ticket_id: str, seq: int) -> None:
    """Enqueue a push for each browser that is told of a report; one that fails stops no other."""
    with transaction() as session:
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        if subject is None or subject.is_own_closing:
            return
        if subject.is_confidential:
            messaging.unwatch(session, subject.report.id)
            return
        for row in messaging_queries.watches_of(session, subject.report.id):
            enqueue(session, "push_news", watch_id=row.id, ticket_id=ticket_id, seq=seq)


def push_news(*, watch_id: str, ticket_id: str, seq: int) -> None:
    """Push what one event brought to one browser."""
    with transaction() as session:
        row = session.get(PushWatch, UUID(watch_id))
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        if row is None or subject is None or subject.is_confidential:
            return
        push = news_push(subject, language=row.language)
        to, hmac = opened(row)
    hand_over(push, to, hmac)


def news_push(subject: Subject, *, language: str) -> Push:
    """Write the push: the code and the kind of news, for whoever looks at the phone."""
    with force_locale(language):
        values = {"code": subject.report.tracking_code, "news": _news_words(subject)}
        return Push(
            title=_(NEWS_PUSH.subject),
            body=_(NEWS_PUSH.text, **values),
            url=report_link(subject.report),
            tag=message_key_of("push", subject.report.id),
            language=language,
        )


def _news_words(subject: Subject) -> str:
    event = subject.event
    if event.type == "state_changed":
        return _(LABELS[State(event.payload["to"])]).lower()
    return _(NEWS_WORDS[event.type])


def opened(row: PushWatch | Subscription | StaffAddress) -> tuple[PushAddress, bytes]:
    """Return where a browser takes pushes, and what it is looked up by."""
    return messaging_queries.push_address_of(current_keys(), row), bytes(row.address_hmac)


def hand_over(push: Push, to: PushAddress, hmac: bytes) -> None:
    """Hand a push to the pusher that the settings name; forget a browser that is gone.

    Also one whose address leads into a house: no browser has such a one. Call it outside any
    transaction.
    """
    config = current_app.config
    pusher = pusher_for(
        config["PUSH"],
        key=current_keys().push,
        contact=config["PUBLIC_URL"],
        outgoing=Outgoing(test_ca=config["OUTGOING_TEST_CA"]),
        is_private=config["IS_PRIVATE"],
    )
    try:
        pusher.send(push, to, now=utcnow())
    except (PushGone, AddressNotAllowed):
        with transaction() as session:
            messaging.forget_browser(session, hmac)
            staff_addresses.forget_browser(session, hmac)
