"""Strings that have broken other programs.

Source: github.com/minimaxir/big-list-of-naughty-strings.
"""

import json

from tests.shared_data import shared_data

OWN = ["a\x00b", "\ud800", "\udfff tengah \ud800", "\ufffd", "\ufeffBOM", "x" * 4_001, "é" * 200]
"""What the list lacks: NUL, lone surrogates, the replacement character, too much."""


def naughty() -> list[str]:
    found = json.loads(shared_data("badinput", "blns.json").read_text(encoding="utf-8"))
    assert len(found) > 500
    return [*found, *OWN]


def typable(texts: list[str]) -> list[str]:
    """Leave out what no browser can send: lone surrogates."""
    return [text for text in texts if not any("\ud800" <= c <= "\udfff" for c in text)]
