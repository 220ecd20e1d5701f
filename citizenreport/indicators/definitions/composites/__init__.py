"""Which indicators a composite is made of, by aspect: the TOML file beside this one, read once."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from citizenreport.indicators.definitions import all_definitions
from citizenreport.indicators.rules.composites import Part, parts_of


@cache
def all_composites() -> Mapping[str, tuple[Part, ...]]:
    """Return the parts of each composite by aspect. Raises ValueError, see `parts_of`."""
    text = files(__package__).joinpath("composites.toml").read_text(encoding="utf-8")
    return {
        aspect: parts_of(all_definitions(), weights)
        for aspect, weights in tomllib.loads(text).items()
    }
