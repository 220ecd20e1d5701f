"""Accounts as they usually are."""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy.orm import Session

from citizenreport.identity import service
from citizenreport.identity.models import Staff
from citizenreport.identity.passwords import HashCost
from citizenreport.identity.rules import Grant, Role

CHEAP: Final = HashCost(memory_kib=8, passes=1)
PASSWORD: Final = "kereta biru di pucuk randu"
OPENED_AT: Final = datetime(2026, 1, 5, 1, tzinfo=UTC)


def make_staff(
    session: Session,
    username: str = "sri.lestari",
    *grants: Grant,
    name: str = "Sri Lestari",
    is_demo: bool = False,
) -> Staff:
    """Open an account; an officer of the roads agency unless told otherwise."""
    staff = service.add_staff(
        session,
        grants or (Grant(role=Role.OFFICER, agency_code="roads"),),
        username=username,
        name=name,
        password=PASSWORD,
        cost=CHEAP,
        now=OPENED_AT,
        is_demo=is_demo,
    )
    session.commit()
    return staff
