"""Sentences of the pack, in its languages."""

from typing import Final

from citizenreport.cities.edits import KINDS, TEXTS, Patch
from citizenreport.cities.reply_templates import placeholders_of
from citizenreport.cities.rules import City
from citizenreport.console.edits.fields import Entries, Field, Form, Group, Listed
from citizenreport.core.text import _n
from citizenreport.i18n.languages import LANGUAGE_NAMES
from citizenreport.web.translate import _

LONGEST: Final = 2_000


class Texts:
    """Keys belong to the program: none is added or goes."""

    kind: Final = KINDS["teks"]
    title: Final = _n("Kalimat untuk warga")
    lead: Final = _n("Kalimat pendek, hangat, dan jelas, dalam setiap bahasa.")
    new_label: Final = ""
    after_note: Final = ""

    def listed(self, city: City, entries: Entries) -> list[Listed]:
        """List the sentences by what they say in the city's first language."""
        return [
            Listed(key=key, name=str(next(iter(_in_order(city, entry).values()), key)), note=key)
            for key, entry in sorted(entries[TEXTS].items())
        ]

    def groups(self, city: City, entries: Entries, key: str | None) -> list[Group]:
        """Return the form of a sentence."""
        entry = entries[TEXTS][key or ""]
        names = placeholders_of(str(next(iter(entry.values()), "")))
        hint = _("Diisi otomatis, biarkan tetap: %(names)s", names=_braced(names)) if names else ""
        return [Group(title="", lead=hint, fields=language_fields(city, entry, "", most=LONGEST))]

    def read(self, city: City, entries: Entries, key: str | None, form: Form) -> Patch:
        """Return the sentence as it was typed."""
        return {TEXTS: {key or "": read_languages(city, form, "")}}

    def entry_name(self, city: City, file: str, key: str) -> str:
        """Return the key: the difference shows the sentence."""
        return key


def language_fields(
    city: City, entry: object, prefix: str, *, label: str = "", most: int = 200, kind: str = "area"
) -> tuple[Field, ...]:
    """Return one field for each language of the city; the first one is needed."""
    known = entry if isinstance(entry, dict) else {}
    return tuple(
        Field(
            name=f"{prefix}{language}",
            label=" · ".join(filter(None, (label, LANGUAGE_NAMES.get(language, language)))),
            kind=kind,
            value=str(known.get(language, "")),
            is_required=number == 0,
            most=most,
        )
        for number, language in enumerate(city.languages)
    )


def read_languages(city: City, form: Form, prefix: str) -> dict[str, str]:
    """Return the texts that were typed; a language left empty is left out, the first one never."""
    texts = {language: form.text(f"{prefix}{language}").strip() for language in city.languages}
    return {language: text for n, (language, text) in enumerate(texts.items()) if text or n == 0}


def _in_order(city: City, entry: object) -> dict[str, str]:
    known = entry if isinstance(entry, dict) else {}
    return {language: known[language] for language in city.languages if language in known}


def _braced(names: list[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)
