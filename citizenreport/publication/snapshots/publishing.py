"""Signing a prepared snapshot, and putting it before the public. May be days after preparing.

Files are written before the rows are committed: a committed row has its files.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.indicators.definitions import all_definitions
from citizenreport.indicators.queries import generation
from citizenreport.indicators.service import ATTEMPTS
from citizenreport.indicators.waiting import ComputationDisturbed
from citizenreport.ledger.rules import canonical, instant_text
from citizenreport.publication.release_rules import PeriodRelease
from citizenreport.publication.release_store import record_release
from citizenreport.publication.snapshots.acts import alone, check_prepared, tell
from citizenreport.publication.snapshots.bodies import TABLES, VALUES, WHOLE, number_files
from citizenreport.publication.snapshots.comparisons import FIGURES
from citizenreport.publication.snapshots.contents import gather
from citizenreport.publication.snapshots.errors import (
    Embargoed,
    SameSigner,
    SignatureMissing,
    SigningKeyInvalid,
    SigningKeyMissing,
    SnapshotChanged,
    SnapshotOutdated,
)
from citizenreport.publication.snapshots.folders import (
    folder_of,
    package_name,
    read_folder,
    write_file,
    zipped,
)
from citizenreport.publication.snapshots.models import (
    PublishedSnapshot,
    PublishedSnapshotFile,
    Snapshot,
    SnapshotSignature,
)
from citizenreport.publication.snapshots.queries import published_keys, signatures_of, snapshot_of
from citizenreport.publication.snapshots.reproducing import differing_files, period_of
from citizenreport.publication.snapshots.rules import (
    KEYS,
    MANIFEST,
    SIGNATURES,
    SIGNERS,
    Key,
    SnapshotState,
    digest,
    keys_body,
    media_type_of,
    statement,
)
from citizenreport.publication.snapshots.verifying import verify


def sign(
    session: Session, number: int, key: Ed25519PrivateKey, *, key_id: str, root: Path, now: datetime
) -> None:
    """Add a signature over the manifest that lies on the disk, once it is the one prepared.

    Raises:
        SnapshotChanged, SnapshotSettled, SigningKeyMissing, SigningKeyInvalid, SameSigner
    """
    row = snapshot_of(session, number, lock=True)
    check_prepared(row)
    if digest(read_folder(root, number).get(MANIFEST, b"")) != row.manifest_sha256:
        raise SnapshotChanged(number=number, file=MANIFEST)
    known = {one.key_id: one for one in published_keys(session)}
    holder = _checked_holder(known, key_id, key, row, now)
    if holder in {known[one.key_id].holder for one in signatures_of(session, number)}:
        raise SameSigner
    signed = statement(manifest_sha256=row.manifest_sha256, key_id=key_id, signed_at=now)
    session.add(
        SnapshotSignature(number=number, key_id=key_id, signed_at=now, signature=key.sign(signed))
    )
    session.flush()
    tell(session, row, "snapshot_signed", now=now, key_id=key_id)


def _checked_holder(
    known: Mapping[str, Key], key_id: str, key: Ed25519PrivateKey, row: Snapshot, now: datetime
) -> str:
    """Return whose key it is. Raises SigningKeyMissing, SigningKeyInvalid."""
    public = known.get(key_id)
    if public is None:
        raise SigningKeyMissing(key_id=key_id)
    fault = public.fault(signed_at=now, manifest_sha256=row.manifest_sha256)
    if public.public_key != key.public_key().public_bytes_raw():
        fault = "not-the-listed-key"
    if fault:
        raise SigningKeyInvalid(key_id=key_id, fault=fault)
    return public.holder


def publish(
    session: Session,
    city: City,
    number: int,
    *,
    root: Path,
    now: datetime,
    release: PeriodRelease | None = None,
) -> PublishedSnapshot:
    """Put a signed snapshot before the public, once it verifies as a stranger would verify it.

    `release`: its tables, if they were made in this transaction; else they are made again.

    Raises:
        SnapshotSettled, Embargoed, SignatureMissing, SigningKeyInvalid, SnapshotChanged
        SnapshotOutdated: a report that it counts has left the public since it was prepared, or
            another release of the year has come between.
    """
    alone(session)
    row = snapshot_of(session, number, lock=True)
    check_prepared(row)
    if row.publish_from is not None and now < row.publish_from:
        raise Embargoed(publish_from=instant_text(row.publish_from))
    _check_counted(session, city, row, root)
    keys = {key.key_id: key for key in published_keys(session)}
    signed = _signed(session, row, keys)
    files = read_folder(root, number)
    _record_tables(session, city, row, files, release, now=now)
    package = package_name(city.city_code, number)
    files.pop(package, None)  # of a publication that a crash ended
    files |= {SIGNATURES: canonical(signed), KEYS: canonical(keys_body(keys.values()))}
    _check_files(row, files)
    files[package] = zipped(files)
    for name in (SIGNATURES, KEYS, package):
        write_file(folder_of(root, number) / name, files[name])
    row.state = SnapshotState.PUBLISHED.value
    public = _public_row(row, signed, codes_in(files), now)
    session.add(public)
    session.flush()
    session.add_all(_file_rows(number, files))
    session.flush()
    tell(session, row, "snapshot_published", now=now)
    return public


def _check_counted(session: Session, city: City, row: Snapshot, root: Path) -> None:
    """Refuse numbers that count what is no longer public. From then on nothing leaves.

    Raises:
        SnapshotOutdated
        ComputationDisturbed: reports kept leaving the public while it counted.
    """
    for _ in range(ATTEMPTS):
        seen = generation(session)
        is_older = seen != row.generation
        if is_older and differing_files(session, city, row, read_folder(root, row.number)):
            raise SnapshotOutdated(number=row.number)
        if generation(session, lock=True) == seen:
            return
    raise ComputationDisturbed


def _record_tables(
    session: Session,
    city: City,
    row: Snapshot,
    files: Mapping[str, bytes],
    release: PeriodRelease | None,
    *,
    now: datetime,
) -> None:
    """Keep the tables, so that every later release is proven against them too."""
    if TABLES not in files:
        return
    if release is None:
        period = period_of(row)
        contents = gather(session, city, period, cut_off=row.cut_off_at, now=now)
        made = {file.name: file.content for file in number_files(city, contents)}
        if any(made.get(name) != files.get(name) for name in (TABLES, WHOLE)):
            raise SnapshotOutdated(number=row.number)
        release = contents.release
    assert release is not None
    record_release(session, release, now=now)


def _signed(session: Session, row: Snapshot, keys: Mapping[str, Key]) -> list[dict[str, Any]]:
    """Return the signatures as they are published. Raises SignatureMissing, SigningKeyInvalid."""
    made = signatures_of(session, row.number)
    if len({keys[one.key_id].holder for one in made}) < SIGNERS:
        raise SignatureMissing(number=row.number)
    for one in made:
        fault = keys[one.key_id].fault(signed_at=one.signed_at, manifest_sha256=row.manifest_sha256)
        if fault:
            raise SigningKeyInvalid(key_id=one.key_id, fault=fault)
    return [
        {
            "key_id": one.key_id,
            "holder": keys[one.key_id].holder,
            "signed_at": instant_text(one.signed_at),
            "signature": bytes(one.signature).hex(),
        }
        for one in made
    ]


def _check_files(row: Snapshot, files: Mapping[str, bytes]) -> None:
    verdict = verify(files)
    if verdict.fault is not None:
        raise SnapshotChanged(number=row.number, file=verdict.fault.file)
    if verdict.manifest_sha256 != row.manifest_sha256:
        raise SnapshotChanged(number=row.number, file=MANIFEST)


def _public_row(
    row: Snapshot, signed: Sequence[Mapping[str, Any]], codes: list[str], now: datetime
) -> PublishedSnapshot:
    return PublishedSnapshot(
        number=row.number,
        period_kind=row.period_kind,
        period_start_on=row.period_start_on,
        revision=row.revision,
        replaces=row.replaces,
        reason=row.reason,
        cut_off_at=row.cut_off_at,
        published_at=now,
        manifest_sha256=row.manifest_sha256,
        signers={"signed": list(signed)},
        codes=codes,
    )


def codes_in(files: Mapping[str, bytes]) -> list[str]:
    """Return the indicators of which there is a value in the files that were signed."""
    told = {
        body["indicator_code"]
        for name in (VALUES, WHOLE, FIGURES)
        if name in files
        for body in json.loads(files[name])
    }
    return sorted(told & all_definitions().keys())


def _file_rows(number: int, files: Mapping[str, bytes]) -> list[PublishedSnapshotFile]:
    return [
        PublishedSnapshotFile(
            number=number,
            name=name,
            media_type=media_type_of(name),
            size=len(content),
            sha256=digest(content),
        )
        for name, content in sorted(files.items())
    ]
