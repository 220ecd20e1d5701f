"""When what is worked out from counts may be shown. Pure.

Source: protection.md, section 4 ("Policy v1").
"""

from typing import Final

from citizenreport.cities.release_policy import ReleasePolicy

QUANTILE_FROM_N: Final = {50: 10, 90: 50}
ANSWERS_FROM_N = 10
"""Survey answers and attributes of reporters, one disaggregation at a time."""


def may_show_share(policy: ReleasePolicy, *, numerator: int, denominator: int) -> bool:
    """Say whether neither part of a proportion tells of few people. Both are restricted counts."""
    rest = denominator - numerator
    return not policy.is_sensitive(numerator) and not policy.is_sensitive(rest)


def may_show_rate(policy: ReleasePolicy, *, numerator: int) -> bool:
    """Say whether a rate by population may be shown: as its numerator."""
    return not policy.is_sensitive(numerator)


def may_show_quantile(percent: int, *, n: int) -> bool:
    """Say whether a quantile of n values may be shown: the median, the 90th, and no other."""
    needed = QUANTILE_FROM_N.get(percent)
    return needed is not None and n >= needed


def may_show_answers(*, n: int, disaggregations: int) -> bool:
    """Say whether answers of a group may be shown."""
    return n >= ANSWERS_FROM_N and disaggregations <= 1


def may_show_composite(parts_withheld: int) -> bool:
    """Say whether a composite may be shown: none of its parts is withheld or missing."""
    return parts_withheld == 0
