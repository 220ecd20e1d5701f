"""What a snapshot tells: values and tables, each with its universe, and what they rest on."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.indicators.definitions import all_versions
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.queries import published_cut_off
from citizenreport.indicators.rules.periods import Period, last_day_before
from citizenreport.indicators.service import recompute
from citizenreport.ledger.models import Event
from citizenreport.ledger.queries import latest_checkpoint
from citizenreport.ledger.rules import StreamKind, canonical
from citizenreport.publication.release_rules import PeriodRelease, proof_record
from citizenreport.publication.snapshots.comparisons import Comparisons, comparisons_of
from citizenreport.publication.snapshots.rules import (
    check_period,
    commitment,
    input_line,
    kinds_within,
)
from citizenreport.publication.snapshots.tables import tables_of

PACKAGE: Final = "citizenreport"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The numbers of a snapshot. `release`: its tables and what is counted over all reports; None
    while they are not final. `comparisons`: what a year shows apart.
    """

    period: Period
    cut_off_at: datetime
    values: Sequence[PublishedIndicatorValue]
    release: PeriodRelease | None
    comparisons: Comparisons | None = None

    @property
    def suppression(self) -> dict[str, Any]:
        """Return the public log: how much is withheld, never which cell was the reason."""
        if self.release is None:
            return {"tables": "not-final-or-none"}
        return {
            "policy": asdict(self.release.policy),
            "log": asdict(self.release.log),
            "proof": proof_record(self.release.proof),
            "releases_compared": self.release.seen_releases,
        }

    @property
    def audit_s(self) -> float:
        """Return how long the auditor took, in seconds."""
        return self.release.proof.seconds if self.release else 0.0


def gather(
    session: Session, city: City, period: Period, *, cut_off: datetime, now: datetime
) -> Contents:
    """Return what there is to tell of a period, as of a cut-off; computed anew where it is not.

    Raises:
        PeriodNotOver: something of the period lies after the cut-off.
        ReleaseNotSafe: the auditor found that somebody could be recognised.
        ComputationDisturbed: reports kept leaving the public meanwhile.
    """
    values = gather_values(session, city, period, cut_off=cut_off)
    release = tables_of(session, city, period, cut_off=cut_off, now=now) if values else None
    return Contents(
        period=period,
        cut_off_at=cut_off,
        values=values,
        release=release,
        comparisons=comparisons_of(session, city, period, cut_off=cut_off),
    )


def gather_values(
    session: Session, city: City, period: Period, *, cut_off: datetime
) -> Sequence[PublishedIndicatorValue]:
    """Return the values of a period as of a cut-off. Raises PeriodNotOver, ComputationDisturbed."""
    check_period(period, last_day=last_day_before(cut_off, city.calendar.time_zone))
    if published_cut_off(session) != cut_off:
        recompute(session, city, cut_off=cut_off)
    return values_within(session, period)


def values_within(session: Session, period: Period) -> Sequence[PublishedIndicatorValue]:
    """Return the values of a period and of the shorter periods in it, in a fixed order."""
    row = PublishedIndicatorValue
    inside = [
        (row.period_kind == kind.value)
        & (row.period_start_on >= period.start_on)
        & (row.period_start_on <= period.end_on)
        for kind in kinds_within(period)
    ]
    order = (row.code, row.period_kind, row.period_start_on, row.area_code)
    return session.scalars(select(row).where(or_(*inside)).order_by(*order)).all()


def input_commitment(session: Session, nonce: bytes, *, cut_off: datetime) -> str:
    """Return the commitment to where every ticket's stream stood at the cut-off."""
    last = (
        select(Event.stream_kind, Event.stream_id, Event.seq, Event.hash)
        .where(Event.stream_kind == StreamKind.TICKET.value, Event.recorded_at < cut_off)
        .distinct(Event.stream_kind, Event.stream_id)
        .order_by(Event.stream_kind, Event.stream_id, Event.seq.desc())
        .execution_options(yield_per=5_000)
    )
    rows = session.execute(last)
    return commitment(
        nonce, (input_line(kind, id_, seq, bytes(hash_)) for kind, id_, seq, hash_ in rows)
    )


def dictionary_body() -> dict[str, Any]:
    """Return which version of each indicator there is, and a digest of what they mean."""
    versions = {code: len(found) for code, found in all_versions().items()}
    meant = [
        [code, one.version, one.fingerprint]
        for code, found in all_versions().items()
        for one in found
    ]
    return {"versions": versions, "digest": hashlib.sha256(canonical(meant)).hexdigest()}


def checkpoint_body(session: Session) -> dict[str, Any] | None:
    """Return the newest checkpoint of the ledger; None before the first."""
    row = latest_checkpoint(session)
    return {"number": row.number, "hash": bytes(row.hash).hex()} if row else None


@cache
def code_body() -> dict[str, str]:
    """Return the version of this program, and a digest over its own source files."""
    seal = hashlib.sha256()
    for name, content in sorted(_sources(files(PACKAGE), "")):
        seal.update(f"{name}\x1f{hashlib.sha256(content).hexdigest()}\n".encode())
    try:
        number = version(PACKAGE)
    except PackageNotFoundError:  # run from a checkout that was never installed
        number = ""
    return {"version": number, "digest": seal.hexdigest()}


def _sources(folder: Traversable, path: str) -> list[tuple[str, bytes]]:
    found = []
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            found += _sources(entry, name)
        elif entry.name.endswith((".py", ".toml")):
            found.append((name, entry.read_bytes()))
    return found
