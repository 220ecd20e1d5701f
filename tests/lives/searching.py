"""Looking for what is left of many lives: in a whole dump, in files, in rows and in keys."""

import mmap
import re
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from citizenreport.core.postgres import find_binaries
from citizenreport.ledger.audit import verify
from citizenreport.ledger.queries import heads, walk
from tests.databases import FreshDatabase
from tests.lives.kinds import DUE, YOUNG

WORD = re.compile(rb"kanari(?:tua|muda)[a-z0-9]+x")
SEALED = """
    SELECT (SELECT count(*) FROM report r WHERE erased_at IS NOT NULL AND (
            num_nonnulls(secret_hmac, position, accuracy_m, neighbourhood, description, landmark,
                answers, contact_sealed, description_sealed, landmark_sealed, answers_sealed,
                subject_sealed, occurred_at) > 0 OR locale <> 'id'))
        + (SELECT count(*) FROM report_key JOIN report r ON r.id = report_id WHERE erased_at IS NOT NULL)
        + (SELECT count(*) FROM idempotency_key JOIN report r ON r.id = report_id
            WHERE erased_at IS NOT NULL)
        + (SELECT count(*) FROM legal_hold JOIN report r ON r.id = report_id
            WHERE erased_at IS NOT NULL AND reason_sealed IS NOT NULL)
        + (SELECT count(*) FROM contact_check JOIN report r ON r.id = report_id
            WHERE erased_at IS NOT NULL)
        + (SELECT count(*) FROM push_watch JOIN report r ON r.id = report_id
            WHERE erased_at IS NOT NULL)
        + (SELECT count(*) FROM photo JOIN report r ON r.id = report_id WHERE erased_at IS NOT NULL)
        + (SELECT count(*) FROM report_words JOIN report r ON r.id = report_id
            WHERE erased_at IS NOT NULL)
        + (SELECT count(*) FROM ticket t JOIN report r ON r.id = t.report_id
            WHERE erased_at IS NOT NULL AND (
                EXISTS (SELECT FROM message m WHERE m.ticket_id = t.id
                    AND num_nonnulls(m.text, m.text_sealed) > 0)
                OR EXISTS (SELECT FROM field_visit v WHERE v.ticket_id = t.id
                    AND v.position IS NOT NULL)
                OR EXISTS (SELECT FROM survey_answer s WHERE s.ticket_id = t.id)
                OR EXISTS (SELECT FROM referral f WHERE f.ticket_id = t.id
                    AND num_nonnulls(f.words, f.words_sealed) > 0)
                OR EXISTS (SELECT FROM outside_copy o WHERE o.ticket_id = t.id)
                OR EXISTS (SELECT FROM mediation d JOIN mediation_entry e ON e.mediation_id = d.id
                    WHERE d.ticket_id = t.id AND num_nonnulls(e.words_sealed, d.follow_up_on) > 0)
                OR EXISTS (SELECT FROM body_question q WHERE q.ticket_id = t.id
                    AND num_nonnulls(q.question_sealed, q.answer_sealed, q.wrapped_key) > 0)
                OR EXISTS (SELECT FROM release l WHERE l.ticket_id = t.id)
                OR EXISTS (SELECT FROM photo_release l WHERE l.ticket_id = t.id)
                OR (t.visibility = 'confidential' AND t.area_code IS NOT NULL)))
"""
"""Rows of erased reports in which something personal is left, sealed or not."""


def words_in_dump(database: FreshDatabase) -> set[str]:
    """Return every planted word that a full pg_dump of the database holds."""
    address = urlsplit(database.url.replace("+psycopg", "")).geturl()
    with tempfile.TemporaryDirectory(prefix="cr-dump-") as folder:
        path = Path(folder) / "dump.sql"
        command = [str(find_binaries() / "pg_dump"), "-f", str(path), address]
        subprocess.run(command, check=True, capture_output=True)
        return _words_in(path)


def words_in_files(folder: Path) -> set[str]:
    """Return every planted word in any file below a folder: storage, and all that is written aside."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
    return set().union(*(_words_in(path) for path in paths))


def _words_in(path: Path) -> set[str]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return {word.decode() for word in WORD.findall(content)}


def of(kind: str, words: Iterable[str]) -> set[str]:
    """Return the words of what is due, or of what is not."""
    assert kind in (DUE, YOUNG)
    return {word for word in words if word.startswith(kind)}


def rows_left(database: FreshDatabase) -> int:
    """Return in how many rows something of the erased is left."""
    with database.owner() as connection:
        ((count,),) = connection.execute(SEALED).fetchall()
    return int(count)


def faults(session: Session) -> int:
    """Return how many things are wrong with the chain of events."""
    known = {(kind, id_): (seq, hash_) for kind, id_, seq, hash_ in heads(session)}
    return len(verify(walk(session), known).faults)
