"""Acting a life out: every step is the act of the pipeline that a resident's or officer's click is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import ReportKey
from citizenreport.intake.rules import Channel
from citizenreport.pipeline.demo.cast import Cast
from citizenreport.pipeline.demo.deeds import Deed, Kind, Life
from citizenreport.pipeline.demo.drawings import Gallery
from citizenreport.pipeline.demo.opinions import answer_survey
from citizenreport.pipeline.hand_over import hand_over, merge
from citizenreport.pipeline.handle import move_ticket, raise_visibility, reply_publicly
from citizenreport.pipeline.release import TextRelease, release_photo, release_report
from citizenreport.pipeline.submit import Send, submit_report
from citizenreport.publication import queries as publication_queries
from citizenreport.publication.rules import ReleaseState
from citizenreport.routing.rules import agency_name
from citizenreport.storage.rules import Storage
from citizenreport.triage import queries as triage_queries
from citizenreport.triage import service as triage
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party

BY_HAND: Final = frozenset({Channel.COUNTER, Channel.PHONE})
SEND: Final = Send(door="demo", key="", body_hmac=b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Theatre:
    """What the acts need beside their words."""

    session: Session
    city: City
    keys: KeyRing
    storage: Storage
    cast: Cast
    gallery: Gallery


def play(theatre: Theatre, life: Life) -> list[str]:
    """Submit a report and do everything that happens to it.

    Returns storage keys that are no longer used; the door deletes them after the commit.
    """
    draft = replace(
        life.draft,
        photos=tuple(theatre.gallery.photo(one) for one in life.photographs),
        taken_by=theatre.cast.desk() if life.draft.channel in BY_HAND else None,
    )
    session, city, keys = theatre.session, theatre.city, theatre.keys
    submitted = submit_report(
        session, city, keys, theatre.storage, draft, send=SEND, now=life.submitted_at
    )
    ticket = triage_queries.of_report(session, submitted.report_id)[0]
    # The session forgets rows that nobody holds; the acts of one life ask for these again and again.
    held: list[object | None] = [session.get(ReportKey, submitted.report_id)]
    unused: list[str] = []
    for deed in life.deeds:
        unused += ACTS[deed.kind](theatre, life, ticket, deed) or []
        if deed.kind is Kind.RELEASE:
            held += [
                publication_queries.release_of(session, ticket.id),
                publication_queries.by_code(session, submitted.tracking_code),
            ]
    answer_survey(session, city, life, ticket)
    return unused


def _act(theatre: Theatre, ticket: Ticket, deed: Deed) -> Act:
    actor_id: UUID | None = None
    if deed.by is Party.AGENCY:
        actor_id = theatre.cast.of(ticket)
    elif deed.by is Party.DESK:
        actor_id = theatre.cast.desk()
    return Act(parties=frozenset({deed.by}), at=deed.at, seen=ticket.version, actor_id=actor_id)


def _words(theatre: Theatre, ticket: Ticket, deed: Deed) -> str:
    """Return the words of a deed with the name filled in that routing decided."""
    return deed.text.replace("{agency}", agency_name(theatre.city, ticket.agency_code))


def _read(theatre: Theatre, _life: Life, ticket: Ticket, deed: Deed) -> None:
    actor_id = theatre.cast.of(ticket)
    triage.record_reading(theatre.session, ticket, actor_id=actor_id, now=deed.at)


def _move(theatre: Theatre, _life: Life, ticket: Ticket, deed: Deed) -> None:
    assert deed.target is not None
    move_ticket(
        theatre.session,
        theatre.city,
        theatre.keys,
        ticket,
        deed.target,
        act=_act(theatre, ticket, deed),
        reason=_words(theatre, ticket, deed),
    )


def _reply(theatre: Theatre, _life: Life, ticket: Ticket, deed: Deed) -> None:
    words, act = _words(theatre, ticket, deed), _act(theatre, ticket, deed)
    reply_publicly(theatre.session, theatre.city, theatre.keys, ticket, words, act=act)


def _release(theatre: Theatre, life: Life, ticket: Ticket, deed: Deed) -> None:
    assert deed.release is not None
    is_shown = deed.release is ReleaseState.RELEASED
    text = TextRelease(
        state=deed.release,
        public_text=life.public_text if is_shown else None,
        public_landmark=life.draft.landmark if is_shown else None,
    )
    act = _act(theatre, ticket, deed)
    release_report(theatre.session, theatre.city, ticket, text, act=act)


def _release_photo(theatre: Theatre, _life: Life, ticket: Ticket, deed: Deed) -> None:
    assert deed.release is not None
    for photo in intake_queries.photos_of(theatre.session, ticket.report_id):
        release_photo(
            theatre.session,
            theatre.city,
            theatre.storage,
            ticket,
            photo.id,
            state=deed.release,
            act=_act(theatre, ticket, deed),
        )


def _hand_over(theatre: Theatre, _life: Life, ticket: Ticket, deed: Deed) -> None:
    """Give a returned ticket to an agency that helps with such things, or back to the first one."""
    agencies = theatre.city.agencies
    helpers = theatre.city.categories[ticket.category_code].supporting
    taker = next(
        (code for code in helpers if code in agencies and not agencies[code].is_external),
        ticket.agency_code,
    )
    act = _act(theatre, ticket, deed)
    hand_over(theatre.session, theatre.city, theatre.keys, ticket, agency_code=taker, act=act)


def _merge(theatre: Theatre, life: Life, ticket: Ticket, deed: Deed) -> None:
    """Merge into the first report; it is not there when the pack changed in the middle of a demo."""
    assert life.parent_submitted_at is not None
    parent = _ticket_of(theatre.session, life.parent_submitted_at)
    if parent is None or parent.visibility != ticket.visibility:
        return
    merge(
        theatre.session,
        theatre.city,
        theatre.keys,
        ticket,
        parent,
        act=_act(theatre, ticket, deed),
        reason=_words(theatre, ticket, deed),
    )


def _raise(theatre: Theatre, _life: Life, ticket: Ticket, deed: Deed) -> list[str]:
    assert deed.visibility is not None
    return raise_visibility(
        theatre.session,
        theatre.city,
        theatre.keys,
        theatre.storage,
        ticket,
        deed.visibility,
        act=_act(theatre, ticket, deed),
    )


def _ticket_of(session: Session, submitted_at: datetime) -> Ticket | None:
    """Return the demo ticket that began at this instant: in the plan each instant is there once."""
    query = select(Ticket).where(Ticket.is_demo, Ticket.submitted_at == submitted_at)
    return session.scalar(query)


ACTS: Final[Mapping[Kind, Callable[[Theatre, Life, Ticket, Deed], list[str] | None]]] = {
    Kind.READ: _read,
    Kind.MOVE: _move,
    Kind.REPLY: _reply,
    Kind.RELEASE: _release,
    Kind.RELEASE_PHOTO: _release_photo,
    Kind.HAND_OVER: _hand_over,
    Kind.MERGE: _merge,
    Kind.RAISE: _raise,
}
