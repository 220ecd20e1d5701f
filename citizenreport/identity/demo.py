"""Accounts to try the service with. Only a private cluster on loopback lets them in."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Priority, ProtectionClass, PublicPrecision, Visibility
from citizenreport.identity import queries, service
from citizenreport.identity.passwords import HashCost
from citizenreport.identity.rules import Grant, Role

HANDLERS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """What `make run` prints for one role."""

    username: str
    name: str
    grant: Grant


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DemoAccounts:
    """The accounts, and the password they share."""

    accounts: tuple[DemoAccount, ...]
    password: str


def demo_accounts(city: City) -> tuple[DemoAccount, ...]:
    """Return one account per role (two handlers), for the agencies that show most of the city.

    Officer and lead work at the two agencies with most kinds of things to repair in public places.
    """
    first, second = (*_repairers(city), city.desk_agency_code, city.desk_agency_code)[:2]
    accounts = [
        _account("petugas", "Petugas", Role.OFFICER, agency_code=first),
        _account("kepala", "Kepala Instansi", Role.AGENCY_LEAD, agency_code=second),
    ]
    accounts += [
        _account(
            "rahasia" if number == 0 else f"rahasia-{number + 1}",
            "Penangan Rahasia",
            Role.CONFIDENTIAL_HANDLER,
            agency_code=agency_code,
            protection_class=protection,
        )
        for number, (agency_code, protection) in enumerate(_handlers(city)[:HANDLERS])
    ]
    return (
        *accounts,
        _account("meja-kota", "Meja Kota", Role.CITY_DESK),
        _account("analis", "Analis", Role.ANALYST),
        _account("pimpinan", "Pimpinan Kota", Role.CITY_LEADER),
        _account("inspektorat", "Inspektur", Role.INSPECTORATE),
        _account("admin", "Admin", Role.ADMINISTRATOR),
    )


def _account(
    username: str,
    title: str,
    role: Role,
    *,
    agency_code: str | None = None,
    protection_class: ProtectionClass | None = None,
) -> DemoAccount:
    grant = Grant(role=role, agency_code=agency_code, protection_class=protection_class)
    return DemoAccount(username=f"demo-{username}", name=f"{title} Contoh", grant=grant)


def _repairers(city: City) -> list[str]:
    """Return the agencies that lead repairs at exact public places, those with most kinds first."""
    leads = Counter(
        category.lead
        for category in city.categories.values()
        if category.lead in city.agencies
        and category.is_physical
        and category.visibility is Visibility.PUBLIC
        and category.public_precision is PublicPrecision.EXACT
    )
    return sorted(leads, key=lambda code: (-leads[code], code))


def _handlers(city: City) -> list[tuple[str, ProtectionClass]]:
    """Return the handlers of the most urgent and most frequent protected kinds, one of each class."""
    named = {(line.agency_code, line.protection_class) for line in city.handlers}
    kinds: Counter[tuple[str, ProtectionClass]] = Counter()
    urgent: Counter[tuple[str, ProtectionClass]] = Counter()
    for category in city.categories.values():
        pair = (category.lead, category.protection_class)
        if category.protection_class is not ProtectionClass.NONE and pair in named:
            kinds[pair] += 1
            urgent[pair] += category.priority is Priority.CRITICAL
    chosen: dict[ProtectionClass, tuple[str, ProtectionClass]] = {}
    for pair in sorted(kinds, key=lambda pair: (-urgent[pair], -kinds[pair], pair)):
        chosen.setdefault(pair[1], pair)
    return list(chosen.values())


def make_demo_accounts(
    session: Session,
    city: City,
    *,
    password: str,
    is_new_password: bool,
    cost: HashCost,
    now: datetime,
) -> DemoAccounts:
    """Open the demo accounts that do not exist yet; give the others a password that is new."""
    accounts = demo_accounts(city)
    for account in accounts:
        person = queries.find_staff(session, account.username)
        if person is None:
            service.add_staff(
                session,
                [account.grant],
                username=account.username,
                name=account.name,
                password=password,
                cost=cost,
                now=now,
                is_demo=True,
            )
        elif is_new_password:
            service.set_password(session, person, password=password, cost=cost, now=now)
    return DemoAccounts(accounts=accounts, password=password)
