"""What a person proves with beside the password. No row here knows a report."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base
from citizenreport.core.ids import new_id


class StaffTotp(Base, kw_only=True):
    """The secret shared with an authenticator app, sealed. Counts from `confirmed_at` on."""

    __tablename__ = "staff_totp"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    key_id: Mapped[str]
    secret_sealed: Mapped[bytes]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)  # of the last code that was taken


class StaffRecoveryCode(Base, kw_only=True):
    """A code for the day the phone is lost; it opens once. Only its HMAC is kept."""

    __tablename__ = "staff_recovery_code"

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class StaffPasskey(Base, kw_only=True):
    """The public half of a passkey; the other half never leaves its device."""

    __tablename__ = "staff_passkey"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    label: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class PasskeyChallenge(Base, kw_only=True):
    """A random number that a passkey signs: for one purpose, five minutes, once."""

    __tablename__ = "passkey_challenge"

    challenge: Mapped[bytes] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), default=None)
    made_at: Mapped[datetime] = mapped_column(index=True)
