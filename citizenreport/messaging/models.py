"""Whom we may write to, and about what. Addresses are sealed and looked up by HMAC."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class ContactCheck(Base, kw_only=True):
    """Whether the reporter's mail address is theirs: they pressed the button in the first mail.

    `id` is what links in mails are about: another address is another check, and links that went to
    the earlier one do nothing. `stopped_at`: no more mails about this report are wanted.
    """

    __tablename__ = "contact_check"

    report_id: Mapped[UUID] = mapped_column(
        ForeignKey("report.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[UUID] = mapped_column(unique=True)
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    stopped_at: Mapped[datetime | None] = mapped_column(default=None)


class Subscription(Base, kw_only=True):
    """Somebody wants to hear of released reports in an area, by mail or by push.

    Nothing is sent before `confirmed_at`. `area_code` null: the whole city; `aspect` null: all.
    `told_through`: the last day that a digest covered.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        CheckConstraint("channel IN ('mail', 'push')", name="channel"),
        CheckConstraint("frequency IN ('daily', 'weekly')", name="frequency"),
        Index("ix_subscription_due", "frequency", "told_through"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str]
    area_code: Mapped[str | None]
    aspect: Mapped[str | None]
    frequency: Mapped[str]
    language: Mapped[str]
    address_hmac: Mapped[bytes] = mapped_column(index=True)
    address_sealed: Mapped[bytes]
    key_id: Mapped[str]
    wrapped_key: Mapped[bytes]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    told_through: Mapped[date | None] = mapped_column(default=None)


class PushWatch(Base, kw_only=True):
    """A browser that is told when something happens to a report; never to a confidential one."""

    __tablename__ = "push_watch"
    __table_args__ = (UniqueConstraint("report_id", "address_hmac"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    language: Mapped[str]
    address_hmac: Mapped[bytes]
    address_sealed: Mapped[bytes]
    key_id: Mapped[str]
    wrapped_key: Mapped[bytes]
    created_at: Mapped[datetime]


class StaffAddress(Base, kw_only=True):
    """Where a member of staff is called: one mail address and a few browsers, entered by themselves.

    Nothing but a question or a code goes to a mail address or a number before `confirmed_at`; a
    browser asked by itself.
    """

    __tablename__ = "staff_address"
    __table_args__ = (
        CheckConstraint("channel IN ('mail', 'push', 'messenger')", name="channel"),
        CheckConstraint(
            "channel IN ('mail', 'messenger') OR confirmed_at IS NOT NULL", name="confirmed"
        ),
        UniqueConstraint("staff_id", "address_hmac"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    channel: Mapped[str]
    address_hmac: Mapped[bytes] = mapped_column(index=True)
    address_sealed: Mapped[bytes]
    key_id: Mapped[str]
    wrapped_key: Mapped[bytes]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    tries: Mapped[int] = mapped_column(default=0, server_default="0")  # wrong codes
