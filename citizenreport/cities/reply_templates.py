"""Replies that a city has worded in advance: which ticket they fit, and how they are filled in. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

PLACEHOLDERS: Final = frozenset(
    {"code", "category", "agency", "deadline", "kelurahan", "state", "city"}
)
NEUTRAL: Final = frozenset({"code", "deadline", "city"})
"""What a reply on a confidential ticket may fill in: nothing that tells of what or where it is."""

STATES: Final = (
    *("new", "verified", "in_progress", "needs_info", "scheduled", "returned", "resolved"),
    *("contested", "closed", "reopened", "withdrawn", "referred", "duplicate", "archived"),
    "emergency",
)
"""The states of a ticket, by the codes that a pack writes."""

BRACES: Final = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyTemplate:
    """One prepared reply. No states or categories: it fits every one.

    `is_neutral`: it may be used on confidential tickets, too.
    """

    code: str
    titles: Mapping[str, str]
    texts: Mapping[str, str]
    states: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    is_neutral: bool = False

    def fits(self, *, state: str, category_code: str, is_confidential: bool) -> bool:
        """Tell whether this reply is offered on such a ticket."""
        if is_confidential and not self.is_neutral:
            return False
        fits_state = not self.states or state in self.states
        return fits_state and (not self.categories or category_code in self.categories)

    def in_language(self, language: str) -> str:
        """Return the text in a language, else in the city's first one."""
        return self.texts.get(language) or next(iter(self.texts.values()))


def placeholders_of(text: str) -> list[str]:
    """Return the names in braces, in their order."""
    return BRACES.findall(text)


def has_stray_brace(text: str) -> bool:
    """Tell whether a brace stands in the text that opens or ends no name."""
    return any(brace in BRACES.sub("", text) for brace in "{}")


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Return the text with each name in braces replaced once; what is filled in is never read again.

    Raises:
        KeyError: a name has no value; `city check` refuses such a pack.
    """
    return BRACES.sub(lambda match: values[match[1]], text)


def fitting(
    templates: Iterable[ReplyTemplate], *, state: str, category_code: str, is_confidential: bool
) -> list[ReplyTemplate]:
    """Return the replies offered on such a ticket, the ones made for its category first."""
    found = [
        template
        for template in templates
        if template.fits(state=state, category_code=category_code, is_confidential=is_confidential)
    ]
    return sorted(found, key=lambda template: not template.categories)
