"""Accounts, roles, sessions and failed logins. No row here knows a report."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base
from citizenreport.core.ids import new_id


class Staff(Base, kw_only=True):
    """A person with an account. Never deleted: events name its id for good."""

    __tablename__ = "staff"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    password_set_at: Mapped[datetime]
    password_expires_at: Mapped[datetime | None] = mapped_column(default=None)  # given by another


class StaffRole(Base, kw_only=True):
    """One role of one person. A confidential handler has a row per agency and class."""

    __tablename__ = "staff_role"
    __table_args__ = (
        CheckConstraint(
            "(role IN ('officer', 'agency_lead', 'confidential_handler'))"
            " = (agency_code IS NOT NULL)",
            name="agency",
        ),
        CheckConstraint(
            "(role = 'confidential_handler') = (protection_class IS NOT NULL)",
            name="protection_class",
        ),
        Index(
            "uq_staff_role_grant",
            "staff_id",
            "role",
            "agency_code",
            "protection_class",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    role: Mapped[str]
    agency_code: Mapped[str | None] = mapped_column(default=None)
    protection_class: Mapped[str | None] = mapped_column(default=None)
    granted_at: Mapped[datetime]


class StaffSession(Base, kw_only=True):
    """One browser signed in. The token itself is only in that browser's cookie."""

    __tablename__ = "staff_session"

    id: Mapped[UUID] = mapped_column(unique=True, default_factory=new_id)
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    proved_at: Mapped[datetime]  # when its owner last gave a password or a factor
    browser: Mapped[str]  # family and system, for the owner's own list
    awaits_factor: Mapped[bool] = mapped_column(default=False)  # opens nothing yet
    recheck_at: Mapped[datetime | None] = mapped_column(default=None)  # with the sign-on provider


class Delegation(Base, kw_only=True):
    """One person does another's work for a while. A cancelled one ends when it is cancelled.

    `made_by` null: whose work it is gave it away; else who entered it for them.
    """

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("from_staff_id <> to_staff_id", name="another"),
        CheckConstraint("starts_at < ends_at", name="order"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    from_staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    to_staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), default=None)


class ClientDayKey(Base, kw_only=True):
    """The random key of one day, under which clients' address prefixes are hashed.

    Gone after 24 hours, and with it every way back from a mark to an address.
    """

    __tablename__ = "client_day_key"

    day: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[bytes]


class LoginFailure(Base, kw_only=True):
    """Failed logins of one account from one place, under a key that names neither."""

    __tablename__ = "login_failure"

    mark: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
