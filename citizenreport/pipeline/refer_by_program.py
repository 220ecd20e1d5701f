"""Referrals by program: what goes out is what is public, and what comes back is noted for staff.

Nothing but the published row leaves: its words, place and category as released. The letter's own words
and the reporter's identity do not. What the other side says is noted on the ticket; that it is done
there answers the letter. Staff decide what the public reads of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, GeoReportChannel, Visibility
from citizenreport.core.keys import KeyRing
from citizenreport.core.queue import enqueue
from citizenreport.partners.georeport_client import Receipt, RequestUpdate, ServiceRequest
from citizenreport.publication import queries as publication_queries
from citizenreport.publication.models import PublishedReport
from citizenreport.publication.rules import ReleaseState
from citizenreport.routing.rules import agency_name
from citizenreport.triage import outside_requests, referrals, work
from citizenreport.triage import queries as triage_queries
from citizenreport.triage.letter_models import Referral
from citizenreport.triage.models import Ticket
from citizenreport.triage.outside_request_models import OutsideRequest
from citizenreport.triage.outside_requests import OutsideNotSent, OutsideState
from citizenreport.triage.referrals import NEXT, LetterState, LetterStep
from citizenreport.triage.rules import NOTE_MAX_CHARS, REASON_MAX_CHARS, Act
from citizenreport.triage.states import Party

PURPOSE: Final = "referral-by-program"
WITHOUT_WORDS: Final = "Selesai di sana, tanpa keterangan."


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Errand:
    """What is to be done at the other side now. No repr: it holds what was written."""

    channel: GeoReportChannel
    mark: str  # stands in what is sent: by it we find our own again
    once: str
    fields: tuple[tuple[str, str], ...]
    service_code: str
    is_sent: bool
    tried_at: datetime | None
    external_id: str
    token: str
    made_at: datetime
    heard_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Heard:
    """What the other side said: its id once known, the request unless it shows none, updates."""

    external_id: str
    request: ServiceRequest | None
    updates: Sequence[RequestUpdate]


def channel_of(city: City, body_code: str) -> GeoReportChannel | None:
    """Return how a body takes referrals by program; None: by letter only."""
    body = city.agencies.get(body_code)
    return body.georeport if body is not None and body.is_external else None


def may_be_sent(session: Session, ticket: Ticket) -> bool:
    """Tell whether a ticket may go out by program: public, with its words released."""
    return _published(session, ticket) is not None


def send(session: Session, city: City, ticket: Ticket, referral: Referral, *, act: Act) -> None:
    """Have a referral sent by program, or tried again after it was set aside.

    Raises:
        OutsideNotSent: the body takes none, or the ticket's words are not public.
        OutsideUnderWay.
    """
    if channel_of(city, referral.body_code) is None or not may_be_sent(session, ticket):
        raise OutsideNotSent
    outside_requests.begin(session, referral, now=act.at)
    enqueue(session, "work_outside_request", referral_id=referral.id)


def send_if_it_may(
    session: Session, city: City, ticket: Ticket, referral: Referral, *, act: Act
) -> None:
    """Have a new referral sent by program where that is possible; else the letter is all there is."""
    if channel_of(city, referral.body_code) is not None and may_be_sent(session, ticket):
        send(session, city, ticket, referral, act=act)


def errand_of(
    session: Session,
    city: City,
    keys: KeyRing,
    row: OutsideRequest,
    *,
    site: str,
    now: datetime,
) -> Errand | None:
    """Return what is to be done for a referral that is held; None: it may not go on, and is stopped."""
    channel = channel_of(city, row.body_code)
    ticket = triage_queries.for_system(session, row.ticket_id, wait=True)
    referral = session.get(Referral, row.referral_id)
    published = _published(session, ticket) if ticket is not None else None
    if channel is None or published is None or referral is None:
        row.state = OutsideState.STOPPED.value
        session.flush()
        return None
    mark = f"{city.name} {referrals.letter_number(referral)} · {published.tracking_code}"
    service_code = channel.service_for(published.category_code)
    errand = Errand(
        channel=channel,
        mark=mark,
        once=keys.fingerprint(PURPOSE, str(row.referral_id)).hex(),
        fields=tuple(_fields(session, city, published, service_code, mark, site)),
        service_code=service_code,
        is_sent=row.state == OutsideState.SENT.value,
        tried_at=row.tried_at,
        external_id=row.external_id,
        token=row.token,
        made_at=row.made_at,
        heard_at=row.heard_at,
    )
    if not errand.is_sent:  # from here on a kill leaves it open whether it arrived
        row.tried_at = row.tried_at or now
    session.flush()
    return errand


def _published(session: Session, ticket: Ticket) -> PublishedReport | None:
    """Return the public row of a ticket that may go out."""
    if ticket.visibility != Visibility.PUBLIC.value:
        return None
    release = publication_queries.release_of(session, ticket.id)
    if release is None or release.text_state != ReleaseState.RELEASED.value:
        return None
    published = session.get(PublishedReport, release.tracking_code)
    return published if published is not None and published.text else None


def _fields(
    session: Session,
    city: City,
    published: PublishedReport,
    service_code: str,
    mark: str,
    site: str,
) -> list[tuple[str, str]]:
    place, area = published.position, city.areas.get(published.area_code or "")
    where = ", ".join(
        part for part in (published.landmark, area.name if area else "", city.name) if part
    )
    photos = publication_queries.photos_of(session, published.tracking_code)
    fields = [
        ("service_code", service_code),
        ("description", f"{published.text}\n\n[{mark}]"),
        ("address_string", where),
    ]
    if place is not None:
        fields += [("lat", str(place.lat)), ("long", str(place.lon))]
    if photos:
        fields.append(("media_url", f"{site.rstrip('/')}/foto/{photos[0].photo_code}"))
    return fields


def take_receipt(session: Session, row: OutsideRequest, receipt: Receipt, *, now: datetime) -> None:
    """Keep what the other side calls a referral. The letter follows with `catch_up`."""
    outside_requests.note_sent(
        row, external_id=receipt.service_request_id, token=receipt.token, now=now
    )
    session.flush()


def catch_up(session: Session, city: City, row: OutsideRequest, *, now: datetime) -> None:
    """Note on the letter that it was sent, under the other side's number.

    Raises:
        TicketChanged: somebody was faster; the next time does it.
    """
    ticket = triage_queries.for_system(session, row.ticket_id, wait=True)
    referral = session.get(Referral, row.referral_id)
    is_open = ticket is not None and referral is not None and _is_plain(ticket)
    if not is_open or referral is None or ticket is None or not row.sent_at:
        return
    if referral.state == LetterState.MADE.value:
        step = LetterStep(
            target=LetterState.SENT,
            on=city.local_date(now),
            external_number=(row.external_id or row.token)[: referrals.NUMBER_MAX_CHARS],
        )
        referrals.take_step(
            session, city, ticket, referral, step, act=_act(ticket, now), data_key=None
        )


def take_news(
    session: Session, city: City, row: OutsideRequest, heard: Heard, *, now: datetime
) -> None:
    """Note what the other side told since, once each; when it is done there, the letter is answered.

    Raises:
        TicketChanged: somebody was faster; nothing was written, the next time does it.
    """
    outside_requests.note_success(row, now=now)
    row.external_id = heard.external_id or row.external_id
    ticket = triage_queries.for_system(session, row.ticket_id, wait=True)
    referral = session.get(Referral, row.referral_id)
    if ticket is None or referral is None or not _is_plain(ticket):
        row.state = OutsideState.STOPPED.value
        return
    body = agency_name(city, row.body_code)
    for update in heard.updates:
        if update.update_id and update.update_id not in row.told:
            words = f"[GeoReport {update.update_id}] {body}, {update.status}: {update.description}"
            _note(session, city, ticket, words, now=now)
            row.told = [*row.told, update.update_id]
    if heard.request is not None:
        row.external_status = heard.request.status
        if heard.request.is_closed:
            _answer(session, city, ticket, referral, heard, now=now)
            row.state = OutsideState.CLOSED.value
    session.flush()


def _answer(
    session: Session, city: City, ticket: Ticket, referral: Referral, heard: Heard, *, now: datetime
) -> None:
    assert heard.request is not None
    said = [heard.request.status_notes, *(one.description for one in heard.updates[-1:])]
    words = "\n".join(dict.fromkeys(part for part in said if part)) or WITHOUT_WORDS
    if LetterState.ANSWERED not in NEXT[LetterState(referral.state)]:
        if referral.state == LetterState.MADE.value:
            return
        _note(session, city, ticket, f"{agency_name(city, referral.body_code)}: {words}", now=now)
        return
    step = LetterStep(
        target=LetterState.ANSWERED, on=city.local_date(now), text=words[:REASON_MAX_CHARS]
    )
    referrals.take_step(session, city, ticket, referral, step, act=_act(ticket, now), data_key=None)


def _note(session: Session, city: City, ticket: Ticket, words: str, *, now: datetime) -> None:
    text = words[:NOTE_MAX_CHARS].replace("@", "(at)")  # a stranger names no colleague
    work.note(session, city, ticket, text, act=_act(ticket, now), data_key=None)


def _act(ticket: Ticket, now: datetime) -> Act:
    return Act(parties=frozenset({Party.SYSTEM}), at=now, seen=ticket.version)


def _is_plain(ticket: Ticket) -> bool:
    return ticket.visibility == Visibility.PUBLIC.value
