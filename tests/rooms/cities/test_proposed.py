"""What a TOML file only proposes is listed for the city, and never stops the pack."""

from citizenreport.cities.findings import Findings, Severity
from citizenreport.cities.format.settings import read_toml
from citizenreport.cities.pack import check_pack


def test_proposals_of_a_file_are_listed_and_left_out_of_its_values() -> None:
    findings = Findings()
    values = read_toml("city.toml", 'proposed = ["jam kantor"]\n[city]\ncode = "1"\n', findings)
    assert values == {"city": {"code": "1"}}
    [finding] = findings.all()
    assert finding.severity is Severity.OPEN
    assert "jam kantor" in str(finding)


def test_a_list_that_is_none_is_refused() -> None:
    findings = Findings()
    read_toml("city.toml", 'proposed = "semua"\n', findings)
    assert [finding.severity for finding in findings.all()] == [Severity.ERROR]


def test_magelang_lists_office_hours_deadlines_retention_releases_and_texts() -> None:
    waiting = {finding.file for finding in check_pack("magelang").of(Severity.OPEN)}
    assert {"city.toml", "retention.toml", "release_tables.toml", "texts.toml"} <= waiting
