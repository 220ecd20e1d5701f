"""One account per role to try the service with. Only a private cluster on loopback lets them in."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.identity import queries, service
from citizenreport.identity.passwords import HashCost
from citizenreport.identity.rules import Grant, Role

DEMO_PASSWORD: Final = "coba-dulu-di-sini"  # noqa: S105  public on purpose; see service.login


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """What `make run` prints for one role."""

    username: str
    name: str
    grant: Grant


def demo_accounts(city: City) -> tuple[DemoAccount, ...]:
    """Return one account per role, for the agency that leads most categories of the city."""
    leads = Counter(
        category.lead for category in city.categories.values() if category.lead in city.agencies
    )
    busiest = min(leads, key=lambda code: (-leads[code], code), default=city.desk_agency_code)
    accounts = [
        DemoAccount(
            username="demo-petugas",
            name="Petugas Contoh",
            grant=Grant(role=Role.OFFICER, agency_code=busiest),
        ),
        DemoAccount(
            username="demo-kepala",
            name="Kepala Instansi Contoh",
            grant=Grant(role=Role.AGENCY_LEAD, agency_code=busiest),
        ),
        DemoAccount(
            username="demo-meja-kota", name="Meja Kota Contoh", grant=Grant(role=Role.CITY_DESK)
        ),
        DemoAccount(username="demo-analis", name="Analis Contoh", grant=Grant(role=Role.ANALYST)),
        DemoAccount(
            username="demo-inspektorat",
            name="Inspektur Contoh",
            grant=Grant(role=Role.INSPECTORATE),
        ),
        DemoAccount(
            username="demo-admin", name="Admin Contoh", grant=Grant(role=Role.ADMINISTRATOR)
        ),
    ]
    if city.handlers:
        line = city.handlers[0]
        handler = Grant(
            role=Role.CONFIDENTIAL_HANDLER,
            agency_code=line.agency_code,
            protection_class=line.protection_class,
        )
        accounts.insert(
            2, DemoAccount(username="demo-rahasia", name="Penangan Rahasia Contoh", grant=handler)
        )
    return tuple(accounts)


def make_demo_accounts(
    session: Session, city: City, *, cost: HashCost, now: datetime
) -> tuple[DemoAccount, ...]:
    """Open the demo accounts that do not exist yet; return them all."""
    accounts = demo_accounts(city)
    for account in accounts:
        if queries.find_staff(session, account.username) is None:
            service.add_staff(
                session,
                [account.grant],
                username=account.username,
                name=account.name,
                password=DEMO_PASSWORD,
                cost=cost,
                now=now,
                is_demo=True,
            )
    return accounts
