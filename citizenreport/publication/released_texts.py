"""What may be learned from: released texts of public reports that staff have confirmed, as published."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, ProtectionClass, Visibility
from citizenreport.publication.models import PublishedReport
from citizenreport.suggestions.examples import Example
from citizenreport.triage.states import State

CONFIRMED = (
    *(State.VERIFIED, State.IN_PROGRESS, State.SCHEDULED, State.RESOLVED, State.CLOSED),
    *(State.CONTESTED, State.REOPENED, State.REFERRED),
)


def released_texts(session: Session, city: City, *, until: date) -> Sequence[Example]:
    """Return the texts of reports up to a day, oldest first.

    Of no category that may not be suggested today, whatever it was when the report came in.
    """
    codes = [
        code
        for code, one in city.categories.items()
        if one.may_be_suggested
        and one.visibility is Visibility.PUBLIC
        and one.protection_class is ProtectionClass.NONE
    ]
    query = (
        select(
            PublishedReport.text,
            PublishedReport.category_code,
            PublishedReport.agency_code,
            PublishedReport.submitted_on,
        )
        .where(
            PublishedReport.text.is_not(None),
            PublishedReport.category_code.in_(codes),
            PublishedReport.state.in_([state.value for state in CONFIRMED]),
            PublishedReport.submitted_on <= until,
        )
        .order_by(PublishedReport.submitted_on, PublishedReport.tracking_code)
    )
    return [
        Example(text=text, category_code=category, agency_code=agency, day=day)
        for text, category, agency, day in session.execute(query)
    ]
