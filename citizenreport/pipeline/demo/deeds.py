"""What happens to a report after it was sent, as values. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from citizenreport.cities.rules import Visibility
from citizenreport.intake.rules import Draft
from citizenreport.publication.rules import ReleaseState
from citizenreport.triage.states import Party, State


class Kind(StrEnum):
    """One act of the pipeline."""

    READ = "read"
    MOVE = "move"
    REPLY = "reply"
    RELEASE = "release"
    RELEASE_PHOTO = "release_photo"
    HAND_OVER = "hand_over"
    MERGE = "merge"
    RAISE = "raise"


class Outcome(StrEnum):
    """How the life of a report goes."""

    SETTLED = "settled"
    ASKED = "asked"  # settled after the reporter was asked
    SCHEDULED = "scheduled"
    RETURNED = "returned"
    CONTESTED = "contested"
    REOPENED = "reopened"
    REFERRED = "referred"
    DUPLICATE = "duplicate"
    SPAM = "spam"
    WITHDRAWN = "withdrawn"
    EMERGENCY = "emergency"
    PROTECTED = "protected"  # made stricter by staff, then settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One act: when, by whom, and with which words. `{agency}` in a text is filled when it happens."""

    at: datetime
    kind: Kind
    by: Party
    text: str = ""
    target: State | None = None  # of a move
    release: ReleaseState | None = None
    visibility: Visibility | None = None  # of a raise


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph:
    """A picture to be drawn: what it shows, and which variant."""

    scene: str
    variant: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A report and everything that happens to it until the end of the demo."""

    number: int
    submitted_at: datetime
    area_code: str  # where it happens, also when the draft does not say
    draft: Draft  # without photos and without the id of who took it down
    photographs: tuple[Photograph, ...]
    deeds: tuple[Deed, ...]
    public_text: str
    outcome: Outcome
    parent_submitted_at: datetime | None = None  # names the report it repeats
