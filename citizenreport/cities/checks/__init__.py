"""Checks of a pack as a whole: takes `Parts` and a calendar, records what is wrong in `Findings`."""

from citizenreport.cities.checks.completeness import check_completeness
from citizenreport.cities.checks.duplicates import check_duplicates
from citizenreport.cities.checks.geometry import check_geometry
from citizenreport.cities.checks.protection import check_protection
from citizenreport.cities.checks.references import check_references
from citizenreport.cities.checks.routing import check_routing
from citizenreport.cities.checks.validity import check_validity
from citizenreport.cities.findings import Findings
from citizenreport.cities.format.parts import Parts
from citizenreport.cities.rules import Calendar


def check_parts(parts: Parts, calendar: Calendar, findings: Findings) -> None:
    """Record everything that is wrong with a pack, nothing hidden behind the first fault."""
    check_duplicates(parts, findings)
    check_references(parts, findings)
    check_validity(parts, findings)
    check_geometry(parts, findings)
    check_routing(parts, findings)
    check_protection(parts, findings)
    check_completeness(parts, calendar, findings)
