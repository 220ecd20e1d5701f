"""How quick the first visit is on a slow phone: Lighthouse's performance, the median of five."""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from citizenreport.core.db import transaction
from citizenreport.triage.states import State
from citizenreport.web.context import current_city, current_keys, current_storage
from tests.benchmarks.intake import bench_database
from tests.databases import FreshDatabase
from tests.doors.pages.resident import Resident, receipt_of
from tests.doors.pages.staff import Staff
from tests.lighthouse_runs import following, look_at
from tests.servers import live_server_on

ROUNDS = 5
LIFE = (State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)


def figures() -> Iterator[dict[str, object]]:
    """Yield the performance of home, form and timeline, 0 to 100."""
    with (
        tempfile.TemporaryDirectory(prefix="cr-bench-") as name,
        bench_database(Path(name)) as database,
    ):
        cookies = a_followed_report(database)
        pages = {
            "home": ("/", {}),
            "form": ("/lapor?kategori=A04", {}),
            "timeline": ("/lacak/laporan", cookies),
        }
        with live_server_on(database) as server:
            for page, (path, held) in pages.items():
                url = f"{server.base_url}{path}"
                seen = [look_at(url, "performance", cookies=held) for _ in range(ROUNDS)]
                assert {one.url for one in seen} == {url}, "the page led somewhere else"
                found = [one.scores["performance"] for one in seen]
                yield {
                    "figure": f"performance_{page}",
                    "value": statistics.median(found),
                    "rounds": found,
                    "goal": ">= 95",
                }


def a_followed_report(database: FreshDatabase) -> dict[str, str]:
    """Report, have it released and settled; return the cookies that open its timeline."""
    with database.app.app_context():
        code, secret = receipt_of(Resident(database.app.test_client()).report())
        with transaction() as session:
            storage = current_storage()
            staff = Staff(
                session=session, city=current_city(), keys=current_keys(), storage=storage
            )
            staff.release(code)
            staff.move(code, *LIFE)
            staff.reply(code, "Regu kami datang hari Kamis.")
        return following(database.app, code=code, secret=secret)
