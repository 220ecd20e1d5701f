"""Taking a list of tickets along: the rows of the queue without what is protected, and that it was done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.core.errors import Conflict
from citizenreport.core.ids import new_id
from citizenreport.core.text import _n
from citizenreport.identity.rules import Actor
from citizenreport.triage.models import Ticket
from citizenreport.triage.queue import Instants, QueueRow, QueueWish, queue_query, row_of
from citizenreport.triage.queue_models import QueueExport
from citizenreport.triage.views import WORDS_ARG

MAX_ROWS: Final = 20_000
CHUNK: Final = 500


class TooManyRows(Conflict):
    code = "too-many-rows"
    title = _n("Paling banyak 20.000 tiket sekali unduh. Persempit saringannya.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many rows a list has, each up to MAX_ROWS + 1: those that may leave, and protected ones."""

    rows: int
    left_out: int

    @property
    def is_too_many(self) -> bool:
        return self.rows > MAX_ROWS


def sizes(session: Session, city: City, actor: Actor, wish: QueueWish, *, at: Instants) -> Sizes:
    """Count what an export of the queue would hold, and what it would leave out."""
    is_protected = Ticket.visibility == Visibility.CONFIDENTIAL.value
    listed = queue_query(city, actor, wish, at=at).order_by(None)
    counts = [
        select(func.count())
        .select_from(
            listed.where(condition)
            .with_only_columns(literal(1).label("one"))
            .limit(MAX_ROWS + 1)
            .subquery()
        )
        .scalar_subquery()
        for condition in (~is_protected, is_protected)
    ]
    rows, left_out = session.execute(select(*counts)).one()
    return Sizes(rows=rows, left_out=left_out)


def open_rows(
    session: Session, city: City, actor: Actor, wish: QueueWish, *, at: Instants
) -> Iterator[QueueRow]:
    """Yield the rows of the queue in its order, few in memory at a time, none of them protected."""
    query = queue_query(city, actor, wish, at=at)
    query = query.where(Ticket.visibility != Visibility.CONFIDENTIAL.value).limit(MAX_ROWS)
    for row in session.execute(query.execution_options(yield_per=CHUNK)):
        yield row_of(city, actor, *row)


def record(
    session: Session,
    *,
    staff_id: UUID,
    file_kind: str,
    filters: Mapping[str, str],
    counted: Sizes,
    now: datetime,
) -> None:
    """Note who takes which list along; of a search only that there was one.

    Raises:
        TooManyRows: nothing leaves.
    """
    if counted.is_too_many:
        raise TooManyRows
    codes = {name: "1" if name == WORDS_ARG else value for name, value in filters.items()}
    session.add(
        QueueExport(
            id=new_id(),
            staff_id=staff_id,
            exported_at=now,
            file_kind=file_kind,
            filters=codes,
            row_count=counted.rows,
            left_out=counted.left_out,
        )
    )
    session.flush()
