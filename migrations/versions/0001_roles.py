"""roles, their rights on every later table, extensions"""

from alembic import op
from sqlalchemy.exc import ProgrammingError

revision = "0001"
down_revision = None

EXTENSIONS = ("postgis", "pg_trgm")
ROLES = ("citizenreport_app", "citizenreport_public")

MAKE_ROLE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
    CREATE ROLE {role} NOLOGIN;
  END IF;
  IF NOT pg_has_role(current_user, '{role}', 'MEMBER') THEN
    GRANT {role} TO CURRENT_USER;
  END IF;
END $$
"""


def upgrade() -> None:
    for extension in EXTENSIONS:
        _as_administrator(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    for role in ROLES:
        _as_administrator(MAKE_ROLE.format(role=role))
    op.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    op.execute("GRANT USAGE ON SCHEMA public TO citizenreport_app, citizenreport_public")
    # The service works with every table that a later migration makes; that migration takes back
    # what is too much. Public reading gets nothing but what a migration grants it by name.
    op.execute(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
        " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO citizenreport_app"
    )
    op.execute(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
        " GRANT SELECT, USAGE ON SEQUENCES TO citizenreport_app"
    )


def downgrade() -> None:
    """Take the rights back. Roles belong to the whole server, extensions may be used by others."""
    op.execute(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
        " REVOKE SELECT, INSERT, UPDATE, DELETE ON TABLES FROM citizenreport_app"
    )
    op.execute(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
        " REVOKE SELECT, USAGE ON SEQUENCES FROM citizenreport_app"
    )
    op.execute("REVOKE USAGE ON SCHEMA public FROM citizenreport_app, citizenreport_public")


def _as_administrator(statement: str) -> None:
    """Run what an ordinary login may not; say what to ask the administrator for."""
    try:
        op.execute(statement)
    except ProgrammingError as error:
        raise RuntimeError(
            f"The database refused: {str(error.orig).splitlines()[0]}\n"
            f"Ask its administrator to run this once, then try again:{statement}\n"
            "(PostGIS itself: apt-get install postgresql-postgis on the database server)"
        ) from error
