"""Follow-up questions: what is asked about a report of a category, in which order and form."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from citizenreport.cities.edits import KINDS, QUESTIONS, Entry, Patch
from citizenreport.cities.rules import City
from citizenreport.console.edits.fields import (
    Entries,
    Field,
    Form,
    Group,
    Listed,
    choice,
    confirmed,
)
from citizenreport.console.edits.new_category import flag
from citizenreport.console.edits.words import column_name, value_words
from citizenreport.core.text import _n
from citizenreport.web.locale import in_page_language
from citizenreport.web.translate import _

NEW_ROWS: Final = 2
MOST: Final = 30
LISTS: Final = ("singlevaluelist", "multivaluelist")
NOT_WORDS: Final = re.compile(r"[^a-z0-9]+")


class Questions:
    """A question is not deleted but retired: its answers keep their words in older reports."""

    kind: Final = KINDS["pertanyaan"]
    title: Final = _n("Pertanyaan lanjutan")
    lead: Final = _n("Ditanyakan setelah pelapor memilih kategori, juga oleh aplikasi lain.")
    new_label: Final = ""
    after_note: Final = _n(
        "Berlaku untuk laporan yang ditulis sejak hari itu. Jawaban pada laporan lama tetap terbaca."
    )

    def listed(self, city: City, entries: Entries) -> list[Listed]:
        """List the categories that are in force, with how much is asked of each."""
        asked = [row["category_code"] for row in entries[QUESTIONS].values() if not _retired(row)]
        return [
            Listed(
                key=code,
                name=_category(city, code),
                note=_("%(n)s pertanyaan", n=asked.count(code)),
                section=value_words("aspect", category.aspect.value),
            )
            for code, category in sorted(city.categories.items())
        ]

    def groups(self, city: City, entries: Entries, key: str | None) -> list[Group]:
        """Return the questions of a category, then empty ones."""
        rows = _of(entries, key or "")
        found = [
            _group(city, number, row, title=_("Pertanyaan %(n)s", n=number + 1))
            for number, row in enumerate(rows)
        ]
        found += [
            _group(city, number, {}, title=_("Pertanyaan baru (boleh kosong)"))
            for number in range(len(rows), min(len(rows) + NEW_ROWS, MOST))
        ]
        return found

    def read(self, city: City, entries: Entries, key: str | None, form: Form) -> Patch:
        """Return the questions that were typed differently, and those that are new."""
        category_code, first = key or "", city.languages[0]
        rows = _of(entries, category_code)
        codes = {row["code"] for row in rows}
        found: dict[str, Entry | None] = {}
        for number in range(MOST):
            code = form.line(f"code-{number}")
            before: Entry = next((row for row in rows if row["code"] == code), {})
            label = form.line(f"label_{first}-{number}")
            if not before and not label:
                continue
            code = code if before else _new_code(label, codes)
            codes.add(code)
            after = confirmed(before, _cells(city, before, number, form))
            if after is not before:
                own = {"category_code": category_code, "code": code}
                found[f"{category_code} {code}"] = {**own, **after}
        return {QUESTIONS: found}

    def entry_name(self, city: City, file: str, key: str) -> str:
        """Return a category, and of a question its words."""
        code, _space, question_code = key.partition(" ")
        category = city.categories.get(code)
        asked = (*category.questions, *category.retired_questions) if category else ()
        words = [in_page_language(one.labels) for one in asked if one.code == question_code]
        return " · ".join((_category(city, code), *(words or filter(None, (question_code,)))))


def _category(city: City, code: str) -> str:
    category = city.categories.get(code)
    return f"{code} · {in_page_language(category.names)}" if category else code


def _of(entries: Entries, category_code: str) -> list[Entry]:
    """Return the questions of a category as they are asked, retired ones last."""
    own = [row for row in entries[QUESTIONS].values() if row["category_code"] == category_code]
    return sorted(own, key=lambda row: (_retired(row), int(row.get("order") or 1), row["code"]))


def _retired(row: Entry) -> bool:
    return row.get("retired") == "yes"


def _group(city: City, number: int, row: Entry, *, title: str) -> Group:
    controls = [
        Field(name="code", label="", kind="hidden", value=row.get("code") or ""),
        *(
            Field(
                name=f"label_{language}",
                label=column_name(f"label_{language}"),
                value=row.get(f"label_{language}") or "",
            )
            for language in city.languages
        ),
        choice("datatype", row or {"datatype": LISTS[0]}),
        Field(
            name="choices",
            label=column_name("choices"),
            kind="area",
            hint=_("Satu per baris, bahasa dipisahkan garis miring: Gang / Alley / Gang."),
            value="\n".join(_choice_lines(row.get("choices") or "")),
            most=2000,
        ),
        Field(
            name="order",
            label=column_name("order"),
            kind="number",
            value=row.get("order") or str(number + 1),
        ),
        flag("required", row),
        *((flag("retired", row),) if row else ()),
    ]
    named = (_numbered(one, number) for one in controls)
    return Group(title=title, fields=tuple(named))


def _numbered(field: Field, number: int) -> Field:
    return Field(
        name=f"{field.name}-{number}",
        label=field.label,
        value=field.value,
        kind=field.kind,
        hint=field.hint,
        options=field.options,
        most=field.most,
    )


def _cells(city: City, before: Entry, number: int, form: Form) -> dict[str, str]:
    """Return the columns of a question as they were typed."""
    names = ("datatype", "order", *(f"label_{language}" for language in city.languages))
    cells = {name: form.line(f"{name}-{number}") for name in names}
    for name in ("required", "retired"):
        not_so = "no" if before.get(name) else ""
        cells[name] = "yes" if form.text(f"{name}-{number}") else not_so
    return {
        **cells,
        "choices": _choices(form.text(f"choices-{number}"), before.get("choices") or ""),
    }


def _choice_lines(cell: str) -> Iterator[str]:
    """Yield the choices of a cell, the words before the value that is stored."""
    for value, words in _pairs(cell).items():
        yield f"{' / '.join(part.strip() for part in words.split('/'))} = {value}"


def _choices(typed: str, before: str) -> str:
    """Return lines as a cell; a choice that has no value yet gets one from its words."""
    kept, found = _pairs(before), dict[str, str]()
    for line in typed.replace(";", "\n").split("\n"):
        words, _equals, value = (part.strip() for part in line.partition("="))
        words = "/".join(part.strip() for part in words.split("/"))
        if words:
            found[value or _new_code(words.split("/")[0], {*found, *kept})] = words
    return before if list(found.items()) == list(kept.items()) else _cell(found)


def _cell(choices: Mapping[str, str]) -> str:
    return " ; ".join(f"{value}={words}" for value, words in choices.items())


def _pairs(cell: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in cell.split(";") if part.strip())
    return {
        value.strip(): "/".join(one.strip() for one in words.split("/"))
        for value, _equals, words in pairs
    }


def _new_code(words: str, taken: set[str]) -> str:
    """Return a code made of words, other than those that are taken."""
    made = NOT_WORDS.sub("_", words.lower()).strip("_")[:30].strip("_") or "pilihan"
    number, code = 2, made
    while code in taken:
        number, code = number + 1, f"{made}_{number}"
    return code
