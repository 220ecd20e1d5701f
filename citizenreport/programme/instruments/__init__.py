"""Editions of the innovation index as data, one CSV file a year.

`iid_2026.csv`: names, weights and parameters of indicators 16 to 35, from the annex of letter
400.10.11/1887/BSKDN of 29-04-2026. A parameter the annex does not give is empty: it is never guessed.
"""

import csv
from functools import cache
from pathlib import Path
from typing import Final

from citizenreport.programme.index_rules import IndexLine, Instrument

SOURCES: Final = {2026: "Surat BSKDN 400.10.11/1887/BSKDN, 29-04-2026 (IID/IGA 2026)"}


@cache
def instrument_of(year: int) -> Instrument:
    """Return the edition that holds for a year: the newest that is not later, or the first."""
    edition = max((one for one in SOURCES if one <= year), default=min(SOURCES))
    path = Path(__file__).with_name(f"iid_{edition}.csv")
    with path.open(encoding="utf-8", newline="") as file:
        lines = tuple(
            IndexLine(
                number=int(row["no"]),
                name=row["indikator"],
                weight=int(row["bobot"]),
                parameters=(row["parameter_1"], row["parameter_2"], row["parameter_3"]),
            )
            for row in csv.DictReader(file)
        )
    return Instrument(year=edition, source=SOURCES[edition], lines=lines)
