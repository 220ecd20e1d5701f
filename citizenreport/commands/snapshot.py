"""`citizenreport snapshot`: publish the numbers of a period, signed, for good; and check them."""

import json
from datetime import datetime
from pathlib import Path
from time import monotonic

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import current_app
from flask.cli import AppGroup
from tqdm import tqdm

from citizenreport.commands.snapshot_evidence import evidence
from citizenreport.commands.snapshot_keys import keys
from citizenreport.commands.snapshot_push import push
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.indicators.rules.periods import Period, PeriodKind, parse_period
from citizenreport.indicators.service import latest_cut_off
from citizenreport.jobs.checkpoint import write_checkpoint
from citizenreport.publication.snapshots.errors import BadKeyList, SignatureMissing
from citizenreport.publication.snapshots.folders import folder_of
from citizenreport.publication.snapshots.key_files import key_ids_in, read_signing_key
from citizenreport.publication.snapshots.preparing import Order, prepare
from citizenreport.publication.snapshots.publishing import publish, sign
from citizenreport.publication.snapshots.queries import signatures_of, snapshots
from citizenreport.publication.snapshots.recalling import recall_codes
from citizenreport.publication.snapshots.reproducing import Reproduction, reproduce
from citizenreport.publication.snapshots.rules import SIGNERS, Key, read_keys
from citizenreport.publication.snapshots.sign_offs import due
from citizenreport.publication.snapshots.verifying import (
    NotASnapshot,
    Verdict,
    read_package,
    verify,
)
from citizenreport.web.context import current_city
from citizenreport.web.snapshots.places import snapshots_dir
from citizenreport.web.snapshots.writing import writer

SHOWN_CHANGES = 20

snapshot = AppGroup("snapshot", help="Numbered, signed releases of the numbers.")
snapshot.add_command(keys)
snapshot.add_command(push)
snapshot.add_command(evidence)

period_option = click.option("--period", "code", required=True, help="2026, 2026-Q3 or 2026-07.")
key_option = click.option(
    "--key", "key_ids", multiple=True, help="Id of a signing key. Default: all in the keys folder."
)
cut_off_option = click.option(
    "--cut-off",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Count what lies before this day's midnight. Default: today's.",
)


@snapshot.command("publish")
@period_option
@key_option
@cut_off_option
def publish_(*, code: str, key_ids: tuple[str, ...], cut_off: datetime | None) -> None:
    """Compute, write, sign with two keys and publish, or nothing at all."""
    run(parse_period(code), key_ids, cut_off, reason="")


@snapshot.command("revise")
@period_option
@key_option
@cut_off_option
@click.option("--reason", required=True, help="What was wrong or is new. Public; in Indonesian.")
def revise(*, code: str, key_ids: tuple[str, ...], cut_off: datetime | None, reason: str) -> None:
    """Publish a snapshot that replaces the one of this period, and says what changed and why."""
    run(parse_period(code), key_ids, cut_off, reason=reason)


def run(period: Period, key_ids: tuple[str, ...], cut_off: datetime | None, *, reason: str) -> None:
    """Do all steps in one transaction: whatever fails, nothing is published."""
    city, root = current_city(), snapshots_dir()
    zone = city.calendar.time_zone
    signing = signing_keys(key_ids)
    order = Order(
        period=period,
        cut_off=cut_off.replace(tzinfo=zone) if cut_off else latest_cut_off(city, utcnow()),
        reason=reason,
    )
    begun = monotonic()
    write_checkpoint()
    bar = tqdm(disable=None, leave=False, bar_format="{desc} {elapsed}")
    with bar, transaction() as session:
        say = bar.set_description_str
        write = writer(city, current_app.config["PUBLIC_URL"])
        made = prepare(session, city, order, root=root, write=write, now=utcnow(), say=say)
        row = made.row
        say("signing")
        for key_id, key in signing.items():
            sign(session, row.number, key, key_id=key_id, root=root, now=utcnow())
        public = publish(session, city, row.number, root=root, now=utcnow(), release=made.release)
        number, sha256, audit_s = public.number, public.manifest_sha256, row.audit_s
    files = sorted(path for path in folder_of(root, number).iterdir())
    click.echo(f"Snapshot {number} of {period.code}: {len(files)} files in {files[0].parent}")
    click.echo(f"manifest.json: SHA-256 {sha256}")
    click.echo(f"{monotonic() - begun:.1f} s, the auditor {audit_s:.1f} s of it.")


def signing_keys(key_ids: tuple[str, ...]) -> dict[str, Ed25519PrivateKey]:
    """Return the keys that were named, or all in the folder. Raises SignatureMissing, BrokenKeys."""
    folder = Path(current_app.config["KEYS_DIR"])
    chosen = key_ids or tuple(key_ids_in(folder))
    if len(chosen) < SIGNERS:
        raise SignatureMissing
    return {key_id: read_signing_key(folder, key_id) for key_id in chosen}


@snapshot.command("release")
@key_option
def release(*, key_ids: tuple[str, ...]) -> None:
    """Sign and publish what two people have agreed to in the console, once its time has come.

    A timer may run it: where nothing is due it does nothing and needs no key.
    """
    city, root, now = current_city(), snapshots_dir(), utcnow()
    with transaction() as session:
        numbers = due(session, now=now)
    if not numbers:
        click.echo("Nothing is due.")
        return
    signing = signing_keys(key_ids)
    for number in numbers:
        with transaction() as session:
            have = {one.key_id for one in signatures_of(session, number)}
            for key_id, key in signing.items():
                if key_id not in have:
                    sign(session, number, key, key_id=key_id, root=root, now=utcnow())
            publish(session, city, number, root=root, now=utcnow())
        click.echo(f"Snapshot {number} published.")


@snapshot.command("list")
def list_() -> None:
    """List all snapshots, the newest first: number, period, revision, state, day."""
    zone = current_city().calendar.time_zone
    with transaction() as session:
        for row in snapshots(session):
            period = Period(start_on=row.period_start_on, kind=PeriodKind(row.period_kind))
            click.echo(
                f"{row.number:>6}  {period.code:<8} revision {row.revision}  {row.state:<9} "
                f"{row.made_at.astimezone(zone):%Y-%m-%d %H:%M}  {row.manifest_sha256[:16]}"
            )


@snapshot.command("recall-codes")
def recall_codes_() -> None:
    """Say of snapshots made before it was kept which indicators they hold, from their own files.

    Pages of indicators lead to them then. Run once after an upgrade; again it changes nothing.
    """
    with transaction() as session:
        found = recall_codes(session, snapshots_dir())
    for number, codes in sorted(found.items()):
        click.echo(f"Snapshot {number}: {len(codes)} indicators.")
    if not found:
        click.echo("Nothing to recall.")


# Without an application: a stranger has neither database nor keys.
@snapshot.command("verify", with_appcontext=False)
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--keys",
    "list_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The city's key list, fetched from the city and not from the snapshot.",
)
def verify_(file: Path, list_file: Path | None) -> None:
    """Check a snapshot (ZIP or folder) with the public keys alone. Exit 1 names the first wrong file."""
    known = _read_list(list_file) if list_file else None
    try:
        verdict = verify(read_package(file), known)
    except NotASnapshot as error:
        raise click.ClickException(str(error)) from error
    if verdict.fault is not None:
        raise click.ClickException(f"{verdict.fault.file}: {verdict.fault.what}")
    _say_good(verdict)


def _read_list(path: Path) -> dict[str, Key]:
    try:
        return read_keys(json.loads(path.read_bytes()))
    except (ValueError, RecursionError, BadKeyList) as error:
        raise click.ClickException(f"{path.name} is no list of keys") from error


def _say_good(verdict: Verdict) -> None:
    click.echo(
        f"Snapshot {verdict.number} of {verdict.period}: {verdict.files} files, all as signed."
    )
    for holder, key_id in verdict.signed_by:
        click.echo(f"Signed by {holder} ({key_id}).")
    if not verdict.has_own_keys:
        click.echo(
            "The list of keys is the one inside the snapshot. To know that it is the city's, fetch"
            " the city's own list and give it with --keys."
        )


@snapshot.command("reproduce")
@click.argument("number", type=int)
def reproduce_(number: int) -> None:
    """Compute a snapshot again from the whole log and compare. Exit 1 when a number differs."""
    city, root = current_city(), snapshots_dir()
    with transaction() as session:
        found = reproduce(session, city, number, root=root)
    _say_reproduced(found)
    if found.differing:
        raise click.exceptions.Exit(1)


def _say_reproduced(found: Reproduction) -> None:
    if not found.has_same_input:
        click.echo("The log up to the cut-off is not the one that was committed to.")
    for name in found.other_basis:
        click.echo(f"Computed now on another basis than then: {name}.")
    for name in found.files:
        click.echo(f"{name}: {'differs' if name in found.differing else 'the same'}")
    for change in found.changes[:SHOWN_CHANGES]:
        what = f"{change['indicator_code']} {change['period']} {change['area_code']}"
        click.echo(f"{what}: {_told(change['before'])} -> {_told(change['after'])}")
    if len(found.changes) > SHOWN_CHANGES:
        click.echo(f"... and {len(found.changes) - SHOWN_CHANGES} more.")


def _told(number: dict[str, object] | None) -> str:
    if number is None:
        return "not there"
    return f"{number['value']} ({number['numerator']}/{number['denominator']})"
