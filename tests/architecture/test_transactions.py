"""Who commits: nobody but core/db.py."""

import ast
from pathlib import Path

import citizenreport

PACKAGE = Path(citizenreport.__file__).parent
ENDS_A_TRANSACTION = {"commit", "rollback"}


def methods_called(source: str) -> set[str]:
    return {
        node.func.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }


def test_only_core_db_commits() -> None:
    guilty = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if ENDS_A_TRANSACTION & methods_called(path.read_text())
        and path != PACKAGE / "core" / "db.py"
    ]
    assert guilty == []


def test_the_check_sees_a_commit() -> None:
    assert ENDS_A_TRANSACTION & methods_called("def f(session):\n    session.commit()\n")
    assert not ENDS_A_TRANSACTION & methods_called("def f(session):\n    session.flush()\n")
