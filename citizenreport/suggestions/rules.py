"""When two reports may be about the same thing, and why one would think so. Pure."""

import re
from dataclasses import dataclass
from typing import Final

WORD: Final = re.compile(r"[^\W\d_]{4,}")
FILLERS: Final = frozenset(
    {
        *("yang", "dengan", "untuk", "sudah", "sejak", "dari", "tidak", "karena", "pada", "saya"),
        *("kami", "mohon", "tolong", "segera", "sekali", "sangat", "masih", "belum", "akan"),
        *("juga", "atau", "agar", "bila", "jika", "oleh", "lagi", "hari", "malam", "kemarin"),
        *("sampai", "seperti", "dapat", "bisa", "harus", "banyak", "dekat", "depan", "jalan"),
        *("wilayah", "daerah", "tempat", "lokasi", "ditindaklanjuti", "diperbaiki", "terima"),
        *(
            "kasih",
            "bapak",
            "pihak",
            "terkait",
            "sing",
            "wonten",
            "karo",
            "ning",
            "nganti",
            "kanggo",
        ),
    }
)
"""Words that stand in reports of every kind, and tell nothing of this one."""

ENOUGH_WORDS: Final = 3
"""So many words in common make up for another category: people choose differently."""

SHOWN_WORDS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """Why another report may be about the same thing. `metres` None: one of them has no point."""

    same_category: bool
    metres: float | None
    days_apart: int
    words: tuple[str, ...] = ()

    @property
    def is_enough(self) -> bool:
        """Whether staff should look at it. How near and how recent it must be is asked before."""
        return self.same_category or len(self.words) >= ENOUGH_WORDS

    @property
    def rank(self) -> tuple[bool, float, int]:
        """Sorts the likeliest first: same category, then nearest, each shared word worth ten metres."""
        metres = self.metres if self.metres is not None else 0.0
        return (not self.same_category, metres - 10 * len(self.words), self.days_apart)


def words_in_common(one: str, other: str) -> tuple[str, ...]:
    """Return telling words that stand in both texts, in the order of the first."""
    theirs = _words(other)
    shared = [word for word in _words(one) if word in theirs and word not in FILLERS]
    return tuple(shared[:SHOWN_WORDS])


def _words(text: str) -> dict[str, None]:
    return dict.fromkeys(word.lower() for word in WORD.findall(text))
