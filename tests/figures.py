"""Figures of other bodies, as rows: what tests of composites, pages and releases read."""

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from citizenreport.indicators.models import ImportedIndicatorValue

ENTERED_AT = datetime(2026, 6, 1, tzinfo=UTC)
TOLERANCE = (("I07", 2023, "5.5"), ("I08", 2023, "60"), ("I07", 2024, "6.248"))
"""The parts of the composite of tolerance: both of a year, and one of the next."""


def add_figures(session: Session, *figures: tuple[str, int, str]) -> None:
    """Store figures (code, year, value) with evidence that is named and lies nowhere."""
    session.add_all(
        [
            ImportedIndicatorValue(
                code=code,
                year=year,
                revision=1,
                definition_version=1,
                value=Decimal(value),
                source="SETARA",
                evidence_sha256="0" * 64,
                evidence_key=f"{code}-{year}",
                correction="",
                entered_by=None,
                entered_at=ENTERED_AT,
            )
            for code, year, value in figures
        ]
    )
    session.commit()
