"""One Agency One Innovation: how every agency stands in a year, and what is like last year's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.agency_lines import owner_of, taking_part
from citizenreport.cities.rules import City
from citizenreport.programme.likeness import likenesses
from citizenreport.programme.models import Innovation
from citizenreport.programme.records import DESIGN, OUTCOME
from citizenreport.programme.rules import COUNTING, Novelty, Phase, Stage

SHOWN_ALIKE: Final = 3
ORDER: Final = {
    phase: number
    for number, phase in enumerate(
        (
            *(Phase.WITHDRAWN, Phase.DRAFT, Phase.REVISE, Phase.SUBMITTED),
            *(Phase.VALIDATED, Phase.APPROVED, Phase.ENDORSED, Phase.PUBLISHED),
        )
    )
}
"""From the beginning of the way to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An agency in a year. `furthest`: where its furthest record is; None without a record."""

    agency_code: str
    agency_name: str
    innovations: tuple[Innovation, ...]
    furthest: Phase | None

    @property
    def counting(self) -> tuple[Innovation, ...]:
        """The innovations that the agency's head stands for."""
        return tuple(one for one in self.innovations if Phase(one.phase) in COUNTING)

    @property
    def has_one(self) -> bool:
        return bool(self.counting)

    @property
    def is_new(self) -> bool:
        """A person decided that one of them is new, not last year's."""
        return any(one.novelty_decision == Novelty.NEW.value for one in self.counting)

    @property
    def is_applied(self) -> bool:
        return any(one.stage == Stage.APPLIED.value for one in self.counting)

    def meets(self, deadline: str) -> bool:
        """Tell whether what a deadline of the pack asks for is there."""
        if deadline == "submit":
            return self.furthest is not None and ORDER[self.furthest] >= ORDER[Phase.SUBMITTED]
        return self.has_one if deadline == "endorse" else self.is_applied


def standings(session: Session, city: City, year: int) -> list[Standing]:
    """Return how each agency that must have an innovation stands, by name.

    An agency that was merged or renamed during the year is in the one that was there at its end.
    """
    last = date(year, 12, 31)
    found: dict[str, list[Innovation]] = {code: [] for code in taking_part(city, year)}
    query = select(Innovation).where(Innovation.year == year).order_by(Innovation.created_at)
    for row in session.scalars(query):
        owner = owner_of(city.agencies, row.agency_code, on=last)
        if owner in found:
            found[owner].append(row)
    lines = [
        Standing(
            agency_code=code,
            agency_name=city.agencies[code].name,
            innovations=tuple(rows),
            furthest=max((Phase(r.phase) for r in rows), key=ORDER.__getitem__, default=None),
        )
        for code, rows in found.items()
    ]
    return sorted(lines, key=lambda line: line.agency_name.lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A record of last year and how like it is, 0 to 1."""

    innovation: Innovation
    likeness: float
    is_own: bool  # of the same agency, or of one that it has followed


def alike(session: Session, city: City, innovation: Innovation) -> list[Alike]:
    """Return last year's records that are most like this one: those from the pack's threshold on."""
    left_out = (Phase.DRAFT.value, Phase.WITHDRAWN.value)
    query = select(Innovation).where(
        Innovation.year == innovation.year - 1,
        Innovation.phase.not_in(left_out),
        Innovation.id != innovation.id,
    )
    others: Sequence[Innovation] = session.scalars(query.order_by(Innovation.id)).all()
    owner = owner_of(city.agencies, innovation.agency_code)
    pairs = zip(others, likenesses(_words(innovation), [_words(o) for o in others]), strict=True)
    found = [
        Alike(
            innovation=other,
            likeness=likeness,
            is_own=owner_of(city.agencies, other.agency_code) == owner,
        )
        for other, likeness in pairs
        if likeness >= city.innovations.alike
    ]
    return sorted(found, key=lambda one: -one.likeness)[:SHOWN_ALIKE]


def _words(innovation: Innovation) -> str:
    return " ".join(getattr(innovation, part) for part in ("name", *DESIGN, *OUTCOME))
