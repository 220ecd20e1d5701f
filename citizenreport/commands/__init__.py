"""The `citizenreport` command line (entry point `wsgi:cli`): one module per group of commands."""

import errno
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

import click
from flask.cli import AppGroup, ScriptInfo
from sqlalchemy.exc import ArgumentError, OperationalError

from citizenreport.commands.private import Deployment, app_of_command
from citizenreport.core.errors import CitizenReportError
from citizenreport.core.keys import BrokenKeys

__all__ = ["Deployment", "command_line"]

# A command's module is loaded when the command is asked for: `serve` need not wait for the others.
COMMANDS: Final[Mapping[str, str]] = {
    "serve": "citizenreport.commands.serve:serve",
    "worker": "citizenreport.commands.worker:worker",
    "city": "citizenreport.commands.city:city_cli",
    "import": "citizenreport.commands.import_:import_",
    "demo": "citizenreport.commands.demo:demo",
    "staff": "citizenreport.commands.staff:staff",
    "api-keys": "citizenreport.commands.api_keys:api_keys",
    "duty": "citizenreport.commands.duty:duty",
    "indicators": "citizenreport.commands.indicators_composite:indicators",
    "snapshot": "citizenreport.commands.snapshot:snapshot",
    "suggest": "citizenreport.commands.suggest:suggest_cli",
    "jobs": "citizenreport.commands.jobs:jobs",
    "recap": "citizenreport.commands.recap:recap",
    "audit": "citizenreport.commands.audit:audit",
    "keys": "citizenreport.commands.keys:keys",
    "breach": "citizenreport.commands.breach:breach",
    "erasures": "citizenreport.commands.erasures:erasures",
    "retention": "citizenreport.commands.retention:retention",
    "db": "flask_migrate.cli:db",
}


class CommandLine(AppGroup):
    """A group that loads a command when it is asked for."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; say what is not a bug of ours in one line instead of a traceback."""
        try:
            return super().invoke(ctx)
        except CitizenReportError as error:
            raise click.ClickException(error.detail) from error
        except UnicodeEncodeError as error:  # a shell passes on any bytes
            raise click.ClickException("An argument is not UTF-8.") from error
        except (BrokenKeys, ArgumentError) as error:
            raise click.ClickException(str(error)) from error
        except OperationalError as error:
            reason = str(error.orig).strip().partition("\n")[0]
            raise click.ClickException(f"The database does not answer: {reason}") from error
        except OSError as error:
            if error.filename is None or error.errno == errno.EPIPE:
                raise
            place = click.format_filename(error.filename)
            raise click.ClickException(f"{place[:200]}: {error.strerror}") from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name].split(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


def command_line(deployment: Deployment) -> CommandLine:
    """Return the group of all commands.

    A command made with `AppGroup.command` (or `with_appcontext`) gets the application; on a private
    cluster that starts the cluster, or joins the one that `serve` runs.
    """
    info = ScriptInfo(create_app=lambda: app_of_command(deployment))
    info.data[Deployment.__name__] = deployment
    return CommandLine(
        "citizenreport",
        help="Citizen-safety reporting for a city.",
        context_settings={"obj": info, "help_option_names": ["-h", "--help"]},
    )
