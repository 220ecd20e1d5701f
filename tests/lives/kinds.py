"""The lives of many reports: what each of them is, and the word that is its own.

What is due says `kanaritua…`, what is not `kanarimuda…`, each word with the number of its report and
the name of its field.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from citizenreport.cities.rules import Category, City, Visibility
from citizenreport.core.ids import new_id
from citizenreport.core.keys import KeyRing, Place, new_data_key, seal

DUE, YOUNG = "kanaritua", "kanarimuda"
FATES = ("due",) * 8 + ("young", "held")
"""Of ten reports: eight are due, one ended lately, one is on hold; every twentieth is open."""
CATEGORIES = (("A04", None), ("A04", None), ("A04", None), ("A08", "restricted"), ("A12", None))


@dataclass(frozen=True, kw_only=True)
class Maker:
    """What all lives have in common. `now`: the night on which the retention comes."""

    city: City
    keys: KeyRing
    storage: Path
    staff_id: UUID
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Life:
    """One report to be made. `word`: what its canaries begin with."""

    number: int
    word: str
    fate: str
    category: Category
    visibility: Visibility
    ended_at: datetime
    report_id: UUID
    ticket_id: UUID
    data_key: bytes

    @property
    def is_sealed(self) -> bool:
        return self.visibility is Visibility.CONFIDENTIAL

    def said(self, field: str) -> str:
        return f"{self.word}{field}{self.number}x"

    def both(self, table: str, column: str, row: UUID, text: str) -> dict[str, Any]:
        """Return the plain and the sealed column of a text, one of them empty."""
        sealed = seal(self.data_key, text.encode(), place(table, f"{column}_sealed", row))
        return {
            column: None if self.is_sealed else text,
            f"{column}_sealed": sealed if self.is_sealed else None,
        }


def place(table: str, column: str, row: UUID) -> Place:
    return Place(table=table, column=column, row=str(row))


def life(maker: Maker, number: int) -> Life:
    """Return the report of a number: the same kinds in the same shares, whatever the count."""
    code, wish = CATEGORIES[number % len(CATEGORIES)]
    category = maker.city.categories[code]
    visibility = Visibility(wish) if wish else category.visibility
    fate = FATES[(number // len(CATEGORIES)) % len(FATES)]
    if fate == "young" and number % 2:
        fate = "open"
    kind = category.protection_class.value if code == "A12" else visibility.value
    days = maker.city.retention_days[kind]
    ended_at = maker.now - timedelta(days=10 if fate == "young" else days + 30)
    return Life(
        number=number,
        word=DUE if fate == "due" else YOUNG,
        fate=fate,
        category=category,
        visibility=visibility,
        ended_at=ended_at,
        report_id=new_id(),
        ticket_id=new_id(),
        data_key=new_data_key(),
    )
