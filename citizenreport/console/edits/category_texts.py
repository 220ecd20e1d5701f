"""What residents read of a category and find it by: names, examples and search words by language."""

from citizenreport.cities.edits import CATEGORY_TEXTS, Entry
from citizenreport.cities.rules import City
from citizenreport.console.edits.fields import Entries, Field, Form, Group, confirmed
from citizenreport.console.edits.words import column_name
from citizenreport.i18n.languages import LANGUAGE_NAMES
from citizenreport.web.translate import _

LISTS = ("example", "keywords")
BETWEEN = " ; "


def names(city: City, entries: Entries, key: str | None, entry: Entry) -> tuple[Field, ...]:
    """Return a control for the name in each language."""
    return tuple(
        Field(
            name=f"name.{language}",
            label=LANGUAGE_NAMES.get(language, language),
            value=_text(entries, key, language, "name")
            or (entry.get("name", "") if number == 0 else ""),
            is_required=number == 0,
        )
        for number, language in enumerate(city.languages)
    )


def found_by(city: City, entries: Entries, key: str | None) -> Group:
    """Return the controls of examples and search words."""
    fields = tuple(
        Field(
            name=f"{column}.{language}",
            label=column_name(f"{column}.{language}"),
            kind="area",
            value="\n".join(parts(_text(entries, key, language, column))),
            most=2000,
        )
        for column in LISTS
        for language in city.languages
    )
    return Group(title=_("Contoh dan kata cari"), lead=_("Satu per baris."), fields=fields)


def read(city: City, entries: Entries, code: str, form: Form) -> dict[str, Entry | None]:
    """Return the texts that were typed differently."""
    found: dict[str, Entry | None] = {}
    for language in city.languages:
        key = f"{code} {language}"
        before = entries[CATEGORY_TEXTS].get(key, {})
        cells = {"name": form.line(f"name.{language}")}
        for column in LISTS:
            cells[column] = joined(form.text(f"{column}.{language}"), before.get(column) or "")
        after = confirmed(before, cells)
        if after is not before:
            found[key] = {"category_code": code, "lang": language, **after}
    return found


def _text(entries: Entries, key: str | None, language: str, column: str) -> str:
    return entries[CATEGORY_TEXTS].get(f"{key} {language}", {}).get(column) or ""


def joined(typed: str, before: str) -> str:
    """Return lines as one cell; as the cell was where it says the same."""
    found = parts(typed.replace("\n", ";"))
    return before if found == parts(before) else BETWEEN.join(found)


def parts(cell: str) -> list[str]:
    """Return the parts of a cell."""
    return [" ".join(part.split()) for part in cell.split(";") if part.strip()]
