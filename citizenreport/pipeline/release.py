"""Putting a report before the public, and keeping what is public in step with its ticket."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from citizenreport.cities.rules import Category, City, PublicPrecision, Visibility
from citizenreport.core.ids import new_public_id
from citizenreport.disclosure.rules import published_day, published_instant, published_place
from citizenreport.documents.covering import covered
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Photo, Report
from citizenreport.intake.photos import make_thumbnail
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.publication import queries as publication_queries
from citizenreport.publication import service as publication
from citizenreport.publication.models import PhotoRelease, PublishedPhoto, PublishedReport
from citizenreport.publication.rules import (
    NotChecked,
    NotReleasable,
    NotReleased,
    PhotoNotReleasable,
    PublishedReportNotFound,
    ReleaseState,
    Withdrawn,
    check_public_text,
    check_releasable,
)
from citizenreport.storage.rules import Storage
from citizenreport.triage import queries as triage_queries
from citizenreport.triage import service as triage
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.triage.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRelease:
    """What the public will read: `public_text` as edited by staff, or None to hold or refuse it."""

    state: ReleaseState
    public_text: str | None = None
    public_landmark: str | None = None


def release_report(
    session: Session,
    city: City,
    ticket: Ticket,
    text: TextRelease,
    *,
    act: Act,
) -> None:
    """Release a ticket to the public: category, place, day, state, agency, and its text if released.

    Raises:
        NotReleasable: the ticket or its category is not public.
        NotChecked: it came in a way that is looked at twice, and nobody verified it.
        Withdrawn: its reporter took it back, or had it erased.
        PublicTextInvalid, TicketChanged.
    """
    category = city.categories[ticket.category_code]
    _check_released(ticket, category)
    report = intake_queries.by_id(session, ticket.report_id)
    if ticket.state == State.WITHDRAWN.value or report.erased_at is not None:
        raise Withdrawn
    is_text_public = text.state is ReleaseState.RELEASED
    public_text = check_public_text(text.public_text or "") if is_text_public else None
    triage.change(session, ticket, act=act)
    before = publication_queries.release_of(session, ticket.id)
    was_public = before is not None and before.text_state == ReleaseState.RELEASED.value
    published = _published(city, report, ticket, now=act.at)
    published.text = public_text
    if is_text_public and category.public_precision is PublicPrecision.EXACT:
        published.landmark = text.public_landmark or None
    publication.publish(
        session,
        published,
        ticket_id=ticket.id,
        text_state=text.state,
        actor_id=act.actor_id,
        now=act.at,
    )
    if not is_text_public:
        publication.withdraw_replies(session, tracking_code=published.tracking_code)
    elif not was_public:
        _publish_replies(session, city, ticket, tracking_code=published.tracking_code)
    triage.record(session, ticket, "released", {"text": text.state.value}, act=act)


def _check_released(ticket: Ticket, category: Category) -> None:
    """Raise NotReleasable, or NotChecked: releasing is the second look, verifying the first.

    A report has one public page, that of the ticket it began with.
    """
    if ticket.split_from_id is not None:
        raise NotReleasable
    check_releasable(Visibility(ticket.visibility), category)
    if ticket.needs_check and ticket.verified_at is None:
        raise NotChecked


def _publish_replies(session: Session, city: City, ticket: Ticket, *, tracking_code: str) -> None:
    """Put before the public what agencies answered while the report's text was held."""
    holder, texts = (
        ticket.agency_code,
        {
            str(message.id): message.text
            for message in triage_queries.messages_of(session, ticket.id)
        },
    )
    for event in history(session, StreamKind.TICKET, ticket.id):
        holder = str(event.payload.get("agency_code") or holder)
        text = texts.get(str(event.payload.get("message_id", "")))
        if event.type == "replied" and text:
            publication.publish_reply(
                session,
                tracking_code=tracking_code,
                agency_code=holder,
                text=text,
                replied_on=published_day(city, event.recorded_at),
            )


def _published(city: City, report: Report, ticket: Ticket, *, now: datetime) -> PublishedReport:
    category = city.categories[ticket.category_code]
    place = published_place(city, category, position=report.position, area_code=ticket.area_code)
    return PublishedReport(
        tracking_code=report.tracking_code,
        category_code=ticket.category_code,
        aspect=ticket.aspect,
        complaint_class=category.complaint_class.value,
        area_code=place.area_code,
        position=place.position,
        agency_code=ticket.agency_code,
        state=ticket.state,
        submitted_on=published_day(city, report.submitted_at),
        submitted_at=published_instant(category, report.submitted_at),
        settlement_due_on=published_day(city, ticket.settlement_due_at),
        settled_on=published_day(city, ticket.settled_at) if ticket.settled_at else None,
        changed_on=published_day(city, now),
        is_demo=ticket.is_demo,
    )


def release_photo(
    session: Session,
    city: City,
    storage: Storage,
    ticket: Ticket,
    photo_id: UUID,
    *,
    state: ReleaseState,
    act: Act,
    cells: Collection[int] = (),
) -> None:
    """Release or refuse one photo of a released ticket.

    The public copy is a file of its own, so that taking it back leaves the handlers' copy. `cells`
    are the parts of it that are covered (see `documents.covering`): faces and number plates.

    Raises:
        NotReleased, NotReleasable, NotChecked, PhotoNotReleasable, PublishedReportNotFound, TicketChanged.
    """
    category = city.categories[ticket.category_code]
    _check_released(ticket, category)
    if state is ReleaseState.RELEASED and not category.public_photo:
        raise PhotoNotReleasable
    photo = _photo(session, ticket, photo_id)
    release = publication_queries.release_of(session, ticket.id)
    if release is None:
        raise NotReleased
    triage.change(session, ticket, act=act)
    code = new_public_id() if state is ReleaseState.RELEASED else None
    publication.withdraw_photo(session, photo_id=photo.id)
    if code is not None:
        storage_key, thumbnail_key = _public_copies(storage, photo, cells)
        publication.publish_photo(
            session,
            PublishedPhoto(
                photo_code=code,
                tracking_code=release.tracking_code,
                storage_key=storage_key,
                thumbnail_key=thumbnail_key,
                media_type=photo.media_type,
                width=photo.width,
                height=photo.height,
                position_in_report=photo.position_in_report,
            ),
            changed_on=published_day(city, act.at),
        )
    publication.decide_photo(
        session,
        PhotoRelease(
            photo_id=photo.id,
            ticket_id=ticket.id,
            state=state.value,
            photo_code=code,
            decided_by=act.actor_id,
            decided_at=act.at,
        ),
    )
    payload = {"photo_id": str(photo.id), "state": state.value, "covered": len(cells)}
    triage.record(session, ticket, "photo_decided", payload, act=act)


def _public_copies(
    storage: Storage, photo: Photo, cells: Collection[int]
) -> tuple[str, str | None]:
    """Return the keys of the public copy and its thumbnail.

    The thumbnail of a covered copy is made from it at once: the one that is there, or comes later,
    shows what is covered.
    """
    content = storage.get(photo.storage_key)
    if not cells:
        return storage.put(content), _copied(storage, photo.thumbnail_key)
    content = covered(content, cells)
    return storage.put(content), storage.put(make_thumbnail(content))


def _copied(storage: Storage, key: str | None) -> str | None:
    """Return the key of a copy; None for a thumbnail that is not made yet and comes later."""
    return storage.put(storage.get(key)) if key is not None else None


def _photo(session: Session, ticket: Ticket, photo_id: UUID) -> Photo:
    for photo in intake_queries.photos_of(session, ticket.report_id):
        if photo.id == photo_id:
            return photo
    raise PublishedReportNotFound


def follow_ticket(session: Session, city: City, ticket: Ticket, *, now: datetime) -> None:
    """Bring the public row to the ticket's present state, in the same transaction."""
    publication.follow(
        session,
        ticket_id=ticket.id,
        state=ticket.state,
        agency_code=ticket.agency_code,
        settled_on=published_day(city, ticket.settled_at) if ticket.settled_at else None,
        settlement_due_on=published_day(city, ticket.settlement_due_at),
        changed_on=published_day(city, now),
    )
