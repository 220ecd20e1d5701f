"""`citizenreport demo`: fill an empty private service with made-up reports of twelve months."""

from collections.abc import Iterable

import click
from tqdm import tqdm

from citizenreport.commands.beside import prepare
from citizenreport.commands.demo_accounts import open_demo_accounts
from citizenreport.commands.demo_making import REPORTS, SEED, make_demo, period_of
from citizenreport.commands.private import app_of_command, current_deployment
from citizenreport.commands.staff import plain_errors
from citizenreport.core.clock import utcnow
from citizenreport.core.errors import Conflict
from citizenreport.core.text import _n
from citizenreport.pipeline.demo.run import Order, Progress
from citizenreport.web.context import current_city


class NotPrivate(Conflict):
    """A demo belongs on somebody's own machine, never where real reports may come."""

    code = "demo-not-private"
    title = _n(
        "Data contoh hanya untuk layanan pribadi di komputer sendiri: tanpa "
        "CITIZENREPORT_DATABASE_URL, dan hanya di alamat loopback."
    )


@click.command("demo")
@click.option(
    "--reports",
    default=REPORTS,
    show_default=True,
    type=click.IntRange(1, 20_000),
    help="How many reports.",
)
@click.option(
    "--year",
    type=click.IntRange(2000, 2100),
    help="A calendar year instead of the past twelve months.",
)
@click.option("--seed", default=SEED, show_default=True, help="Another seed makes another year.")
def demo(reports: int, year: int | None, seed: int) -> None:
    """Fill an empty private service with made-up reports, or go on where that was interrupted."""
    deployment = current_deployment()
    with plain_errors():
        check_private(not deployment.has_own_database)
        app = app_of_command(deployment)
        check_private(app.config["IS_PRIVATE"])
        prepare(app)
        with app.app_context():
            city = current_city()
            open_demo_accounts(city, deployment.state_dir)
            order = Order(seed=seed, wanted=reports, period=period_of(city, year, now=utcnow()))
            show(make_demo(order))


def show(steps: Iterable[Progress]) -> None:
    """Draw a bar over the steps; none before the first one was possible."""
    bar: tqdm[None] | None = None
    for progress in steps:
        bar = bar or tqdm(unit=" laporan", total=progress.wanted)
        bar.update(progress.done - bar.n)
    if bar is not None:
        bar.close()


def check_private(is_private: object) -> None:
    """Raise NotPrivate unless the service is somebody's own."""
    if not is_private:
        raise NotPrivate
