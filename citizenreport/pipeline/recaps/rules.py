"""What a recap counts, and in what it may say it. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any, Final

from citizenreport.core.errors import InvalidInput, NotFound
from citizenreport.core.text import _n
from citizenreport.triage.states import OPEN, SETTLED, State

WEEKS_SHOWN: Final = 12
SLOWEST_MAX: Final = 5


class WeekUnknown(InvalidInput):
    code = "week-unknown"
    title = _n("Pekan ditulis seperti 2026-W47, dan harus sudah berakhir.")


class RecapNotFound(NotFound):
    code = "recap-not-found"
    title = _n("Rekap ini tidak ada, atau bukan untuk Anda.")


class Counted(StrEnum):
    """What is counted: the last two as they stood when the week ended, the others within it."""

    RECEIVED = "received"
    SETTLED = "settled"
    CONTESTED = "contested"
    RETURNED = "returned"
    OPEN = "open"
    OVERDUE = "overdue"


class Band(StrEnum):
    """How many overdue reports are not before the public, in steps that single out nobody.

    Whatever an outsider knows beside it, a band leaves an interval from at most 1 to at least 5
    for every count of 1 to 4. No band of a whole is shown beside those of its parts: the sum would
    narrow them. Source: protection.md, section 4.
    """

    FEW = "under_10"
    SOME = "10_to_19"
    MANY = "20_to_49"
    VERY_MANY = "50_or_more"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Week:
    """An ISO week, by its Monday."""

    monday: date

    @property
    def code(self) -> str:
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02d}"

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def before(self) -> "Week":
        return Week(monday=self.monday - timedelta(days=7))

    def span(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """Return the instants between which the week lies, in the city's time."""
        start = datetime.combine(self.monday, time.min, zone)
        return start, datetime.combine(self.monday + timedelta(days=7), time.min, zone)


def last_week(today: date) -> Week:
    """Return the latest week that is over."""
    return Week(monday=today - timedelta(days=today.weekday() + 7))


def read_week(text: str, *, today: date) -> Week:
    """Return the week that a code names (`2026-W47`); the latest one for an empty text.

    Raises:
        WeekUnknown: it is none, or it is not over.
    """
    latest = last_week(today)
    if not text:
        return latest
    year, separator, number = text.partition("-W")
    try:
        week = Week(monday=date.fromisocalendar(int(year), int(number), 1))
    except ValueError:
        raise WeekUnknown(pointer="#/week") from None
    if not separator or week.code != text or week > latest:
        raise WeekUnknown(pointer="#/week")
    return week


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event as far as a recap reads it."""

    at: datetime
    type: str
    payload: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Standing:
    """How a ticket stands while its events are read in order."""

    state: State = State.NEW
    agency_code: str = ""
    due_at: datetime | None = None

    def take(self, event: Happened) -> None:
        if event.type == "state_changed":
            self.state = State(event.payload["to"])
        self.agency_code = str(event.payload.get("agency_code") or self.agency_code)
        if due := event.payload.get("settlement_due_at"):
            self.due_at = datetime.fromisoformat(due)

    def is_overdue(self, at: datetime) -> bool:
        """Tell whether the target for settling has passed, while nobody waits for the reporter."""
        is_waiting = self.state is State.NEEDS_INFO
        return (
            self.state in OPEN and not is_waiting and self.due_at is not None and self.due_at < at
        )


Counts = dict[str, Counter[Counted]]
"""By agency code."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """The counts of one week by agency, and which tickets were overdue at its end, since when."""

    counts: Counts = field(default_factory=dict)
    overdue: dict[Any, tuple[str, datetime]] = field(default_factory=dict)

    def add(self, agency_code: str, what: Counted) -> None:
        self.counts.setdefault(agency_code, Counter())[what] += 1


def tally(tickets: Mapping[Any, Sequence[Happened]], *, start: datetime, end: datetime) -> Tally:
    """Count a week over the events of each ticket, oldest first."""
    found = Tally()
    for name, events in tickets.items():
        standing = _walk(events, found, start=start, end=end)
        if standing is None or standing.state not in OPEN:
            continue
        found.add(standing.agency_code, Counted.OPEN)
        if standing.is_overdue(end) and standing.due_at is not None:
            found.add(standing.agency_code, Counted.OVERDUE)
            found.overdue[name] = (standing.agency_code, standing.due_at)
    return found


def _walk(
    events: Iterable[Happened], found: Tally, *, start: datetime, end: datetime
) -> Standing | None:
    """Count what happened in the week; return how the ticket stood at its end, None: not yet there."""
    standing: Standing | None = None
    for event in events:
        if event.at >= end:
            break
        was = standing.state if standing else None
        standing = standing or Standing()
        standing.take(event)
        what = _counted(event, was)
        if what is not None and event.at >= start:
            found.add(standing.agency_code, what)
    return standing


def _counted(event: Happened, was: State | None) -> Counted | None:
    if event.type == "opened":
        return Counted.RECEIVED
    if event.type != "state_changed":
        return None
    target = State(event.payload["to"])
    if target is State.CONTESTED:
        return Counted.CONTESTED
    if target is State.RETURNED:
        return Counted.RETURNED
    if target in SETTLED and was not in SETTLED:
        return Counted.SETTLED
    return None


def band_of(count: int) -> Band:
    """Return the band that a count is told in."""
    if count < 10:
        return Band.FEW
    if count < 20:
        return Band.SOME
    return Band.MANY if count < 50 else Band.VERY_MANY


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A count of the week and of the week before."""

    now: int
    before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyFigures:
    """One body's week. `hidden_overdue`: of reports that are not before the public."""

    agency_code: str
    figures: Mapping[Counted, Figure]
    hidden_overdue: Band


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    """A published report that has been overdue longest, as the public page shows it."""

    tracking_code: str
    category_code: str
    area_code: str | None
    agency_code: str
    days_late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recap:
    """One edition: of an agency, or of the city (`agency_code` None) with a row for each agency.

    All it may say is in these fields: see `docs/decisions`.
    """

    week: Week
    agency_code: str | None
    figures: Mapping[Counted, Figure]
    agencies: tuple[AgencyFigures, ...]
    slowest: tuple[Slow, ...]


def figures_of(now: Counts, before: Counts, agency_codes: Iterable[str]) -> dict[Counted, Figure]:
    """Return the counts of some agencies together, for both weeks."""
    codes = tuple(agency_codes)
    none: Counter[Counted] = Counter()
    return {
        what: Figure(
            now=sum(now.get(code, none)[what] for code in codes),
            before=sum(before.get(code, none)[what] for code in codes),
        )
        for what in Counted
    }
