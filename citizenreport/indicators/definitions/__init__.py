"""The dictionary of indicators: TOML files beside this one, read once.

What other languages say lies in `words/`. A changed meaning is another `[[indicator]]` with the
next version and the day from which it holds; the old one stays.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from citizenreport.indicators.rules.definitions import (
    Definition,
    Versions,
    in_order,
    parse_definition,
)


@cache
def all_versions() -> Mapping[str, Versions]:
    """Return every version of every definition by code, oldest first, in the order of the codes."""
    here = files(__package__)
    words = {key: said for table in _tables(here.joinpath("words")) for key, said in table.items()}
    rows = [row for table in _tables(here) for row in table["indicator"]]
    concepts = words.pop("concepts")
    return in_order(
        [
            parse_definition(
                row,
                words.get(f"{row['code']}.{row['version']}", {}),
                concepts.get(row["concept"], {}),
            )
            for row in rows
        ]
    )


@cache
def all_definitions() -> Mapping[str, Definition]:
    """Return the newest version of every definition, by code, in the order of the codes."""
    return {code: versions[-1] for code, versions in all_versions().items()}


def definition_at(code: str, version: int) -> Definition:
    """Return one version of a definition."""
    return all_versions()[code][version - 1]


def _tables(folder: Traversable) -> list[dict[str, Any]]:
    found = [file for file in folder.iterdir() if file.name.endswith(".toml")]
    return [tomllib.loads(file.read_text(encoding="utf-8")) for file in found]
