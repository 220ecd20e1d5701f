"""docs/security.md has every line of ASVS 5.0.0, levels 1 and 2, once, and names tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "security.md").read_text()
ROW = re.compile(r"^\| (V[^|]+) \| ([^|]+) \| (.+) \|$", re.MULTILINE)
LAST = {
    "V6.1": 3,
    "V6.2": 12,
    "V6.3": 4,
    "V6.4": 4,
    "V6.5": 5,
    "V6.6": 3,
    "V6.8": 4,
    "V7.1": 3,
    "V7.2": 4,
    "V7.3": 2,
    "V7.4": 5,
    "V7.5": 2,
    "V7.6": 2,
    "V8.1": 2,
    "V8.2": 3,
    "V8.3": 1,
    "V8.4": 1,
}
"""The last line of levels 1 and 2 in each section of ASVS 5.0.0. V6.7 is of level 3 alone."""


def test_every_test_it_names_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", DOCS)
    assert len(named) > 50
    missing = [
        f"{file}::{test}"
        for file, test in named
        if f"def {test}(" not in (ROOT / "tests" / file).read_text()
    ]
    assert missing == []


def test_every_line_of_the_standard_is_there_once() -> None:
    ids = [line.strip() for row in ROW.findall(DOCS) for line in row[0].split(",")]
    assert ids == [f"{section}.{n}" for section, last in LAST.items() for n in range(1, last + 1)]


def test_every_line_has_a_test_or_a_reason() -> None:
    rows = ROW.findall(DOCS)
    assert len(rows) > 50
    assert [
        ids for ids, asked, held in rows if not (asked.strip() and len(held.strip()) > 10)
    ] == []
