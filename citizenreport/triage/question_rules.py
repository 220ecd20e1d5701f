"""What may be asked of the body a report is about, and how. Pure."""

import re
from collections.abc import Iterable
from typing import Final

from citizenreport.core.errors import Conflict, InvalidInput, NotFound
from citizenreport.core.text import _n

QUESTIONS_MAX: Final = 10
SHARED_WORDS_MAX: Final = 5
"""So many words in a row may be the same as in the report; with one more they are copied."""
WORD: Final = re.compile(r"\w+")


class NoBodyToAsk(Conflict):
    code = "no-body-to-ask"
    title = _n("Laporan ini tidak menyebut instansi yang dilaporkan, jadi tidak ada yang ditanya.")


class TooManyQuestions(Conflict):
    code = "too-many-questions"
    title = _n("Sudah sepuluh pertanyaan untuk tiket ini.")


class NotOwnWords(InvalidInput):
    code = "not-own-words"
    title = _n(
        "Pertanyaan memuat kode laporan, kontak pelapor, atau kalimat dari laporan. Tulis dengan "
        "kata Anda sendiri: yang ditanya tidak boleh mengenali laporannya."
    )


class QuestionNotFound(NotFound):
    code = "question-not-found"
    title = _n("Pertanyaan ini tidak ada, atau bukan untuk Anda.")


class AlreadyAnswered(Conflict):
    code = "already-answered"
    title = _n("Pertanyaan ini sudah dijawab.")


def check_own_words(text: str, *, never: Iterable[str], written: Iterable[str]) -> None:
    """Refuse a question that gives the report away.

    `never`: what may not be in it at all (the code, names, numbers, addresses). `written`: texts of
    which no six words in a row may be in it.

    Raises:
        NotOwnWords: without saying which of them it was.
    """
    words = _words(text)
    joined = "".join(words)
    for secret in never:
        plain = "".join(_words(secret))
        if plain and plain in joined:
            raise NotOwnWords(pointer="#/text")
    runs = set(_runs(words))
    if any(run in runs for other in written for run in _runs(_words(other))):
        raise NotOwnWords(pointer="#/text")


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold().replace("_", " "))


def _runs(words: list[str]) -> Iterable[tuple[str, ...]]:
    length = SHARED_WORDS_MAX + 1
    return (tuple(words[n : n + length]) for n in range(len(words) - length + 1))
