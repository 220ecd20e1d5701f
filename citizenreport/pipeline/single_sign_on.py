"""Who comes from the city's own accounts: found, let in for the first time, moved, or gone.

The groups of each sign-on are the truth about somebody's roles; what they cannot do any more they
hand back. A refusal is a returned value: raising would undo what the groups took away.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.errors import CitizenReportError
from citizenreport.core.keys import KeyRing
from citizenreport.identity import queries, second_factor, staffing
from citizenreport.identity.models import Staff
from citizenreport.identity.passwords import HashCost
from citizenreport.identity.rules import AdministratorAlone, BadGrant, Grant, check_grants
from citizenreport.identity.service import USERNAME
from citizenreport.identity.sso import links, sign_ons
from citizenreport.identity.sso.models import SsoLink
from citizenreport.identity.sso.provider import Answered
from citizenreport.identity.sso.rules import (
    AccountClosed,
    MailNotVerified,
    MailOfAnother,
    NoRole,
    NotKnown,
    Person,
    SsoSettings,
    check_mail,
    roles_of,
    with_what_stays,
)
from citizenreport.pipeline.staffing import hand_back

NOT_IN_NAMES: Final = re.compile(r"[^a-z0-9.-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a sign-on is decided on."""

    city: City
    keys: KeyRing
    settings: SsoSettings
    cost: HashCost


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """Whom the provider's word lets in."""

    staff: Staff
    link: SsoLink


def come_in(
    session: Session, ground: Ground, person: Person, *, now: datetime
) -> Welcome | CitizenReportError:
    """Return the account of a person with the roles of today, or why they may not come in."""
    link = links.link_of(session, person)
    grants = [grant for grant in roles_of(person, ground.settings) if _is_here(grant, ground.city)]
    if link is None:
        return _first_time(session, ground, person, grants, now=now)
    if person.mail:
        mark = links.mail_mark(ground.keys, person.mail)
        if links.is_of_another(session, mark, link.staff_id):
            return MailOfAnother()
        if person.is_mail_verified:
            link.mail_mark = mark
    staff = queries.staff_with_id(session, link.staff_id)
    return _as_the_groups_say(session, ground, staff, link, grants, now=now)


def still_in(
    session: Session, ground: Ground, held: sign_ons.Held, answered: Answered, *, now: datetime
) -> bool:
    """Tell whether a session goes on after the provider was asked again; end it otherwise."""
    if answered.person.subject != held.link.subject:
        sign_ons.end_of_link(session, held.link.id)
        return False
    outcome = come_in(session, ground, answered.person, now=now)
    if not isinstance(outcome, Welcome):
        sign_ons.end_of_link(session, held.link.id)
        return False
    if sign_ons.held(session, ground.keys, held.session_id) is None:
        return False  # other roles: a new session
    recheck = ground.settings.recheck
    sign_ons.confirm(session, ground.keys, held.session_id, answered, recheck=recheck, now=now)
    return True


def _first_time(
    session: Session, ground: Ground, person: Person, grants: Sequence[Grant], *, now: datetime
) -> Welcome | CitizenReportError:
    """Link the account that waits for this address, or open one."""
    try:
        check_mail(person, ground.settings)
    except MailNotVerified as error:
        return error
    mark = links.mail_mark(ground.keys, person.mail)
    staff = links.account_with_mail(session, mark)
    if links.is_of_another(session, mark, staff.id if staff else None):
        return MailOfAnother()
    if staff is not None and (staff.is_demo or not staff.is_active):
        return AccountClosed()
    if staff is None and not ground.settings.may_join:
        return NotKnown()
    fault = _fault_of(grants)
    if fault is not None:
        return fault
    staff = staff or _joined(session, ground, person, grants, now=now)
    link = links.link(session, person, staff.id, mark, now=now)
    staffing.note_link(session, staff.id, now=now)
    return _as_the_groups_say(session, ground, staff, link, grants, now=now)


def _as_the_groups_say(
    session: Session,
    ground: Ground,
    staff: Staff,
    link: SsoLink,
    grants: Sequence[Grant],
    *,
    now: datetime,
) -> Welcome | CitizenReportError:
    """Give a person the roles of their groups; close the account of whom the groups let go."""
    if not staff.is_active and link.left_at is None:
        return AccountClosed()
    if not grants:
        if staff.is_active:
            link.left_at = now
            staffing.leave(session, staff, by=None, now=now)
            hand_back(session, ground.city, staff, by=None, now=now)
        return NoRole()
    fault = _fault_of(grants)
    if fault is not None:
        return fault
    if not staff.is_active:
        link.left_at = None
        staffing.come_back(session, staff, now=now)
    held = queries.own_grants(session, staff.id)
    wanted = with_what_stays(grants, held)
    if set(wanted) != set(held):
        staffing.change_roles(session, staff, wanted, by=None, now=now)
        hand_back(session, ground.city, staff, by=None, now=now)
    return Welcome(staff=staff, link=link)


def awaits_factor(
    session: Session, staff: Staff, person: Person, settings: SsoSettings, roles: frozenset[str]
) -> bool:
    """Tell whether the second step is asked here: the provider's counts only as settings say."""
    if person.has_second_factor(settings):
        return False
    actor = queries.actor_of(session, staff)
    return second_factor.needs_factor(actor, roles) or second_factor.has_factor(session, staff.id)


def _fault_of(grants: Sequence[Grant]) -> CitizenReportError | None:
    """Return why nobody may hold these roles together."""
    if not grants:
        return NoRole()
    try:
        check_grants(grants)
    except (AdministratorAlone, BadGrant) as error:
        return error
    return None


def _joined(
    session: Session, ground: Ground, person: Person, grants: Sequence[Grant], *, now: datetime
) -> Staff:
    """Open an account whose password nobody knows. A name that is taken is left to whose it is."""
    wanted = NOT_IN_NAMES.sub("-", person.username.partition("@")[0])
    is_free = USERNAME.fullmatch(wanted) and queries.find_staff(session, wanted) is None
    username = wanted if is_free else f"sso-{secrets.token_hex(5)}"
    name = person.name or username
    staff, _ = staffing.join(
        session, grants, username=username, name=name, cost=ground.cost, by=None, now=now
    )
    staff.password_expires_at = None
    return staff


def _is_here(grant: Grant, city: City) -> bool:
    return grant.agency_code is None or grant.agency_code in city.agencies
