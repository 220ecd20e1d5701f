"""What changed between two versions of a pack, in plain words. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from citizenreport.core.text import _n

Content = Mapping[str, Any]

_TABLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    # file: what a row is called, and the columns that name it
    "areas.csv": (_n("Wilayah"), ("area_code",)),
    "agencies.csv": (_n("OPD"), ("agency_code",)),
    "categories.csv": (_n("Kategori"), ("category_code",)),
    "category_texts.csv": (_n("Teks kategori"), ("category_code", "lang")),
    "questions.csv": (_n("Pertanyaan"), ("category_code", "code")),
    "routing.csv": (_n("Rute"), ("rule_id",)),
    "handlers.csv": (_n("Penangan"), ("protection_class", "agency_code")),
    "holidays.csv": (_n("Hari"), ("date",)),
    "emergency.csv": (_n("Nomor darurat"), ("number",)),
    "dimensions.csv": (_n("Dimensi"), ("dimension_code",)),
    "population.csv": (_n("Penduduk"), ("area_code", "year")),
    "landmarks.csv": (_n("Penanda tempat"), ("area_code", "name")),
}
_ADDED = _n("%(what)s %(key)s ditambahkan.")
_REMOVED = _n("%(what)s %(key)s dihapus.")
_CHANGED = _n("%(what)s %(key)s: %(column)s dari “%(before)s” menjadi “%(after)s”.")
_FIRST = _n("Paket pertama: %(areas)s wilayah, %(agencies)s OPD, %(categories)s kategori.")


def changes_between(before: Content, after: Content) -> list[str]:
    """Return one sentence per change; a single one when nothing was there before."""
    if not before:
        counts = {
            name: len(after.get(f"{name}.csv", ())) for name in ("areas", "agencies", "categories")
        }
        return [_FIRST % counts]
    return [
        change
        for name in sorted({*before, *after})
        for change in _file_changes(name, before.get(name), after.get(name))
    ]


def _file_changes(name: str, before: Any, after: Any) -> Iterator[str]:
    if before == after:
        return
    if name in _TABLES:
        what, columns = _TABLES[name]
        yield from _compared(what, _by_key(before, after, columns), _by_key(after, before, columns))
    elif name.endswith(".toml"):
        yield from _compared(name, _flat(before), _flat(after))
    elif name.endswith(".geojson"):
        yield from _outline_changes(name, _outlines(before), _outlines(after))
    else:
        yield _n("%(name)s berubah.") % {"name": name}


def _compared(
    what: str, before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    for key in sorted({*before, *after}):
        if key not in before:
            yield _ADDED % {"what": what, "key": key}
        elif key not in after:
            yield _REMOVED % {"what": what, "key": key}
        else:
            for column in sorted({*before[key], *after[key]}):
                old, new = before[key].get(column, ""), after[key].get(column, "")
                if old != new:
                    values = {"column": column, "before": old, "after": new}
                    yield _CHANGED % {"what": what, "key": key, **values}


def _by_key(rows: Any, other: Any, columns: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Return rows by what names them; where a name stands twice, its first day tells them apart."""
    rows, other = rows or [], other or []
    names = [tuple(row.get(column, "") for column in columns) for row in (*rows, *other)]
    own, theirs = names[: len(rows)], names[len(rows) :]
    is_periodic = len(set(own)) < len(own) or len(set(theirs)) < len(theirs)
    found: dict[str, dict[str, str]] = {}
    for row, name in zip(rows, own, strict=True):
        first_day = (row.get("valid_from", ""),) if is_periodic else ()
        found[" ".join(part for part in (*name, *first_day) if part)] = row
    return found


def _flat(values: Any, prefix: str = "") -> dict[str, dict[str, str]]:
    """Return the values of a TOML file by dotted key."""
    if not isinstance(values, dict | list):
        return {prefix: {"": str(values)}} if prefix else {}
    pairs = values.items() if isinstance(values, dict) else enumerate(values, start=1)
    found: dict[str, dict[str, str]] = {}
    for key, value in pairs:
        found |= _flat(value, f"{prefix}.{key}" if prefix else str(key))
    return found


def _outlines(collection: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for feature in (collection or {}).get("features", ()):
        properties = feature.get("properties") or {}
        found[str(properties.get("area_code") or properties.get("code"))] = feature
    return found


def _outline_changes(
    name: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[str]:
    for code in sorted({*before, *after}):
        if code not in before:
            yield _ADDED % {"what": name, "key": code}
        elif code not in after:
            yield _REMOVED % {"what": name, "key": code}
        elif before[code] != after[code]:
            yield _n("%(name)s: garis batas atau keterangan %(code)s berubah.") % {
                "name": name,
                "code": code,
            }
