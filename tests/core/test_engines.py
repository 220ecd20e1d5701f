"""One login, three roles, however the address is written."""

import pytest
from psycopg.conninfo import conninfo_to_dict

from citizenreport.core.db import APP_ROLE
from citizenreport.core.engines import psycopg_address

OPTIONS = f"-c role={APP_ROLE}"


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        (
            "postgresql+psycopg://me@/city?host=/run/socket",
            {"user": "me", "dbname": "city", "host": "/run/socket", "options": OPTIONS},
        ),
        (
            "postgresql+psycopg://me:a%20b@db:6432/city?options=-c%20search_path=x",
            {
                "user": "me",
                "password": "a b",
                "dbname": "city",
                "host": "db",
                "port": "6432",
                "options": f"-c search_path=x {OPTIONS}",
            },
        ),
    ],
)
def test_the_queue_gets_the_same_address_and_role(url: str, parts: dict[str, str]) -> None:
    assert conninfo_to_dict(psycopg_address(url)) == parts
