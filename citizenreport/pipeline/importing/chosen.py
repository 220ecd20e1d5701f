"""How somebody said that a file is to be read: columns, and what their words mean. Pure.

From it the tables of a mapping file are made (docs/import.md), so that there is one importer.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final

from citizenreport.pipeline.importing.sketch import Sketch


class Thing(StrEnum):
    """Things whose words mean something here."""

    CATEGORY = "category"
    STATUS = "status"
    AGENCY = "agency"
    AREA = "area"


ASKED: Final = {
    Thing.CATEGORY: ("category", "subcategory"),
    Thing.STATUS: ("status",),
    Thing.AGENCY: ("agency",),
    Thing.AREA: ("area",),
}
FIELDS: Final = (
    *("external_id", "category", "subcategory", "title", "description", "lon", "lat", "area"),
    *("submitted", "verified", "started", "closed", "updated", "status", "agency"),
)
TIMES: Final = ("submitted", "verified", "started", "closed", "updated")
DATES: Final = {
    order: (
        "iso",
        *(
            f"{day}{sign}{month}{sign}%Y{time}"
            for sign in "/-."
            for time in ("", " %H:%M", " %H:%M:%S", ", %H:%M")
        ),
        *("%Y/%m/%d", "%Y/%m/%d %H:%M:%S"),
    )
    for order, day, month in (("dmy", "%d", "%m"), ("mdy", "%m", "%d"))
}
"""In the order they are tried."""
COMMA: Final = re.compile(r"-?\d+,\d+")
BLANK: Final = "-"
"""A word that says nothing: the city's rules decide, or the place."""
NO_WORD: Final = "\ue000"  # no cell holds it


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """`columns`: by field, one column each. `words`: by thing, the code that each word means.

    A word without a code sets its rows aside; BLANK leaves the matter open. `defaults`: for words
    and cells that say nothing. `dates`: day or month first. `outside`: reject or keep.
    """

    columns: Mapping[str, Sequence[str]]
    words: Mapping[str, Mapping[str, str]]
    defaults: Mapping[str, str]
    dates: str
    outside: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def with_words(self, words: Mapping[str, Mapping[str, str]]) -> "Chosen":
        return replace(self, words=words)

    def column(self, field: str) -> str | None:
        """Return the column of a field, None for none."""
        return next(iter(self.columns.get(field, ())), None)

    @property
    def pair(self) -> tuple[str, ...]:
        """The two columns that are read together as the category; empty when it is one."""
        names = tuple(name for field in ASKED[Thing.CATEGORY] if (name := self.column(field)))
        return names if len(names) == 2 else ()

    def asked(self, sketch: Sketch) -> Iterator[tuple[Thing, list[str]]]:
        """Yield the things that have a column, with the different words that stand there."""
        for thing, fields in ASKED.items():
            names = [name for field in fields if (name := self.column(field))]
            if names:
                yield thing, words_of(sketch, names)

    def tables(self, source: str, sketch: Sketch) -> dict[str, Any]:
        """Return the tables of a mapping file that say the same."""
        found: dict[str, Any] = {
            "source": source,
            "external_id": self._external_id(),
            "category": self._choice(Thing.CATEGORY),
            "times": {
                name: {"column": column, "format": list(DATES[self.dates])}
                for name in TIMES
                if (column := self.column(name))
            },
            "description": {
                "columns": [c for name in ("title", "description") if (c := self.column(name))],
                "too_long": "cut",
            },
            "position": self._position(sketch),
        }
        for thing in (Thing.STATUS, Thing.AGENCY, Thing.AREA):
            table = self._choice(thing)
            if table:
                found[thing] = table
        return found

    def _external_id(self) -> dict[str, Any]:
        column = self.column("external_id")
        return {"column": column} if column else {"row_number": True}

    def _choice(self, thing: Thing) -> dict[str, Any]:
        names = [name for field in ASKED[thing] if (name := self.column(field))]
        default = self.defaults.get(thing, "")
        table: dict[str, Any] = {}
        if names:
            words = self.words.get(thing, {})
            # A table without any value would take the words themselves for codes.
            known = {word: code for word, code in words.items() if code and code != BLANK}
            table["columns"] = names
            table["values"] = known or ({NO_WORD: default} if default else {})
            table["ignore"] = [word for word, code in words.items() if code == BLANK]
        if default:
            table["default"] = default
        return table

    def _position(self, sketch: Sketch) -> dict[str, Any]:
        lon, lat = self.column("lon"), self.column("lat")
        if not lon or not lat:
            return {}
        samples = (*sketch.samples.get(lon, ()), *sketch.samples.get(lat, ()))
        decimal = "," if any(map(COMMA.fullmatch, samples)) else "."
        return {"lon": lon, "lat": lat, "decimal": decimal, "outside": self.outside}


def chosen_from(given: Mapping[str, Any]) -> Chosen:
    """Return a choice out of what `as_json` gave."""
    return Chosen(**given)


def words_of(sketch: Sketch, names: Sequence[str]) -> list[str]:
    """Return the words of one column; of two, those of both together as they stand in the rows."""
    if len(names) == 1:
        return list(sketch.words.get(names[0], ()))
    return list(sketch.pairs) if tuple(names) == tuple(sketch.pair) else []
