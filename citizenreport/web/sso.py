"""The single sign-on of this application, and asking its provider about a session again."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from flask import Flask, current_app

from citizenreport.core.db import transaction
from citizenreport.core.outgoing import Outgoing
from citizenreport.identity.passwords import hash_cost
from citizenreport.identity.rules import BadGrant, Grant, LocalLogin, Role, check_grant
from citizenreport.identity.sso import sign_ons
from citizenreport.identity.sso.provider import Answered, Provider, Revoked
from citizenreport.identity.sso.rules import (
    GRACE,
    UNCHECKED_LIVES,
    SsoOff,
    SsoSettings,
    SsoUnavailable,
    Untrusted,
)
from citizenreport.pipeline.single_sign_on import Ground, still_in
from citizenreport.web.context import current_city, current_keys

EXTENSION: Final = "citizenreport.sso"
BACK_PATH: Final = "/petugas/masuk/sso/kembali"
LOGIN_PATH: Final = "/petugas/masuk"


class BadGroups(ValueError):
    """The file that says which group gives which role cannot be used as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleSignOn:
    """The provider as this application knows it."""

    settings: SsoSettings
    provider: Provider


def init_app(app: Flask) -> None:
    """Make the provider ready; it is asked when somebody signs in. Raises BadGroups."""
    app.extensions[EXTENSION] = _made(app.config) if app.config.get("OIDC_ISSUER") else None


def offered() -> SingleSignOn | None:
    """Return the single sign-on, if this service has one."""
    found: SingleSignOn | None = current_app.extensions[EXTENSION]
    return found


def needed() -> SingleSignOn:
    """Return the single sign-on. Raises SsoOff."""
    found = offered()
    if found is None:
        raise SsoOff
    return found


def local_login() -> LocalLogin:
    """Return who may sign in without the provider."""
    word = current_app.config.get("LOCAL_LOGIN", "unlinked")
    return LocalLogin(
        is_open=offered() is None or word == "all",
        only_emergency=word == "emergency",
        emergency=current_app.config.get("EMERGENCY_ACCOUNTS", frozenset()),
    )


def ground() -> Ground:
    """Return what sign-ons are decided on."""
    return Ground(
        city=current_city(),
        keys=current_keys(),
        settings=needed().settings,
        cost=hash_cost(current_app.config),
    )


def still_good(session_id: UUID, *, now: datetime) -> bool:
    """Tell whether the provider still stands by a session; end it when it does not.

    While it does not answer, the session goes on for half an hour.
    """
    single = offered()
    if single is None:
        return _ended(session_id)
    with transaction() as session:
        held = sign_ons.held(session, current_keys(), session_id)
    if held is None:
        return False
    age = now - held.confirmed_at
    if held.refresh_token is None:
        return age < UNCHECKED_LIVES or _ended(session_id)
    try:
        answered = single.provider.refresh(held.refresh_token, now=now)
    except (Revoked, Untrusted):
        return _ended(session_id, of_link=held.link.id)
    except SsoUnavailable:
        return age < GRACE or _ended(session_id)
    return _goes_on(held, answered, now=now)


def _goes_on(held: sign_ons.Held, answered: Answered, *, now: datetime) -> bool:
    with transaction() as session:
        return still_in(session, ground(), held, answered, now=now)


def _ended(session_id: UUID, *, of_link: UUID | None = None) -> bool:
    with transaction() as session:
        if of_link is not None:
            sign_ons.end_of_link(session, of_link)
        else:
            sign_ons.end(session, session_id)
    return False


def _made(config: Mapping[str, Any]) -> SingleSignOn:
    public = str(config["PUBLIC_URL"])
    settings = SsoSettings(
        issuer=config["OIDC_ISSUER"],
        client_id=config["OIDC_CLIENT_ID"],
        client_secret=config["OIDC_CLIENT_SECRET"],
        redirect_uri=public + BACK_PATH,
        after_logout_uri=public + LOGIN_PATH,
        roles=read_groups(Path(config["OIDC_GROUPS_FILE"])),
        mail_domains=config["OIDC_MAIL_DOMAINS"],
        name=config["OIDC_NAME"],
        scopes=config["OIDC_SCOPES"],
        groups_claim=config["OIDC_GROUPS_CLAIM"],
        factor_marks=config["OIDC_SECOND_FACTOR"],
        recheck=timedelta(seconds=config["OIDC_RECHECK_S"]),
        may_join=config["OIDC_JOIN"],
    )
    outgoing = Outgoing(inside=config["OIDC_NETWORKS"], own_ca=config["OIDC_CA_FILE"])
    return SingleSignOn(settings=settings, provider=Provider(settings, outgoing))


def read_groups(path: Path) -> dict[str, tuple[Grant, ...]]:
    """Return which group of the provider gives which roles here.

    Raises:
        BadGroups: naming the group that is wrong.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8")).get("groups", {})
    except (OSError, ValueError) as error:
        raise BadGroups(f"{path.name}: {error}") from error
    if not isinstance(given, dict) or not given:
        raise BadGroups(f"{path.name}: has no table [groups]")
    return {group: _grants(group, roles) for group, roles in given.items()}


def _grants(group: str, roles: object) -> tuple[Grant, ...]:
    if not isinstance(roles, list) or not roles:
        raise BadGroups(f'group "{group}": write a list, as in ["officer@DPUPR"]')
    return tuple(_grant(group, role) for role in roles)


def _grant(group: str, text: object) -> Grant:
    name, _, agency = str(text).partition("@")
    if name not in list(Role):
        raise BadGroups(f'group "{group}": "{text}" is no role')
    if name == Role.CONFIDENTIAL_HANDLER:
        raise BadGroups(
            f'group "{group}": handlers of confidential reports are named by the operator, '
            "with `citizenreport staff move`, never by a group"
        )
    grant = Grant(role=Role(name), agency_code=agency or None)
    try:
        check_grant(grant)
    except BadGrant as error:
        raise BadGroups(
            f'group "{group}": "{text}" needs an agency, or has one too many'
        ) from error
    return grant
