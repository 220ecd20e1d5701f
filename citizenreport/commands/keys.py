"""`citizenreport keys`: make the key files, and check those that are there."""

from collections import Counter
from pathlib import Path
from typing import Final
from uuid import UUID

import click
from flask.cli import AppGroup, ScriptInfo

from citizenreport.commands.private import current_deployment
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.keys import (
    BrokenKeys,
    KeyRing,
    SealBroken,
    add_encryption_key,
    make_key_files,
    make_push_key,
    read_key_files,
    replace_checkpoint_key,
)
from citizenreport.intake.queries import newest_wrapped_keys
from citizenreport.jobs.rewrapping import rewrap_all

SAMPLE: Final = 200

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


# Installations from before Web Push have none.
@keys.command("make-push", with_appcontext=False)
@folder_option
def make_push(folder: Path | None) -> None:
    """Add the key of Web Push to a set that has none."""
    chosen = folder or configured_folder()
    try:
        make_push_key(chosen)
    except (BrokenKeys, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{chosen}: push.key made. Restart the service and its worker.")


@keys.command("add-encryption", with_appcontext=False)
@folder_option
def add_encryption(folder: Path | None) -> None:
    """Add a key-encryption key. It seals when service and worker are started again."""
    chosen = folder or configured_folder()
    try:
        id_ = add_encryption_key(chosen)
    except (BrokenKeys, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"{chosen}: encryption-{id_}.key made. Restart the service and its worker, everywhere, then"
        " run `citizenreport keys rewrap`; the worker does so every night."
    )


@keys.command("replace-checkpoint", with_appcontext=False)
@folder_option
def replace_checkpoint(folder: Path | None) -> None:
    """Sign checkpoints with a fresh key from now on; the old public key is kept to verify."""
    chosen = folder or configured_folder()
    try:
        kept = replace_checkpoint_key(chosen, now=utcnow())
    except (BrokenKeys, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"{kept.name} keeps the old public key. Restart the worker now: what it signs with the old"
        " key from here on does not verify. Give the inspectorate both public keys."
    )


@keys.command("rewrap")
def rewrap() -> None:
    """Wrap anew what older key-encryption keys have wrapped, and say whether they may go."""
    count, left = rewrap_all()
    click.echo(f"{count} wrapped anew.")
    if left:
        raise click.ClickException(f"{left} still need an older key: somebody held them. Again.")
    click.echo("No older key is needed, but by backups of before: keep it as long as those.")


@keys.command("check", with_appcontext=False)
@folder_option
@click.option("--sealed", is_flag=True, help="Also open some of what the database holds sealed.")
def check(folder: Path | None, *, sealed: bool) -> None:
    """Read the keys and say which they are. Exit 1 when one is missing, broken or too open."""
    chosen = folder or configured_folder()
    try:
        ring = read_key_files(chosen)
    except BrokenKeys as error:
        raise click.ClickException(str(error)) from error
    ids = ", ".join(sorted(ring.encryption))
    push = "push" if ring.push else "no push (keys make-push)"
    click.echo(
        f"{chosen}: encryption {ids} (seals: {ring.current_id}), pepper, derivation, checkpoint, {push}"
    )
    if ring.is_demo:
        click.echo("This is a demo set. Production refuses it.")
    if sealed:
        check_sealed(ring)


def check_sealed(ring: KeyRing) -> None:
    """Unwrap the newest data keys of the database under each key-encryption key."""
    info = click.get_current_context().find_object(ScriptInfo)
    assert info is not None
    with info.load_app().app_context(), transaction() as session:
        wrapped = newest_wrapped_keys(session, per_key=SAMPLE)
    closed = Counter(
        key_id for key_id, report_id, key in wrapped if not opens(ring, key_id, report_id, key)
    )
    for key_id, count in sorted(Counter(key_id for key_id, _, _ in wrapped).items()):
        click.echo(f"encryption {key_id}: {count - closed[key_id]} of {count} open")
    if closed:
        raise click.ClickException("These are not the keys the database was sealed with.")


def opens(ring: KeyRing, key_id: str, report_id: UUID, wrapped: bytes) -> bool:
    """Tell whether a data key can be unwrapped."""
    try:
        ring.unwrap(key_id, wrapped, row=str(report_id))
    except SealBroken:
        return False
    return True


def configured_folder() -> Path:
    """Return CITIZENREPORT_KEYS_DIR, or the folder a private service uses."""
    deployment = current_deployment()
    given = deployment.env.get("CITIZENREPORT_KEYS_DIR")
    if not given and deployment.has_own_database:
        raise click.ClickException("Set CITIZENREPORT_KEYS_DIR, or name a --folder.")
    return Path(given) if given else deployment.state_dir / "keys"
