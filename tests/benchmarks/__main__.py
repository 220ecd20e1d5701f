"""`python -m tests.benchmarks [NAME …]`"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping

from tests.benchmarks import (
    georeport,
    importing,
    indicators,
    intake,
    lighthouse,
    locating,
    publishing,
    queue,
    reading,
    releasing,
    replaying,
    retaining,
    rewrapping,
    starting,
)

FIGURES: Mapping[str, Callable[[], Iterator[dict[str, object]]]] = {
    "intake": intake.figures,
    "importing": importing.figures,
    "locating": locating.figures,
    "queue": queue.figures,
    "indicators": indicators.figures,
    "reading": reading.figures,
    "replaying": replaying.figures,
    "releasing": releasing.figures,
    "publishing": publishing.figures,
    "retaining": retaining.figures,
    "rewrapping": rewrapping.figures,
    "georeport": georeport.figures,
    "lighthouse": lighthouse.figures,
    "starting": starting.figures,
}


def main(names: list[str]) -> None:
    for name in names or FIGURES:
        for figure in FIGURES[name]():
            print(json.dumps({"bench": name} | figure), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
