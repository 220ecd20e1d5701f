"""What counts as a similar released report, for the resident's form and for the counter."""

from datetime import timedelta
from typing import Final

from flask import request

from citizenreport.cities.rules import City, Visibility
from citizenreport.core.clock import utcnow
from citizenreport.disclosure.rules import initial_visibility
from citizenreport.intake.rules import Draft
from citizenreport.publication.rules import Similar
from citizenreport.web.translate import _

SEEN: Final = "seen_similar"
"""Codes of similar reports the reader was shown while writing, with spaces between them."""
ROUND_TO_M: Final = 10


def wanted_similar(city: City, draft: Draft) -> Similar | None:
    """Return what to look for before a report is sent; None where it would not be public.

    A join never crosses visibility. Source: protection.md, section 6.
    """
    category = city.categories.get(draft.category_code)
    if category is None or initial_visibility(category, draft.wish) is not Visibility.PUBLIC:
        return None
    usual = city.similar_reports
    return Similar(
        category_code=draft.category_code,
        position=draft.position,
        area_code=draft.area_code,
        radius_m=usual.radius_m,
        since_on=city.local_date(utcnow()) - timedelta(days=usual.days),
        limit=usual.most,
    )


def seen_codes() -> set[str]:
    """Return the codes that the sender of this form was shown."""
    return set(request.form.get(SEEN, "").split())


def distance_words(metres: float | None) -> str | None:
    """Return how far away something is, in tens of metres; None where no place is published."""
    if metres is None:
        return None
    rounded = max(1, round(metres / ROUND_TO_M)) * ROUND_TO_M
    return _("sekitar %(metres)d meter dari sini", metres=rounded)
