"""An outsider with a solver of his own: equations over unknown counts, and how far each can go."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

Weights = Mapping[int, float]
CEILING = 1_000_000


class Outsider:
    """What is known of `floors` unknown counts: none is below its floor, and the equations hold."""

    def __init__(self, floors: Sequence[int], equations: Iterable[tuple[Weights, float]]) -> None:
        self._floors = np.array(floors, dtype=float)
        rows, columns, values, right = [], [], [], []
        for n, (weights, value) in enumerate(equations):
            rows += [n] * len(weights)
            columns += list(weights)
            values += list(weights.values())
            right.append(value)
        matrix = csr_array((values, (rows, columns)), shape=(len(right), len(floors)))
        self._constraints = [LinearConstraint(matrix, right, right)] if right else []
        self._worlds: list[np.ndarray] = []

    def can_be(self, members: Sequence[int], *, at_most: float) -> bool:
        """Say whether a sum of counts may be as small as this, in whole numbers."""
        return self._reaches(members, 1.0, at_most)

    def can_reach(self, members: Sequence[int], *, at_least: float) -> bool:
        return self._reaches(members, -1.0, -at_least)

    def interval(self, members: Sequence[int]) -> tuple[int, int]:
        """Return the least and the greatest whole number that a sum may be."""
        low, high = self._solve(members, 1.0), self._solve(members, -1.0)
        return round(sum(low[list(members)])), round(sum(high[list(members)]))

    def _reaches(self, members: Sequence[int], sign: float, goal: float) -> bool:
        """A world found for another question may answer this one."""
        chosen = list(members)
        if any(sign * world[chosen].sum() <= goal for world in self._worlds):
            return True
        world = self._solve(members, sign)
        self._worlds.append(world)
        return bool(sign * world[chosen].sum() <= goal)

    def _solve(self, members: Sequence[int], sign: float) -> np.ndarray:
        costs = np.zeros(len(self._floors))
        costs[list(members)] = sign
        found = milp(
            costs,
            integrality=np.ones(len(costs)),
            bounds=Bounds(self._floors, np.full(len(costs), CEILING)),
            constraints=self._constraints,
        )
        assert found.success, found.message
        return np.round(found.x)


def flat_outsider(
    rows: Sequence[str],
    columns: Sequence[str],
    shown: Mapping[tuple[str, str], int],
    total: str,
) -> tuple[Outsider, dict[tuple[str, str], list[int]]]:
    """Return who reads a table with margins, and what each cell is the sum of."""
    place = {(r, c): n for n, (r, c) in enumerate((r, c) for r in rows for c in columns)}
    members = {
        (r, c): [
            place[i, j]
            for i in (rows if r == total else [r])
            for j in (columns if c == total else [c])
        ]
        for r in (*rows, total)
        for c in (*columns, total)
    }
    equations = [(dict.fromkeys(members[cell], 1.0), value) for cell, value in shown.items()]
    return Outsider([0] * len(place), equations), members
