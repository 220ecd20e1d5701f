"""What an innovation is, and who moves it where. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from citizenreport.programme.faults import (
    InnovationNotYours,
    InnovationReasonMissing,
    InnovationStepClosed,
    InnovationTextTooLong,
    NoveltyUndecided,
)

REASON_CHARS: Final = 5_000


class Stage(StrEnum):
    """How far an innovation is (tahapan)."""

    INITIATIVE = "initiative"
    TRIAL = "trial"
    APPLIED = "applied"


class Initiator(StrEnum):
    """Who began it (inisiator)."""

    REGIONAL_HEAD = "regional_head"
    COUNCIL = "council"
    AGENCY = "agency"
    CIVIL_SERVANT = "civil_servant"
    RESIDENT = "resident"


class Form(StrEnum):
    """What it renews. Source: PP 38/2017 (tata kelola, pelayanan publik, lainnya)."""

    GOVERNANCE = "governance"
    PUBLIC_SERVICE = "public_service"
    OTHER = "other"


class Phase(StrEnum):
    """Where a record is on its way to the public."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    VALIDATED = "validated"
    REVISE = "revise"
    APPROVED = "approved"
    ENDORSED = "endorsed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Side(StrEnum):
    """As whom somebody acts on a record."""

    AGENCY = "agency"
    HEAD = "head"
    DESK = "desk"


class Novelty(StrEnum):
    """What a person decides about last year's records."""

    NEW = "new"
    FURTHER = "further"  # last year's, taken further
    SAME = "same"  # last year's under another name


class FileKind(StrEnum):
    DOCUMENT = "document"
    PHOTO = "photo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One allowed move. `wants_reason`: it goes back or ends, and the others are told why."""

    source: Phase
    target: Phase
    side: Side
    wants_reason: bool = False


STEPS: Final = (
    Step(source=Phase.DRAFT, target=Phase.SUBMITTED, side=Side.AGENCY),
    Step(source=Phase.REVISE, target=Phase.SUBMITTED, side=Side.AGENCY),
    Step(source=Phase.SUBMITTED, target=Phase.VALIDATED, side=Side.DESK),
    Step(source=Phase.SUBMITTED, target=Phase.REVISE, side=Side.DESK, wants_reason=True),
    Step(source=Phase.VALIDATED, target=Phase.APPROVED, side=Side.DESK),
    Step(source=Phase.VALIDATED, target=Phase.REVISE, side=Side.DESK, wants_reason=True),
    Step(source=Phase.APPROVED, target=Phase.ENDORSED, side=Side.HEAD),
    Step(source=Phase.APPROVED, target=Phase.REVISE, side=Side.HEAD, wants_reason=True),
    Step(source=Phase.ENDORSED, target=Phase.PUBLISHED, side=Side.DESK),
    Step(source=Phase.DRAFT, target=Phase.WITHDRAWN, side=Side.AGENCY, wants_reason=True),
    Step(source=Phase.REVISE, target=Phase.WITHDRAWN, side=Side.AGENCY, wants_reason=True),
    Step(source=Phase.ENDORSED, target=Phase.WITHDRAWN, side=Side.HEAD, wants_reason=True),
    Step(source=Phase.PUBLISHED, target=Phase.WITHDRAWN, side=Side.HEAD, wants_reason=True),
    Step(source=Phase.PUBLISHED, target=Phase.WITHDRAWN, side=Side.DESK, wants_reason=True),
    Step(source=Phase.WITHDRAWN, target=Phase.REVISE, side=Side.DESK, wants_reason=True),
)
"""Every move there is. Source: workflow of Inovasi Daerah (domain.md, section 5)."""

EDITABLE: Final = frozenset({Phase.DRAFT, Phase.REVISE})
COUNTING: Final = frozenset({Phase.ENDORSED, Phase.PUBLISHED})
"""In these an agency has an innovation: its head stands for it."""


def open_steps(phase: Phase, sides: Collection[Side]) -> list[Step]:
    """Return the moves somebody may make from here."""
    found: dict[Phase, Step] = {}
    for step in STEPS:
        if step.source is phase and step.side in sides:
            found.setdefault(step.target, step)
    return list(found.values())


def check_step(phase: Phase, target: Phase, sides: Collection[Side], reason: str) -> Step:
    """Return the move. Raises InnovationStepClosed, InnovationNotYours, InnovationReasonMissing."""
    steps = [step for step in STEPS if step.source is phase and step.target is target]
    if not steps:
        raise InnovationStepClosed
    mine = next((step for step in steps if step.side in sides), None)
    if mine is None:
        raise InnovationNotYours
    if mine.wants_reason and not reason.strip():
        raise InnovationReasonMissing(pointer="#/reason")
    if len(reason) > REASON_CHARS:
        raise InnovationTextTooLong(pointer="#/reason", maximum=REASON_CHARS)
    return mine


def check_novelty(decided: str, reason: str, *, is_alike: bool) -> Novelty:
    """Return what a person decided. A reason is needed wherever last year's records are like it.

    Raises:
        NoveltyUndecided.
    """
    if decided not in set(Novelty):
        raise NoveltyUndecided(pointer="#/novelty")
    novelty = Novelty(decided)
    if (is_alike or novelty is not Novelty.NEW) and not reason.strip():
        raise NoveltyUndecided(pointer="#/novelty_reason")
    return novelty


def slug_of(name: str, ending: str) -> str:
    """Return a readable address: the name's letters and digits, and a random ending."""
    words = re.findall(r"[a-z0-9]+", name.lower())
    head = "-".join(words)[:60].strip("-") or "inovasi"
    return f"{head}-{ending.lower()}"
