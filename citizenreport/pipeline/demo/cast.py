"""Who acts in the demo: an account for each agency, made when it is first needed.

They are marked as demo and as made up by their names. Nobody knows their passwords; the accounts
that may sign in come from `identity.demo`, and act here too where they hold the right role.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, ProtectionClass, Visibility
from citizenreport.identity import queries, service
from citizenreport.identity.models import StaffRole
from citizenreport.identity.passwords import HashCost
from citizenreport.identity.rules import Grant, Role
from citizenreport.triage.models import Ticket

KINDS: Final = {
    Role.CONFIDENTIAL_HANDLER: "Penangan rahasia",
    Role.AGENCY_LEAD: "Pimpinan",
}
CHEAP: Final = HashCost(memory_kib=8, passes=1)  # of 256 random bits: no guess is ever right


@dataclass(slots=True, kw_only=True)
class Cast:
    """The demo's staff by what they do; valid for one transaction."""

    session: Session
    city: City
    now: datetime
    ids: dict[Grant, UUID] = field(default_factory=dict)

    def of(self, ticket: Ticket) -> UUID:
        """Return who acts for the agency that holds a ticket."""
        if ticket.visibility == Visibility.CONFIDENTIAL.value:
            protection = ProtectionClass(ticket.protection_class)
            return self._staff(
                Grant(
                    role=Role.CONFIDENTIAL_HANDLER,
                    agency_code=ticket.agency_code,
                    protection_class=protection,
                )
            )
        return self._staff(Grant(role=Role.OFFICER, agency_code=ticket.agency_code))

    def officer(self, agency_code: str) -> UUID:
        """Return who writes for an agency."""
        return self._staff(Grant(role=Role.OFFICER, agency_code=agency_code))

    def lead(self, agency_code: str) -> UUID:
        """Return who answers for an agency."""
        return self._staff(Grant(role=Role.AGENCY_LEAD, agency_code=agency_code))

    def desk(self) -> UUID:
        """Return who acts for the city desk."""
        return self._staff(Grant(role=Role.CITY_DESK))

    def _staff(self, grant: Grant) -> UUID:
        if grant not in self.ids:
            self.ids[grant] = self._open(grant)
        return self.ids[grant]

    def _open(self, grant: Grant) -> UUID:
        is_lead = grant.role is Role.AGENCY_LEAD
        parts = (
            "peran",
            "pimpinan" if is_lead else "",
            grant.agency_code or grant.role.value,
            grant.protection_class or "",
        )
        person = service.add_staff(
            self.session,
            [grant],
            username="-".join(part for part in parts if part).lower().replace("_", "-"),
            name=self._name(grant),
            password=secrets.token_urlsafe(32),
            cost=CHEAP,
            now=self.now,
            is_demo=True,
        )
        return person.id

    def _name(self, grant: Grant) -> str:
        if grant.agency_code is None:
            return "Petugas meja kota (contoh)"
        agency = self.city.agencies[grant.agency_code].short_name
        kind = KINDS.get(grant.role, "Petugas")
        return f"{kind} {agency} (contoh)"


def present_cast(session: Session, city: City, *, now: datetime) -> Cast:
    """Return the cast with the demo accounts that exist."""
    cast = Cast(session=session, city=city, now=now)
    for person, roles in queries.all_staff(session):
        if person.is_demo and person.is_active:
            for role in roles:
                cast.ids.setdefault(_grant_of(role), person.id)
    return cast


def _grant_of(role: StaffRole) -> Grant:
    protection = role.protection_class
    return Grant(
        role=Role(role.role),
        agency_code=role.agency_code,
        protection_class=ProtectionClass(protection) if protection else None,
    )
