"""`reply_templates.toml`: replies to reporters that the city has worded in advance."""

import difflib
from collections.abc import Collection, Mapping
from typing import Final

from citizenreport.cities.findings import Findings
from citizenreport.cities.format.settings import Section, read_toml, section
from citizenreport.cities.reply_templates import (
    NEUTRAL,
    PLACEHOLDERS,
    STATES,
    ReplyTemplate,
    has_stray_brace,
    placeholders_of,
)
from citizenreport.core.text import _n

FILE: Final = "reply_templates.toml"
MAX_CHARS: Final = 2_000
"""Filled in it still has to fit into a reply, with room for a sentence of one's own."""


def read_reply_templates(
    text: str | None, findings: Findings, *, languages: tuple[str, ...]
) -> tuple[ReplyTemplate, ...]:
    """Return the city's prepared replies; whether their categories exist is checked apart."""
    values = read_toml(FILE, text, findings)
    return tuple(
        _template(section(FILE, values, code, findings), languages, findings) for code in values
    )


def check_reply_categories(
    templates: tuple[ReplyTemplate, ...], known: Collection[str], findings: Findings
) -> None:
    """Record categories that a prepared reply names and nobody knows."""
    for template in templates:
        for code in template.categories:
            if code not in known:
                alike = difflib.get_close_matches(code, known, n=1)
                findings.error(
                    FILE,
                    problem=_n("[%(name)s] categories menyebut “%(code)s”, yang tidak dikenal."),
                    remedy=_n("Maksudnya %(alike)s?")
                    if alike
                    else _n("Tambahkan kategori itu di categories.csv, atau hapus di sini."),
                    name=template.code,
                    code=code,
                    alike="".join(alike),
                )


def _template(found: Section, languages: tuple[str, ...], findings: Findings) -> ReplyTemplate:
    found.check_keys("states", "categories", "is_neutral", "title", "text")
    template = ReplyTemplate(
        code=found.name,
        titles=_words(found, "title", languages, findings),
        texts=_words(found, "text", languages, findings),
        states=found.texts("states", default=()),
        categories=found.texts("categories", default=()),
        is_neutral=found.flag("is_neutral", default=False),
    )
    for state in template.states:
        if state not in STATES:
            found.error(
                "states",
                problem=_n("%(key)s menyebut keadaan “%(state)s”, yang tidak dikenal."),
                remedy=_n("Yang dikenal: %(known)s."),
                state=state,
                known=", ".join(STATES),
            )
    if template.is_neutral and template.categories:
        found.error(
            "categories",
            problem=_n("Balasan untuk laporan rahasia tidak boleh terikat kategori."),
            remedy=_n("Hapus %(key)s, atau hapus is_neutral."),
        )
    for language, words in template.texts.items():
        _check_words(found, f"text.{language}", words, is_neutral=template.is_neutral)
    return template


def _words(
    found: Section, key: str, languages: tuple[str, ...], findings: Findings
) -> Mapping[str, str]:
    """Return a text by language; a language that is missing waits for the city."""
    inner = section(found.file, found.values, key, findings)
    inner = Section(
        file=found.file, name=f"{found.name}.{key}", values=inner.values, findings=findings
    )
    inner.check_keys(*languages)
    words = {language: inner.text(language) for language in languages if language in inner.values}
    if not words:
        inner.text(languages[0])
        return {languages[0]: ""}
    for language in languages:
        if language not in words:
            findings.open(
                found.file,
                problem=_n("Teks %(key)s belum ada dalam bahasa %(language)s."),
                remedy=_n("Tambahkan terjemahannya."),
                key=inner.name,
                language=language,
            )
    return words


def _check_words(found: Section, key: str, words: str, *, is_neutral: bool) -> None:
    """Record names in braces that nothing fills in, and those that would tell too much."""
    for name in placeholders_of(words):
        if name not in PLACEHOLDERS:
            alike = difflib.get_close_matches(name, PLACEHOLDERS, n=1)
            found.error(
                key,
                problem=_n("%(key)s memakai {%(placeholder)s}, yang tidak dikenal."),
                remedy=_n("Maksudnya {%(alike)s}?") if alike else _n("Yang dikenal: %(known)s."),
                placeholder=name,
                alike="".join(alike),
                known=", ".join(sorted(f"{{{known}}}" for known in PLACEHOLDERS)),
            )
        elif is_neutral and name not in NEUTRAL:
            found.error(
                key,
                problem=_n("%(key)s untuk laporan rahasia, tetapi {%(placeholder)s} membukanya."),
                remedy=_n("Di sana hanya boleh: %(known)s."),
                placeholder=name,
                known=", ".join(sorted(f"{{{known}}}" for known in NEUTRAL)),
            )
    if has_stray_brace(words):
        found.error(
            key,
            problem=_n("%(key)s berisi kurung kurawal yang tidak berpasangan."),
            remedy=_n("Tulis {code} dengan satu kurung buka dan satu kurung tutup."),
        )
    if len(words) > MAX_CHARS:
        found.error(
            key,
            problem=_n("%(key)s lebih panjang dari %(limit)s huruf."),
            remedy=_n("Ringkaskan."),
            limit=MAX_CHARS,
        )
