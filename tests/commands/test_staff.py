"""`citizenreport staff`."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.commands.staff import staff
from citizenreport.identity import queries
from citizenreport.identity.models import Staff, StaffRole
from citizenreport.identity.passwords import verify_password
from citizenreport.identity.rules import Grant, Role
from citizenreport.identity.sso.models import SsoMail
from citizenreport.web.context import EXTENSION
from tests.doors.console.city import serve_town
from tests.identity.factories import CHEAP, PASSWORD, make_staff


@pytest.fixture(autouse=True)
def town(app: Flask, session: Session) -> Iterator[City]:
    yield serve_town(app, session)
    app.extensions[EXTENSION].city_holder.forget()


@pytest.fixture
def run(app: Flask) -> "Run":
    return Run(app)


class Run:
    def __init__(self, app: Flask) -> None:
        self.app = app

    def __call__(self, *arguments: str, typed: str = "") -> Result:
        info = ScriptInfo(create_app=lambda: self.app)
        return CliRunner().invoke(staff, arguments, input=typed, obj=info)


def roles(session: Session) -> set[tuple[str, str | None, str | None]]:
    rows = session.scalars(select(StaffRole))
    return {(row.role, row.agency_code, row.protection_class) for row in rows}


def test_an_account_is_opened_with_its_roles(run: Run, session: Session) -> None:
    result = run(
        *("add", "sri.lestari", "--name", "Sri Lestari", "--password-stdin"),
        *("--role", "officer@roads", "--role", "confidential_handler@women/violence"),
        *("--role", "city_desk"),
        typed=PASSWORD + "\n",
    )
    assert result.exit_code == 0, result.output
    person = queries.staff_named(session, "sri.lestari")
    assert verify_password(person.password_hash, PASSWORD, CHEAP)
    assert not person.is_demo
    assert roles(session) == {
        ("officer", "roads", None),
        ("confidential_handler", "women", "violence"),
        ("city_desk", None, None),
    }


def test_a_password_is_asked_for_twice_and_never_shown(run: Run, session: Session) -> None:
    result = run(
        *("add", "sri.lestari", "--name", "Sri", "--role", "city_desk"),
        typed=f"{PASSWORD}\n{PASSWORD}\n",
    )
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ("officer", "tidak cocok"),
        ("city_desk@roads", "tidak cocok"),
        ("confidential_handler@women", "tidak cocok"),
        ("officer@nowhere", "nowhere"),
        ("boss", "one of officer"),
        ("confidential_handler@women/gossip", "one of tolerance"),
        ("officer@", "one of officer"),
    ],
)
def test_a_wrong_role_is_refused_in_words(run: Run, session: Session, role: str, told: str) -> None:
    result = run(
        *("add", "sri", "--name", "Sri", "--role", role, "--password-stdin"), typed=PASSWORD
    )
    assert result.exit_code != 0
    assert told in result.output
    assert "Traceback" not in result.output
    assert session.scalar(select(Staff)) is None


def test_a_weak_password_is_refused(run: Run, session: Session) -> None:
    result = run(
        *("add", "sri", "--name", "Sri", "--role", "city_desk", "--password-stdin"),
        typed="password123\n",
    )
    assert result.exit_code == 1
    assert "mudah ditebak" in result.output
    assert session.scalar(select(Staff)) is None


def test_accounts_are_listed_without_secrets(run: Run, session: Session) -> None:
    person = make_staff(session)
    result = run("list")
    assert result.output == "sri.lestari\tSri Lestari\tofficer@roads\n"
    assert person.password_hash not in result.output


def test_an_account_is_closed(run: Run, session: Session) -> None:
    make_staff(session)
    assert run("deactivate", "sri.lestari").exit_code == 0
    assert "(closed)" in run("list").output


def test_a_password_is_changed(run: Run, session: Session) -> None:
    make_staff(session)
    new = "tujuh gunung satu sungai"
    assert run("set-password", "sri.lestari", "--password-stdin", typed=new).exit_code == 0
    session.expire_all()
    assert verify_password(queries.staff_named(session, "sri.lestari").password_hash, new, CHEAP)


def test_an_unknown_account_is_said_in_one_line(run: Run) -> None:
    result = run("deactivate", "nobody")
    assert result.exit_code == 1
    assert result.output == "Error: Tidak ada petugas dengan nama pengguna ini.\n"


def test_moving_an_agency_moves_its_people_and_keeps_who_they_are(
    run: Run, session: Session
) -> None:
    sri = make_staff(session, "sri.lestari")
    make_staff(session, "budi", Grant(role=Role.OFFICER, agency_code="parks"))
    result = run("move-agency", "roads", "parks")
    assert result.exit_code == 0, result.output
    assert "1 people moved" in result.output
    assert roles(session) == {("officer", "parks", None)}
    assert queries.staff_named(session, "sri.lestari").id == sri.id
    assert run("move-agency", "parks", "nowhere").exit_code != 0


def test_moving_a_person_replaces_the_roles(run: Run, session: Session) -> None:
    make_staff(session)
    result = run("move", "sri.lestari", "--role", "city_desk")
    assert result.exit_code == 0, result.output
    assert roles(session) == {("city_desk", None, None)}
    assert run("move", "sri.lestari", "--role", "city_desk", "--role", "administrator").exit_code


def test_lost_factors_are_forgotten(run: Run, session: Session) -> None:
    make_staff(session)
    assert run("reset-factors", "sri.lestari").exit_code == 0
    assert run("reset-factors", "nobody").exit_code != 0


def test_an_account_waits_for_an_address_that_is_nobody_elses(run: Run, session: Session) -> None:
    sri, budi = make_staff(session, "sri.lestari"), make_staff(session, "budi.santoso")
    assert run("sso-mail", sri.username, "Sri@magelang.example").exit_code == 0
    assert run("sso-mail", budi.username, "sri@magelang.example").exit_code == 2
    assert run("sso-mail", budi.username, "budi").exit_code == 2
    assert [row.staff_id for row in session.scalars(select(SsoMail))] == [sri.id]
    assert "was not linked" in run("sso-unlink", sri.username).output
    assert session.scalars(select(SsoMail)).all() == []
