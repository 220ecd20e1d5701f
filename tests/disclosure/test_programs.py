"""The solver that suppression and the audit ask."""

import subprocess
import sys

ASKED = """
from citizenreport.disclosure.programs import Column, Program, Row, solve
program = Program(rows=[Row(weights={0: 2, 1: 1}, low=3, high=9)])
program.add(Column(low=0, high=5, cost=1), Column(low=0, high=5, cost=3))
assert solve(program) == [2.0, 0.0]

from citizenreport.disclosure.audit_bounds import Blocks, Bounds
Bounds(Blocks.__new__(Blocks), floors=[0], most=3, equations=[({0: 1}, 1, 2)], deadline=0)
"""


def test_the_solver_writes_nothing_on_the_console() -> None:
    done = subprocess.run([sys.executable, "-c", ASKED], check=True, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("", "")
