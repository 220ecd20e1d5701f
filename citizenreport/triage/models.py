"""The ticket, and what staff and reporter write on it."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Computed, ForeignKey, Index, Text, TextClause, false, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base
from citizenreport.geo.columns import PositionType
from citizenreport.geo.position import Position
from citizenreport.triage.states import OPEN

OPEN_STATES_SQL = f"state IN ({', '.join(sorted(repr(state.value) for state in OPEN))})"

PRIORITY_RANK_SQL = (
    "array_position(ARRAY['kritis'::text, 'tinggi'::text, 'sedang'::text,"
    " 'rendah'::text], priority)"
)
"""The most urgent first, as a number that an index can hold."""

NEXT_DUE_SQL = """
LEAST(
    settlement_due_at,
    CASE WHEN first_responded_at IS NULL THEN first_response_due_at
        ELSE NULL::timestamp with time zone END,
    CASE WHEN verified_at IS NULL AND paused_at IS NULL THEN verification_due_at
        ELSE NULL::timestamp with time zone END
)
"""
"""When the next clock of an open ticket runs out, computed by the database: what the queue goes by.
While the reporter is waited for it is the settlement's deadline of before the pause."""


READABLE_BY = [
    *("visibility", "protection_class", "subject_agency_code", "paused_at"),
    *("agency_code", "state"),
]
"""What decides whether a ticket is listed and whether its clock runs: kept in the indexes that count,
so that a count never has to look at the tickets themselves."""

_OPEN = text(OPEN_STATES_SQL)
COUNTED_BY: Mapping[str, tuple[tuple[str, ...], TextClause | None]] = {
    "ix_ticket_queue": (("agency_code", "state", "next_due_at", "id"), None),
    "ix_ticket_due": (("state", "next_due_at", "id"), None),
    # The queue shows open tickets by deadline; closed ones pile up over the years.
    "ix_ticket_open": (("next_due_at", "id"), _OPEN),
    "ix_ticket_open_agency": (("agency_code", "next_due_at", "id"), _OPEN),
}

_RANK = text(PRIORITY_RANK_SQL)
OPEN_ORDERS: Mapping[str, tuple[str | TextClause, ...]] = {
    "ix_ticket_open_category": ("category_code", "next_due_at", "id"),
    "ix_ticket_open_area": ("area_code", "next_due_at", "id"),
    "ix_ticket_open_submitted": ("submitted_at", "id"),
    "ix_ticket_open_agency_submitted": ("agency_code", "submitted_at", "id"),
    "ix_ticket_open_priority": (_RANK, "next_due_at", "id"),
    "ix_ticket_open_agency_priority": ("agency_code", _RANK, "next_due_at", "id"),
}
"""Indexes over open tickets, one for each order and for the filters that people use most."""


class Ticket(Base, kw_only=True):
    """Staff's work item: the current state of what the event stream tells in full.

    `report_id` is not unique: a report may be split, or handled jointly (`parent_ticket_id`).
    """

    __tablename__ = "ticket"
    __table_args__ = (
        *(
            Index(
                name,
                *columns,
                postgresql_include=[name for name in READABLE_BY if name not in columns],
                postgresql_where=where,
            )
            for name, (columns, where) in COUNTED_BY.items()
        ),
        Index("ix_ticket_submitted", "submitted_at", "id"),
        Index("ix_ticket_agency_submitted", "agency_code", "submitted_at", "id"),
        *(
            Index(name, *columns, postgresql_where=text(OPEN_STATES_SQL))
            for name, columns in OPEN_ORDERS.items()
        ),
        Index(
            "ix_ticket_assignee",
            "assignee_id",
            "next_due_at",
            "id",
            postgresql_where=text("assignee_id IS NOT NULL"),
        ),
        Index(
            "ix_ticket_joint",
            "joint_agency_codes",
            postgresql_using="gin",
            postgresql_where=text("joint_agency_codes <> '{}'::text[]"),
        ),
        Index(
            "ix_ticket_scheduled",
            "scheduled_until",
            postgresql_where=text("scheduled_until IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), index=True)
    parent_ticket_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("ticket.id"), index=True, default=None
    )
    split_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("ticket.id"), default=None)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment.id"))
    category_code: Mapped[str]
    aspect: Mapped[str]
    area_code: Mapped[str | None]
    agency_code: Mapped[str]
    subject_agency_code: Mapped[str | None] = mapped_column(default=None)
    visibility: Mapped[str]
    protection_class: Mapped[str]
    priority: Mapped[str]
    state: Mapped[str]
    resume_state: Mapped[str | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)
    submitted_at: Mapped[datetime]
    first_response_due_at: Mapped[datetime]
    first_responded_at: Mapped[datetime | None] = mapped_column(default=None)
    verification_due_at: Mapped[datetime]
    verified_at: Mapped[datetime | None] = mapped_column(default=None)
    settlement_due_at: Mapped[datetime]
    settled_at: Mapped[datetime | None] = mapped_column(default=None)
    next_due_at: Mapped[datetime] = mapped_column(
        Computed(NEXT_DUE_SQL, persisted=True), init=False
    )
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_how: Mapped[str | None] = mapped_column(default=None)  # confirmed | automatic
    paused_at: Mapped[datetime | None] = mapped_column(default=None)
    paused_days_before_verification: Mapped[int] = mapped_column(default=0)
    paused_days_after_verification: Mapped[int] = mapped_column(default=0)
    return_count: Mapped[int] = mapped_column(default=0)
    has_fixed_deadlines: Mapped[bool] = mapped_column(default=False)  # given by an import
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), default=None)
    scheduled_until: Mapped[date | None] = mapped_column(default=None)
    extension_asked_days: Mapped[int | None] = mapped_column(default=None)  # not yet decided
    extended_days: Mapped[int] = mapped_column(default=0, server_default="0")  # working days
    joint_agency_codes: Mapped[list[str]] = mapped_column(
        ARRAY(Text), default_factory=list, server_default=text("'{}'")
    )  # whose part is open now
    needs_check: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_demo: Mapped[bool] = mapped_column(default=False)


class Message(Base, kw_only=True):
    """Something written on a ticket: a public reply, a reason, an addition by the reporter, or a
    note that only staff read.

    Text of a confidential ticket is sealed with its report's data key.
    """

    __tablename__ = "message"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"), index=True)
    kind: Mapped[str]  # reply | reason | addition | note | notice
    author_id: Mapped[UUID | None]  # None: the reporter
    text: Mapped[str | None]
    text_sealed: Mapped[bytes | None]
    state: Mapped[str | None] = mapped_column(default=None)  # the state a reason led to
    written_at: Mapped[datetime]


class FieldVisit(Base, kw_only=True):
    """A visit to the place of a ticket. `id` is made by the page, so that a repeat is known.

    `position` is that of the officer's phone or photo, kept only when they agreed, and gone when
    the ticket becomes confidential or its reporter is erased.
    """

    __tablename__ = "field_visit"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"), index=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    is_done: Mapped[bool]
    acted_at: Mapped[datetime]  # on the phone's clock, where that can be
    received_at: Mapped[datetime]
    position: Mapped[Position | None] = mapped_column(PositionType, default=None)
    accuracy_m: Mapped[float | None] = mapped_column(default=None)


class Mention(Base, kw_only=True):
    """A colleague named in a note, until they have looked at the ticket."""

    __tablename__ = "mention"
    __table_args__ = (
        Index(
            "ix_mention_unseen",
            "staff_id",
            "mentioned_at",
            postgresql_where=text("seen_at IS NULL"),
        ),
    )

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    message_id: Mapped[UUID] = mapped_column(
        ForeignKey("message.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"))
    mentioned_at: Mapped[datetime]
    seen_at: Mapped[datetime | None] = mapped_column(default=None)


class ContactReveal(Base, kw_only=True):
    """Somebody opened a reporter's contact: counted here, told by the events."""

    __tablename__ = "contact_reveal"
    __table_args__ = (Index("ix_contact_reveal_staff", "staff_id", "revealed_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"))
    revealed_at: Mapped[datetime]
