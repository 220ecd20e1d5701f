"""What may leave the service universe, as numbers of the city pack. Pure.

Source: protection.md, section 4 ("Policy v1").
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

LADDER: Final[Mapping[str, str]] = {
    "quarter": "year",
    "category": "aspect",
    "kelurahan": "kecamatan",
    "kecamatan": "city",
    "agency": "city",
}
"""Which level takes the place of one that is too fine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePolicy:
    """When a count could tell of somebody, and how little an outsider must be able to work out.

    A restricted count of `sensitive_from` to `sensitive_to` is sensitive; whoever reasons over all
    that is known must be left with an interval from at most `at_most` to at least `at_least`. A
    table goes one step up its ladder while more than `coarsen_above_percent` of its cells that
    hold a restricted report are sensitive. `merged_below`: groups of the whole universe with less
    are merged. A period is final `follow_up_working_days` after its last day.
    """

    version: int = 1
    sensitive_from: int = 1
    sensitive_to: int = 4
    at_most: int = 1
    at_least: int = 5
    follow_up_working_days: int = 60
    merged_below: int = 5
    coarsen_above_percent: int = 50

    def stricter(self, other: "ReleasePolicy") -> "ReleasePolicy":
        """Return this policy with everything that protects as strong as in either of the two."""
        return replace(
            self,
            sensitive_from=min(self.sensitive_from, other.sensitive_from),
            sensitive_to=max(self.sensitive_to, other.sensitive_to),
            at_most=min(self.at_most, other.at_most),
            at_least=max(self.at_least, other.at_least),
            merged_below=max(self.merged_below, other.merged_below),
        )

    def is_sensitive(self, restricted: int) -> bool:
        """Say whether a restricted count could tell of somebody."""
        return self.sensitive_from <= restricted <= self.sensitive_to
