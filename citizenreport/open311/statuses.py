"""What a state is called among systems that speak GeoReport's updates."""

from collections.abc import Mapping
from typing import Final

from citizenreport.triage.states import State

EXTENDED: Final[Mapping[State, str]] = {
    State.NEW: "OPEN",
    State.VERIFIED: "INVESTIGATING",
    State.IN_PROGRESS: "IN_PROGRESS",
    State.NEEDS_INFO: "INVESTIGATING",
    State.SCHEDULED: "ACTION_SCHEDULED",
    State.RETURNED: "FOR_TRIAGE",
    State.RESOLVED: "FIXED",
    State.CONTESTED: "REOPEN",
    State.CLOSED: "CLOSED",
    State.REOPENED: "REOPEN",
    State.WITHDRAWN: "CANCELLED",
    State.REFERRED: "INTERNAL_REFERRAL",
    State.DUPLICATE: "DUPLICATE",
    State.ARCHIVED: "NO_FURTHER_ACTION",
    State.EMERGENCY: "NO_FURTHER_ACTION",
}
"""Source: the extended statuses of FixMyStreet's update extension."""
