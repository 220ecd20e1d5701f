"""Which agency is responsible. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from citizenreport.cities.calendar import is_office_hours
from citizenreport.cities.rules import (
    Area,
    AreaLevel,
    City,
    ProtectionClass,
    RoutingRow,
    specificity,
)
from citizenreport.core.text import _n

VILLAGE_OFFICE = "@KELURAHAN"
DISTRICT_OFFICE = "@KECAMATAN"
ASK_THE_DESK = "@OPD_TERKAIT"


class DecidedBy(StrEnum):
    """Who or what made an agency responsible."""

    RULE = "rule"
    DESK_NO_RULE = "desk_no_rule"  # no rule matched
    DESK_ASKED = "desk_asked"  # the rule says: a person decides
    DESK_NO_AREA = "desk_no_area"  # the rule names the office of an area that is not known
    CONFLICT = "conflict"  # the body chosen is the one the report is about
    NO_HANDLER = "no_handler"  # confidential, and the body chosen names no handlers for it
    STAFF = "staff"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingInput:
    """All that a decision looks at."""

    category_code: str
    area_code: str | None
    answers: Mapping[str, str]
    at: datetime
    subject_agency_code: str | None = None
    handlers_for: ProtectionClass | None = None
    """Set for a confidential report: who takes it must name handlers of this class (`none` too)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """An agency, and why. `excluded` are bodies passed over for conflict of interest."""

    agency_code: str
    decided_by: DecidedBy
    rule_id: str | None
    is_office_hours: bool
    excluded: tuple[str, ...] = ()


def matches(row: RoutingRow, given: RoutingInput, *, day: date, office_hours: bool) -> bool:
    """Return whether every condition the row states holds."""
    return (
        row.category_code == given.category_code
        and row.area_code in (None, given.area_code)
        and row.office_hours in (None, office_hours)
        and all(_says(given.answers.get(code, ""), value) for code, value in row.answers)
        and (row.valid_from is None or row.valid_from <= day)
        and (row.valid_to is None or day <= row.valid_to)
    )


def _says(answer: str, value: str) -> bool:
    """Return whether an answer is the value, or, where several may be chosen, holds it."""
    return answer == value or value in answer.split()


def choose(
    rows: Iterable[RoutingRow], given: RoutingInput, *, day: date, office_hours: bool
) -> RoutingRow | None:
    """Return the most specific row that matches, or None.

    Two rows equally specific for one input are a fault of the pack, refused when it is loaded;
    here the smaller rule id wins, so that the answer never depends on the order of rows.
    """
    matching = [row for row in rows if matches(row, given, day=day, office_hours=office_hours)]
    return min(matching, key=lambda row: (-specificity(row), row.rule_id), default=None)


def decide(city: City, given: RoutingInput) -> Decision:
    """Return the responsible agency. Always an agency: never nowhere, never the one accused."""
    office_hours = is_office_hours(city.calendar, given.at)
    return decide_on(city, given, day=city.local_date(given.at), office_hours=office_hours)


def decide_on(city: City, given: RoutingInput, *, day: date, office_hours: bool) -> Decision:
    """Return who is responsible by the rules of a day, whenever the report came in."""
    row = choose(
        city.routing_by_category.get(given.category_code, ()),
        given,
        day=day,
        office_hours=office_hours,
    )
    agency_code, decided_by = _resolve(city, row, given.area_code)
    if not may_be_sent(city, agency_code, given.category_code):
        agency_code, decided_by = city.desk_agency_code, DecidedBy.DESK_ASKED
    excluded: list[str] = []
    if agency_code == given.subject_agency_code:
        decided_by = DecidedBy.CONFLICT
    elif not has_handlers(city, agency_code, given.handlers_for):
        decided_by = DecidedBy.NO_HANDLER
    if decided_by in (DecidedBy.CONFLICT, DecidedBy.NO_HANDLER):
        agency_code, excluded = _stand_in(city, agency_code, given)
        decided_by = DecidedBy.CONFLICT if excluded else decided_by
    return Decision(
        agency_code=agency_code,
        decided_by=decided_by,
        rule_id=row.rule_id if row else None,
        is_office_hours=office_hours,
        excluded=tuple(excluded),
    )


def has_handlers(city: City, agency_code: str, wanted: ProtectionClass | None) -> bool:
    """Return whether an agency names handlers of this very class; None asks for nothing."""
    return wanted is None or any(
        line.agency_code == agency_code and line.protection_class is wanted
        for line in city.handlers
    )


def may_have(city: City, agency_code: str, category_code: str) -> bool:
    """Return whether a person may give an agency a report: a kelurahan not where the category says no."""
    category = city.categories.get(category_code)
    return (
        category is None
        or category.village_access != "tidak"
        or not is_village_office(city, agency_code)
    )


def may_be_sent(city: City, agency_code: str, category_code: str) -> bool:
    """Return whether a rule or a file may give an agency a report: to a kelurahan where the category
    leaves it to the single case, only a person does. Source: protection.md, section 1.
    """
    category = city.categories.get(category_code)
    return (
        category is None
        or category.village_access == "ya"
        or not is_village_office(city, agency_code)
    )


def is_village_office(city: City, agency_code: str) -> bool:
    agency = city.agencies.get(agency_code)
    area = city.areas.get(agency.area_code or "") if agency else None
    return area is not None and area.level is AreaLevel.VILLAGE


def stand_in(
    city: City, agency_code: str, wanted: ProtectionClass | None, *, about: str | None
) -> str:
    """Return who takes a report that an agency may not have, never the body it is `about`.

    Who names handlers of the class goes first: without them nobody could ever read the report.
    """
    order = city.conflict_order
    chain = [order.get(agency_code), order.get("*"), order.get(about or ""), *order.values()]
    named = [code for code in chain if code is not None]
    own = [code for code, agency in city.agencies.items() if not agency.is_external]
    fit = [code for code in (*named, *own) if code not in (agency_code, about)]
    return next((code for code in fit if has_handlers(city, code, wanted)), fit[0])


def _stand_in(city: City, agency_code: str, given: RoutingInput) -> tuple[str, list[str]]:
    """Return who takes the report, and which body was passed over because it is about it."""
    about = given.subject_agency_code
    taker = stand_in(city, agency_code, given.handlers_for, about=about)
    usual = stand_in(city, agency_code, given.handlers_for, about=None)
    is_conflict = about is not None and about in (agency_code, usual)
    return taker, [about] if is_conflict and about else []


def _resolve(city: City, row: RoutingRow | None, area_code: str | None) -> tuple[str, DecidedBy]:
    if row is None:
        return city.desk_agency_code, DecidedBy.DESK_NO_RULE
    if row.agency_code == ASK_THE_DESK:
        return city.desk_agency_code, DecidedBy.DESK_ASKED
    if row.agency_code in (VILLAGE_OFFICE, DISTRICT_OFFICE):
        office = office_of(city, row.agency_code, area_code)
        if office is None:
            return city.desk_agency_code, DecidedBy.DESK_NO_AREA
        return office, DecidedBy.RULE
    return row.agency_code, DecidedBy.RULE


def office_of(city: City, token: str, area_code: str | None) -> str | None:
    """Return the agency that serves the kelurahan or kecamatan of an area, when there is one."""
    level = AreaLevel.VILLAGE if token == VILLAGE_OFFICE else AreaLevel.DISTRICT
    area: Area | None = city.areas.get(area_code) if area_code else None
    while area is not None and area.level is not level:
        area = city.areas.get(area.parent_code) if area.parent_code else None
    return city.office_by_area.get(area.area_code) if area is not None else None


SENTENCES: Mapping[DecidedBy, str] = {
    DecidedBy.RULE: _n(
        "Diteruskan ke %(agency)s oleh aturan %(rule)s: kategori %(category)s%(where)s%(when)s."
    ),
    DecidedBy.DESK_NO_RULE: _n(
        "Belum ada aturan untuk kategori %(category)s%(where)s, jadi %(agency)s yang menentukan instansinya."
    ),
    DecidedBy.DESK_ASKED: _n(
        "Aturan %(rule)s menyerahkan kategori %(category)s kepada %(agency)s untuk memilih instansi terkait."
    ),
    DecidedBy.DESK_NO_AREA: _n(
        "Kelurahan belum diketahui untuk kategori %(category)s, jadi %(agency)s yang menentukan instansinya."
    ),
    DecidedBy.CONFLICT: _n(
        "Laporan ini menyangkut %(excluded)s, jadi %(agency)s yang menanganinya (menghindari benturan kepentingan)."
    ),
    DecidedBy.NO_HANDLER: _n(
        "Laporan rahasia ini ditangani %(agency)s, karena instansi asal belum menunjuk penangan rahasia."
    ),
    DecidedBy.STAFF: _n("Ditugaskan ke %(agency)s oleh petugas."),
    DecidedBy.IMPORTED: _n("Instansi %(agency)s tercatat pada data yang diimpor."),
}
"""One sentence per way of deciding; the door translates and fills it."""

PLACE = _n("di %(area)s")
HOURS: Mapping[bool, str] = {True: _n("pada jam kerja"), False: _n("di luar jam kerja")}


def sentence_values(
    city: City,
    *,
    agency_code: str,
    rule_id: str | None,
    inputs: Mapping[str, object],
    language: str = "id",
    translate: Callable[[str], str] = str,
) -> dict[str, str]:
    """Return what fills the sentence of a stored decision, in words of the reader's language."""
    category = city.categories.get(str(inputs.get("category_code", "")))
    area = city.areas.get(str(inputs.get("area_code") or ""))
    raw = inputs.get("excluded") or []
    excluded = raw if isinstance(raw, list) else []
    office_hours = inputs.get("is_office_hours")
    return {
        "agency": agency_name(city, agency_code),
        "rule": rule_id or "-",
        "category": (category.names.get(language) or category.names["id"])
        if category
        else str(inputs.get("category_code", "-")),
        "where": f" {translate(PLACE) % {'area': area.name}}" if area else "",
        "when": "" if office_hours is None else f", {translate(HOURS[bool(office_hours)])}",
        "excluded": ", ".join(agency_name(city, str(code)) for code in excluded) or "-",
    }


def agency_name(city: City, agency_code: str) -> str:
    """Return an agency's name, or its code when the pack no longer has it."""
    agency = city.agencies.get(agency_code)
    return agency.name if agency is not None else agency_code
