"""What the city desk edits of a pack beside its rules: kinds, entries, patches, periods. Pure.

A draft is a patch: the entries that shall be other than they are, None for one that goes. An entry is
a row of a CSV file by column, or a section of a TOML file. Of a file with days a draft holds the last
period of each code; what was before stays in the pack.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

Entry = Mapping[str, Any]
Files = Mapping[str, Any]
"""Files of a pack by name, as `PackVersion.content` holds them."""

Patch = Mapping[str, Mapping[str, Entry | None]]
"""By file and key."""

HOLIDAYS, TEXTS, REPLIES = "holidays.csv", "texts.toml", "reply_templates.toml"
CATEGORIES, CATEGORY_TEXTS = "categories.csv", "category_texts.csv"
AGENCIES, HANDLERS, QUESTIONS = "agencies.csv", "handlers.csv", "questions.csv"
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    HOLIDAYS: ("date",),
    CATEGORIES: ("category_code",),
    CATEGORY_TEXTS: ("category_code", "lang"),
    QUESTIONS: ("category_code", "code"),
    AGENCIES: ("agency_code",),
    HANDLERS: ("protection_class", "agency_code"),
}
NOT_ENTRIES: Final = frozenset({"proposed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EditKind:
    """Files that are edited and put into force together. `in_place`: columns of a file with days
    that change without a new period.
    """

    code: str
    files: tuple[str, ...]
    in_place: Mapping[str, frozenset[str]] = field(default_factory=dict)


KINDS: Final = {
    kind.code: kind
    for kind in (
        EditKind(code="libur", files=(HOLIDAYS,)),
        EditKind(code="balasan", files=(REPLIES,)),
        EditKind(code="teks", files=(TEXTS,)),
        EditKind(
            code="kategori",
            files=(CATEGORIES, CATEGORY_TEXTS),
            in_place={CATEGORIES: frozenset({"valid_to", "status"})},
        ),
        EditKind(code="pertanyaan", files=(QUESTIONS,)),
        EditKind(
            code="instansi",
            files=(AGENCIES, HANDLERS),
            in_place={
                AGENCIES: frozenset(
                    {"valid_to", "successor_code", "status", "duty_email", "channel", "address"}
                    | {"duties", "source"}
                )
            },
        ),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryChange:
    """One entry that differs. `columns`: (column, before, after), as text; empty where there was none."""

    file: str
    key: str
    is_new: bool
    is_gone: bool
    columns: tuple[tuple[str, str, str], ...]


def keyed(kind: EditKind, file: str, value: Any) -> dict[str, Entry]:
    """Return the entries of a file by key; of a file with days the last period of each code."""
    if file not in KEYS:
        return {key: entry for key, entry in (value or {}).items() if key not in NOT_ENTRIES}
    rows = value or []
    if file in kind.in_place:
        rows = sorted(rows, key=lambda row: row.get("valid_from") or "")
    return {key_of(file, row): row for row in rows}


def key_of(file: str, row: Entry) -> str:
    """Return the key of a CSV row."""
    return " ".join(str(row.get(column, "")) for column in KEYS[file])


def trimmed(kind: EditKind, files: Files, patch: Patch) -> dict[str, dict[str, Entry | None]]:
    """Return a patch without what is in force already."""
    found: dict[str, dict[str, Entry | None]] = {}
    for file in kind.files:
        own = keyed(kind, file, files.get(file))
        for key, entry in patch.get(file, {}).items():
            if _plain(own.get(key)) != _plain(entry):
                found.setdefault(file, {})[key] = entry
    return found


def wanted(kind: EditKind, files: Files, patch: Patch) -> dict[str, dict[str, Entry]]:
    """Return the entries of each file as a draft wants them."""
    result: dict[str, dict[str, Entry]] = {}
    for file in kind.files:
        entries: dict[str, Entry] = dict(keyed(kind, file, files.get(file)))
        for key, entry in patch.get(file, {}).items():
            if entry is None:
                entries.pop(key, None)
            else:
                entries[key] = entry
        result[file] = entries
    return result


def put_together(
    kind: EditKind, files: Files, entries: Mapping[str, Mapping[str, Entry]], *, from_day: date
) -> dict[str, Any]:
    """Return the files in which these entries hold from a day on, history kept."""
    result: dict[str, Any] = {}
    for file in kind.files:
        if file not in KEYS:
            others = {k: v for k, v in (files.get(file) or {}).items() if k in NOT_ENTRIES}
            result[file] = {**others, **entries[file]}
        elif file in kind.in_place:
            rows = files.get(file) or []
            result[file] = list(
                _periods(rows, entries[file], kind.in_place[file], KEYS[file][0], from_day)
            )
        else:
            result[file] = [dict(entry) for entry in entries[file].values()]
    return result


def changes(
    before: Mapping[str, Mapping[str, Entry]], after: Mapping[str, Mapping[str, Entry]]
) -> list[EntryChange]:
    """Return what differs between two sets of entries, by file and key."""
    found = []
    for file in after:
        old, new = before.get(file, {}), after[file]
        for key in sorted({*old, *new}):
            was, now = _plain(old.get(key)), _plain(new.get(key))
            if was == now:
                continue
            columns = tuple(
                (column, was.get(column, ""), now.get(column, ""))
                for column in dict.fromkeys([*was, *now])
                if was.get(column, "") != now.get(column, "")
            )
            found.append(
                EntryChange(
                    file=file,
                    key=key,
                    is_new=key not in old,
                    is_gone=key not in new,
                    columns=columns,
                )
            )
    return found


def _periods(
    rows: Sequence[Entry],
    entries: Mapping[str, Entry],
    in_place: frozenset[str],
    code: str,
    from_day: date,
) -> Iterator[Entry]:
    """Yield the periods of each code in the order of the file, the new ones after their own."""
    last = {row[code]: row for row in sorted(rows, key=lambda row: row.get("valid_from") or "")}
    for row in rows:
        head = last[row[code]]
        if row is not head:
            yield row
        elif row[code] in entries:
            yield from _followed(row, entries[row[code]], in_place, from_day)
        elif (row.get("valid_from") or "") < from_day.isoformat():
            yield {**row, "valid_to": _day_before(from_day.isoformat())}
    for key, entry in entries.items():
        if key not in last:
            yield {**entry, "valid_from": entry.get("valid_from") or from_day.isoformat()}


def _followed(
    head: Entry, entry: Entry, in_place: frozenset[str], from_day: date
) -> Iterator[Entry]:
    """Yield a last period as it is changed: in place, replaced before it held, or followed by another."""
    differing = {
        column
        for column in {*head, *entry} - {"valid_from"}
        if (head.get(column) or "") != (entry.get(column) or "")
    }
    first = head.get("valid_from") or ""
    start = from_day.isoformat()
    if not differing:
        yield head
    elif differing <= in_place or first >= start:
        yield {**head, **entry, "valid_from": first}
    else:
        yield {**head, "valid_to": _day_before(start)}
        yield {**head, **entry, "valid_from": start}


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _plain(entry: Entry | None) -> dict[str, str]:
    """Return an entry as text by column, empty cells left out; what is nested by dotted name."""
    found: dict[str, str] = {}
    for column, value in (entry or {}).items():
        if isinstance(value, Mapping):
            found |= {f"{column}.{name}": text for name, text in _plain(value).items()}
        elif isinstance(value, bool):
            found |= {column: "yes"} if value else {}
        elif isinstance(value, list | tuple):
            found |= {column: ", ".join(map(str, value))} if value else {}
        elif value not in ("", None):
            found[column] = str(value)
    return found
