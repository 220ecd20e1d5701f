"""`citizenreport keys`: make the key files, and check those that are there."""

from pathlib import Path

import click
from flask.cli import AppGroup

from citizenreport.commands.private import current_deployment
from citizenreport.core.keys import BrokenKeys, make_key_files, read_key_files

keys = AppGroup("keys", help="The keys that seal, sign and fingerprint.")

folder_option = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Instead of CITIZENREPORT_KEYS_DIR.",
)


# Without an application: it does not start before its keys are there.
@keys.command("make", with_appcontext=False)
@folder_option
def make(folder: Path | None) -> None:
    """Make a fresh set of keys. Refuses a folder that holds some: nothing sealed would open again."""
    chosen = folder or configured_folder()
    try:
        make_key_files(chosen, demo=False)
    except BrokenKeys as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{chosen}: made. Keep a copy in other custody than the database's backups.")


@keys.command("check", with_appcontext=False)
@folder_option
def check(folder: Path | None) -> None:
    """Read the keys and say which they are. Exit 1 when one is missing, broken or too open."""
    chosen = folder or configured_folder()
    try:
        ring = read_key_files(chosen)
    except BrokenKeys as error:
        raise click.ClickException(str(error)) from error
    ids = ", ".join(sorted(ring.encryption))
    click.echo(
        f"{chosen}: encryption {ids} (seals: {ring.current_id}), pepper, derivation, checkpoint"
    )
    if ring.is_demo:
        click.echo("This is a demo set. Production refuses it.")


def configured_folder() -> Path:
    """Return CITIZENREPORT_KEYS_DIR, or the folder a private service uses."""
    deployment = current_deployment()
    given = deployment.env.get("CITIZENREPORT_KEYS_DIR")
    if not given and deployment.has_own_database:
        raise click.ClickException("Set CITIZENREPORT_KEYS_DIR, or name a --folder.")
    return Path(given) if given else deployment.state_dir / "keys"
