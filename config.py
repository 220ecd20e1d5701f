"""Settings, read once from the environment. The package never reads it: it is given settings.

`make run` (citizenreport serve) fills in what is missing for a private, local service; in production
a missing one stops the start. docs/settings.md explains each; a test holds the two together.
"""

import os
from collections.abc import Mapping
from ipaddress import ip_address
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
        "MESSENGER_TOKEN": env.get("CITIZENREPORT_MESSENGER_TOKEN", ""),
        "CONTACT_EMAIL": _address(env, "CITIZENREPORT_CONTACT_EMAIL"),
        "PASSWORD_MEMORY_KIB": _number(env, "CITIZENREPORT_PASSWORD_MEMORY_KIB", 65_536),
        "PASSWORD_LIST": _file(env, "CITIZENREPORT_PASSWORD_LIST"),
        "SECOND_FACTOR_ROLES": _roles(env, "CITIZENREPORT_SECOND_FACTOR_ROLES"),
        "TRUSTED_PROXIES": _count(env, "CITIZENREPORT_TRUSTED_PROXIES", 0),
        "LIMITS": env.get("CITIZENREPORT_LIMITS", ""),
        "PASSWORD_TIME_COST": _number(env, "CITIZENREPORT_PASSWORD_TIME_COST", 3),
    }


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
