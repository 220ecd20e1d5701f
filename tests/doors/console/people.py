"""Grants by name."""

from citizenreport.cities.rules import ProtectionClass
from citizenreport.identity.rules import Grant, Role

ROADS = Grant(role=Role.OFFICER, agency_code="roads")
PARKS = Grant(role=Role.OFFICER, agency_code="parks")
WOMEN = Grant(role=Role.OFFICER, agency_code="women")
DESK = Grant(role=Role.CITY_DESK)
INSPECTOR = Grant(role=Role.INSPECTORATE)
ADMIN = Grant(role=Role.ADMINISTRATOR)
ANALYST = Grant(role=Role.ANALYST)
HANDLER = Grant(
    role=Role.CONFIDENTIAL_HANDLER,
    agency_code="women",
    protection_class=ProtectionClass.VIOLENCE,
)
CHILD_HANDLER = Grant(
    role=Role.CONFIDENTIAL_HANDLER, agency_code="women", protection_class=ProtectionClass.CHILD
)
