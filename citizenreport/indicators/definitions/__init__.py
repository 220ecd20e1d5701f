"""The dictionary of indicators: TOML files beside this one, read once."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from citizenreport.indicators.rules.definitions import Definition, parse_definition


@cache
def all_definitions() -> Mapping[str, Definition]:
    """Return every definition in force, by code, in the order of the codes."""
    found = [
        parse_definition(row)
        for file in files(__package__).iterdir()
        if file.name.endswith(".toml")
        for row in tomllib.loads(file.read_text(encoding="utf-8"))["indicator"]
    ]
    by_code = {definition.code: definition for definition in sorted(found, key=lambda d: d.code)}
    if len(by_code) != len(found):
        raise ValueError("an indicator is defined twice")
    return by_code
