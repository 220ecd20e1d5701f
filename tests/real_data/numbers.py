"""What the product publishes about a sample of a real city's reports, imported and released."""

import gzip
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.keys import KeyRing
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.queries import ValuesWanted, published_values
from citizenreport.indicators.rules.periods import PeriodKind
from citizenreport.indicators.service import recompute
from citizenreport.pipeline.release import TextRelease, release_report
from citizenreport.publication.rules import ReleaseState
from citizenreport.triage.many import note
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party
from tests.imports import import_file
from tests.real_data import reckoned

ONE_BY_ONE, AT_ONCE = 25, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A city whose values are published, and until when they count."""

    session: Session
    city: City
    cut_off: datetime

    @property
    def until(self) -> pd.Timestamp:
        return pd.Timestamp(self.cut_off) - pd.Timedelta(microseconds=1)

    def yearly(self, code: str) -> dict[str, PublishedIndicatorValue]:
        """The city's values by year, those of which anything was counted."""
        wanted = ValuesWanted(code=code, period_kind=PeriodKind.YEAR, area_code=self.city.city_code)
        rows = published_values(self.session, wanted)
        return {str(row.period_start_on.year): row for row in rows if row.denominator}

    def shares(self, code: str) -> dict[str, tuple[int, int | None]]:
        return {year: (row.numerator, row.denominator) for year, row in self.yearly(code).items()}

    def spans(self, code: str) -> dict[str, object]:
        return {
            year: (row.extra.get("median"), row.extra.get("p90"), row.numerator, row.denominator)
            for year, row in self.yearly(code).items()
        }

    def areas(self, code: str) -> dict[tuple[str, str], int]:
        """What was counted below by year and smallest area, "" for "not stated"."""
        rows = published_values(self.session, ValuesWanted(code=code, period_kind=PeriodKind.YEAR))
        smallest = [row for row in rows if row.area_level in ("kelurahan", "tidak_disebut")]
        return {
            (str(row.period_start_on.year), _stated(row.area_code)): row.denominator
            for row in smallest
            if row.denominator
        }


def _stated(area_code: str) -> str:
    return "" if area_code == "tidak_disebut" else area_code


def counted(
    session: Session, city: City, keys: KeyRing, sample: pd.DataFrame, mapping: str, folder: Path
) -> Counted:
    """Import a sample by the product's importer, release all of it, and publish its values.

    A few are released as staff do it; of the others what numbers read of that is recorded at once.
    """
    path = folder / "sample.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8", newline="", compresslevel=1) as file:
        sample.to_csv(file, index=False)
    run, rejected = import_file(path, mapping, city, keys)
    assert (run.tally.added, rejected) == (len(sample), [])
    with transaction() as writing:
        for ticket in writing.scalars(select(Ticket).order_by(Ticket.id).limit(ONE_BY_ONE)).all():
            act = Act(parties=frozenset({Party.AGENCY}), at=utcnow(), seen=ticket.version)
            release_report(writing, city, ticket, TextRelease(state=ReleaseState.HELD), act=act)
        last = ticket.id
    released = {"text": ReleaseState.HELD.value}
    while True:
        with transaction() as writing:  # of their own: each locks its streams
            rest = select(Ticket).where(Ticket.id > last).order_by(Ticket.id).limit(AT_ONCE)
            tickets = writing.scalars(rest).all()
            note(writing, tickets, "released", released, now=utcnow())
            if not tickets:
                break
            last = tickets[-1].id
    cut_off = utcnow() + timedelta(minutes=1)
    with transaction() as writing:
        recompute(writing, city, cut_off=cut_off)
    return Counted(session=session, city=city, cut_off=cut_off)


def said(found: Mapping[str, reckoned.Span]) -> dict[str, object]:
    """Spans as the product says them: a median of ten and more, a 90th percentile of fifty."""
    return {
        year: (
            median if count >= 10 else None,
            p90 if count >= 50 else None,
            ended,
            count,
        )
        for year, (median, p90, ended, count) in found.items()
    }


def every(rows: int) -> int:
    """Take each so manieth row; all where CITIZENREPORT_WHOLE_CITIES is set (a minute a city)."""
    return 1 if os.environ.get("CITIZENREPORT_WHOLE_CITIES") else rows
