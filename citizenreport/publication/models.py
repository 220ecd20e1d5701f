"""Published rows. The database role of public reads may SELECT `published_*` and nothing else."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base
from citizenreport.geo.columns import PositionType
from citizenreport.geo.position import Position


class PublishedReport(Base, kw_only=True):
    """A report as the public sees it. `tracking_code` is random and its only name.

    `submitted_at` only where the category shows exact places; else the day. `text` is null until
    released. `seen_by_at_least`: how many others see it too, 0, 1, 2 (to 4) or 5 (or more).
    Nothing here tells how many reports there are that are not published.
    """

    __tablename__ = "published_report"
    __table_args__ = (
        Index(None, "position", postgresql_using="gist"),
        # In degrees on the plane: boxes of lists and tiles.
        Index(
            "ix_published_report_place",
            text("(position::geometry(POINT, 4326))"),
            postgresql_using="gist",
        ),
        Index("ix_published_report_submitted", "submitted_on", "tracking_code"),
        Index("ix_published_report_category", "category_code", "submitted_on", "tracking_code"),
        Index("ix_published_report_changed", "changed_on", "tracking_code"),
        Index("ix_published_report_settled", "settled_on"),
        Index("ix_published_report_state", "state"),
        Index("ix_published_report_state_day", "state", "submitted_on", "tracking_code"),
        Index("ix_published_report_aspect_day", "aspect", "submitted_on", "tracking_code"),
        Index("ix_published_report_area_day", "area_code", "submitted_on", "tracking_code"),
    )

    tracking_code: Mapped[str] = mapped_column(primary_key=True)
    category_code: Mapped[str]
    aspect: Mapped[str]
    complaint_class: Mapped[str]
    area_code: Mapped[str | None]
    position: Mapped[Position | None] = mapped_column(PositionType)
    agency_code: Mapped[str]
    state: Mapped[str]
    text: Mapped[str | None] = mapped_column(default=None)
    landmark: Mapped[str | None] = mapped_column(default=None)
    submitted_on: Mapped[date]
    submitted_at: Mapped[datetime | None] = mapped_column(default=None)
    settlement_due_on: Mapped[date]
    settled_on: Mapped[date | None] = mapped_column(default=None)
    changed_on: Mapped[date]
    is_demo: Mapped[bool] = mapped_column(default=False)
    seen_by_at_least: Mapped[int] = mapped_column(default=0, server_default="0")


class PublishedPhoto(Base, kw_only=True):
    """A photo released to the public, with faces and plates blurred where needed."""

    __tablename__ = "published_photo"

    photo_code: Mapped[str] = mapped_column(primary_key=True)
    tracking_code: Mapped[str] = mapped_column(
        ForeignKey("published_report.tracking_code", ondelete="CASCADE"), index=True
    )
    storage_key: Mapped[str]
    thumbnail_key: Mapped[str | None] = mapped_column(default=None)
    media_type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    position_in_report: Mapped[int]


class PublishedReply(Base, kw_only=True):
    """An agency's public answer, as released."""

    __tablename__ = "published_reply"

    reply_code: Mapped[str] = mapped_column(primary_key=True)
    tracking_code: Mapped[str] = mapped_column(
        ForeignKey("published_report.tracking_code", ondelete="CASCADE"), index=True
    )
    agency_code: Mapped[str]
    text: Mapped[str]
    replied_on: Mapped[date]
    number: Mapped[int]


class ReportJoin(Base, kw_only=True):
    """That a browser's reader sees a published report's problem too. Not readable by the public role.

    `browser_hmac` differs from report to report: two rows do not tell that one person wrote both.
    It goes with the published report.
    """

    __tablename__ = "report_join"

    tracking_code: Mapped[str] = mapped_column(
        ForeignKey("published_report.tracking_code", ondelete="CASCADE"), primary_key=True
    )
    browser_hmac: Mapped[bytes] = mapped_column(primary_key=True)
    joined_on: Mapped[date]


class Release(Base, kw_only=True):
    """Which ticket a published report is of. Not readable by the public role.

    `text_state` and each photo's state: held, released or refused.
    """

    __tablename__ = "release"

    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    tracking_code: Mapped[str] = mapped_column(unique=True)
    text_state: Mapped[str] = mapped_column(default="held")
    released_by: Mapped[UUID | None]
    released_at: Mapped[datetime]


class PhotoRelease(Base, kw_only=True):
    """The public fate of one photo of a report."""

    __tablename__ = "photo_release"

    photo_id: Mapped[UUID] = mapped_column(ForeignKey("photo.id"), primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"), index=True)
    state: Mapped[str]
    photo_code: Mapped[str | None] = mapped_column(default=None)
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime]
