"""What is wrong with a form, by field, in the words of the page."""

from collections.abc import Iterable
from typing import Final

from citizenreport.core.errors import CitizenReportError
from citizenreport.core.text import _n
from citizenreport.web.problems import Fault, describe
from citizenreport.web.report_schema import ANSWER_PREFIX
from citizenreport.web.translate import _

FIELD_OF: Final = {
    "position": "place",
    "lat": "place",
    "lon": "place",
    "accuracy_m": "place",
    "area_code": "place",
    "photos": "photos",
    "category_code": "category",
}
"""Where the page shows what is wrong with a value; the others are shown at their own name."""

MESSAGE_OF: Final = {
    "description": _n("Ceritakan dulu apa yang terjadi."),
    "place": _n("Titik lokasinya tidak terbaca. Pilih kelurahan saja."),
}
"""What the page says of a missing or unreadable value, friendlier than for machines."""


def faults_of(errors: Iterable[Exception]) -> dict[str, str]:
    """Return one message for each field that something is wrong with, the first one said."""
    found: dict[str, str] = {}
    for error in errors:
        for fault in _pointed(error):
            name = field_id(fault.pointer)
            is_shape = not isinstance(error, CitizenReportError)
            plain = MESSAGE_OF.get(name) if is_shape and _is_missing(name, fault) else None
            found.setdefault(name, _(plain) if plain else fault.detail)
    return found


def field_id(pointer: str) -> str:
    """Return the id of the field a JSON pointer means: `#/answers/jenis` → `answers.jenis`."""
    steps = [step for step in pointer.lstrip("#").split("/") if step]
    if not steps:
        return "form"
    if steps[0] == "answers" and len(steps) > 1:
        return ANSWER_PREFIX + steps[1]
    if steps[0] == "subject" and len(steps) > 1:
        return "subject_agency" if steps[1] == "agency_code" else "subject_person"
    return FIELD_OF.get(steps[0], steps[0])


def _pointed(error: Exception) -> list[Fault]:
    problem = describe(error)
    return list(problem.faults) or [Fault(pointer="#", detail=problem.detail or problem.title)]


def _is_missing(name: str, fault: Fault) -> bool:
    return name == "place" or fault.detail == _("Bagian ini wajib diisi.")
