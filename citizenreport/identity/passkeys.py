"""Passkeys, beside the password or instead of it. Source: W3C Web Authentication level 3, section 7.

A challenge is a row: made for one purpose, good for five minutes, gone with its first answer.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import webauthn
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from webauthn.helpers import options_to_json, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.parse_authentication_credential_json import (
    parse_authentication_credential_json,
)
from webauthn.helpers.parse_registration_credential_json import parse_registration_credential_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from citizenreport.core.errors import InvalidInput, NotFound
from citizenreport.core.text import _n
from citizenreport.identity.factor_models import PasskeyChallenge, StaffPasskey
from citizenreport.identity.models import Staff

LIVES: Final = timedelta(minutes=5)
CHALLENGE_BYTES: Final = 32
LABEL_CHARS: Final = 60
MOST_PASSKEYS: Final = 10
UNREADABLE: Final = (
    WebAuthnException,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
)
"""What the library raises for what is no answer of a browser."""


class BadPasskey(InvalidInput):
    code = "bad-passkey"
    title = _n("Kunci sandi tidak cocok, atau terlalu lama menunggu. Coba sekali lagi.")


class TooManyPasskeys(InvalidInput):
    code = "too-many-passkeys"
    title = _n("Paling banyak 10 kunci sandi. Hapus dulu yang tidak dipakai.")


class PasskeyNotFound(NotFound):
    code = "passkey-not-found"
    title = _n("Kunci sandi ini sudah tidak ada.")


class Purpose(StrEnum):
    """What an answer may be used for; one for another purpose is none."""

    ADD = "add"
    SECOND_STEP = "second_step"
    ALONE = "alone"
    PROOF = "proof"  # again, while signed in


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """As whom we ask: the host that passkeys belong to, and the origin of our pages."""

    host: str
    origin: str


def options_to_add(session: Session, site: Site, staff: Staff, *, now: datetime) -> str:
    """Return what a browser needs to make a passkey, as JSON. Raises TooManyPasskeys."""
    held = passkeys_of(session, staff.id)
    if len(held) >= MOST_PASSKEYS:
        raise TooManyPasskeys
    made = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.host,
        user_id=staff.id.bytes,
        user_name=staff.username,
        user_display_name=staff.name,
        challenge=_challenge(session, Purpose.ADD, staff.id, now=now),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_described(held),
    )
    return options_to_json(made)


def options_to_ask(session: Session, site: Site, staff_id: UUID | None, *, now: datetime) -> str:
    """Return what a browser needs to ask for a passkey, as JSON; of anybody when `staff_id` is None.

    Alone it stands for two factors: the device must have made sure whose hand holds it.
    """
    purpose = Purpose.ALONE if staff_id is None else Purpose.SECOND_STEP
    return _asked(session, site, purpose, staff_id, now=now)


def options_to_prove(session: Session, site: Site, staff_id: UUID, *, now: datetime) -> str:
    """Return what a browser needs to ask a person who is signed in for their passkey, as JSON.

    The device must make sure whose hand holds it: the desk may be unwatched.
    """
    return _asked(session, site, Purpose.PROOF, staff_id, now=now)


def _asked(
    session: Session, site: Site, purpose: Purpose, staff_id: UUID | None, *, now: datetime
) -> str:
    verification = UserVerificationRequirement
    made = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=_challenge(session, purpose, staff_id, now=now),
        allow_credentials=_described(passkeys_of(session, staff_id)) if staff_id else None,
        user_verification=verification.PREFERRED
        if purpose is Purpose.SECOND_STEP
        else verification.REQUIRED,
    )
    return options_to_json(made)


def add(
    session: Session, site: Site, staff: Staff, answer: str, *, label: str, now: datetime
) -> None:
    """Keep the passkey a browser has made. Raises BadPasskey."""
    try:
        given = parse_registration_credential_json(answer)
        challenge = parse_client_data_json(given.response.client_data_json).challenge
        _use_up(session, challenge, Purpose.ADD, staff.id, now=now)
        made = webauthn.verify_registration_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
    except UNREADABLE as error:
        raise BadPasskey from error
    known = select(StaffPasskey.id).where(StaffPasskey.credential_id == made.credential_id)
    if session.scalar(known) is not None:
        raise BadPasskey
    session.add(
        StaffPasskey(
            staff_id=staff.id,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            label=label.strip()[:LABEL_CHARS],
            created_at=now,
        )
    )
    session.flush()


def owner_of_answer(
    session: Session, site: Site, staff_id: UUID | None, answer: str, *, now: datetime
) -> UUID:
    """Return whose passkey has signed our challenge; `staff_id`: who it has to be, None: anybody.

    Raises:
        BadPasskey: unknown, of somebody else, too late, used, or of another site.
    """
    purpose = Purpose.ALONE if staff_id is None else Purpose.SECOND_STEP
    return _owner(session, site, purpose, staff_id, answer, now=now)


def check_proof(
    session: Session, site: Site, staff_id: UUID, answer: str, *, now: datetime
) -> None:
    """Check that a person who is signed in holds their passkey. Raises BadPasskey."""
    _owner(session, site, Purpose.PROOF, staff_id, answer, now=now)


def _owner(
    session: Session,
    site: Site,
    purpose: Purpose,
    staff_id: UUID | None,
    answer: str,
    *,
    now: datetime,
) -> UUID:
    try:
        given = parse_authentication_credential_json(answer)
        challenge = parse_client_data_json(given.response.client_data_json).challenge
        _use_up(session, challenge, purpose, staff_id, now=now)
        row = _known(session, given.raw_id, staff_id)
        checked = webauthn.verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=purpose is not Purpose.SECOND_STEP,
        )
    except UNREADABLE as error:
        raise BadPasskey from error
    row.sign_count, row.used_at = checked.new_sign_count, now
    session.flush()
    return row.staff_id


def passkeys_of(session: Session, staff_id: UUID) -> Sequence[StaffPasskey]:
    """Return a person's passkeys, the oldest first."""
    query = select(StaffPasskey).where(StaffPasskey.staff_id == staff_id)
    return session.scalars(query.order_by(StaffPasskey.created_at)).all()


def remove(session: Session, staff_id: UUID, passkey_id: UUID) -> None:
    """Forget one of a person's own passkeys. Raises PasskeyNotFound."""
    own = delete(StaffPasskey).where(
        StaffPasskey.id == passkey_id, StaffPasskey.staff_id == staff_id
    )
    if session.execute(own.returning(StaffPasskey.id)).one_or_none() is None:
        raise PasskeyNotFound


def _challenge(
    session: Session, purpose: Purpose, staff_id: UUID | None, *, now: datetime
) -> bytes:
    session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.made_at <= now - LIVES))
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    session.add(
        PasskeyChallenge(challenge=challenge, purpose=purpose.value, staff_id=staff_id, made_at=now)
    )
    session.flush()
    return challenge


def _use_up(
    session: Session, challenge: bytes, purpose: Purpose, staff_id: UUID | None, *, now: datetime
) -> None:
    waiting = delete(PasskeyChallenge).where(
        PasskeyChallenge.challenge == challenge,
        PasskeyChallenge.purpose == purpose.value,
        PasskeyChallenge.staff_id.is_not_distinct_from(staff_id),
        PasskeyChallenge.made_at > now - LIVES,
    )
    used = session.execute(waiting.returning(PasskeyChallenge.challenge))
    if used.one_or_none() is None:
        raise BadPasskey


def _known(session: Session, credential_id: bytes, staff_id: UUID | None) -> StaffPasskey:
    query = select(StaffPasskey).join(Staff, Staff.id == StaffPasskey.staff_id)
    query = query.where(StaffPasskey.credential_id == credential_id, Staff.is_active)
    if staff_id is not None:
        query = query.where(StaffPasskey.staff_id == staff_id)
    row = session.scalar(query.with_for_update(of=StaffPasskey))
    if row is None:
        raise BadPasskey
    return row


def _described(held: Sequence[StaffPasskey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=row.credential_id) for row in held]
