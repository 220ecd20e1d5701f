"""Made-up reports of a few kinds, each told with the words of its kind and some of everybody's."""

import random
from datetime import date, timedelta

from citizenreport.suggestions.examples import Example

KINDS = {
    "A04": ("DLH", ("lampu", "mati", "peteng", "gelap", "penerangan", "tiang", "padam")),
    "N06": ("DLH", ("sampah", "menumpuk", "bau", "dibuang", "plastik", "bakar", "resik")),
    "A08": ("DPUPR", ("jalan", "lubang", "aspal", "rusak", "trotoar", "retak", "ambles")),
    "N01": ("SATPOLPP", ("bising", "karaoke", "musik", "suara", "keras", "hajatan", "sound")),
}
COMMON = ("di", "depan", "warung", "sekolah", "sejak", "kemarin", "mohon", "tolong", "segera")
FIRST = date(2026, 1, 1)


def made(count: int, *, seed: int = 1, first: date = FIRST) -> list[Example]:
    """Return so many, a few a day, oldest first; the same ones for the same seed."""
    chance = random.Random(seed)
    return [_one(chance, number, first) for number in range(count)]


def _one(chance: random.Random, number: int, first: date) -> Example:
    code = chance.choice(sorted(KINDS))
    agency, own = KINDS[code]
    words = [*chance.sample(own, 3), *chance.sample(COMMON, 3)]
    chance.shuffle(words)
    return Example(
        text=" ".join(words),
        category_code=code,
        agency_code=agency,
        day=first + timedelta(days=number // 4),
    )
