"""The demo of a database: beginning it, going on with it, saying how far it is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from citizenreport.core.errors import Conflict
from citizenreport.core.text import _n
from citizenreport.intake.models import Report
from citizenreport.pipeline.demo.models import THE_ONE, DemoRun
from citizenreport.pipeline.demo.plan import Period


class NotEmpty(Conflict):
    """Made-up reports never come among real ones."""

    code = "database-not-empty"
    title = _n(
        "Basis data ini sudah berisi laporan. Data contoh hanya dibuat di basis data kosong."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the demo has come."""

    done: int
    wanted: int

    @property
    def is_finished(self) -> bool:
        return self.done >= self.wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a demo is made from; kept, so that an interrupted one goes on as it began."""

    seed: int
    wanted: int
    period: Period


def begin(session: Session, order: Order, *, now: datetime) -> Order:
    """Return what to make: this order in an empty database, the first one in an unfinished demo.

    Raises:
        NotEmpty: there are reports that no unfinished demo made.
    """
    if not can_begin(session):
        raise NotEmpty
    run = session.get(DemoRun, THE_ONE)
    if run is None:
        run = DemoRun(
            seed=order.seed,
            wanted=order.wanted,
            since=order.period.since,
            until=order.period.until,
            started_at=now,
        )
        session.add(run)
        session.flush()
    period = Period(since=run.since, until=run.until)
    return Order(seed=run.seed, wanted=run.wanted, period=period)


def lock(session: Session) -> DemoRun:
    """Return the run, so that nobody else goes on with it before the transaction ends."""
    return session.scalars(select(DemoRun).with_for_update()).one()


def advance(run: DemoRun, *, done: int, now: datetime) -> None:
    """Note how many lives are in the database now."""
    run.done = done
    if done >= run.wanted:
        run.finished_at = now


def progress(session: Session) -> Progress | None:
    """Return how far the demo is; None in a service without one."""
    run = session.get(DemoRun, THE_ONE)
    return Progress(done=run.done, wanted=run.wanted) if run else None


def can_begin(session: Session) -> bool:
    """Tell whether a demo may begin or go on here."""
    run = session.get(DemoRun, THE_ONE)
    if run is not None:
        return run.finished_at is None
    return not session.scalar(select(exists().where(Report.id.is_not(None))))
