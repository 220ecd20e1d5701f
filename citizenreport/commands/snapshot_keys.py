"""`citizenreport snapshot keys`: the keys of the two people who sign."""

from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.ledger.rules import canonical
from citizenreport.publication.snapshots.key_files import make_signing_key, path_of
from citizenreport.publication.snapshots.keys import enter_key, revoke_key
from citizenreport.publication.snapshots.queries import published_keys
from citizenreport.publication.snapshots.rules import keys_body
from citizenreport.web.context import current_city

keys = AppGroup("keys", help="The keys that snapshots are signed with; two people, one each.")


@keys.command("make")
@click.argument("key_id")
@click.option("--holder", required=True, help="Whose key it is, as the public list says.")
@click.option(
    "--valid-to", type=click.DateTime(["%Y-%m-%d"]), help="The day from which it signs no more."
)
def make(key_id: str, *, holder: str, valid_to: datetime | None) -> None:
    """Make a key, write snapshot-KEY_ID.key beside the other keys and put it on the public list."""
    folder = Path(current_app.config["KEYS_DIR"])
    zone = current_city().calendar.time_zone
    until = valid_to.replace(tzinfo=zone) if valid_to else None
    with transaction() as session:
        key = make_signing_key(folder, key_id)
        try:
            enter_key(session, key, key_id=key_id, holder=holder, now=utcnow(), valid_to=until)
        except BaseException:
            path_of(folder, key_id).unlink()
            raise
    click.echo(f"{path_of(folder, key_id)}: made. Its holder keeps it; nobody needs two.")


@keys.command("list")
def list_() -> None:
    """Print the public list of keys as JSON: with it anybody checks a snapshot."""
    with transaction() as session:
        click.echo(canonical(keys_body(published_keys(session))).decode())


@keys.command("revoke")
@click.argument("key_id")
@click.option("--reason", required=True, help="Public; in Indonesian.")
def revoke(key_id: str, *, reason: str) -> None:
    """Have a key sign nothing from now on. What it signed and was published before stands."""
    with transaction() as session:
        revoke_key(session, key_id, reason=reason, now=utcnow())
    click.echo(f"{key_id}: revoked.")
