"""Everything the page of one ticket shows, read in few queries."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from citizenreport.cities.rules import (
    Category,
    City,
    ProtectionClass,
    PublicPrecision,
)
from citizenreport.console import words
from citizenreport.console.allowed import May, Move, may_do, moves
from citizenreport.console.calls import ShownCall, told_calls
from citizenreport.console.clocks import Clock, clocks_of
from citizenreport.console.letters import Letters, channels_for, copies_of, letters_of
from citizenreport.console.near import Surroundings, surroundings
from citizenreport.console.parts import ShownPart, askable, shown_parts
from citizenreport.console.prepared import choices_for, reply_languages
from citizenreport.console.queue import villages
from citizenreport.console.suggested import NOTHING, ShownSuggestions, suggestions_for
from citizenreport.console.ticket_steps import Step, names_in, shown_steps
from citizenreport.core.keys import KeyRing
from citizenreport.core.text import _n
from citizenreport.identity.rules import Actor
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Photo, Report
from citizenreport.ledger.models import Event
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.pipeline.hand_over import is_suited
from citizenreport.publication import queries as publication_queries
from citizenreport.publication.models import Release
from citizenreport.publication.rules import ReleaseState
from citizenreport.routing.rules import agency_name
from citizenreport.triage import part_deadlines
from citizenreport.triage import queries as triage_queries
from citizenreport.triage.authority import may_mediate, parties_of
from citizenreport.triage.desk import DeskTicket
from citizenreport.triage.mediation import is_mediable
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import LABELS, State
from citizenreport.triage.work import colleagues
from citizenreport.web.follow import explanation
from citizenreport.web.locale import in_page_language
from citizenreport.web.translate import _

PRECISIONS: Final = {
    PublicPrecision.EXACT: _n("titik yang tepat"),
    PublicPrecision.GRID_100M: _n("kotak 100 meter, bukan titiknya"),
    PublicPrecision.AREA: _n("nama kelurahan saja"),
    PublicPrecision.NONE: _n("tanpa tempat"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPhoto:
    photo: Photo
    release: str
    is_released: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPage:
    """The values of the template. Nothing here outlives the request."""

    ticket: Ticket
    report: Report
    state: State
    state_label: str
    tone: str
    category: str
    area: str | None
    agency: str
    subject: str | None
    subject_person: str | None
    description: str
    landmark: str | None
    answers: Sequence[tuple[str, str]]
    photos: Sequence[ShownPhoto]
    has_contact: bool
    why: str
    clocks: Sequence[Clock]
    steps: Sequence[Step]
    moves: Sequence[Move]
    may: May
    around: Surroundings
    letters: Letters
    is_mediable: bool
    copies: Sequence[tuple[str, str]]  # (channel, number there)
    outside_channels: Sequence[tuple[str, str]]  # (code, name) of where it may be copied to
    release: Release | None
    precision: str
    public_text: str
    suggested: ShownSuggestions
    agencies: Sequence[tuple[str, str]] = field(default=())
    colleagues: Sequence[tuple[str, str]] = field(default=())
    assignee: str | None = None
    is_physical: bool = False
    categories: Sequence[tuple[str, str]] = field(default=())
    areas: Sequence[tuple[str, str]] = field(default=())
    sent_as: str | None = None  # the resident's category, where staff corrected it
    sent_from: str | None = None
    calls: Sequence[ShownCall] = field(default=())
    prepared: Sequence[tuple[str, str]] = field(default=())  # replies worded in advance
    reply_languages: Sequence[str] = field(default=())
    parts: Sequence[ShownPart] = field(default=())
    pieces: Sequence[str] = field(
        default=()
    )  # ids of the other tickets, of a report that was split
    piece_text: str = ""  # what of the report this ticket is about, in staff's words
    askable: Sequence[tuple[str, str]] = field(default=())

    @property
    def last_seq(self) -> int:
        """The number of the last event that the page shows."""
        return self.steps[0].seq if self.steps else 0

    @property
    def forms(self) -> frozenset[str]:
        """The names of the forms on the page into which people write."""
        optional = {
            "jawaban": self.may.reply,
            "tayang": self.may.release,
            "gabung": self.may.merge,
            "serah": self.may.hand_over,
            "prioritas": self.may.work,
            "catatan": self.may.note,
            "jadwal": self.may.schedule,
            "selesai": self.may.resolve,
            "perpanjangan": self.may.ask_extension,
            "betulkan": self.may.correct,
            "kontak": self.may.reveal and self.has_contact,
            "bersama": self.may.ask_part,
            "pecah": self.may.split,
        }
        named = {name for name, is_there in optional.items() if is_there}
        own = [part.agency_code for part in self.parts if part.is_own]
        named |= {f"{form}-{code}" for form in ("bagian", "tolak") for code in own}
        if self.may.merge:
            named |= {f"gabung-{one.tracking_code}" for one in self.around.alike}
        named |= self.letters.forms | ({"salinan"} if self.outside_channels else set())
        return frozenset(named | {f"langkah-{move.target.value}" for move in self.moves})


def read_page(
    session: Session, city: City, keys: KeyRing, actor: Actor, found: DeskTicket, *, now: datetime
) -> TicketPage:
    """Gather the page of a ticket that the actor may read."""
    ticket, report, assignment, key = found
    data_key = intake_queries.unwrapped(keys, key)
    release, published = publication_queries.release_with_report(session, ticket.id)
    category = city.categories.get(ticket.category_code)
    state = State(ticket.state)
    parties = parties_of(city, actor, ticket)
    may = may_do(city, actor, ticket, parties)
    description = intake_queries.description_of(report, data_key)
    events = history(session, StreamKind.TICKET, ticket.id)
    names = names_in(session, events, [ticket.assignee_id])
    texts = _texts(session, ticket, data_key)
    return TicketPage(
        ticket=ticket,
        report=report,
        state=state,
        state_label=_(LABELS[state]),
        tone=words.STATE_TONES.get(state, ""),
        category=words.category_name(city, ticket.category_code),
        area=words.area_name(city, ticket.area_code),
        agency=agency_name(city, ticket.agency_code),
        subject=_name_or_none(city, ticket.subject_agency_code),
        subject_person=intake_queries.subject_person_of(report, data_key),
        description=description,
        landmark=intake_queries.landmark_of(report, data_key),
        answers=_answers(city, ticket, intake_queries.answers_of(report, data_key)),
        photos=_photos(session, ticket),
        has_contact=report.contact_sealed is not None,
        why=explanation(city, assignment),
        clocks=clocks_of(city.calendar, ticket, now=now),
        steps=shown_steps(city, events, names, texts),
        pieces=_pieces(actor, ticket, events),
        piece_text=_piece_text(events, texts),
        parts=shown_parts(
            city,
            actor,
            ticket,
            events,
            texts,
            part_deadlines.of_ticket(session, ticket),
            now=now,
        ),
        askable=askable(city, ticket) if may.ask_part else (),
        moves=moves(ticket, parties),
        may=may,
        outside_channels=channels_for(city, ticket),
        is_mediable=is_mediable(city, ticket) and may_mediate(city, actor, ticket),
        copies=copies_of(session, city, ticket, events),
        letters=letters_of(session, city, ticket, events, parties, data_key=data_key, now=now),
        around=surroundings(session, city, actor, found, now=now),
        release=release,
        precision=_precision(category, report),
        public_text=(published.text if published else None) or description,
        suggested=suggestions_for(session, city, ticket, description)
        if may.correct or may.release
        else NOTHING,
        agencies=_takers(city, ticket) if may.hand_over else (),
        colleagues=_colleagues(session, city, ticket) if may.work else (),
        is_physical=category is not None and category.is_physical,
        categories=_categories(city, ticket) if may.correct else (),
        areas=villages(city) if may.correct else (),
        sent_as=_if_other(words.category_name, city, report.category_code, ticket.category_code),
        sent_from=_if_other(words.area_name, city, report.area_code, ticket.area_code),
        assignee=names.get(ticket.assignee_id) if ticket.assignee_id else None,
        calls=told_calls(city, events, names),
        prepared=choices_for(city, ticket) if may.reply else (),
        reply_languages=reply_languages(city),
    )


def _answers(city: City, ticket: Ticket, given: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return question and answer in words; a question the pack no longer has by its code."""
    category = city.categories.get(ticket.category_code)
    asked = (*category.retired_questions, *category.questions) if category else ()
    questions = {q.code: q for q in asked}
    found = []
    for code, value in given.items():
        question = questions.get(code)
        choices = dict(question.choices) if question else {}
        found.append(
            (
                in_page_language(question.labels) if question else code,
                in_page_language(choices[value]) if value in choices else value,
            )
        )
    return found


def _photos(session: Session, ticket: Ticket) -> list[ShownPhoto]:
    photos = intake_queries.photos_of(session, ticket.report_id)
    if not photos:
        return []
    decided = publication_queries.photo_releases_of(session, ticket.id)
    states = {photo.id: decided[photo.id].state for photo in photos if photo.id in decided}
    return [
        ShownPhoto(
            photo=photo,
            release=_(words.RELEASES[states.get(photo.id, ReleaseState.HELD.value)]),
            is_released=states.get(photo.id) == ReleaseState.RELEASED.value,
        )
        for photo in photos
    ]


def _precision(category: Category | None, report: Report) -> str:
    """Return as what the public sees the place; a report without a point has only its area."""
    if category is None:
        return ""
    is_a_point = category.public_precision in (PublicPrecision.EXACT, PublicPrecision.GRID_100M)
    if is_a_point and report.position is None:
        return _(PRECISIONS[PublicPrecision.AREA])
    return _(PRECISIONS[category.public_precision])


def _if_other(
    name: Callable[[City, str], str | None], city: City, sent: str | None, found: str | None
) -> str | None:
    """Return what the resident chose, in words, where staff found something else."""
    return name(city, sent) if sent is not None and sent != found else None


def _categories(city: City, ticket: Ticket) -> list[tuple[str, str]]:
    """Return (code, name) of what a ticket may be corrected to: never out of a protected class."""
    is_protected = ticket.protection_class != ProtectionClass.NONE.value
    return sorted(
        (
            (code, in_page_language(category.names))
            for code, category in city.categories.items()
            if not (is_protected and category.protection_class is ProtectionClass.NONE)
        ),
        key=lambda pair: pair[1],
    )


def _colleagues(session: Session, city: City, ticket: Ticket) -> list[tuple[str, str]]:
    people = colleagues(session, city, ticket)
    return [(str(actor.staff_id), actor.name) for actor in people]


def _pieces(actor: Actor, ticket: Ticket, events: Sequence[Event]) -> list[str]:
    """Return the ids of tickets that this one was split from or into, at agencies one reads for."""
    found = []
    for event in events:
        if event.type == "split":
            found.append(("split_ticket_id", "split_agency_code", event.payload))
        elif event.type == "split_off":
            found.append(("split_from_ticket_id", "lead_agency_code", event.payload))
    return [
        str(payload[id_])
        for id_, agency, payload in found
        if triage_queries.may_read_for(actor, ticket, str(payload[agency]))
    ]


def _piece_text(events: Sequence[Event], texts: Mapping[str, str]) -> str:
    told = (event for event in events if event.type == "split_off")
    return next((texts.get(str(event.payload["message_id"]), "") for event in told), "")


def _texts(session: Session, ticket: Ticket, data_key: bytes | None) -> Mapping[str, str]:
    """Return what was written on a ticket, by the id that its events name."""
    return {
        str(message.id): triage_queries.text_of(message, data_key)
        for message in triage_queries.messages_of(session, ticket.id)
    }


def _name_or_none(city: City, agency_code: str | None) -> str | None:
    return agency_name(city, agency_code) if agency_code else None


def _takers(city: City, ticket: Ticket) -> list[tuple[str, str]]:
    """Return (code, name) of the agencies a ticket may be handed to."""
    return sorted(
        (
            (code, agency.name)
            for code, agency in city.agencies.items()
            if is_suited(city, ticket, code)
        ),
        key=lambda pair: pair[1],
    )
