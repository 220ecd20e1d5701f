"""`citizenreport staff`: accounts of those who work with reports."""

import re
import sys
from collections.abc import Iterable

import click
from flask import current_app
from flask.cli import AppGroup

from citizenreport.cities.rules import ProtectionClass
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError
from citizenreport.identity import queries, second_factor, service, sessions, staffing
from citizenreport.identity.models import StaffRole
from citizenreport.identity.passwords import hash_cost
from citizenreport.identity.rules import Grant, Role
from citizenreport.identity.sso import links
from citizenreport.pipeline.staffing import hand_back
from citizenreport.web.context import current_city, current_keys

staff = AppGroup("staff", help="Accounts of staff.")

ROLE = re.compile(r"(?P<role>[a-z_]+)(@(?P<agency>[^/]+)(/(?P<protection>[a-z_]+))?)?")

from_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of stdin."
)


@staff.command("add")
@click.argument("username")
@click.option("--name", required=True, help="Name as colleagues see it.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    metavar="ROLE[@AGENCY[/CLASS]]",
    help="For example officer@DPUPR, city_desk, confidential_handler@DP4KB/violence. Repeatable.",
)
@from_stdin
def add(username: str, name: str, roles: tuple[str, ...], password_stdin: bool) -> None:
    """Open an account. The password is asked for, never an argument."""
    grants = [read_grant(role) for role in roles]
    check_agencies(grants)
    password = ask_password(from_stdin=password_stdin)
    with plain_errors(), transaction() as session:
        service.add_staff(
            session,
            grants,
            username=username,
            name=name,
            password=password,
            cost=hash_cost(current_app.config),
            now=utcnow(),
        )
    click.echo(f"{username}: {', '.join(roles)}")


@staff.command("list")
def list_() -> None:
    """List accounts and their roles."""
    with transaction() as session:
        for person, roles in queries.all_staff(session):
            marks = "" if person.is_active else " (closed)"
            marks += " (demo)" if person.is_demo else ""
            click.echo(f"{person.username}{marks}\t{person.name}\t{describe(roles)}")


@staff.command("deactivate")
@click.argument("username")
def deactivate(username: str) -> None:
    """Close an account, end its sessions at once, hand its open tickets back."""
    now = utcnow()
    with plain_errors(), transaction() as session:
        person = queries.staff_named(session, username)
        staffing.leave(session, person, by=None, now=now)
        count = hand_back(session, current_city(), person, by=None, now=now)
    click.echo(f"{username} is closed; open tickets handed back: {count}.")


@staff.command("move")
@click.argument("username")
@click.option("--role", "roles", multiple=True, required=True, metavar="ROLE[@AGENCY[/CLASS]]")
def move(username: str, roles: tuple[str, ...]) -> None:
    """Give a person other roles than before; what they cannot do any more is handed back."""
    grants, now = [read_grant(role) for role in roles], utcnow()
    check_agencies(grants)
    with plain_errors(), transaction() as session:
        person = queries.staff_named(session, username)
        staffing.change_roles(session, person, grants, by=None, now=now)
        count = hand_back(session, current_city(), person, by=None, now=now)
    click.echo(f"{username}: {', '.join(roles)}; open tickets handed back: {count}.")


@staff.command("move-agency")
@click.argument("before")
@click.argument("after")
def move_agency(before: str, after: str) -> None:
    """Give everybody of one agency the same roles at another: it was renamed, or merged into it."""
    check_agencies([Grant(role=Role.OFFICER, agency_code=after)])
    with plain_errors(), transaction() as session:
        people = staffing.move_agency(session, before, after, by=None, now=utcnow())
    click.echo(f"{len(people)} people moved from {before} to {after}.")


@staff.command("set-password")
@click.argument("username")
@from_stdin
def set_password(username: str, password_stdin: bool) -> None:
    """Change a password and end every session of its owner."""
    password = ask_password(from_stdin=password_stdin)
    with plain_errors(), transaction() as session:
        service.set_password(
            session,
            queries.staff_named(session, username),
            password=password,
            cost=hash_cost(current_app.config),
            now=utcnow(),
        )
    click.echo(f"The password of {username} is changed; its sessions have ended.")


class plain_errors:  # noqa: N801  reads as `with plain_errors():`
    """Say an expected failure in one line instead of a traceback."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, CitizenReportError):
            raise click.ClickException(error.detail) from error


def read_grant(text: str) -> Grant:
    """Read `role`, `role@AGENCY` or `confidential_handler@AGENCY/class`."""
    match = ROLE.fullmatch(text)
    if match is None or match["role"] not in list(Role):
        raise click.BadParameter(f"{text!r}: one of {', '.join(Role)}", param_hint="--role")
    protection = match["protection"]
    if protection is not None and protection not in list(ProtectionClass):
        classes = ", ".join(list(ProtectionClass)[1:])
        raise click.BadParameter(f"{text!r}: one of {classes}", param_hint="--role")
    return Grant(
        role=Role(match["role"]),
        agency_code=match["agency"],
        protection_class=ProtectionClass(protection) if protection else None,
    )


def check_agencies(grants: Iterable[Grant]) -> None:
    """Refuse an agency that the city pack does not have."""
    for grant in grants:
        if grant.agency_code is not None and grant.agency_code not in current_city().agencies:
            raise click.BadParameter(
                f"no agency {grant.agency_code!r} in this city", param_hint="--role"
            )


def ask_password(*, from_stdin: bool) -> str:
    """Read a password from stdin or, twice and unseen, from the terminal."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return answer


def describe(roles: Iterable[StaffRole | Grant]) -> str:
    """Write roles as `staff add` reads them."""
    return ", ".join(
        role.role
        + (f"@{role.agency_code}" if role.agency_code else "")
        + (f"/{role.protection_class}" if role.protection_class else "")
        for role in roles
    )


@staff.command("reset-factors")
@click.argument("username")
def reset_factors(username: str) -> None:
    """Forget the second factors of somebody who lost them, and end their sessions."""
    with plain_errors(), transaction() as session:
        person = queries.staff_named(session, username)
        second_factor.remove_all(session, person.id)
        sessions.end_sessions(session, person.id)
    click.echo(f"{username} signs in with the password alone, or sets up a second factor anew.")


@staff.command("sso-mail")
@click.argument("username")
@click.argument("address")
def sso_mail(username: str, address: str) -> None:
    """Say by which address somebody's account is found at their first single sign-on.

    Only an HMAC of it is kept. Afterwards the account is known by the provider's own subject.
    """
    with plain_errors(), transaction() as session:
        person = queries.staff_named(session, username)
        mark = links.mail_mark(current_keys(), address)
        if "@" not in address or links.is_of_another(session, mark, person.id):
            raise click.BadParameter("not an address, or somebody else's", param_hint="ADDRESS")
        links.set_mail(session, current_keys(), person.id, address, now=utcnow())
    click.echo(f"{username} is linked at the first single sign-on with that address.")


@staff.command("sso-unlink")
@click.argument("username")
def sso_unlink(username: str) -> None:
    """Untie an account from the provider and end its sessions; it keeps its roles."""
    with plain_errors(), transaction() as session:
        person = queries.staff_named(session, username)
        sessions.end_sessions(session, person.id)
        was_linked = links.unlink(session, person.id)
    click.echo(f"{username} {'is' if was_linked else 'was'} not linked.")
