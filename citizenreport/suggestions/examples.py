"""A text that was released, with what staff confirmed of it. Pure."""

from dataclasses import dataclass
from datetime import date

from citizenreport.suggestions.learned import CATEGORY


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """`text`: as the public reads it, never the reporter's own words. `day`: of the report."""

    text: str
    category_code: str
    agency_code: str
    day: date

    def label(self, question: str) -> str:
        """Return the answer to a question."""
        return self.category_code if question == CATEGORY else self.agency_code
