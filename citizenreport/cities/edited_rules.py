"""Routing rows as cells of routing.csv: what the city desk edits, from a day on, history kept. Pure."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from citizenreport.cities.findings import Findings
from citizenreport.cities.format.kinds import read_routing
from citizenreport.cities.rules import City, RoutingRow

RuleCells = Mapping[str, str]
"""One row by column, as `COLUMNS` names them."""

COLUMNS: Final = (
    "rule_id",
    "category_code",
    "area_code",
    "answers",
    "office_hours",
    "agency_code",
    "valid_from",
    "valid_to",
    "status",
)
SUFFIX: Final = re.compile(r"\.[0-9]+$")
HOURS: Final = {True: "yes", False: "no", None: ""}


def cells_of(row: RoutingRow) -> dict[str, str]:
    """Return a row as its cells."""
    return {
        "rule_id": row.rule_id,
        "category_code": row.category_code,
        "area_code": row.area_code or "",
        "answers": "; ".join(f"{code}={value}" for code, value in row.answers),
        "office_hours": HOURS[row.office_hours],
        "agency_code": row.agency_code,
        "valid_from": row.valid_from.isoformat() if row.valid_from else "",
        "valid_to": row.valid_to.isoformat() if row.valid_to else "",
        "status": "confirmed" if row.is_confirmed else "proposed",
    }


def routing_text(cells: Iterable[RuleCells]) -> str:
    """Return rows as the text of a routing.csv."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(cells)
    return out.getvalue()


def with_routing(city: City, cells: Iterable[RuleCells]) -> City:
    """Return the city with these rows, which were found good, in the place of its own."""
    rows = read_routing(routing_text(cells), Findings())
    return replace(city, routing=tuple(line.value for line in rows))


def lasting(cells: Iterable[RuleCells], day: date) -> list[dict[str, str]]:
    """Return the rows that hold on a day or later: what can still be edited."""
    return [dict(row) for row in cells if not _ended(row, day)]


def merged(
    current: Sequence[RuleCells], wanted: Sequence[RuleCells], *, from_day: date
) -> list[dict[str, str]]:
    """Return the rows that hold when the wanted ones take over on a day.

    What is as it was stays. What changes or goes ends on the day before, and what is wanted in its
    place begins under the next number of its name, so that each decision of the past keeps its rule.
    """
    kept = [dict(row) for row in current if _ended(row, from_day) or dict(row) in wanted]
    closed = [
        {**row, "valid_to": (from_day - timedelta(days=1)).isoformat()}
        for row in current
        if dict(row) not in kept and row["valid_from"] < from_day.isoformat()
    ]
    result = [*kept, *closed]
    # Names of rows that never held go too, but a name that was once used is never used again.
    used = {row["rule_id"] for row in current}
    for row in wanted:
        if dict(row) in kept:
            continue
        rule_id = _free(row["rule_id"], used)
        used.add(rule_id)
        begins = max(row["valid_from"], from_day.isoformat())
        result.append({**row, "rule_id": rule_id, "valid_from": begins})
    return sorted(result, key=lambda row: (row["category_code"], row["rule_id"]))


def routed(
    routing: Sequence[RuleCells], categories: Sequence[Mapping[str, str]]
) -> list[dict[str, str]]:
    """Return the rows for these categories: one without a row goes to its lead, rows of one that is gone go too."""
    first: dict[str, Mapping[str, str]] = {}
    for category in categories:
        first.setdefault(category.get("category_code", ""), category)
    kept = [dict(row) for row in routing if row["category_code"] in first]
    used = {row["rule_id"] for row in routing}
    named = {row["category_code"] for row in kept}
    for code in [code for code in first if code not in named]:
        rule_id = _free(f"R-{code}", used)
        used.add(rule_id)
        told = {
            "rule_id": rule_id,
            "category_code": code,
            "agency_code": first[code].get("lead", ""),
            "valid_from": first[code].get("valid_from", ""),
            "status": "confirmed",
        }
        kept.append({**dict.fromkeys(COLUMNS, ""), **told})
    return kept


def _ended(row: RuleCells, day: date) -> bool:
    return row["valid_to"] != "" and row["valid_to"] < day.isoformat()


def _free(name: str, used: set[str]) -> str:
    if name not in used:
        return name
    stem, number = SUFFIX.sub("", name), 2
    while f"{stem}.{number}" in used:
        number += 1
    return f"{stem}.{number}"
