"""`citizenreport api-keys`: keys for programs of the city."""

from uuid import UUID

import click
from flask.cli import AppGroup

from citizenreport.commands.staff import plain_errors
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n
from citizenreport.identity import api_keys as keys
from citizenreport.identity.scopes import Scope
from citizenreport.web.context import current_city


class NoSuchAgency(InvalidInput):
    code = "no-such-agency"
    title = _n("Kota ini tidak mempunyai instansi dengan kode itu.")


api_keys = AppGroup("api-keys", help="Keys for programs of the city.")


@api_keys.command("make")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in Scope]),
)
@click.option(
    "--agency", "agency_code", help="Whose tickets it is for; the desk's code: the city desk."
)
@click.option("--days", type=click.IntRange(1, keys.LONGEST.days), default=90, show_default=True)
def make(name: str, scopes: tuple[str, ...], agency_code: str | None, days: int) -> None:
    """Make a key and print it, this once."""
    with plain_errors(), transaction() as session:
        is_desk = agency_code is not None and agency_code == _desk_of(agency_code)
        row, key = keys.make(
            session,
            name=name,
            scopes=scopes,
            days=days,
            now=utcnow(),
            agency_code=agency_code,
            is_desk=is_desk,
        )
        click.echo(f"{row.id}\tuntil {row.expires_at:%Y-%m-%d}\n{key}")


@api_keys.command("list")
def list_() -> None:
    """List keys: id, name, scopes, last day, last use. Never a key."""
    with transaction() as session:
        for row in keys.every(session):
            mark = " (revoked)" if row.revoked_at else ""
            used = f"{row.used_at:%Y-%m-%d}" if row.used_at else "never"
            click.echo(
                f"{row.id}\t{row.name}{mark}\t{row.scopes}\t{row.agency_code or '-'}"
                f"\tuntil {row.expires_at:%Y-%m-%d}\tused {used}"
            )


@api_keys.command("revoke")
@click.argument("key_id", type=click.UUID)
def revoke(key_id: UUID) -> None:
    """Make a key worth nothing, at once."""
    with plain_errors(), transaction() as session:
        keys.revoke(session, key_id, now=utcnow())
    click.echo(f"{key_id} is revoked.")


def _desk_of(agency_code: str) -> str:
    """Return the city desk's code. Raises NoSuchAgency for an agency that the city does not have."""
    city = current_city()
    if agency_code not in city.agencies:
        raise NoSuchAgency
    return city.desk_agency_code
