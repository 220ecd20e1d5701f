"""Settings, read once from the environment. The package never reads it: it is given settings.

`make run` (citizenreport serve) fills in what is missing for a private, local service; in production
a missing one stops the start. docs/settings.md explains each; a test holds the two together.
"""

import os
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

MOST_PROXIES = 10
SECOND_FACTOR_ROLES = "administrator,city_desk,confidential_handler"
ROLES = frozenset(
    [
        "officer",
        "agency_lead",
        "confidential_handler",
        "city_desk",
        "analyst",
        "city_leader",
        "inspectorate",
        "administrator",
    ]
)
DATABASE_URL_REMEDY = "must look like postgresql+psycopg://login@host/database"


class SettingMissing(KeyError):
    """A setting without a default is not in the environment."""

    def __str__(self) -> str:
        """Name the variable and where it is explained."""
        return f"{self.args[0]} is not set. docs/settings.md explains it."


class SettingInvalid(ValueError):
    """A setting is in the environment, but cannot be used as it stands."""

    def __init__(self, name: str, remedy: str) -> None:
        super().__init__(f"{name} {remedy}. docs/settings.md explains it.")


def from_env(env: Mapping[str, str] = os.environ) -> dict[str, object]:
    """Return Flask settings. Raises SettingMissing, SettingInvalid naming the variable."""
    private_url = env.get("CITIZENREPORT_PRIVATE_DATABASE_URL")  # set by `serve`, never by hand
    own_url = env.get("CITIZENREPORT_DATABASE_URL")
    host = env.get("CITIZENREPORT_HOST", "127.0.0.1")
    return {
        "SECRET_KEY": _required(env, "CITIZENREPORT_SECRET_KEY"),
        "SQLALCHEMY_DATABASE_URI": _database_url(
            own_url or private_url or _required(env, "CITIZENREPORT_DATABASE_URL")
        ),
        "MAY_USE_DEMO_KEYS": own_url is None and private_url is not None,
        "IS_PRIVATE": own_url is None and private_url is not None and _is_loopback(host),
        "CITY": env.get("CITIZENREPORT_CITY", "magelang"),
        "PUBLIC_URL": _required(env, "CITIZENREPORT_PUBLIC_URL").rstrip("/"),
        "KEYS_DIR": Path(_required(env, "CITIZENREPORT_KEYS_DIR")),
        "STORAGE_DIR": Path(_required(env, "CITIZENREPORT_STORAGE_DIR")),
        "CHECKPOINT_DIR": Path(_required(env, "CITIZENREPORT_CHECKPOINT_DIR")),
        "BASEMAP_DIR": _basemap_dir(env),
        "SMTP_URL": env.get("CITIZENREPORT_SMTP_URL", ""),
        "MAIL_FROM": env.get("CITIZENREPORT_MAIL_FROM", ""),
        "PUSH": _one_of(env, "CITIZENREPORT_PUSH", ("", "web", "console", "null")),
        "MESSENGER": _one_of(
            env, "CITIZENREPORT_MESSENGER", ("", "telegram", "whatsapp", "console", "null")
        ),
        "MESSENGER_URL": env.get("CITIZENREPORT_MESSENGER_URL", ""),
        "PARTNER_KEYS_DIR": env.get("CITIZENREPORT_PARTNER_KEYS_DIR", ""),
        "GEOREPORT_TEST_URL": env.get("CITIZENREPORT_GEOREPORT_TEST_URL", ""),
        "MESSENGER_TOKEN": env.get("CITIZENREPORT_MESSENGER_TOKEN", ""),
        **_carriers(env),
        "CONTACT_EMAIL": _address(env, "CITIZENREPORT_CONTACT_EMAIL"),
        "PASSWORD_MEMORY_KIB": _number(env, "CITIZENREPORT_PASSWORD_MEMORY_KIB", 65_536),
        "PASSWORD_LIST": _file(env, "CITIZENREPORT_PASSWORD_LIST"),
        "SECOND_FACTOR_ROLES": _roles(env, "CITIZENREPORT_SECOND_FACTOR_ROLES"),
        **_single_sign_on(env),
        "TRUSTED_PROXIES": _count(env, "CITIZENREPORT_TRUSTED_PROXIES", 0),
        "LIMITS": env.get("CITIZENREPORT_LIMITS", ""),
        "PASSWORD_TIME_COST": _number(env, "CITIZENREPORT_PASSWORD_TIME_COST", 3),
    }


def _carriers(env: Mapping[str, str]) -> dict[str, object]:
    """Return how messages of residents come in; a carrier is off until all it needs is set."""
    return {
        "TELEGRAM_TOKEN": _secret(
            env, "CITIZENREPORT_TELEGRAM_TOKEN", "CITIZENREPORT_TELEGRAM_TOKEN_FILE"
        ),
        "TELEGRAM_SECRET": _secret(
            env, "CITIZENREPORT_TELEGRAM_SECRET", "CITIZENREPORT_TELEGRAM_SECRET_FILE"
        ),
        "TELEGRAM_URL": env.get("CITIZENREPORT_TELEGRAM_URL", "https://api.telegram.org"),
        "WHATSAPP_TOKEN": _secret(
            env, "CITIZENREPORT_WHATSAPP_TOKEN", "CITIZENREPORT_WHATSAPP_TOKEN_FILE"
        ),
        "WHATSAPP_APP_SECRET": _secret(
            env, "CITIZENREPORT_WHATSAPP_APP_SECRET", "CITIZENREPORT_WHATSAPP_APP_SECRET_FILE"
        ),
        "WHATSAPP_VERIFY_TOKEN": _secret(
            env, "CITIZENREPORT_WHATSAPP_VERIFY_TOKEN", "CITIZENREPORT_WHATSAPP_VERIFY_TOKEN_FILE"
        ),
        "WHATSAPP_NUMBER_ID": env.get("CITIZENREPORT_WHATSAPP_NUMBER_ID", ""),
        "WHATSAPP_URL": env.get("CITIZENREPORT_WHATSAPP_URL", "https://graph.facebook.com/v23.0"),
        "SMS_URL": env.get("CITIZENREPORT_SMS_URL", ""),
        "SMS_TOKEN": _secret(env, "CITIZENREPORT_SMS_TOKEN", "CITIZENREPORT_SMS_TOKEN_FILE"),
        "SMS_SECRET": _secret(env, "CITIZENREPORT_SMS_SECRET", "CITIZENREPORT_SMS_SECRET_FILE"),
        "IMAP_URL": _secret(env, "CITIZENREPORT_IMAP_URL", "CITIZENREPORT_IMAP_URL_FILE"),
        "IMAP_CA_FILE": _file(env, "CITIZENREPORT_IMAP_CA_FILE"),
    }


def _secret(env: Mapping[str, str], name: str, file_name: str) -> str:
    """Return a secret, from its file when one is named; empty when there is none."""
    path = _file(env, file_name)
    return path.read_text(encoding="utf-8").strip() if path else env.get(name, "")


def _single_sign_on(env: Mapping[str, str]) -> dict[str, object]:
    """Return who signs staff in beside this service, and who may still sign in without it."""
    issuer = env.get("CITIZENREPORT_OIDC_ISSUER", "")
    if issuer and not (issuer.startswith("https://") and issuer.isascii()):
        raise SettingInvalid("CITIZENREPORT_OIDC_ISSUER", "must begin with https://")
    needed = ("CITIZENREPORT_OIDC_CLIENT_ID", "CITIZENREPORT_OIDC_GROUPS_FILE")
    for name in needed if issuer else ():
        _required(env, name)
    return {
        "OIDC_ISSUER": issuer,
        "OIDC_CLIENT_ID": env.get("CITIZENREPORT_OIDC_CLIENT_ID", ""),
        "OIDC_CLIENT_SECRET": _client_secret(env) if issuer else "",
        "OIDC_GROUPS_FILE": _file(env, "CITIZENREPORT_OIDC_GROUPS_FILE"),
        "OIDC_MAIL_DOMAINS": _mail_domains(env) if issuer else frozenset(),
        "OIDC_NAME": env.get("CITIZENREPORT_OIDC_NAME", ""),
        "OIDC_SCOPES": env.get("CITIZENREPORT_OIDC_SCOPES", "openid profile email"),
        "OIDC_GROUPS_CLAIM": env.get("CITIZENREPORT_OIDC_GROUPS_CLAIM", "groups"),
        "OIDC_SECOND_FACTOR": _factor_marks(env),
        "OIDC_RECHECK_S": _number(env, "CITIZENREPORT_OIDC_RECHECK_S", 300),
        "OIDC_JOIN": _one_of(env, "CITIZENREPORT_OIDC_JOIN", ("yes", "no")) == "yes",
        "OIDC_NETWORKS": _networks(env),
        "OIDC_CA_FILE": _file(env, "CITIZENREPORT_OIDC_CA_FILE"),
        "LOCAL_LOGIN": _one_of(env, "CITIZENREPORT_LOCAL_LOGIN", ("unlinked", "all", "emergency")),
        "EMERGENCY_ACCOUNTS": _words(env, "CITIZENREPORT_EMERGENCY_ACCOUNTS"),
    }


def _client_secret(env: Mapping[str, str]) -> str:
    """Return the secret, from its file when one is named: an environment is easily read."""
    path = _file(env, "CITIZENREPORT_OIDC_CLIENT_SECRET_FILE")
    if path is not None:
        return path.read_text(encoding="utf-8").strip()
    return _required(env, "CITIZENREPORT_OIDC_CLIENT_SECRET")


def _mail_domains(env: Mapping[str, str]) -> frozenset[str]:
    name = "CITIZENREPORT_OIDC_MAIL_DOMAINS"
    _required(env, name)
    domains = frozenset(word.lower() for word in _words(env, name))
    if any("@" in domain or "." not in domain for domain in domains):
        raise SettingInvalid(name, "must name domains, as in magelangkota.go.id")
    return domains


def _factor_marks(env: Mapping[str, str]) -> frozenset[str]:
    marks = _words(env, "CITIZENREPORT_OIDC_SECOND_FACTOR")
    if not all(mark.startswith(("amr:", "acr:")) for mark in marks):
        remedy = "must name values of amr or acr, as in amr:otp,acr:gold"
        raise SettingInvalid("CITIZENREPORT_OIDC_SECOND_FACTOR", remedy)
    return marks


def _networks(env: Mapping[str, str]) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(
            ip_network(word) for word in sorted(_words(env, "CITIZENREPORT_OIDC_NETWORKS"))
        )
    except ValueError as error:
        remedy = "must name networks, as in 10.1.2.0/24"
        raise SettingInvalid("CITIZENREPORT_OIDC_NETWORKS", remedy) from error


def _words(env: Mapping[str, str], name: str) -> frozenset[str]:
    return frozenset(word.strip() for word in env.get(name, "").split(",") if word.strip())


def _basemap_dir(env: Mapping[str, str]) -> Path:
    given = env.get("CITIZENREPORT_BASEMAP_DIR")
    return Path(given or Path(_required(env, "CITIZENREPORT_STORAGE_DIR")) / "basemap")


def _required(env: Mapping[str, str], name: str) -> str:
    if not env.get(name):
        raise SettingMissing(name)
    return env[name]


def _file(env: Mapping[str, str], name: str) -> Path | None:
    """Return a file that can be read now; None when none is named."""
    given = env.get(name)
    if not given:
        return None
    if not os.access(given, os.R_OK):
        raise SettingInvalid(name, "must be a file that the service may read")
    return Path(given)


def _roles(env: Mapping[str, str], name: str) -> frozenset[str]:
    given = env.get(name, SECOND_FACTOR_ROLES)
    roles = frozenset(word.strip() for word in given.split(",") if word.strip())
    if not roles <= ROLES:
        raise SettingInvalid(name, f"must name roles among {', '.join(sorted(ROLES))}")
    return roles


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    given = env.get(name, str(default))
    if not (given.isascii() and given.isdigit() and int(given) > 0):
        raise SettingInvalid(name, "must be a whole number above 0")
    return int(given)


def _address(env: Mapping[str, str], name: str) -> str:
    """Return a bare mail address; empty when there is none."""
    given = env.get(name, "")
    if any(character.isspace() or character in "<>" for character in given):
        raise SettingInvalid(name, "must be a bare mail address, as in lapor@example.go.id")
    return given


def _count(env: Mapping[str, str], name: str, default: int) -> int:
    given = env.get(name, str(default))
    if not (given.isascii() and given.isdigit() and int(given) <= MOST_PROXIES):
        raise SettingInvalid(name, f"must be a whole number from 0 to {MOST_PROXIES}")
    return int(given)


def _one_of(env: Mapping[str, str], name: str, words: tuple[str, ...]) -> str:
    given = env.get(name, words[0])
    if given not in words:
        raise SettingInvalid(name, f"must be one of {', '.join(filter(None, words))}, or empty")
    return given


def _database_url(given: str) -> str:
    """Return the address with the driver we use; people write addresses as libpq does."""
    scheme, colon, rest = given.partition("://")
    if not colon or scheme not in ("postgresql+psycopg", "postgresql", "postgres"):
        raise SettingInvalid("CITIZENREPORT_DATABASE_URL", DATABASE_URL_REMEDY)
    try:
        urlsplit(given).port  # noqa: B018 - raises for what is no host and no port
    except ValueError as error:
        raise SettingInvalid("CITIZENREPORT_DATABASE_URL", DATABASE_URL_REMEDY) from error
    return f"postgresql+psycopg://{rest}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
