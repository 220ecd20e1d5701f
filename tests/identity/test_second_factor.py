"""Codes of an app, recovery codes, and when a second factor is asked for."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from citizenreport.core.keys import KeyRing
from citizenreport.identity import queries, recovery, second_factor, service, sessions, totp
from citizenreport.identity.factor_models import StaffRecoveryCode, StaffTotp
from citizenreport.identity.models import Staff, StaffSession
from citizenreport.identity.rules import Grant, Role
from citizenreport.identity.second_factor import WrongCode
from citizenreport.identity.service import Client, Refused, SignedIn
from tests.identity.factories import CHEAP, PASSWORD, make_staff

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
STEP = timedelta(seconds=30)
ADMIN = Grant(role=Role.ADMINISTRATOR)


def app_of(session: Session, keys: KeyRing, staff: Staff, *, now: datetime = NOW) -> pyotp.TOTP:
    """Set up an app; its first code is used up."""
    totp.begin(session, keys, staff.id, now=now)
    made = totp.enrolment(session, keys, staff.id, username=staff.username, issuer="Lapor")
    assert made is not None
    app = pyotp.TOTP(made.secret)
    second_factor.confirm_app(session, keys, staff, app.at(now), now=now)
    return app


def login(session: Session, *, roles: frozenset[str] = frozenset()) -> SignedIn:
    outcome = service.login(
        session,
        Client(address="36.80.1.7", demo_allowed=True),
        username="sri.lestari",
        password=PASSWORD,
        cost=CHEAP,
        now=NOW,
        factor_roles=roles,
    )
    assert not isinstance(outcome, Refused)
    return outcome


def test_a_code_is_taken_once(session: Session, keys: KeyRing) -> None:
    staff = make_staff(session)
    app = app_of(session, keys, staff)
    later = NOW + 3 * STEP
    assert totp.accept(session, keys, staff.id, app.at(later), now=later)
    assert not totp.accept(session, keys, staff.id, app.at(later), now=later)
    assert not totp.accept(session, keys, staff.id, app.at(later - STEP), now=later), "older"
    assert totp.accept(session, keys, staff.id, app.at(later + STEP), now=later + STEP)


def test_the_code_that_set_it_up_does_not_sign_in(session: Session, keys: KeyRing) -> None:
    staff = make_staff(session)
    app = app_of(session, keys, staff)
    assert not totp.accept(session, keys, staff.id, app.at(NOW), now=NOW)


@pytest.mark.parametrize(("steps", "fits"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(
    session: Session, keys: KeyRing, steps: int, *, fits: bool
) -> None:
    staff = make_staff(session)
    app = app_of(session, keys, staff, now=NOW - timedelta(hours=1))
    code = app.at(NOW + steps * STEP)
    assert totp.accept(session, keys, staff.id, code, now=NOW) is fits


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "abcdef", "１２３４５６", "\ud800", "-12345"]
)
def test_what_is_no_code_is_refused(session: Session, keys: KeyRing, code: str) -> None:
    staff = make_staff(session)
    app_of(session, keys, staff)
    assert second_factor.code_fault(session, keys, staff, code, now=NOW) is not None


def test_the_secret_is_sealed(session: Session, keys: KeyRing) -> None:
    staff = make_staff(session)
    app = app_of(session, keys, staff)
    stored = bytes(session.scalars(select(StaffTotp.secret_sealed)).one())
    assert app.secret.encode() not in stored


def test_an_app_counts_after_its_first_code_only(session: Session, keys: KeyRing) -> None:
    staff = make_staff(session)
    totp.begin(session, keys, staff.id, now=NOW)
    assert not second_factor.has_factor(session, staff.id)
    with pytest.raises(WrongCode):
        second_factor.confirm_app(session, keys, staff, "000000", now=NOW)
    assert not login(session).awaits_factor


def test_a_new_app_takes_the_place_of_the_old_one(session: Session, keys: KeyRing) -> None:
    staff = make_staff(session)
    old = app_of(session, keys, staff)
    new = app_of(session, keys, staff, now=NOW + 2 * STEP)
    later = NOW + 5 * STEP
    assert not totp.accept(session, keys, staff.id, old.at(later), now=later)
    assert totp.accept(session, keys, staff.id, new.at(later), now=later)


def test_a_recovery_code_opens_once_and_only_its_owners_account(
    session: Session, keys: KeyRing
) -> None:
    staff, other = make_staff(session), make_staff(session, "budi.santoso")
    codes = recovery.make(session, keys, staff.id, now=NOW)
    assert len(set(codes)) == 10
    assert not recovery.accept(session, keys, other.id, codes[0], now=NOW)
    assert recovery.accept(session, keys, staff.id, codes[0].lower(), now=NOW)
    assert not recovery.accept(session, keys, staff.id, codes[0], now=NOW)
    assert recovery.left(session, staff.id) == 9
    recovery.make(session, keys, staff.id, now=NOW)
    assert not recovery.accept(session, keys, staff.id, codes[1], now=NOW), "replaced"


def test_recovery_codes_are_stored_as_marks(session: Session, keys: KeyRing) -> None:
    staff = make_staff(session)
    [first, *_] = recovery.make(session, keys, staff.id, now=NOW)
    stored = session.scalars(select(StaffRecoveryCode.code_hash)).all()
    assert all(first.replace("-", "").encode() not in bytes(mark) for mark in stored)


def test_guessing_codes_is_slowed_wherever_it_comes_from(session: Session, keys: KeyRing) -> None:
    staff = make_staff(session)
    app = app_of(session, keys, staff)
    later = NOW + 3 * STEP
    for _ in range(3):
        fault = second_factor.code_fault(session, keys, staff, "000000", now=later)
        assert isinstance(fault, WrongCode)
    right = app.at(later)
    slowed = second_factor.code_fault(session, keys, staff, right, now=later)
    assert slowed is not None
    assert slowed.code == "guessed-too-often"
    after = later + timedelta(seconds=2)
    assert second_factor.code_fault(session, keys, staff, app.at(after), now=after) is None


def test_with_a_factor_the_password_alone_opens_nothing(session: Session, keys: KeyRing) -> None:
    staff = make_staff(session)
    app_of(session, keys, staff)
    signed = login(session)
    assert signed.awaits_factor
    assert sessions.resume(session, signed.token, demo_allowed=True, now=NOW) is None
    waiting = second_factor.waiting(session, signed.token, now=NOW)
    assert waiting is not None
    assert waiting.id == staff.id
    token = second_factor.complete(session, signed.token, now=NOW)
    assert sessions.resume(session, token, demo_allowed=True, now=NOW) == signed.actor
    assert sessions.resume(session, signed.token, demo_allowed=True, now=NOW) is None, "renewed"


def test_who_waits_longer_than_ten_minutes_begins_again(session: Session, keys: KeyRing) -> None:
    app_of(session, keys, make_staff(session))
    token = login(session).token
    assert second_factor.waiting(session, token, now=NOW + timedelta(minutes=9)) is not None
    assert second_factor.waiting(session, token, now=NOW + timedelta(minutes=10)) is None


def test_a_session_that_waits_is_not_among_the_open_ones(session: Session, keys: KeyRing) -> None:
    staff = make_staff(session)
    app_of(session, keys, staff)
    login(session)
    assert sessions.open_sessions(session, staff.id, now=NOW) == []


def test_a_closed_account_does_not_get_to_the_second_step(session: Session, keys: KeyRing) -> None:
    staff = make_staff(session)
    app_of(session, keys, staff)
    token = login(session).token
    session.execute(update(Staff).values(is_active=False))
    assert second_factor.waiting(session, token, now=NOW) is None


def test_a_role_may_ask_for_a_factor_and_demo_accounts_are_exempt(session: Session) -> None:
    roles = frozenset({"administrator"})
    staff = make_staff(session, "sri.lestari", ADMIN)
    assert login(session, roles=roles).awaits_factor
    assert not login(session, roles=frozenset({"officer"})).awaits_factor
    staff.is_demo = True
    session.flush()
    assert not login(session, roles=roles).awaits_factor


def test_an_open_session_does_not_wait_and_a_waiting_one_is_no_session(session: Session) -> None:
    staff = make_staff(session, "sri.lestari", ADMIN)
    login(session, roles=frozenset({"administrator"}))
    [row] = session.scalars(select(StaffSession)).all()
    assert row.awaits_factor
    assert queries.actor_of(session, staff).roles == {Role.ADMINISTRATOR}
