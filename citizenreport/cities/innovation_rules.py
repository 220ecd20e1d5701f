"""One Agency One Innovation as the city runs it: who takes part, until when, whose videos. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Final

VIDEO_HOSTS: Final = ("www.youtube.com", "youtube.com", "youtu.be", "drive.google.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class InnovationRules:
    """What the pack says of innovations.

    `agency_kinds`: kinds of agencies (`kind` of agencies.csv) that must have one; none: every
    agency of the city. Deadlines are month and day, each year's. `alike`: from which similarity
    (0 to 1) last year's records are shown as like a new one.
    """

    agency_kinds: tuple[str, ...] = ()
    submit_until: tuple[int, int] = (6, 30)
    endorse_until: tuple[int, int] = (9, 30)
    apply_until: tuple[int, int] = (12, 31)
    remind_days: int = 14
    alike: float = 0.5
    video_hosts: tuple[str, ...] = VIDEO_HOSTS

    def deadlines(self, year: int) -> tuple[tuple[str, date], ...]:
        """Return the deadlines of a year with their names, in order."""
        found = (
            ("submit", self.submit_until),
            ("endorse", self.endorse_until),
            ("apply", self.apply_until),
        )
        return tuple((name, date(year, month, day)) for name, (month, day) in found)
