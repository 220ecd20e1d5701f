"""Roles, permissions, delays."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizenreport.cities.rules import ProtectionClass
from citizenreport.identity.rules import (
    AGENCY_ROLES,
    LONGEST_DELAY,
    PERMISSIONS,
    Actor,
    BadGrant,
    Grant,
    Permission,
    Role,
    check_grant,
    delay_after,
    is_session_alive,
)
from citizenreport.identity.scopes import Scope

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def actor(*grants: Grant) -> Actor:
    return Actor(staff_id=uuid4(), name="Sri", grants=grants)


def test_every_role_is_in_the_table_and_opens_the_console() -> None:
    assert set(PERMISSIONS) == {*Role, *Scope}
    assert all(Permission.OPEN_CONSOLE in PERMISSIONS[role] for role in Role)


def test_no_scope_of_a_key_opens_a_page_a_contact_or_what_is_confidential() -> None:
    given = frozenset().union(*(PERMISSIONS[scope] for scope in Scope))
    forbidden = {
        Permission.OPEN_CONSOLE,
        Permission.REVEAL_CONTACT,
        Permission.READ_CONFIDENTIAL,
        Permission.READ_DEADLINES,
        Permission.RELEASE,
        Permission.MAKE_KEYS,
    }
    assert not forbidden & given


def test_who_makes_keys_reads_what_a_key_reads() -> None:
    makers = [role for role in Role if Permission.MAKE_KEYS in PERMISSIONS[role]]
    assert makers == [Role.AGENCY_LEAD, Role.CITY_DESK]
    assert all(Permission.READ_TICKETS in PERMISSIONS[role] for role in makers)


def test_nobody_without_a_role_may_do_anything() -> None:
    assert not any(actor().may(permission) for permission in Permission)


def test_only_handlers_read_confidential_reports() -> None:
    assert [role for role in Role if Permission.READ_CONFIDENTIAL in PERMISSIONS[role]] == [
        Role.CONFIDENTIAL_HANDLER
    ]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.ANALYST])
def test_administrators_and_analysts_read_and_change_no_ticket(role: Role) -> None:
    forbidden = {
        Permission.READ_TICKETS,
        Permission.READ_CONFIDENTIAL,
        Permission.REVEAL_CONTACT,
        Permission.MOVE_TICKET,
        Permission.REPLY,
        Permission.RELEASE,
    }
    assert not forbidden & PERMISSIONS[role]


def test_the_inspectorate_changes_nothing() -> None:
    changing = {
        Permission.MOVE_TICKET,
        Permission.REPLY,
        Permission.RELEASE,
        Permission.RAISE_VISIBILITY,
        Permission.ROUTE_TICKET,
        Permission.MANAGE_STAFF,
    }
    assert not changing & PERMISSIONS[Role.INSPECTORATE]


def test_an_officer_works_for_the_own_agency_only() -> None:
    officer = actor(Grant(role=Role.OFFICER, agency_code="roads"))
    assert officer.may_for(Permission.REPLY, agency_code="roads")
    assert not officer.may_for(Permission.REPLY, agency_code="parks")


def test_two_roles_do_not_lend_each_other_their_agencies() -> None:
    both = actor(
        Grant(role=Role.OFFICER, agency_code="roads"),
        Grant(
            role=Role.CONFIDENTIAL_HANDLER,
            agency_code="women",
            protection_class=ProtectionClass.VIOLENCE,
        ),
    )
    assert both.may_for(Permission.RELEASE, agency_code="roads")
    assert not both.may_for(Permission.RELEASE, agency_code="women")
    assert both.handles(agency_code="women", protection_class=ProtectionClass.VIOLENCE)
    assert not both.handles(agency_code="roads", protection_class=ProtectionClass.VIOLENCE)
    assert not both.handles(agency_code="women", protection_class=ProtectionClass.CHILD)


def test_the_city_desk_works_for_every_agency() -> None:
    assert actor(Grant(role=Role.CITY_DESK)).may_for(Permission.REPLY, agency_code="parks")


@given(
    role=st.sampled_from(Role),
    agency=st.sampled_from([None, "roads"]),
    protection=st.sampled_from([None, *ProtectionClass]),
)
def test_a_grant_names_exactly_what_its_role_needs(
    role: Role, agency: str | None, protection: ProtectionClass | None
) -> None:
    grant = Grant(role=role, agency_code=agency, protection_class=protection)
    fits_agency = (agency is not None) == (role in AGENCY_ROLES)
    has_class = protection is not None
    if fits_agency and has_class == (role is Role.CONFIDENTIAL_HANDLER):
        check_grant(grant)
    else:
        with pytest.raises(BadGrant):
            check_grant(grant)


def test_the_first_mistakes_are_free_then_each_costs_twice_as_much() -> None:
    seconds = [delay_after(failures).total_seconds() for failures in range(8)]
    assert seconds == [0, 0, 0, 2, 4, 8, 16, 32]


@given(st.integers(0, 10**9))
def test_a_delay_never_shrinks_and_has_an_end(failures: int) -> None:
    assert delay_after(failures) <= delay_after(failures + 1) <= LONGEST_DELAY


@pytest.mark.parametrize(
    ("age", "idle", "alive"),
    [
        (timedelta(0), timedelta(0), True),
        (timedelta(hours=11, minutes=59), timedelta(minutes=29), True),
        (timedelta(hours=12), timedelta(0), False),
        (timedelta(hours=1), timedelta(minutes=30), False),
    ],
)
def test_a_session_ends_when_idle_and_when_old(
    age: timedelta, idle: timedelta, alive: bool
) -> None:
    assert is_session_alive(created_at=NOW - age, seen_at=NOW - idle, now=NOW) is alive
