"""Agencies through reorganisations: who follows whom, and who must have an innovation. Pure."""

from collections.abc import Mapping
from datetime import date

from citizenreport.cities.rules import Agency, City


def owner_of(agencies: Mapping[str, Agency], agency_code: str, *, on: date | None = None) -> str:
    """Return who answers for an agency's records: its successor, and that one's, and so on.

    `on`: as it was on that day; without, as it is once every change of the pack has come.
    """
    seen: set[str] = set()
    code = agency_code
    while code not in seen:
        seen.add(code)
        agency = agencies.get(code)
        if agency is None or agency.valid_to is None or agency.successor_code not in agencies:
            return code
        if on is not None and agency.valid_to >= on:
            return code
        code = str(agency.successor_code)
    return agency_code


def taking_part(city: City, year: int) -> list[str]:
    """Return the codes of the agencies that must have an innovation: those there at the year's end."""
    kinds, last = city.innovations.agency_kinds, date(year, 12, 31)
    return sorted(
        code
        for code, agency in city.agencies.items()
        if not agency.is_external
        and (not kinds or agency.kind in kinds)
        and (agency.valid_from is None or agency.valid_from <= last)
        and (agency.valid_to is None or agency.valid_to >= last)
    )
