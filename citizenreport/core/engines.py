"""How we connect: one login, three roles.

The service works as `citizenreport_app`, public pages read as `citizenreport_public`, migrations run
as the login itself. Each connection takes its role when it is opened, so nothing has to remember it.
"""

from collections.abc import Mapping
from typing import Any

from psycopg.conninfo import make_conninfo
from sqlalchemy import Engine, NullPool, create_engine, make_url

from citizenreport.core.db import APP_ROLE, PUBLIC_BIND, PUBLIC_ROLE, STATEMENT_BIND


def engine_settings(database_url: str) -> dict[str, object]:
    """Return the Flask-SQLAlchemy settings for a login address."""
    as_service = _as_role(database_url, APP_ROLE)
    working = as_service["connect_args"]
    return {
        "SQLALCHEMY_DATABASE_URI": database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": as_service,
        "SQLALCHEMY_BINDS": {
            PUBLIC_BIND: {
                "url": database_url,
                **_as_role(database_url, PUBLIC_ROLE, default_transaction_read_only="on"),
            },
            STATEMENT_BIND: {
                "url": database_url,
                "connect_args": {**working, "autocommit": True},
                "pool_reset_on_return": None,  # nothing is left open that could be rolled back
            },
        },
    }


def login_engine(database_url: str) -> Engine:
    """Return an engine that keeps no connection and takes no role: for migrations."""
    return create_engine(database_url, poolclass=NullPool)


def psycopg_address(database_url: str) -> str:
    """Return the address in the words of libpq, working as the service: for the queue's own pool."""
    url = make_url(database_url)
    parts: dict[str, Any] = {
        **url.query,
        **url.translate_connect_args(username="user", database="dbname"),
        **_as_role(database_url, APP_ROLE)["connect_args"],
    }
    return make_conninfo("", **{name: str(value) for name, value in parts.items()})


def _as_role(database_url: str, role: str, **settings: str) -> Mapping[str, Any]:
    given = make_url(database_url).query.get("options", "")
    own = "".join(f" -c {name}={value}" for name, value in {"role": role, **settings}.items())
    return {"connect_args": {"options": f"{given}{own}".strip()}}
