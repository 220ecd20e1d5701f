"""Why a report is put aside without being worked on, and what that means. Pure.

Clocks: archiving ends them; undone, they stand where they stood and run on. Indicators: what is
spam or a test never was a case and leaves every count (`ExitReason`); what was false or only an
insult was a case: it counts as received, and apart from what is settled.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from citizenreport.cities.rules import City
from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n
from citizenreport.triage.clocks import contest_ends_at
from citizenreport.triage.states import State


class ArchiveReason(StrEnum):
    """The kinds that are told apart; another reason has none of these and only its sentence."""

    SPAM = "spam"
    TEST = "test"
    FALSE = "false"
    INSULT = "insult"


class ArchiveReasonUnknown(InvalidInput):
    code = "archive-reason-unknown"
    title = _n("Sebab pengarsipan ini tidak dikenal.")


def read_archive_reason(target: State, given: str) -> str | None:
    """Return the kind that a form names, None for another reason. Raises ArchiveReasonUnknown."""
    if target is not State.ARCHIVED or not given:
        return None
    if given not in set(ArchiveReason):
        raise ArchiveReasonUnknown(pointer="#/reason_code")
    return given


def objection_ends_at(city: City, moves: Iterable[tuple[str, datetime]]) -> datetime | None:
    """Return until when a reporter may object to an archiving; None: not, or not again.

    `moves`: the states a ticket went to, with when, in order. One objection is heard: who archives
    it again has looked twice.
    """
    archived_at, was, has_objected = None, "", False
    for state, at in moves:
        has_objected |= was == State.ARCHIVED.value and state == State.CONTESTED.value
        archived_at = at if state == State.ARCHIVED.value else None
        was = state
    if archived_at is None or has_objected:
        return None
    return contest_ends_at(city.calendar, archived_at, contest_days=city.contest_days)
