"""What the repository's files may look like."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 450  # lines; about 300 is the rule, and a file beyond this is two files
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-build.txt")
# The top level is fixed: what is new goes into a folder.
TOP_LEVEL = {
    *("citizenreport", "migrations", "tests", "docs", "config.py", "wsgi.py", "pyproject.toml"),
    *("README.md", "CHANGELOG.md", "LICENSE", "Makefile", "hatch_build.py"),
    *("package.json", "package-lock.json", *LOCKS),
}


def tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_nothing_new_lies_at_the_top() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in top if not name.startswith(".")} <= TOP_LEVEL


def test_no_source_file_is_too_long() -> None:
    kinds = {".py", ".ts", ".css", ".html"}
    sources = [p for p in tracked() if p.suffix in kinds and "versions" not in p.parts]
    lengths = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in sources}
    # Tests may be longer where they walk through one thing case by case.
    too_long = {
        name: n for name, n in lengths.items() if n > LONGEST * (1 + name.startswith("tests/"))
    }
    assert too_long == {}


@pytest.mark.parametrize("name", LOCKS)
def test_locks_carry_hashes_and_no_addresses(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    assert not [line for line in lines if "://" in line or line.startswith(("-", "git+"))]
    pinned = [line for line in lines if re.match(r"[a-z0-9]", line)]
    assert all("==" in line for line in pinned)
    assert sum(line.endswith("\\") for line in lines) >= len(pinned)


def test_the_node_lock_carries_no_addresses() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text()


def test_every_dependency_is_locked() -> None:
    import tomllib  # noqa: PLC0415

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    wanted = {
        "requirements.txt": project["project"]["dependencies"],
        "requirements-dev.txt": groups["dev"],
        "requirements-build.txt": groups["build"],
    }
    for name, dependencies in wanted.items():
        locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / name).read_text(), re.MULTILINE))
        asked = {re.split(r"[\[<>=~! ]", one)[0].lower() for one in dependencies}
        assert asked <= locked, f"{name} is behind pyproject.toml: make lock"
