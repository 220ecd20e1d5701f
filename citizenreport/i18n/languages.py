"""The languages people can read this in, and how one is chosen."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

DEFAULT_LANGUAGE: Final = "id"
LANGUAGES: Final = ("id", "en", "jv")
LANGUAGE_NAMES: Final = {"id": "Bahasa Indonesia", "en": "English", "jv": "Basa Jawa"}
CATALOGUES: Final = Path(__file__).parent / "catalogues"


def choose_language(*, asked: str | None, remembered: str | None, accepted: Iterable[str]) -> str:
    """Return the language of a page: what the link asks, else the cookie, else the browser's wish.

    `accepted` are language tags of Accept-Language, best first; a tag counts by its first part
    (`en-GB` is `en`). What is not offered is skipped; Indonesian remains.
    """
    for wish in (asked, remembered, *accepted):
        language = (wish or "").split("-")[0].lower()
        if language in LANGUAGES:
            return language
    return DEFAULT_LANGUAGE
