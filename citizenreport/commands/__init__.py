"""The `citizenreport` command line (entry point `wsgi:cli`): one module per group of commands."""

from flask.cli import AppGroup, ScriptInfo
from flask_migrate.cli import db as migrations

from citizenreport.commands.audit import audit
from citizenreport.commands.city import city_cli
from citizenreport.commands.demo import demo
from citizenreport.commands.import_ import import_
from citizenreport.commands.indicators import indicators
from citizenreport.commands.jobs import jobs
from citizenreport.commands.keys import keys
from citizenreport.commands.private import Deployment, app_of_command
from citizenreport.commands.serve import serve
from citizenreport.commands.staff import staff
from citizenreport.commands.worker import worker


def command_line(deployment: Deployment) -> AppGroup:
    """Return the group of all commands.

    A command made with `AppGroup.command` (or `with_appcontext`) gets the application; on a private
    cluster that starts the cluster, or joins the one that `serve` runs.
    """
    info = ScriptInfo(create_app=lambda: app_of_command(deployment))
    info.data[Deployment.__name__] = deployment
    group = AppGroup(
        "citizenreport",
        help="Citizen-safety reporting for a city.",
        context_settings={"obj": info, "help_option_names": ["-h", "--help"]},
    )
    for command in (
        serve,
        worker,
        city_cli,
        import_,
        demo,
        staff,
        indicators,
        jobs,
        audit,
        keys,
        migrations,
    ):
        group.add_command(command)
    return group
