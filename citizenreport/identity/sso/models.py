"""Whose account at the provider is whose here. No token lies here in the clear."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base
from citizenreport.core.ids import new_id


class SsoLink(Base, kw_only=True):
    """One person's account at the provider: known by issuer and subject, never again by mail."""

    __tablename__ = "sso_link"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), unique=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    mail_mark: Mapped[bytes | None] = mapped_column(unique=True)  # HMAC of the address
    linked_at: Mapped[datetime]
    left_at: Mapped[datetime | None] = mapped_column(default=None)  # closed by the groups


class SsoMail(Base, kw_only=True):
    """The address by which an account that was here before is linked the first time; an HMAC."""

    __tablename__ = "sso_mail"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    mail_mark: Mapped[bytes] = mapped_column(unique=True)
    set_at: Mapped[datetime]


class SsoSession(Base, kw_only=True):
    """What a session that began at the provider is asked again with. Ends with the session."""

    __tablename__ = "sso_session"

    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("staff_session.id", ondelete="CASCADE"), primary_key=True
    )
    link_id: Mapped[UUID] = mapped_column(ForeignKey("sso_link.id"), index=True)
    sid_mark: Mapped[bytes | None] = mapped_column(index=True)
    key_id: Mapped[str | None]
    refresh_sealed: Mapped[bytes | None]
    confirmed_at: Mapped[datetime]  # when the provider last said yes


class SsoAttempt(Base, kw_only=True):
    """A browser on its way to the provider and back: ten minutes, once, the same browser."""

    __tablename__ = "sso_attempt"

    state_hash: Mapped[bytes] = mapped_column(primary_key=True)
    browser_hash: Mapped[bytes]
    onward: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(index=True)
    proving: Mapped[UUID | None] = mapped_column(default=None)  # a session whose owner proves it


class SsoLogoutToken(Base, kw_only=True):
    """A logout token that was taken: not again."""

    __tablename__ = "sso_logout_token"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    until: Mapped[datetime] = mapped_column(index=True)
