"""The policy of releases in the pack: a city may ask for more protection, never for less."""

import pytest

from citizenreport.cities.findings import Findings, Severity
from citizenreport.cities.format.extras import read_release_policy, read_release_tables
from citizenreport.cities.release_policy import ReleasePolicy


def policy_of(text: str) -> tuple[ReleasePolicy, int]:
    findings = Findings()
    found = read_release_policy(text, findings)
    return found, len(findings.of(Severity.ERROR))


def test_a_pack_that_says_nothing_has_the_first_policy() -> None:
    assert policy_of("") == (ReleasePolicy(), 0)


def test_a_city_may_be_stricter() -> None:
    found, errors = policy_of("[policy]\nsensitive_to = 9\nat_least = 12\n")
    assert (found.sensitive_to, found.at_least, errors) == (9, 12, 0)


@pytest.mark.parametrize(
    "line",
    [
        "sensitive_to = 3",
        "at_least = 4",
        "follow_up_working_days = 59",
        "merged_below = 4",
        "sensitive_to = 5",
        "sensitive_form = 1",
        "at_least = 5.5",
    ],
)
def test_a_laxer_or_unclear_policy_is_refused(line: str) -> None:
    assert policy_of(f"[policy]\n{line}\n")[1] == 1


@pytest.mark.parametrize(("rows", "columns"), [("rw", "aspect"), ("city", "gender")])
def test_a_table_of_the_service_universe_has_known_levels(rows: str, columns: str) -> None:
    findings = Findings()
    table = f'code="t"\nrows="{rows}"\ncolumns="{columns}"\nperiod="year"\nuniverse="service"\n'
    read_release_tables(f"[[table]]\n{table}", findings)
    assert len(findings.of(Severity.ERROR)) == 1
