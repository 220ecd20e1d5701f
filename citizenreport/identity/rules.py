"""Roles, permissions and the delay between failed logins. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from citizenreport.cities.rules import ProtectionClass
from citizenreport.core.errors import InvalidInput, NotAllowed, NotFound
from citizenreport.core.text import _n
from citizenreport.identity.scopes import KeyGrant, Scope


class Role(StrEnum):
    """What a person works as. One person may hold several, for several agencies."""

    OFFICER = "officer"  # triages and works on the tickets of one agency
    AGENCY_LEAD = "agency_lead"  # an officer who also answers for the agency
    CONFIDENTIAL_HANDLER = "confidential_handler"  # reads one protection class at one agency
    CITY_DESK = "city_desk"  # Diskominsta: what no rule places, what was returned
    ANALYST = "analyst"  # reads numbers, never a ticket
    CITY_LEADER = "city_leader"  # mayor and secretary: the weekly recap, never a ticket
    INSPECTORATE = "inspectorate"  # reads what every agency does; changes nothing
    ADMINISTRATOR = "administrator"  # accounts and keys; no content of any report


class Permission(StrEnum):
    """One thing a person may do. A guard names one; an action checks one."""

    OPEN_CONSOLE = "open_console"
    READ_TICKETS = "read_tickets"
    READ_ALL_AGENCIES = "read_all_agencies"
    READ_CONFIDENTIAL = "read_confidential"
    READ_DEADLINES = "read_deadlines"
    MOVE_TICKET = "move_ticket"
    REPLY = "reply"
    APPROVE_EXTENSION = "approve_extension"
    RELEASE = "release"
    RAISE_VISIBILITY = "raise_visibility"
    ROUTE_TICKET = "route_ticket"
    REVEAL_CONTACT = "reveal_contact"
    READ_INDICATORS = "read_indicators"
    RELEASE_NUMBERS = "release_numbers"
    VERIFY_AUDIT = "verify_audit"
    SEARCH_TRAIL = "search_trail"
    MANAGE_STAFF = "manage_staff"
    DECIDE_HELD_ANSWERS = "decide_held_answers"
    TAKE_REPORT = "take_report"
    MANAGE_ROSTER = "manage_roster"
    READ_RECAPS = "read_recaps"
    ANSWER_FOR_BODY = "answer_for_body"
    STEER_CITY = "steer_city"
    MAKE_KEYS = "make_keys"
    END_KEYS = "end_keys"
    ENTER_INDICATORS = "enter_indicators"
    MANAGE_WEBHOOKS = "manage_webhooks"
    READ_INNOVATIONS = "read_innovations"
    WRITE_INNOVATIONS = "write_innovations"
    ENDORSE_INNOVATIONS = "endorse_innovations"
    DECIDE_INNOVATIONS = "decide_innovations"
    IMPORT_REPORTS = "import_reports"
    SEE_MOVEMENT = "see_movement"
    WRITE_MOVEMENT_LETTERS = "write_movement_letters"


_WORK: Final = frozenset(
    {
        Permission.OPEN_CONSOLE,
        Permission.READ_TICKETS,
        Permission.MOVE_TICKET,
        Permission.TAKE_REPORT,
        Permission.REPLY,
        Permission.RAISE_VISIBILITY,
        Permission.REVEAL_CONTACT,
        Permission.READ_INDICATORS,
        Permission.READ_INNOVATIONS,
    }
)

PERMISSIONS: Final[Mapping[Role | Scope, frozenset[Permission]]] = {
    Role.OFFICER: _WORK | {Permission.RELEASE, Permission.WRITE_INNOVATIONS},
    Role.AGENCY_LEAD: _WORK
    | {
        Permission.RELEASE,
        Permission.APPROVE_EXTENSION,
        Permission.MANAGE_ROSTER,
        Permission.READ_RECAPS,
        Permission.ANSWER_FOR_BODY,
        Permission.MAKE_KEYS,
        Permission.END_KEYS,
        Permission.WRITE_INNOVATIONS,
        Permission.ENDORSE_INNOVATIONS,
    },
    Role.CONFIDENTIAL_HANDLER: _WORK | {Permission.READ_CONFIDENTIAL, Permission.APPROVE_EXTENSION},
    Role.CITY_DESK: _WORK
    | {
        Permission.RELEASE,
        Permission.APPROVE_EXTENSION,
        Permission.READ_ALL_AGENCIES,
        Permission.READ_DEADLINES,
        Permission.ROUTE_TICKET,
        Permission.DECIDE_HELD_ANSWERS,
        Permission.MANAGE_ROSTER,
        Permission.READ_RECAPS,
        Permission.ANSWER_FOR_BODY,
        Permission.STEER_CITY,
        Permission.ENTER_INDICATORS,
        Permission.WRITE_INNOVATIONS,
        Permission.DECIDE_INNOVATIONS,
        Permission.IMPORT_REPORTS,
        Permission.SEE_MOVEMENT,
        Permission.WRITE_MOVEMENT_LETTERS,
        Permission.RELEASE_NUMBERS,
        Permission.MAKE_KEYS,
        Permission.END_KEYS,
        Permission.MANAGE_WEBHOOKS,
    },
    Role.ANALYST: frozenset(
        {
            Permission.OPEN_CONSOLE,
            Permission.READ_INDICATORS,
            Permission.READ_INNOVATIONS,
            Permission.SEE_MOVEMENT,
            Permission.RELEASE_NUMBERS,
        }
    ),
    Role.CITY_LEADER: frozenset(
        {
            Permission.OPEN_CONSOLE,
            Permission.READ_INDICATORS,
            Permission.READ_INNOVATIONS,
            Permission.SEE_MOVEMENT,
            Permission.WRITE_MOVEMENT_LETTERS,
            Permission.RELEASE_NUMBERS,
            Permission.READ_RECAPS,
        }
    ),
    Role.INSPECTORATE: frozenset(
        {
            Permission.READ_RECAPS,
            Permission.ANSWER_FOR_BODY,
            Permission.OPEN_CONSOLE,
            Permission.READ_TICKETS,
            Permission.READ_ALL_AGENCIES,
            Permission.READ_INDICATORS,
            Permission.READ_INNOVATIONS,
            Permission.SEE_MOVEMENT,
            Permission.VERIFY_AUDIT,
            Permission.SEARCH_TRAIL,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.OPEN_CONSOLE,
            Permission.READ_DEADLINES,
            Permission.VERIFY_AUDIT,
            Permission.MANAGE_STAFF,
            Permission.END_KEYS,
            Permission.MANAGE_WEBHOOKS,
        }
    ),
    Scope.READ_KEY: frozenset(),
    Scope.SEND_GEOREPORT: frozenset(),
    Scope.READ_TICKETS: frozenset({Permission.READ_TICKETS}),
    Scope.WRITE_TICKETS: frozenset({Permission.MOVE_TICKET, Permission.REPLY}),
    Scope.ROUTE_TICKETS: frozenset({Permission.ROUTE_TICKET}),
}
"""The whole table, of people and of programs. What is not here is refused.

Who makes a key reads what the key reads: leads for their agencies, the desk for itself. Administrators
read no report, so they end keys and make none.
"""

AGENCY_ROLES: Final = frozenset({Role.OFFICER, Role.AGENCY_LEAD, Role.CONFIDENTIAL_HANDLER})

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)
FREE_FAILURES: Final = 3
LONGEST_DELAY: Final = timedelta(minutes=15)
FORGET_AFTER: Final = timedelta(hours=24)
CEILING: Final = 300
CEILING_WINDOW: Final = timedelta(minutes=10)
"""So many failed logins of the whole city in one window, and strangers' browsers have to wait.
Browsers that have signed in before do not: nobody can lock the staff out by guessing."""


class BadGrant(InvalidInput):
    code = "bad-role-grant"
    title = _n("Peran ini tidak cocok dengan instansi atau kelas perlindungannya.")


class AdministratorAlone(BadGrant):
    code = "administrator-alone"
    title = _n("Admin tidak memegang peran lain: yang mengatur akun tidak membaca laporan.")


class OwnAccount(NotAllowed):
    code = "own-account"
    title = _n("Akun Anda sendiri diatur admin lain.")


class OperatorOnly(NotAllowed):
    code = "operator-only"
    title = _n(
        "Penangan laporan rahasia diatur operator lewat baris perintah, bukan lewat halaman ini."
    )


class WeakPassword(InvalidInput):
    code = "weak-password"
    title = _n("Kata sandi terlalu mudah ditebak.")


class UsernameTaken(InvalidInput):
    code = "username-taken"
    title = _n("Nama pengguna ini sudah dipakai.")


class WrongPassword(InvalidInput):
    code = "wrong-password"
    title = _n("Kata sandi yang sekarang tidak cocok.")


class PasswordsDiffer(InvalidInput):
    code = "passwords-differ"
    title = _n("Kedua kata sandi baru tidak sama.")


class SessionNotFound(NotFound):
    code = "session-not-found"
    title = _n("Sesi ini sudah berakhir.")


class BadUsername(InvalidInput):
    code = "bad-username"
    title = _n("Nama pengguna memakai 3 sampai 64 huruf kecil, angka, titik, atau tanda hubung.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One role, with the agency and the protection class it is held for, where it has one."""

    role: Role
    agency_code: str | None = None
    protection_class: ProtectionClass | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A member of staff, signed in, or a key of a program. Every staff action takes one; default is
    refusal.

    `key_grants`: of a key, whose id is the `staff_id` then. A key has no role, so it is no handler.
    """

    staff_id: UUID
    name: str
    grants: tuple[Grant, ...]
    is_demo: bool = False
    stands_in_for: tuple[tuple[UUID, str], ...] = ()  # whose work this person does during leave
    key_grants: tuple[KeyGrant, ...] = ()

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.grants)

    @property
    def _held(self) -> list[tuple[str | None, frozenset[Permission]]]:
        """For which agency each grant gives what; None: for the whole city."""
        of_person = [(grant.agency_code, PERMISSIONS[grant.role]) for grant in self.grants]
        return of_person + [(key.agency_code, PERMISSIONS[key.scope]) for key in self.key_grants]

    def may(self, permission: Permission) -> bool:
        """Tell whether any role gives this permission, for whichever agency."""
        return any(permission in given for _, given in self._held)

    def agencies(self, permission: Permission) -> frozenset[str]:
        """Return the agencies for which a role bound to an agency gives this permission."""
        return frozenset(
            code for code, given in self._held if code is not None and permission in given
        )

    def may_for(self, permission: Permission, *, agency_code: str) -> bool:
        """Tell whether a role gives this permission for this agency, or for the whole city.

        Confidential content is not asked here: see `handles`.
        """
        return any(
            permission in given and code in (None, agency_code) for code, given in self._held
        )

    @property
    def handled(self) -> frozenset[tuple[str, ProtectionClass]]:
        """The (agency code, protection class) pairs whose confidential reports this person handles."""
        return frozenset(
            (grant.agency_code, grant.protection_class)
            for grant in self.grants
            if grant.role is Role.CONFIDENTIAL_HANDLER
            and grant.agency_code is not None
            and grant.protection_class is not None
        )

    def handles(self, *, agency_code: str, protection_class: ProtectionClass) -> bool:
        """Tell whether this person may read confidential reports of this class at this agency."""
        return (agency_code, protection_class) in self.handled


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalLogin:
    """Who signs in with a password or passkey of this service while there is single sign-on.

    `is_open`: everybody; `only_emergency`: nobody but the accounts kept for an emergency. Neither:
    who is not linked to the provider.
    """

    is_open: bool = True
    only_emergency: bool = False
    emergency: frozenset[str] = frozenset()


def check_grant(grant: Grant) -> None:
    """Raise BadGrant unless the grant names exactly what its role needs."""
    needs_agency = grant.role in AGENCY_ROLES
    needs_class = grant.role is Role.CONFIDENTIAL_HANDLER
    if (grant.agency_code is not None) != needs_agency:
        raise BadGrant(pointer="#/agency_code", role=grant.role.value)
    has_class = grant.protection_class is not None
    if has_class != needs_class:
        raise BadGrant(pointer="#/protection_class", role=grant.role.value)


def check_grants(grants: Collection[Grant]) -> None:
    """Raise BadGrant for what no person may hold, alone or together.

    Whoever opens accounts must not be able to read reports: an administrator could otherwise
    grant it to themselves. Source: protection.md, section 6.
    """
    for grant in grants:
        check_grant(grant)
    roles = {grant.role for grant in grants}
    if Role.ADMINISTRATOR in roles and len(roles) > 1:
        raise AdministratorAlone(pointer="#/roles")


def taken_over(own: Collection[Grant], theirs: Collection[Grant]) -> list[Grant]:
    """Return which of somebody's roles another person may hold for them during leave.

    Never an administrator's, and none by an administrator. Confidential reports go only to whoever
    handles their class already: being away makes nobody a handler. What a ticket is about is asked
    of both persons' bodies where it is read.
    """
    if any(grant.role is Role.ADMINISTRATOR for grant in own):
        return []
    handled = {grant.protection_class for grant in own if grant.protection_class is not None}
    return [
        grant
        for grant in theirs
        if grant.role is not Role.ADMINISTRATOR
        and (grant.protection_class is None or grant.protection_class in handled)
    ]


def delay_after(failures: int) -> timedelta:
    """Return how long a client waits after so many failed logins in a row: 2, 4, 8 … seconds.

    The first three are free: people mistype. Source: NIST SP 800-63B section 5.2.2.
    """
    if failures < FREE_FAILURES:
        return timedelta(0)
    exponent = min(failures - FREE_FAILURES + 1, 20)
    return min(timedelta(seconds=2**exponent), LONGEST_DELAY)


def is_session_alive(*, created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Tell whether a session still counts: 30 minutes idle, 12 hours in all."""
    return now - seen_at < IDLE and now - created_at < ABSOLUTE


BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_of(user_agent: str) -> str:
    """Return family and system of a browser ("Chrome · Android"); empty when neither is known.

    No version and no model: enough to know one's own devices apart, too little to follow anybody.
    """
    family = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (family, system) if part)
