"""What a ticket's page suggests of its category and agency, with reasons; a person decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, ProtectionClass, Visibility
from citizenreport.console import words
from citizenreport.suggestions.categories import Suggestion, suggest
from citizenreport.triage.models import Ticket
from citizenreport.web.suggester import learned_now
from citizenreport.web.translate import _


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSuggestion:
    """`reason`: the words that spoke for it, and how likely it is where that was learned."""

    code: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSuggestions:
    """What differs from what a ticket says of itself; `must_hold`: its text looks protected."""

    categories: Sequence[ShownSuggestion] = ()
    agencies: Sequence[ShownSuggestion] = ()
    must_hold: bool = False


NOTHING = ShownSuggestions()


def suggestions_for(session: Session, city: City, ticket: Ticket, text: str) -> ShownSuggestions:
    """Return what another category or agency speaks for; nothing about a protected ticket."""
    category = city.categories.get(ticket.category_code)
    is_protected = (
        ticket.visibility == Visibility.CONFIDENTIAL.value
        or ticket.protection_class != ProtectionClass.NONE.value
        or (category is not None and not category.may_be_suggested)
    )
    if is_protected or not text.strip():
        return NOTHING
    found = suggest(city, learned_now(session), text)
    codes = [one.code for one in found.categories]
    is_agreed = ticket.category_code in codes[:1]
    categories = () if is_agreed else found.categories
    agencies = () if ticket.agency_code in [one.code for one in found.agencies] else found.agencies
    return ShownSuggestions(
        categories=[
            _shown(one, words.category_name(city, one.code))
            for one in categories
            if one.code != ticket.category_code
        ],
        agencies=[_shown(one, words.agency_short_name(city, one.code)) for one in agencies],
        must_hold=found.must_hold,
    )


def _shown(one: Suggestion, name: str) -> ShownSuggestion:
    said = _("karena: %(words)s", words=", ".join(one.words)) if one.words else ""
    likely = _("%(n)d dari 100", n=round(one.share * 100)) if one.share is not None else ""
    return ShownSuggestion(
        code=one.code, name=name, reason="; ".join(part for part in (likely, said) if part)
    )
