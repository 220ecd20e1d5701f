"""Staff read tickets through one function; nothing else asks for one (protection.md, section 6)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import citizenreport

ROOT = Path(citizenreport.__file__).parent

# `queries` holds `readable_tickets` itself, and what the reporter's own view and the jobs ask for;
# `service` and `many` write to tickets an act of the system has already been given; one job finds the ticket it
# was named; `duty` finds the ticket a person was called for; import and demo go back to the tickets they made.
MAY_ASK = {
    "triage/queries.py",
    "triage/service.py",
    "triage/many.py",
    "triage/imported.py",
    "duty/queries.py",
    "jobs/mails.py",
    "pipeline/demo/play.py",
    "pipeline/importing/updates.py",
}
DOORS_OF_STAFF = ("console",)
NOT_FOR_STAFF = {"of_report", "of_reports", "locked", "uncontested", "unopened", "open_ids"}


def asks_for_tickets(source: str) -> bool:
    """Tell whether a module selects, gets or updates Ticket by itself."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and called(node) in ("select", "get", "get_one", "update"):
            names = [argument.id for argument in node.args if isinstance(argument, ast.Name)]
            if "Ticket" in names:
                return True
    return False


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def modules() -> Iterator[tuple[str, str]]:
    for path in ROOT.rglob("*.py"):
        yield path.relative_to(ROOT).as_posix(), path.read_text()


def test_only_the_queries_of_triage_ask_for_tickets() -> None:
    asking = {name for name, source in modules() if asks_for_tickets(source)}
    assert asking <= MAY_ASK


def test_doors_of_staff_use_nothing_that_skips_the_question_who_may_read() -> None:
    guilty = [
        (name, node.attr)
        for name, source in modules()
        if name.startswith(DOORS_OF_STAFF)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr in NOT_FOR_STAFF
    ]
    assert guilty == []


def test_the_check_sees_a_query_of_its_own() -> None:
    assert asks_for_tickets("session.scalars(select(Ticket).where(x))")
    assert asks_for_tickets("session.get(Ticket, id_)")
    assert not asks_for_tickets("readable_tickets(city, actor)")
