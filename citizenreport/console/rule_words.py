"""Rules in words: who takes a report, and under which conditions."""

from citizenreport.cities.edited_rules import RuleCells
from citizenreport.cities.rules import City
from citizenreport.console import words
from citizenreport.core.text import _n
from citizenreport.routing.rules import ASK_THE_DESK, DISTRICT_OFFICE, VILLAGE_OFFICE
from citizenreport.web.translate import _

BY_SITUATION = {
    VILLAGE_OFFICE: _n("Kelurahan tempat kejadian"),
    DISTRICT_OFFICE: _n("Kecamatan tempat kejadian"),
    ASK_THE_DESK: _n("Meja kota memilih"),
}


def receiver_name(city: City, code: str) -> str:
    """Return who a rule names."""
    return _(BY_SITUATION[code]) if code in BY_SITUATION else words.agency_short_name(city, code)


def agency_choices(city: City) -> list[tuple[str, str]]:
    """Return who a rule may name, by name: first who is found by the situation."""
    own = [
        (words.agency_short_name(city, code), code)
        for code, agency in city.agencies.items()
        if not agency.is_external
    ]
    return [(_(name), code) for code, name in BY_SITUATION.items()] + sorted(own)


def rule_conditions(city: City, row: RuleCells) -> str:
    """Return when a rule applies, in words."""
    parts = []
    if row["area_code"]:
        parts.append(words.area_name(city, row["area_code"]) or row["area_code"])
    if row["answers"]:
        parts.append(row["answers"])
    if row["office_hours"]:
        parts.append(
            _("pada jam kerja") if row["office_hours"] == "yes" else _("di luar jam kerja")
        )
    return ", ".join(parts) or _("semua laporan kategori ini")
