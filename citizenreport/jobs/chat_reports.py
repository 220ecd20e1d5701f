"""From a chat to a report, by the pipeline of every door; and how a published report stands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from flask import current_app
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.conversations import texts
from citizenreport.conversations.commands import language_of
from citizenreport.conversations.rules import Carrier, Chat, Said, Say, Turn, draft_of
from citizenreport.core.db import public_reading
from citizenreport.core.errors import InvalidInput
from citizenreport.intake.rules import Draft, PreparedPhoto
from citizenreport.jobs.chat_words import follow_start
from citizenreport.pipeline.submit import Send, StaleCity, Submitted, submit_report
from citizenreport.publication import queries as publication_queries
from citizenreport.publication.rules import PublishedReportNotFound
from citizenreport.web.context import current_city, current_keys, current_storage, refresh_city
from citizenreport.web.links import Purpose, mint_link

NO_KEY: Final = Send(door="pesan", key="", body_hmac=b"")
"""A message is taken once, and its report is stored in that transaction: no key is needed."""


def send(
    session: Session,
    chat: Chat,
    carrier: Carrier,
    sender: str,
    photos: Sequence[PreparedPhoto],
    *,
    now: datetime,
) -> tuple[Turn, bool]:
    """Send a report inside the transaction that answers its message; tell whether it was stored."""
    draft = draft_of(chat, carrier, own=sender, photos=photos)
    try:
        done = _submit(session, current_city(), draft, now=now)
    except StaleCity:
        refresh_city()
        done = _submit(session, current_city(), draft, now=now)
    except InvalidInput as error:
        return Turn(chat=chat, says=(Say(words=error.title),), language=chat.language), False
    return _thanks(current_city(), chat, carrier, done), True


def _submit(session: Session, city: City, draft: Draft, *, now: datetime) -> Submitted:
    return submit_report(
        session, city, current_keys(), current_storage(), draft, send=NO_KEY, now=now
    )


def _thanks(city: City, chat: Chat, carrier: Carrier, done: Submitted) -> Turn:
    """Return the acknowledgement: the code, and a fresh link that works for 30 days."""
    link = mint_link(done.report_id, Purpose.FOLLOW)
    agency = city.agencies.get(done.agency_code)
    says = [Say(words=texts.SENT, values={"code": done.tracking_code, "link": link})]
    if agency is not None:
        says.append(Say(words=texts.SENT_AGENCY, values={"agency": agency.name}))
    if carrier is Carrier.MAIL and chat.contact:
        says.append(Say(words=texts.LETTER_CONTACT))
    return Turn(chat=None, says=tuple(says), language=chat.language)


def status_turn(turn: Turn, chat: Chat | None, said: Said) -> Turn:
    """Return how a report stands as everybody may know it; one not public is like none."""
    language = chat.language if chat else language_of(said.text, usual=said.language)
    if not turn.code:
        return Turn(chat=chat, says=(Say(words=texts.STATUS_USAGE),), language=language)
    try:
        with public_reading() as session:
            state = publication_queries.by_code(session, turn.code).state
    except PublishedReportNotFound:
        says = (Say(words=texts.STATUS_NONE, values={"link": follow_start()}),)
        return Turn(chat=chat, says=says, language=language)
    link = f"{current_app.config['PUBLIC_URL']}/laporan/{turn.code}"
    words = texts.STATE_WORDS.get(state, texts.STATE_OTHER)
    values = {"code": turn.code, "state": Say(words=words), "link": link}
    says = (Say(words=texts.STATUS_OF, values=values),)
    return Turn(chat=chat, says=says, language=language)
