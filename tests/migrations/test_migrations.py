"""The migrations build exactly what the models say, in both directions."""

import re
from pathlib import Path

import pytest
from alembic.util import CommandError
from flask_migrate import check, downgrade, upgrade

from tests.databases import FreshDatabase

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"


def test_down_and_up_again_gives_the_same_schema(fresh_database: FreshDatabase) -> None:
    before = described(fresh_database)
    with fresh_database.app.app_context():
        downgrade(revision="base")
        assert [name for kind, name in described(fresh_database) if kind == "r"] == []
        upgrade()
    assert described(fresh_database) == before


def test_models_and_migrations_agree(fresh_database: FreshDatabase) -> None:
    with fresh_database.app.app_context():
        try:
            check()
        except (CommandError, SystemExit) as error:
            pytest.fail(f"write a migration: {error}")


def test_files_are_numbered_in_order() -> None:
    names = sorted(path.name for path in VERSIONS.glob("*.py"))
    assert [name[:5] for name in names] == [f"{n:04}_" for n in range(1, len(names) + 1)]
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", name) for name in names)


def test_each_file_follows_the_one_before() -> None:
    for number, path in enumerate(sorted(VERSIONS.glob("*.py")), start=1):
        source = path.read_text()
        parent = f"'{number - 1:04}'" if number > 1 else "None"
        assert re.search(rf"^revision = '{number:04}'$", source.replace('"', "'"), re.MULTILINE)
        assert re.search(rf"^down_revision = {parent}$", source.replace('"', "'"), re.MULTILINE)


def test_migrations_never_import_the_package() -> None:
    guilty = [
        path.name
        for path in VERSIONS.glob("*.py")
        if re.search(r"^\s*(from|import) citizenreport", path.read_text(), re.MULTILINE)
    ]
    assert guilty == []


def described(database: FreshDatabase) -> list[tuple[str, str]]:
    """Return kind and name of every table, index, view and sequence of ours, with rights."""
    with database.owner() as connection:
        return connection.execute(
            """
            SELECT c.relkind::text, c.relname || ' ' || coalesce(c.relacl::text, '')
            FROM pg_class c
            WHERE c.relnamespace = 'public'::regnamespace
              AND c.relname NOT IN ('alembic_version', 'alembic_version_pkc')
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
            ORDER BY 1, 2
            """
        ).fetchall()


def test_mail_addresses_of_staff_from_before_they_were_asked_stay_in_use(
    fresh_database: FreshDatabase,
) -> None:
    with fresh_database.app.app_context():
        downgrade(revision="0043")
        with fresh_database.owner() as connection:
            connection.execute(
                "INSERT INTO staff (id, username, name, password_hash, is_active, is_demo,"
                " created_at, password_set_at) VALUES (gen_random_uuid(), 'sri', 'Sri', 'x', true,"
                " false, now(), now())"
            )
            connection.execute(
                "INSERT INTO staff_address (id, staff_id, channel, address_hmac, address_sealed,"
                " key_id, wrapped_key, created_at)"
                " SELECT gen_random_uuid(), id, 'mail', 'a', 'b', 'c', 'd', created_at FROM staff"
            )
        upgrade()
        with fresh_database.owner() as connection:
            found = connection.execute(
                "SELECT confirmed_at = created_at FROM staff_address"
            ).fetchall()
    assert found == [(True,)]
