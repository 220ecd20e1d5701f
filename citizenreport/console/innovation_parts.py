"""What the pages of the register share: a form's faults, the version that was seen, agencies to choose."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from uuid import UUID

from flask import url_for

from citizenreport.cities.rules import City
from citizenreport.core.errors import (
    CitizenReportError,
    Conflict,
    InvalidInput,
    NotAllowed,
    Unavailable,
)
from citizenreport.web.forms import form_text
from citizenreport.web.problems import describe

FAULTS: Final = (InvalidInput, Conflict, NotAllowed, Unavailable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """What went wrong with a form, as the page tells it: at which field, with what was typed."""

    title: str
    status: HTTPStatus | int
    field: str

    @classmethod
    def of(cls, error: CitizenReportError) -> "Failed":
        problem = describe(error)
        field = (error.pointer or "").removeprefix("#/")
        return cls(title=problem.detail or problem.title, status=problem.status, field=field)


def seen_version() -> int:
    text = form_text("version")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def page_of(innovation_id: UUID, notice: str) -> str:
    return url_for("innovations.record", innovation_id=innovation_id, beres=notice)


def agency_choices(city: City, codes: list[str]) -> list[tuple[str, str]]:
    known = [(code, city.agencies[code]) for code in codes]
    return sorted(
        ((code, a.name) for code, a in known if not a.is_external), key=lambda pair: pair[1].lower()
    )
