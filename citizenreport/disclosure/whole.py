"""The one table of the whole universe: a city, a year, groups of protection. Pure.

Groups are merged by fixed steps, all of them at once: the first step at which every group is empty or
holds enough. So a merged group tells that some group was small, and not which.
Source: protection.md, section 4 (whole).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from citizenreport.cities.release_policy import ReleasePolicy
from citizenreport.cities.rules import ProtectionClass as P

FINEST: Final = (
    P.TOLERANCE,
    P.PRIVATE_LIFE,
    P.VIOLENCE,
    P.CHILD,
    P.ABUSE_OF_OFFICE,
    P.CRIME,
    P.NONE,
)
STEPS: Final[tuple[tuple[tuple[str, ...], ...], ...]] = (
    tuple((code,) for code in FINEST),
    (FINEST[:2], FINEST[2:4], FINEST[4:]),
    (FINEST,),
)
"""`none`: confidential because its reporter or staff made it so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeGroup:
    """Confidential incidents of some protection classes; `count` is None where withheld."""

    classes: tuple[str, ...]
    count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeYear:
    """All incidents of a city and a year, and the confidential ones by group."""

    year: int
    step: int
    total: int | None
    groups: tuple[WholeGroup, ...]


def whole_year(
    policy: ReleasePolicy,
    confidential: Mapping[str, int],
    *,
    year: int,
    service_total: int,
    is_service_shown: bool,
    coarsest_before: int = 0,
) -> WholeYear:
    """Return the yearly table, at least as coarse as any earlier release of it (`coarsest_before`).

    The total is withheld where subtracting it from the service's would tell of few people, or
    where the service's own is withheld.
    """
    everyone = sum(confidential.values())
    is_few = 0 < everyone < policy.merged_below
    step = next(
        (n for n in range(coarsest_before, len(STEPS)) if _is_enough(policy, confidential, n)),
        len(STEPS) - 1,
    )
    groups = tuple(
        WholeGroup(
            classes=tuple(str(c) for c in classes),
            count=None if is_few else _sum(confidential, classes),
        )
        for classes in STEPS[step]
    )
    is_shown = is_service_shown and not is_few
    total = service_total + everyone if is_shown else None
    return WholeYear(year=year, step=step, total=total, groups=groups)


def _is_enough(policy: ReleasePolicy, counts: Mapping[str, int], step: int) -> bool:
    return all(not 0 < _sum(counts, group) < policy.merged_below for group in STEPS[step])


def _sum(counts: Mapping[str, int], classes: tuple[str, ...]) -> int:
    return sum(counts.get(code, 0) for code in classes)
