"""Signing in, sessions, and slowing down guesses."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from citizenreport.cities.rules import ProtectionClass
from citizenreport.identity import queries, service, sessions, throttle
from citizenreport.identity.models import ClientDayKey, LoginFailure, Staff, StaffRole, StaffSession
from citizenreport.identity.passwords import HashCost
from citizenreport.identity.rules import (
    CEILING,
    BadGrant,
    BadUsername,
    Grant,
    Role,
    UsernameTaken,
    WeakPassword,
)
from citizenreport.identity.service import Client, Device, Refused, SignedIn
from tests.identity.factories import CHEAP, PASSWORD, make_staff

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
HOME = Client(address="36.80.1.7")
ELSEWHERE = Client(address="114.10.2.9")


def login(
    session: Session,
    *,
    username: str = "sri.lestari",
    password: str = PASSWORD,
    client: Client = HOME,
    now: datetime = NOW,
    cost: HashCost = CHEAP,
) -> SignedIn | Refused:
    return service.login(session, client, username=username, password=password, cost=cost, now=now)


def fail(session: Session, times: int, *, client: Client = HOME, now: datetime = NOW) -> None:
    for _ in range(times):
        login(session, password="salah", client=client, now=now)


def signed_in(session: Session, **given: datetime) -> SignedIn:
    outcome = login(session, **given)
    assert isinstance(outcome, SignedIn)
    return outcome


def test_a_new_service_has_no_accounts(session: Session) -> None:
    assert session.scalar(select(func.count()).select_from(Staff)) == 0


def test_the_right_password_opens_a_session(session: Session) -> None:
    staff = make_staff(session)
    outcome = signed_in(session)
    assert outcome.actor.staff_id == staff.id
    assert outcome.actor.grants == (Grant(role=Role.OFFICER, agency_code="roads"),)
    assert sessions.resume(session, outcome.token, demo_allowed=False, now=NOW) == outcome.actor


def test_capitals_and_blanks_around_a_name_do_not_matter(session: Session) -> None:
    make_staff(session)
    assert isinstance(login(session, username=" Sri.Lestari "), SignedIn)


def test_every_refusal_looks_the_same(session: Session) -> None:
    closed = make_staff(session, "sudah.pergi")
    service.deactivate(session, closed)
    make_staff(session, "demo-petugas", is_demo=True)
    make_staff(session)
    outcomes = {
        login(session, password="salah"),
        login(session, username="sudah.pergi"),
        login(session, username="demo-petugas"),
        login(session, username="tidak.ada"),
        login(session, username="'; DROP TABLE staff --"),
        login(session, username="a\x00b\ud800"),
        login(session, username=""),
    }
    assert outcomes == {Refused(wait=timedelta(0))}


def test_a_refusal_is_counted_and_kept(session: Session) -> None:
    make_staff(session)
    fail(session, 2)
    session.commit()
    assert session.scalar(select(LoginFailure.failures)) == 2


def test_the_token_is_stored_hashed(session: Session) -> None:
    make_staff(session)
    token = signed_in(session).token
    stored = session.scalars(select(StaffSession.token_hash)).one()
    assert token.encode() not in bytes(stored)
    assert len(token) >= 43


def test_every_login_has_a_session_of_its_own(session: Session) -> None:
    make_staff(session)
    assert signed_in(session).token != signed_in(session).token


def test_a_made_up_token_is_nobodys(session: Session) -> None:
    make_staff(session)
    signed_in(session)
    for token in ("", "x", "\x00", "\ud800", "ä" * 50):
        assert sessions.resume(session, token, demo_allowed=True, now=NOW) is None


def test_a_session_ends_after_half_an_hour_of_silence(session: Session) -> None:
    make_staff(session)
    token = signed_in(session).token
    for minutes, alive in [(29, True), (58, True), (88, False)]:
        then = NOW + timedelta(minutes=minutes)
        resumed = sessions.resume(session, token, demo_allowed=False, now=then)
        assert (resumed is not None) is alive, minutes


def test_a_session_ends_after_twelve_hours_at_work(session: Session) -> None:
    make_staff(session)
    token = signed_in(session).token
    for quarter in range(1, 48):
        then = NOW + timedelta(minutes=15 * quarter)
        assert sessions.resume(session, token, demo_allowed=False, now=then) is not None
    end = NOW + timedelta(hours=12)
    assert sessions.resume(session, token, demo_allowed=False, now=end) is None


def test_signing_out_ends_this_session_and_no_other(session: Session) -> None:
    make_staff(session)
    office, phone = signed_in(session).token, signed_in(session).token
    sessions.logout(session, office)
    assert sessions.resume(session, office, demo_allowed=False, now=NOW) is None
    assert sessions.resume(session, phone, demo_allowed=False, now=NOW) is not None


def test_closing_an_account_ends_its_sessions(session: Session) -> None:
    staff = make_staff(session)
    token = signed_in(session).token
    service.deactivate(session, staff)
    assert sessions.resume(session, token, demo_allowed=False, now=NOW) is None
    assert login(session) == Refused(wait=timedelta(0))


def test_a_new_password_ends_every_session(session: Session) -> None:
    staff = make_staff(session)
    token = signed_in(session).token
    service.set_password(session, staff, password="tujuh gunung satu sungai", cost=CHEAP, now=NOW)
    assert sessions.resume(session, token, demo_allowed=False, now=NOW) is None
    assert login(session) == Refused(wait=timedelta(0))
    assert isinstance(login(session, password="tujuh gunung satu sungai"), SignedIn)


def test_a_changed_role_counts_from_the_next_request(session: Session) -> None:
    staff = make_staff(session)
    token = signed_in(session).token
    role = session.scalars(select(StaffRole).where(StaffRole.staff_id == staff.id)).one()
    role.agency_code = "parks"
    session.flush()
    resumed = sessions.resume(session, token, demo_allowed=False, now=NOW)
    assert resumed is not None
    assert resumed.grants == (Grant(role=Role.OFFICER, agency_code="parks"),)


def test_someone_without_a_role_is_signed_in_and_may_nothing(session: Session) -> None:
    staff = make_staff(session)
    token = signed_in(session).token
    session.delete(session.scalars(select(StaffRole).where(StaffRole.staff_id == staff.id)).one())
    session.flush()
    resumed = sessions.resume(session, token, demo_allowed=False, now=NOW)
    assert resumed is not None
    assert resumed.roles == frozenset()


def test_demo_accounts_enter_only_where_they_may(session: Session) -> None:
    make_staff(session, "demo-petugas", is_demo=True)
    private = Client(address="127.0.0.1", demo_allowed=True)
    outcome = login(session, username="demo-petugas", client=private)
    assert isinstance(outcome, SignedIn)
    assert sessions.resume(session, outcome.token, demo_allowed=True, now=NOW) is not None
    assert sessions.resume(session, outcome.token, demo_allowed=False, now=NOW) is None


def test_guessing_is_slowed_more_and_more(session: Session) -> None:
    make_staff(session)
    fail(session, 3)
    assert login(session) == Refused(wait=timedelta(seconds=2))
    later = NOW + timedelta(seconds=2)
    fail(session, 1, now=later)
    assert login(session, now=later) == Refused(wait=timedelta(seconds=4))


def test_trying_while_waiting_does_not_make_the_wait_longer(session: Session) -> None:
    make_staff(session)
    fail(session, 3)
    fail(session, 50)
    assert isinstance(login(session, now=NOW + timedelta(seconds=2)), SignedIn)


def test_nobody_is_locked_out_by_guesses_from_elsewhere(session: Session) -> None:
    make_staff(session)
    fail(session, 20, client=ELSEWHERE)
    assert isinstance(login(session), SignedIn)


def test_a_browser_that_signed_in_before_is_not_slowed_by_its_neighbours(session: Session) -> None:
    staff = make_staff(session)
    fail(session, 20)
    known = Client(address=HOME.address, device=Device(staff_id=staff.id, nonce="n1"))
    assert isinstance(login(session, client=known), SignedIn)


def test_a_known_browser_is_slowed_by_its_own_guesses(session: Session) -> None:
    staff = make_staff(session)
    known = Client(address=HOME.address, device=Device(staff_id=staff.id, nonce="n1"))
    fail(session, 3, client=known)
    assert login(session, client=known) == Refused(wait=timedelta(seconds=2))


def test_a_browser_is_known_for_its_own_account_only(session: Session) -> None:
    other = make_staff(session, "budi.santoso")
    make_staff(session)
    borrowed = Client(address=HOME.address, device=Device(staff_id=other.id, nonce="n1"))
    fail(session, 3)
    assert login(session, client=borrowed) == Refused(wait=timedelta(seconds=2))


def test_over_the_ceiling_strangers_wait_and_known_browsers_do_not(session: Session) -> None:
    staff = make_staff(session)
    session.add(LoginFailure(mark=b"x", failures=CEILING, last_at=NOW))
    session.flush()
    refused = login(session)
    assert isinstance(refused, Refused)
    assert refused.wait > timedelta(0)
    known = Client(address=HOME.address, device=Device(staff_id=staff.id, nonce="n1"))
    assert isinstance(login(session, client=known), SignedIn)
    assert isinstance(login(session, now=NOW + timedelta(minutes=11)), SignedIn)


def test_getting_in_forgets_the_failures(session: Session) -> None:
    make_staff(session)
    fail(session, 2)
    signed_in(session)
    assert session.scalar(select(func.count()).select_from(LoginFailure)) == 0


def test_neither_address_nor_name_is_stored(session: Session) -> None:
    make_staff(session)
    fail(session, 1)
    [mark] = session.scalars(select(LoginFailure.mark))
    for secret in (b"36.80.1", b"sri.lestari"):
        assert secret not in bytes(mark)


def test_marks_of_two_days_cannot_be_joined(session: Session) -> None:
    marks = {
        throttle.mark(session, account="a", place="p", now=NOW + timedelta(days=days))
        for days in range(3)
    }
    assert len(marks) == 3
    again = throttle.mark(session, account="a", place="p", now=NOW)
    assert again in marks


def test_what_is_old_is_swept(session: Session) -> None:
    make_staff(session)
    signed_in(session)
    fail(session, 1)
    sessions.sweep(session, now=NOW + timedelta(hours=23))
    assert session.scalar(select(func.count()).select_from(LoginFailure)) == 1
    sessions.sweep(session, now=NOW + timedelta(hours=48))
    for table in (LoginFailure, ClientDayKey, StaffSession):
        assert session.scalar(select(func.count()).select_from(table)) == 0, table


@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        ("36.80.1.7", "36.80.1.0/24"),
        ("::ffff:36.80.1.7", "36.80.1.0/24"),
        ("2001:448a:1:2::5", "2001:448a:1::/48"),
        ("", "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_an_address_counts_by_its_network(address: str, prefix: str) -> None:
    assert throttle.address_prefix(address) == prefix


def test_a_dearer_hash_is_made_when_its_owner_comes(session: Session) -> None:
    staff = make_staff(session)
    before = staff.password_hash
    login(session, cost=HashCost(memory_kib=16, passes=1))
    assert staff.password_hash != before
    assert isinstance(login(session), SignedIn)


@pytest.mark.parametrize("username", ["", "ab", "Sri", "sri lestari", "-sri", "s" * 65, "sri\n"])
def test_odd_usernames_are_refused(session: Session, username: str) -> None:
    with pytest.raises(BadUsername):
        make_staff(session, username)


def test_a_username_is_given_once(session: Session) -> None:
    make_staff(session)
    with pytest.raises(UsernameTaken):
        make_staff(session)


def test_nothing_is_stored_of_a_refused_account(session: Session) -> None:
    def add(password: str, *grants: Grant) -> None:
        service.add_staff(
            session,
            grants,
            username="sri.lestari",
            name="Sri",
            password=password,
            cost=CHEAP,
            now=NOW,
        )

    with pytest.raises(WeakPassword):
        add("password123", Grant(role=Role.CITY_DESK))
    with pytest.raises(BadGrant):
        add(PASSWORD, Grant(role=Role.OFFICER))
    assert queries.find_staff(session, "sri.lestari") is None


def test_the_database_too_refuses_a_handler_without_a_class(session: Session) -> None:
    staff = make_staff(session)
    session.add(
        StaffRole(
            staff_id=staff.id, role="confidential_handler", agency_code="women", granted_at=NOW
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_the_same_role_is_not_held_twice(session: Session) -> None:
    staff = make_staff(session)
    session.add(StaffRole(staff_id=staff.id, role="officer", agency_code="roads", granted_at=NOW))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_a_handler_of_two_classes_holds_two_grants(session: Session) -> None:
    grants = [
        Grant(role=Role.CONFIDENTIAL_HANDLER, agency_code="women", protection_class=protection)
        for protection in (ProtectionClass.CHILD, ProtectionClass.VIOLENCE)
    ]
    make_staff(session, "sri.lestari", *grants)
    assert set(signed_in(session).actor.grants) == set(grants)
