"""Edited files of a pack as text again, so that the reader of packs reads them as any other. Pure."""

import csv
import hashlib
import io
import json
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from citizenreport.cities.edits import (
    AGENCIES,
    CATEGORIES,
    CATEGORY_TEXTS,
    HANDLERS,
    HOLIDAYS,
    QUESTIONS,
    REPLIES,
    TEXTS,
    Files,
)

ROUTING: Final = "routing.csv"
RULES_REST_ON: Final = (
    *(ROUTING, "city.toml", AGENCIES, "areas.csv", CATEGORIES, QUESTIONS),
    HANDLERS,
)
OUTLIVE: Final[tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = (
    (
        (ROUTING, AGENCIES, HANDLERS, CATEGORIES, CATEGORY_TEXTS, QUESTIONS),
        (*RULES_REST_ON, CATEGORY_TEXTS),
    ),
    ((HOLIDAYS,), (HOLIDAYS, "city.toml")),
    ((TEXTS,), (TEXTS, "city.toml")),
    ((REPLIES,), (REPLIES, *RULES_REST_ON)),
)
"""Edits of these files outlive new files of the pack that leave those behind them as they are."""


def edited_digest(base_digest: str, edited: Files) -> str:
    """Return what names a pack with edited files: SHA-256 over the digest of its own and them, hex."""
    text = json.dumps(edited, sort_keys=True)
    return hashlib.sha256(f"{base_digest}\0{text}".encode()).hexdigest()


def edited_files(base: Files, content: Files) -> dict[str, Any]:
    """Return the files that are other than those of the pack they were edited from."""
    return {name: value for name, value in content.items() if base.get(name) != value}


def outliving(base: Files, content: Files, new_files: Files) -> dict[str, Any]:
    """Return the edits that stand over new files of a pack."""
    edited = edited_files(base, content)
    return {
        name: edited[name]
        for names, rest_on in OUTLIVE
        for name in names
        if name in edited and all(base.get(n) == new_files.get(n) for n in rest_on)
    }


def overlay(texts: dict[str, str], edited: Files) -> None:
    """Put edited files in the place of a pack's own; one without entries counts as left out."""
    for name, value in edited.items():
        before = texts.pop(name, None)
        if value:
            is_table = name.endswith(".csv")
            texts[name] = csv_text(value) if is_table else toml_text(value, before or "")


def csv_text(rows: Sequence[Mapping[str, str]]) -> str:
    """Return rows as a CSV file."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def toml_text(values: Mapping[str, Any], before: str = "") -> str:
    """Return values as a TOML file, in the order of the file before: a database forgets it."""
    order = {key: n for n, key in enumerate(_keys(before))}
    lines: list[str] = []
    _write(dict(sorted(values.items(), key=lambda item: order.get(item[0], len(order)))), (), lines)
    return "\n".join(lines) + "\n"


def _write(values: Mapping[str, Any], path: tuple[str, ...], lines: list[str]) -> None:
    tables = {key: value for key, value in values.items() if isinstance(value, Mapping)}
    if path:
        lines.append(f"[{'.'.join(map(_quoted, path))}]")
    lines += [
        f"{_quoted(key)} = {_quoted(value)}" for key, value in values.items() if key not in tables
    ]
    for key, value in tables.items():
        _write(value, (*path, key), lines)


def _quoted(value: object) -> str:
    """Return a value as TOML writes it, which for texts, lists, numbers and truth is as JSON does."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _keys(text: str) -> list[str]:
    try:
        return list(tomllib.loads(text))
    except tomllib.TOMLDecodeError:
        return []
