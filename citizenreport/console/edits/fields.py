"""Fields of a form about one entry of the pack, and the editor of a kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from citizenreport.cities.edits import EditKind, Entry, Patch
from citizenreport.cities.rules import City
from citizenreport.console.edits.words import VALUES, column_name
from citizenreport.web.translate import _

Entries = Mapping[str, Mapping[str, Entry]]
"""By file and key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One control. `kind`: text, area, date, number, email, choice, checks or flag."""

    name: str
    label: str
    value: str = ""
    kind: str = "text"
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()  # (value, words)
    chosen: tuple[str, ...] = ()
    is_required: bool = False
    is_fixed: bool = False
    most: int = 300

    @property
    def rows(self) -> int:
        """How many lines a text area begins with."""
        return min(10, max(3, len(self.value) // 45 + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Fields under one heading. `is_row`: short ones beside each other."""

    title: str
    fields: tuple[Field, ...]
    is_row: bool = False
    lead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An entry of the list. `section`: the heading it stands under."""

    key: str
    name: str
    note: str = ""
    section: str = ""


def choice(column: str, entry: Entry) -> Field:
    """Return the control of a column with few values."""
    return Field(
        name=column,
        label=column_name(column),
        kind="choice",
        options=tuple((code, _(label)) for code, label in VALUES[column].items()),
        value=entry.get(column) or "",
    )


def confirmed(entry: Entry, cells: Mapping[str, str]) -> Entry:
    """Return an entry with cells; what the desk changes counts as confirmed by the city."""
    if all((entry.get(name) or "") == value for name, value in cells.items()):
        return entry
    return {**entry, **cells, "status": "confirmed"}


class Editor(Protocol):
    """How one kind is listed, shown as a form and read from it. `key` is None for a new entry."""

    @property
    def kind(self) -> EditKind: ...
    @property
    def title(self) -> str: ...
    @property
    def lead(self) -> str: ...
    @property
    def new_label(self) -> str:
        """Empty: nothing can be added."""
        ...

    @property
    def after_note(self) -> str:
        """What a change does to what is there already."""
        ...

    def listed(self, city: City, entries: Entries) -> list[Listed]: ...
    def groups(self, city: City, entries: Entries, key: str | None) -> list[Group]: ...
    def read(self, city: City, entries: Entries, key: str | None, form: "Form") -> Patch: ...
    def entry_name(self, city: City, file: str, key: str) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What was typed: a text by name, and all values of a name."""

    text: Callable[[str], str]
    all_of: Callable[[str], list[str]]

    def line(self, name: str) -> str:
        """Return a text as one line."""
        return " ".join(self.text(name).split())
