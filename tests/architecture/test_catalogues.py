"""Everything people read is translated into every language that is offered."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from citizenreport.i18n.languages import CATALOGUES, DEFAULT_LANGUAGE, LANGUAGES

ROOT = Path(__file__).parents[2]
OTHERS = [language for language in LANGUAGES if language != DEFAULT_LANGUAGE]


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """What the code and the templates say, as `make catalogues` finds it."""
    template = tmp_path_factory.mktemp("messages") / "messages.pot"
    subprocess.run(
        [
            *(sys.executable, "-m", "babel.messages.frontend", "-q", "extract"),
            *("-F", "pyproject.toml", "-k", "_n", "-o", str(template), "citizenreport"),
        ],
        cwd=ROOT,
        check=True,
    )
    with template.open("rb") as file:
        return read_po(file)


@cache
def catalogue(language: str) -> Catalog:
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        pytest.skip(f"{language} has no catalogue yet: make catalogues")
    with path.open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated(language: str, messages: Catalog) -> None:
    theirs = catalogue(language)
    missing = [m.id for m in messages if m.id and not is_translated(theirs.get(m.id))]
    assert missing == []


def is_translated(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(forms)


@pytest.mark.parametrize("language", OTHERS)
def test_no_catalogue_keeps_what_is_no_longer_said(language: str, messages: Catalog) -> None:
    said = {message.id for message in messages}
    assert [m.id for m in catalogue(language) if m.id and m.id not in said] == []


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders_are_kept(language: str) -> None:
    broken = [
        (message.id, [str(error) for error in errors])
        for message, errors in catalogue(language).check()
    ]
    assert broken == []
