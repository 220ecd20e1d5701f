"""Computing a snapshot again from the log, and comparing. Nothing of it is kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.indicators.aside import computed_aside
from citizenreport.indicators.queries import generation
from citizenreport.indicators.rules.periods import Period, PeriodKind
from citizenreport.indicators.service import ATTEMPTS
from citizenreport.indicators.waiting import ComputationDisturbed
from citizenreport.publication.snapshots.bodies import NUMBERS, TABLES, number_files
from citizenreport.publication.snapshots.comparisons import FIGURES, comparisons_of
from citizenreport.publication.snapshots.contents import (
    Contents,
    code_body,
    dictionary_body,
    gather_values,
    input_commitment,
)
from citizenreport.publication.snapshots.folders import read_folder
from citizenreport.publication.snapshots.models import PublishedSnapshot, Snapshot
from citizenreport.publication.snapshots.queries import snapshot_of
from citizenreport.publication.snapshots.revisions import changes_between
from citizenreport.publication.snapshots.rules import MANIFEST
from citizenreport.publication.snapshots.tables import tables_again


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction:
    """What the recomputation found.

    `has_same_input`: the log up to the cut-off is the one that was committed to. `other_basis`:
    what else the computing rests on and is not the same any more (code, dictionary, city_pack).
    """

    number: int
    has_same_input: bool
    other_basis: tuple[str, ...]
    files: tuple[str, ...]
    differing: tuple[str, ...]
    changes: list[dict[str, Any]]


def period_of(row: Snapshot | PublishedSnapshot) -> Period:
    return Period(start_on=row.period_start_on, kind=PeriodKind(row.period_kind))


def reproduce(session: Session, city: City, number: int, *, root: Path) -> Reproduction:
    """Fold the whole log anew, compute as of the snapshot's cut-off, compare, and undo it all.

    Reports that left the public since make a difference: it is shown, and is no fault.

    Raises:
        SnapshotNotFound, ComputationDisturbed
    """
    row = snapshot_of(session, number)
    files = read_folder(root, number)
    manifest = json.loads(files[MANIFEST])
    again = computed_anew(session, city, row, files)
    names = tuple(name for name in NUMBERS if name in files or name in again)
    committed = manifest["input_commitment"]["value"]
    return Reproduction(
        number=number,
        has_same_input=input_commitment(session, bytes(row.nonce), cut_off=row.cut_off_at)
        == committed,
        other_basis=_other_basis(city, manifest),
        files=names,
        differing=tuple(name for name in names if files.get(name) != again.get(name)),
        changes=changes_between(_rows(files), _rows(again)),
    )


def _other_basis(city: City, manifest: Mapping[str, Any]) -> tuple[str, ...]:
    now = {
        "code": code_body(),
        "dictionary": dictionary_body(),
        "city_pack": {"version": city.pack_version, "digest": city.digest},
    }
    return tuple(name for name, body in now.items() if manifest.get(name) != body)


def differing_files(
    session: Session, city: City, row: Snapshot, files: Mapping[str, bytes]
) -> list[str]:
    """Return which files of numbers a recomputation does not give again."""
    again = computed_anew(session, city, row, files)
    return [name for name in NUMBERS if files.get(name) != again.get(name)]


def computed_anew(
    session: Session, city: City, row: Snapshot, files: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Return the files of numbers as the log gives them. Nobody is kept waiting.

    Raises:
        ComputationDisturbed: reports kept leaving the public while it counted.
    """
    for _ in range(ATTEMPTS):
        seen = generation(session)
        found = _computed(session, city, row, files)
        if generation(session) == seen:
            return found
    raise ComputationDisturbed


def _computed(
    session: Session, city: City, row: Snapshot, files: Mapping[str, bytes]
) -> dict[str, bytes]:
    period, cut_off = period_of(row), row.cut_off_at
    with computed_aside(session, city, cut_off=cut_off):
        values = gather_values(session, city, period, cut_off=cut_off)
        release = None
        if TABLES in files:
            seen = json.loads(files[MANIFEST])["suppression"]["releases_compared"]
            release = tables_again(session, city, period, cut_off=cut_off, seen_releases=seen)
        is_comparing = FIGURES in files  # one made before there were any has none
        contents = Contents(
            period=period,
            cut_off_at=cut_off,
            values=values,
            release=release,
            comparisons=comparisons_of(session, city, period, cut_off=cut_off)
            if is_comparing
            else None,
        )
        return {file.name: file.content for file in number_files(city, contents)}


def _rows(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    return [row for name in NUMBERS if name in files for row in json.loads(files[name])]
