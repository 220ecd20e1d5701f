"""A ticket's three clocks in words. Pure but for the translation."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from citizenreport.cities.calendar import working_days_between
from citizenreport.cities.rules import Calendar
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import OPEN, State
from citizenreport.web.locale import day, moment
from citizenreport.web.translate import _, ngettext

SOON_WORKING_DAYS = 1


class Tone(StrEnum):
    """How a clock is shown: the badge's colour, always beside words."""

    GOOD = "good"
    PLAIN = "plain"
    WARN = "warn"
    DANGER = "danger"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One clock. `words` say how it stands: met, running with days left, paused, late."""

    label: str
    due_at: datetime
    tone: Tone
    words: str
    is_running: bool


def clocks_of(calendar: Calendar, ticket: Ticket, *, now: datetime) -> tuple[Clock, Clock, Clock]:
    """Return first response, verification and settlement, in this order."""
    is_open = State(ticket.state) in OPEN
    is_paused = ticket.paused_at is not None

    def clock(
        label: str, due_at: datetime, met_at: datetime | None, *, pauses: bool = True
    ) -> Clock:
        if met_at is not None:
            tone, words = _met(due_at, met_at)
        elif not is_open:
            tone, words = Tone.PLAIN, _("tidak berjalan lagi")
        elif is_paused and pauses:
            tone, words = Tone.INFO, _("berhenti, menunggu pelapor")
        else:
            tone, words = _running(calendar, due_at, now=now)
        is_running = met_at is None and is_open and not (is_paused and pauses)
        return Clock(label=label, due_at=due_at, tone=tone, words=words, is_running=is_running)

    return (
        clock(
            _("Tanggapan pertama"),
            ticket.first_response_due_at,
            ticket.first_responded_at,
            pauses=False,
        ),
        clock(_("Verifikasi"), ticket.verification_due_at, ticket.verified_at),
        clock(_("Penyelesaian"), ticket.settlement_due_at, ticket.settled_at),
    )


def next_clock(calendar: Calendar, ticket: Ticket, *, now: datetime) -> Clock:
    """Return the running clock that runs out first; the settlement when none runs."""
    clocks = clocks_of(calendar, ticket, now=now)
    running = [clock for clock in clocks if clock.is_running]
    return min(running, key=lambda clock: clock.due_at, default=clocks[-1])


def part_clock(
    calendar: Calendar, ticket: Ticket, due_at: datetime | None, *, now: datetime
) -> Clock:
    """Return the clock of an open part. `due_at` None: it has until the ticket is to be settled."""
    clock = replace(clocks_of(calendar, ticket, now=now)[-1], label=_("Bagian kami"))
    if due_at is None or due_at == clock.due_at:
        return clock
    if not clock.is_running:
        return replace(clock, due_at=due_at)
    tone, words = _running(calendar, due_at, now=now)
    return replace(clock, due_at=due_at, tone=tone, words=words)


def _met(due_at: datetime, met_at: datetime) -> tuple[Tone, str]:
    if met_at <= due_at:
        return Tone.GOOD, _("terpenuhi %(when)s", when=day(met_at))
    return Tone.WARN, _("terlambat terpenuhi, %(when)s", when=day(met_at))


def _running(calendar: Calendar, due_at: datetime, *, now: datetime) -> tuple[Tone, str]:
    """Count in working days of the city; a clock that runs at night may end on a day off."""
    today = now.astimezone(calendar.time_zone).date()
    due_on = due_at.astimezone(calendar.time_zone).date()
    if due_at < now:
        late = working_days_between(calendar, due_on, today)
        if late == 0:
            return Tone.DANGER, _("terlambat, sejak %(when)s", when=moment(due_at))
        return Tone.DANGER, ngettext(
            "terlambat %(num)d hari kerja", "terlambat %(num)d hari kerja", late
        )
    if due_on == today:
        return Tone.WARN, _("hari ini, %(when)s", when=moment(due_at))
    left = working_days_between(calendar, today, due_on)
    if left == 0:
        return Tone.WARN, _("paling lambat %(when)s", when=moment(due_at))
    tone = Tone.WARN if left <= SOON_WORKING_DAYS else Tone.PLAIN
    return tone, ngettext("%(num)d hari kerja lagi", "%(num)d hari kerja lagi", left)
