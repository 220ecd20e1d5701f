"""Computing one after the other, and only once nothing is under way that belongs before the cut-off."""

from time import sleep
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from citizenreport.core.errors import Unavailable
from citizenreport.core.text import _n

LOCK: Final = "indicators"
PATIENCE_S, STEP_S = 30.0, 0.05
WRITERS: Final = text(
    """
    SELECT DISTINCT virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND relation = 'event'::regclass AND mode = 'RowExclusiveLock'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND pid <> pg_backend_pid()
    """
)


class ComputationDisturbed(Unavailable):
    code = "indicators-disturbed"
    title = _n("Angka indikator sedang dihitung ulang. Coba lagi beberapa menit lagi.")


def take_turn(session: Session) -> None:
    """Wait until no other computation is at it; the turn ends with the transaction."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(LOCK, 0))))


def wait_for_writers(session: Session) -> None:
    """Wait until every transaction has ended that has written to the log and is not committed yet.

    What they recorded may lie before the cut-off: counted without them, a later computation for the
    same cut-off would tell other numbers. Who begins to write now records later.

    Raises:
        ComputationDisturbed: one of them goes on for longer than `PATIENCE_S`.
    """
    under_way = set(session.scalars(WRITERS))
    for _ in range(round(PATIENCE_S / STEP_S)):
        if not under_way:
            return
        sleep(STEP_S)
        under_way &= set(session.scalars(WRITERS))
    raise ComputationDisturbed
