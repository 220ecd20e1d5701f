"""Rewrapping: every night whatever an older key-encryption key has wrapped, some hundred rows a transaction."""

from typing import Final

from citizenreport.core.db import transaction
from citizenreport.pipeline import rewrap
from citizenreport.web.context import current_keys

BATCH: Final = 500


def rewrap_keys() -> None:
    """Wrap anew what older keys have wrapped."""
    rewrap_all()


def rewrap_all() -> tuple[int, int]:
    """Wrap everything anew; return how many rows that was, and how many still need an older key."""
    keys = current_keys()
    count = 0
    for table_name in rewrap.WRAPPED:
        after: object = None
        while True:
            with transaction() as session:
                done, after = rewrap.rewrap_after(session, keys, table_name, after, limit=BATCH)
            count += done
            if done < BATCH:
                break
    with transaction() as session:
        return count, rewrap.left(session, keys)
