"""What a key for programs may be allowed, and for which body. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """One thing a key may do. Which permissions that is stands in `rules.PERMISSIONS`."""

    READ_KEY = "key:read"  # its own name, scopes and last day
    SEND_GEOREPORT = "georeport:send"  # reports over GeoReport, in the name of an app
    READ_TICKETS = "tickets:read"
    WRITE_TICKETS = "tickets:write"
    ROUTE_TICKETS = "tickets:route"  # steps that only the city desk makes


WITHOUT_AGENCY = frozenset({Scope.READ_KEY, Scope.SEND_GEOREPORT})
"""What a key may do that stands for no agency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyGrant:
    """One scope, with the agency it is held for. `agency_code` None: the city desk's key."""

    scope: Scope
    agency_code: str | None
