"""Computing numbers beside the stored ones, for looking at them."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.db import undone
from citizenreport.indicators.models import (
    IndicatorGeneration,
    PublishedIndicatorValue,
    TicketFact,
)
from citizenreport.indicators.service import recompute, refold_all

EMPTY: Final = (TicketFact.__tablename__, PublishedIndicatorValue.__tablename__)
COPIED: Final = IndicatorGeneration.__tablename__


@contextmanager
def computed_aside(
    session: Session, city: City, *, cut_off: datetime
) -> Generator[None, None, None]:
    """Fold the whole log and compute all values as of a cut-off; in the block they are there.

    They lie in temporary tables of this connection, which hide the stored ones by their names: no
    row that others write is locked, and nothing is left when the block ends.

    Raises:
        ComputationDisturbed: something was being recorded for too long.
    """
    with undone(session):
        for name in EMPTY:
            session.execute(text(f"CREATE TEMPORARY TABLE {name} (LIKE {name} INCLUDING ALL)"))
        session.execute(text(f"CREATE TEMPORARY TABLE {COPIED} AS TABLE {COPIED}"))
        session.execute(text("DISCARD PLANS"))  # those that know the stored tables
        refold_all(session)
        session.execute(text(f"ANALYZE {TicketFact.__tablename__}"))
        recompute(session, city, cut_off=cut_off)
        yield
