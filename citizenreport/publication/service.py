"""Writing published rows. Pipeline's acts call this in their own transaction; joins come from the door."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from citizenreport.core.ids import new_public_id
from citizenreport.publication.models import (
    PhotoRelease,
    PublishedPhoto,
    PublishedReply,
    PublishedReport,
    Release,
    ReportJoin,
)
from citizenreport.publication.rules import (
    JOINABLE,
    JoinClosed,
    PublishedReportNotFound,
    ReleaseState,
    seen_by_at_least,
)
from citizenreport.suggestions.service import forget_learned


def publish(
    session: Session,
    published: PublishedReport,
    *,
    ticket_id: UUID,
    text_state: ReleaseState,
    actor_id: UUID | None,
    now: datetime,
) -> None:
    """Put a report before the public, or replace what is there; who joined it stays."""
    published.seen_by_at_least = _seen_by(session, published.tracking_code)
    before = session.get(PublishedReport, published.tracking_code)
    if before is not None and before.text is not None and before.text != published.text:
        forget_learned(session)
    session.merge(published)
    session.merge(
        Release(
            ticket_id=ticket_id,
            tracking_code=published.tracking_code,
            text_state=text_state.value,
            released_by=actor_id,
            released_at=now,
        )
    )
    session.flush()


def publish_photo(session: Session, photo: PublishedPhoto, *, changed_on: date) -> None:
    """Put a photo before the public."""
    session.add(photo)
    report = session.get(PublishedReport, photo.tracking_code)
    if report is not None:
        report.changed_on = changed_on
    session.flush()


def publish_thumbnail(session: Session, *, photo_id: UUID, thumbnail_key: str) -> bool:
    """Put the small picture of a released photo beside it; say whether there was one without."""
    decision = session.get(PhotoRelease, photo_id)
    if decision is None or decision.photo_code is None:
        return False
    photo = session.get(PublishedPhoto, decision.photo_code)
    if photo is None or photo.thumbnail_key is not None:
        return False
    photo.thumbnail_key = thumbnail_key
    session.flush()
    return True


def decide_photo(session: Session, decision: PhotoRelease) -> None:
    """Keep what was decided about a photo."""
    session.merge(decision)
    session.flush()


def publish_reply(
    session: Session, *, tracking_code: str, agency_code: str, text: str, replied_on: date
) -> None:
    """Put an agency's answer under the published report."""
    last = session.scalar(
        select(func.max(PublishedReply.number)).where(PublishedReply.tracking_code == tracking_code)
    )
    session.add(
        PublishedReply(
            reply_code=new_public_id(),
            tracking_code=tracking_code,
            agency_code=agency_code,
            text=text,
            replied_on=replied_on,
            number=(last or 0) + 1,
        )
    )
    session.flush()


def withdraw_replies(session: Session, *, tracking_code: str) -> None:
    """Take the agency's answers off: they may say again what the text no longer says."""
    session.execute(delete(PublishedReply).where(PublishedReply.tracking_code == tracking_code))


def follow(
    session: Session,
    *,
    ticket_id: UUID,
    state: str,
    agency_code: str,
    settled_on: date | None,
    settlement_due_on: date,
    changed_on: date,
) -> None:
    """Keep the public row in step with its ticket; does nothing while nothing is published."""
    release = session.get(Release, ticket_id)
    if release is None:
        return
    published = session.get(PublishedReport, release.tracking_code)
    if published is None:
        return
    published.state = state
    published.agency_code = agency_code
    published.settled_on = settled_on
    published.settlement_due_on = settlement_due_on
    published.changed_on = changed_on
    session.flush()


def withdraw(session: Session, *, ticket_id: UUID) -> list[str]:
    """Take everything of a ticket off every public surface.

    Returns the storage keys of public photo copies, for the door to delete after commit.
    """
    return withdraw_all(session, ticket_ids=[ticket_id])


def withdraw_all(session: Session, *, ticket_ids: Collection[UUID]) -> list[str]:
    """Take everything of some tickets off every public surface. Returns as `withdraw` does."""
    of_tickets = Release.ticket_id.in_(ticket_ids)
    codes = session.scalars(select(Release.tracking_code).where(of_tickets)).all()
    if not codes:
        return []
    columns = select(PublishedPhoto.storage_key, PublishedPhoto.thumbnail_key)
    stored = session.execute(columns.where(PublishedPhoto.tracking_code.in_(codes))).all()
    session.execute(delete(PublishedReport).where(PublishedReport.tracking_code.in_(codes)))
    forget_learned(session)
    session.execute(delete(PhotoRelease).where(PhotoRelease.ticket_id.in_(ticket_ids)))
    session.execute(delete(Release).where(of_tickets))
    return [key for row in stored for key in row if key is not None]


def withdraw_photos(session: Session, *, ticket_ids: Collection[UUID]) -> list[str]:
    """Take every photo of some tickets off every public surface; the reports themselves stay.

    Returns the storage keys of the public copies, for deletion after the commit.
    """
    decided = select(PhotoRelease.photo_code).where(PhotoRelease.ticket_id.in_(ticket_ids))
    gone = session.execute(
        delete(PublishedPhoto)
        .where(PublishedPhoto.photo_code.in_(decided))
        .returning(PublishedPhoto.storage_key, PublishedPhoto.thumbnail_key)
    ).all()
    session.execute(delete(PhotoRelease).where(PhotoRelease.ticket_id.in_(ticket_ids)))
    return [key for row in gone for key in row if key is not None]


def withdraw_photo(session: Session, *, photo_id: UUID) -> None:
    """Take the public copy of one photo away, before another decision about it."""
    decision = session.get(PhotoRelease, photo_id)
    if decision is not None and decision.photo_code is not None:
        session.execute(
            delete(PublishedPhoto).where(PublishedPhoto.photo_code == decision.photo_code)
        )


def join(session: Session, *, tracking_code: str, browser_hmac: bytes, today: date) -> None:
    """Count a reader who sees a published report's problem too, once per browser.

    Raises:
        PublishedReportNotFound: no such report, or not public: the same answer.
        JoinClosed: it is settled already.
    """
    published = _held(session, tracking_code)
    if published.state not in JOINABLE:
        raise JoinClosed
    row = {"tracking_code": tracking_code, "browser_hmac": browser_hmac, "joined_on": today}
    session.execute(insert(ReportJoin).values(row).on_conflict_do_nothing())
    published.seen_by_at_least = _seen_by(session, tracking_code)
    session.flush()


def part(session: Session, *, tracking_code: str, browser_hmac: bytes) -> None:
    """Take a reader's join back; one that is not there is no failure.

    Raises:
        PublishedReportNotFound: no such report, or not public.
    """
    published = _held(session, tracking_code)
    mine = (ReportJoin.tracking_code == tracking_code, ReportJoin.browser_hmac == browser_hmac)
    session.execute(delete(ReportJoin).where(*mine))
    published.seen_by_at_least = _seen_by(session, tracking_code)
    session.flush()


def _held(session: Session, tracking_code: str) -> PublishedReport:
    """Return a published report, locked: joins of one report are counted one after the other."""
    published = session.get(PublishedReport, tracking_code, with_for_update=True)
    if published is None:
        raise PublishedReportNotFound
    return published


def _seen_by(session: Session, tracking_code: str) -> int:
    joins = select(func.count()).where(ReportJoin.tracking_code == tracking_code)
    return seen_by_at_least(session.scalar(joins) or 0)
