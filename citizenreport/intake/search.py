"""Finding reports by what is written in them: the plain texts only, never what is sealed.

Words are compared by their Indonesian stems; where none fits, by their letters (trigrams), so that
a slip of the pen or a part of a word finds too. Each has an index over the same expression. The
outbox files the words of a new report (`file_words`); from then on the database keeps them in step.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, func, literal, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR, insert
from sqlalchemy.orm import Session

from citizenreport.core.errors import InvalidInput
from citizenreport.core.ids import ALPHABET, TRACKING_CODE_CHARS, normalise_tracking_code
from citizenreport.core.text import _n
from citizenreport.intake.models import WORDS_SQL, Report, ReportWords

MIN_CHARS: Final = 3
MAX_CHARS: Final = 100


class BadWording(InvalidInput):
    code = "bad-wording"
    title = _n("Cari dengan 3 sampai 100 huruf.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What somebody searches for. `code`: it reads as a tracking code, and finds that report only.

    `is_loose`: similar words do too.
    """

    text: str
    code: str | None = None
    is_loose: bool = False


def wording_of(text: str, *, is_loose: bool = False) -> Wording:
    """Return what a search box means. Raises BadWording."""
    trimmed = " ".join(text.replace("\x00", "").split())
    if not MIN_CHARS <= len(trimmed) <= MAX_CHARS:
        raise BadWording(pointer="#/cari")
    code = normalise_tracking_code(trimmed)
    is_code = len(code) == TRACKING_CODE_CHARS and set(code) <= set(ALPHABET)
    return Wording(text=trimmed, code=code if is_code and not is_loose else None, is_loose=is_loose)


def is_about(wording: Wording) -> ColumnElement[bool]:
    """Return the condition on `Report` that a wording sets."""
    if wording.code is not None:
        return Report.tracking_code == wording.code
    words = literal_column(WORDS_SQL, TSVECTOR())
    query = func.websearch_to_tsquery(literal_column("'indonesian'::regconfig"), wording.text)
    fits: ColumnElement[bool] = words.bool_op("@@")(query)
    if wording.is_loose:
        written = ReportWords.written
        is_similar = written.bool_op("%>")(wording.text)
        fits = or_(fits, is_similar, written.icontains(wording.text, autoescape=True))
    return Report.id.in_(select(ReportWords.report_id).where(fits))


def file_words(session: Session, report_ids: Collection[UUID]) -> None:
    """File the plain texts of these reports for searching; of sealed ones there is nothing to file.

    A report that somebody seals at the same time is waited for: its words are not filed after it.
    """
    texts = (
        select(Report.id, written := func.concat_ws(" ", Report.description, Report.landmark))
        .where(
            Report.id == any_(literal([*report_ids], ARRAY(Uuid))),
            Report.description_sealed.is_(None),
            func.trim(written) != "",
        )
        .order_by(Report.id)
        .with_for_update(read=True, of=Report)
    )
    session.execute(
        insert(ReportWords)
        .from_select([ReportWords.report_id, ReportWords.written], texts)
        .on_conflict_do_nothing()
    )
