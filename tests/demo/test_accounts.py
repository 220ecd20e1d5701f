"""The demo logins: one per role, with a password of the installation's own."""

from pathlib import Path

from flask import Flask
from sqlalchemy import select

from citizenreport.cities.rules import City, ProtectionClass
from citizenreport.commands.demo_accounts import PASSWORD_FILE, open_demo_accounts
from citizenreport.core.db import transaction
from citizenreport.identity.demo import demo_accounts
from citizenreport.identity.models import Staff
from citizenreport.identity.passwords import hash_cost, verify_password
from citizenreport.identity.rules import Grant, Role, check_grant
from tests.doors.console.city import small_town


def fitting(app: Flask, password: str) -> set[str]:
    """Return who may enter with a password."""
    with app.app_context(), transaction() as session:
        return {
            person.username
            for person in session.scalars(select(Staff).where(Staff.is_demo))
            if verify_password(person.password_hash, password, hash_cost(app.config))
        }


def test_magelang_shows_its_roads_its_streets_and_its_most_urgent_protection(city: City) -> None:
    grants = [account.grant for account in demo_accounts(city)]
    assert {grant.role for grant in grants} == set(Role)
    assert grants[:4] == [
        Grant(role=Role.OFFICER, agency_code="DLH"),
        Grant(role=Role.AGENCY_LEAD, agency_code="DPUPR"),
        Grant(
            role=Role.CONFIDENTIAL_HANDLER,
            agency_code="KESBANGPOL",
            protection_class=ProtectionClass.TOLERANCE,
        ),
        Grant(
            role=Role.CONFIDENTIAL_HANDLER,
            agency_code="DPMP4KB",
            protection_class=ProtectionClass.VIOLENCE,
        ),
    ]


def test_any_city_has_accounts_that_may_be_granted() -> None:
    for account in demo_accounts(small_town()):
        check_grant(account.grant)


def test_the_password_is_kept_for_its_owner_and_shown_again(empty: Flask, tmp_path: Path) -> None:
    with empty.app_context():
        first = open_demo_accounts(small_town(), tmp_path)
        again = open_demo_accounts(small_town(), tmp_path)
    file = tmp_path / PASSWORD_FILE
    assert file.stat().st_mode & 0o777 == 0o600
    assert first.password == again.password == file.read_text().strip()
    assert fitting(empty, first.password) == {one.username for one in first.accounts}


def test_another_installation_has_another_password(empty: Flask, tmp_path: Path) -> None:
    with empty.app_context():
        before = open_demo_accounts(small_town(), tmp_path / "one").password
        after = open_demo_accounts(small_town(), tmp_path / "other").password
    assert before != after
    assert fitting(empty, before) == set()
    assert "demo-petugas" in fitting(empty, after)
