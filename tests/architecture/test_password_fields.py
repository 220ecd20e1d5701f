"""Fields for passwords: masked, named for password managers, and left alone by every script."""

import re
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "citizenreport"
TEMPLATES = sorted(PACKAGE.rglob("*.html"))
SCRIPTS = sorted(path for path in PACKAGE.rglob("*.ts") if "node_modules" not in path.parts)
FIELD = re.compile(r"<input\b[^>]*>", re.DOTALL)
SECRET = re.compile(r"name=\"(?:password|current|new_password|new|again)\"|type=\"password\"")
MANAGED = re.compile(r"autocomplete=\"(?:current-password|new-password|\{\{ autocomplete \}\})\"")


def secret_fields() -> list[str]:
    return [
        field
        for path in TEMPLATES
        for field in FIELD.findall(path.read_text())
        if SECRET.search(field)
    ]


def test_what_is_secret_is_typed_behind_dots() -> None:
    fields = secret_fields()
    assert len(fields) >= 4
    assert [field for field in fields if 'type="password"' not in field] == []


def test_password_managers_are_told_which_field_is_which() -> None:
    assert [field for field in secret_fields() if not MANAGED.search(field)] == []


def test_no_script_hinders_pasting() -> None:
    assert len(SCRIPTS) > 10
    hindering = re.compile(r"[\"'](?:paste|beforeinput|copy)[\"']|onpaste", re.IGNORECASE)
    assert [
        path.name for path in (*SCRIPTS, *TEMPLATES) if hindering.search(path.read_text())
    ] == []
