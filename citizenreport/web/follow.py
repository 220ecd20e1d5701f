"""A report as its reader may see it, the same for the API and the pages."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Report
from citizenreport.ledger.models import Event
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import Payload, StreamKind
from citizenreport.publication import queries as publication_queries
from citizenreport.publication.models import PublishedReport
from citizenreport.routing.models import Assignment
from citizenreport.routing.rules import SENTENCES, DecidedBy, agency_name, sentence_values
from citizenreport.triage import queries as triage_queries
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import State
from citizenreport.web.locale import page_language
from citizenreport.web.translate import _

SHOWN_EVENTS = frozenset(
    {
        *("opened", "state_changed", "assigned", "replied", "added", "breach_told"),
        *("deadlines_moved", "extended", "corrected", "contact_revealed"),
        *("split", "split_off"),
        *("joint_asked", "joint_closed", "joint_declined", "joint_taken_back"),
        *("referral_made", "referral_sent", "referral_answered", "referral_closed"),
    }
)
AMONG_STAFF = frozenset({"joint_asked", "joint_declined"})
"""Told without its words: a task or a refusal is between agencies."""


def public_report(
    session: Session, city: City, report: PublishedReport, *, public_url: str
) -> dict[str, Any]:
    """Return a published report with photos and replies, from published rows only."""
    photos = publication_queries.photos_of(session, report.tracking_code)
    category = city.categories.get(report.category_code)
    fields = (
        "tracking_code category_code aspect area_code position text landmark agency_code state"
        " submitted_on submitted_at settlement_due_on settled_on is_demo seen_by_at_least"
    )
    return {name: getattr(report, name) for name in fields.split()} | {
        "category_name": category.names["id"] if category else report.category_code,
        "agency_name": agency_name(city, report.agency_code),
        "photos": [
            {
                "url": f"{public_url}/foto/{photo.photo_code}",
                "thumbnail_url": f"{public_url}/foto/{photo.photo_code}/kecil",
                "width": photo.width,
                "height": photo.height,
            }
            for photo in photos
        ],
        "replies": publication_queries.replies_of(session, report.tracking_code),
    }


def own_report(
    session: Session, city: City, keys: KeyRing, report: Report, *, number: int = 1
) -> dict[str, Any]:
    """Return what the reporter of a report sees; whoever asks has shown that it is theirs.

    `number`: which of the tickets of a report that was split, counted from 1.
    """
    data_key = intake_queries.data_key_of(session, keys, report.id)
    tickets = triage_queries.of_report(session, report.id)
    ticket = nth(tickets, number)
    assignment = session.get_one(Assignment, ticket.assignment_id)
    category = city.categories.get(ticket.category_code)
    texts = {
        str(message.id): triage_queries.text_of(message, data_key)
        for message in triage_queries.messages_of(session, ticket.id)
    }
    photos = intake_queries.photos_of(session, report.id)
    return {
        "tracking_code": report.tracking_code,
        "category_code": ticket.category_code,
        "category_name": category.names["id"] if category else ticket.category_code,
        "description": intake_queries.description_of(report, data_key),
        "landmark": intake_queries.landmark_of(report, data_key),
        "area_code": ticket.area_code,
        "position": report.position,
        "answers": intake_queries.answers_of(report, data_key),
        "visibility": ticket.visibility,
        "agency_code": ticket.agency_code,
        "agency_name": agency_name(city, ticket.agency_code),
        "routing_explanation": explanation(city, assignment),
        "state": ticket.state,
        "submitted_at": report.submitted_at,
        "deadlines": ticket,
        "tickets": tickets,
        "photos": photos,
        "photo_count": len(photos),
        "joined": _joined(session, ticket),
        "history": [
            _step(event, texts)
            for event in history(session, StreamKind.TICKET, ticket.id)
            if event.type in SHOWN_EVENTS
        ],
        "is_demo": report.is_demo,
    }


def nth(tickets: Sequence[Ticket], number: int) -> Ticket:
    """Return one of a report's tickets, counted from 1; the first for a number there is not."""
    return tickets[number - 1] if 1 <= number <= len(tickets) else tickets[0]


def _joined(session: Session, ticket: Ticket) -> PublishedReport | None:
    """Return the report this one was joined with, as the public sees it; None while it does not."""
    if ticket.state != State.DUPLICATE.value or ticket.parent_ticket_id is None:
        return None
    release = publication_queries.release_of(session, ticket.parent_ticket_id)
    return None if release is None else session.get(PublishedReport, release.tracking_code)


def explanation(city: City, assignment: Assignment) -> str:
    """Return why this agency is responsible, as a sentence in the reader's language."""
    values = sentence_values(
        city,
        agency_code=assignment.agency_code,
        rule_id=assignment.rule_id,
        inputs=assignment.inputs,
        language=page_language(),
        translate=_,
    )
    return _(SENTENCES[DecidedBy(assignment.decided_by)], **values)


def _text(payload: Payload, texts: Mapping[str, str]) -> str | None:
    return texts.get(str(payload.get("message_id", ""))) or None


def _step(event: Event, texts: Mapping[str, str]) -> dict[str, Any]:
    payload = event.payload
    return {
        "at": event.recorded_at,
        "type": event.type,
        "state": payload.get("to") if event.type == "state_changed" else None,
        "agency_code": payload.get("agency_code"),
        "reason_code": payload.get("reason_code"),
        "text": None if event.type in AMONG_STAFF else _text(payload, texts),
        "body_code": payload.get("to") if event.type.startswith("referral_") else None,
        "partner_code": payload.get("joint_agency_code") or payload.get("split_agency_code"),
        "photo_count": len(payload.get("photo_ids", ())),
    }
