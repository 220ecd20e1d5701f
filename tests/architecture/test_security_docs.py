"""docs/security.md names tests that exist, and no line twice."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "security.md").read_text()
CHAPTERS = {"V6": 8, "V7": 6, "V8": 4}  # sections of each, ASVS 5.0


def test_every_test_it_names_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", DOCS)
    assert len(named) > 30
    missing = [
        f"{file}::{test}"
        for file, test in named
        if f"def {test}(" not in (ROOT / "tests" / file).read_text()
    ]
    assert missing == []


def test_every_section_has_a_line_and_no_line_stands_twice() -> None:
    lines = [
        line for row in re.findall(r"^\| (V[^|]+)\|", DOCS, re.MULTILINE) for line in row.split(",")
    ]
    ids = [line.strip() for line in lines]
    assert len(ids) == len(set(ids))
    wanted = {f"{chapter}.{n}" for chapter, last in CHAPTERS.items() for n in range(1, last + 1)}
    assert wanted == {".".join(id_.split(".")[:2]) for id_ in ids}
