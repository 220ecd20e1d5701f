"""What a key for programs may be allowed, and for which body. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """One thing a key may do. Which permissions that is stands in `rules.PERMISSIONS`."""

    READ_KEY = "key:read"  # its own name, scopes and last day
    READ_TICKETS = "tickets:read"
    WRITE_TICKETS = "tickets:write"
    ROUTE_TICKETS = "tickets:route"  # steps that only the city desk makes


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyGrant:
    """One scope, with the agency it is held for. `agency_code` None: the city desk's key."""

    scope: Scope
    agency_code: str | None
