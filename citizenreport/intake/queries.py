"""Reading reports."""

import hmac
import json
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.core.keys import KeyRing, Place, open_sealed
from citizenreport.intake.models import IdempotencyKey, LegalHold, Photo, Report, ReportKey
from citizenreport.intake.rules import Contact, ReportNotFound

NO_SECRET = bytes(32)


def by_id(session: Session, report_id: UUID) -> Report:
    """Return a report. Raises ReportNotFound."""
    report = session.get(Report, report_id)
    if report is None:
        raise ReportNotFound
    return report


def by_code_and_secret(
    session: Session, keys: KeyRing, *, tracking_code: str, secret: str
) -> Report:
    """Return the report when the secret fits.

    An unknown code and a wrong secret take the same way and give the same answer.

    Raises:
        ReportNotFound: no such code, or another secret.
    """
    report = session.scalar(select(Report).where(Report.tracking_code == tracking_code))
    if not is_opened_by(keys, report, secret) or report is None:
        raise ReportNotFound
    return report


def is_opened_by(keys: KeyRing, report: Report | None, secret: str) -> bool:
    """Tell whether this is the report's secret, in the same time for every answer."""
    stored = report.secret_hmac if report is not None else None
    given = keys.fingerprint("tracking-secret", secret)
    return hmac.compare_digest(bytes(stored or NO_SECRET), given)


def is_followed(session: Session, report_id: UUID) -> bool:
    """Tell whether somebody holds a secret of this report: not of an imported or erased one."""
    query = select(Report.id).where(Report.id == report_id, Report.secret_hmac.is_not(None))
    return session.scalar(query) is not None


def photos_of(session: Session, report_id: UUID) -> Sequence[Photo]:
    """Return a report's photos in the order they were sent."""
    query = select(Photo).where(Photo.report_id == report_id).order_by(Photo.position_in_report)
    return session.scalars(query).all()


def first_send(session: Session, *, door: str, key_hmac: bytes) -> IdempotencyKey | None:
    """Return what was acknowledged under this key, if anything was."""
    return session.get(IdempotencyKey, (door, key_hmac))


def data_key_of(session: Session, keys: KeyRing, report_id: UUID) -> bytes | None:
    """Return the report's data key; None when nothing of it was ever sealed, or it was erased."""
    return unwrapped(keys, session.get(ReportKey, report_id))


def unwrapped(keys: KeyRing, row: ReportKey | None) -> bytes | None:
    """Return the data key of a row that was read already; None where there is none."""
    if row is None:
        return None
    return keys.unwrap(row.key_id, bytes(row.wrapped_key), row=str(row.report_id))


def newest_wrapped_keys(session: Session, *, per_key: int) -> list[tuple[str, UUID, bytes]]:
    """Return (key id, report, wrapped data key) of the newest reports under each encryption key."""
    place = func.row_number().over(
        partition_by=ReportKey.key_id, order_by=ReportKey.report_id.desc()
    )
    ranked = select(
        ReportKey.key_id, ReportKey.report_id, ReportKey.wrapped_key, place.label("place")
    ).subquery()
    rows = session.execute(
        select(ranked.c.key_id, ranked.c.report_id, ranked.c.wrapped_key).where(
            ranked.c.place <= per_key
        )
    )
    return [(key_id, report_id, bytes(wrapped)) for key_id, report_id, wrapped in rows]


def description_of(report: Report, data_key: bytes | None) -> str:
    """Return the resident's own words; empty when they were erased."""
    if report.description_sealed is None:
        return report.description or ""
    return _open_text(report, "description_sealed", report.description_sealed, data_key)


def landmark_of(report: Report, data_key: bytes | None) -> str | None:
    """Return the landmark the resident named."""
    if report.landmark_sealed is None:
        return report.landmark
    return _open_text(report, "landmark_sealed", report.landmark_sealed, data_key)


def answers_of(report: Report, data_key: bytes | None) -> dict[str, str]:
    """Return the answers to the category's follow-up questions by question code."""
    if report.answers_sealed is None:
        return dict(report.answers or {})
    opened = _open_text(report, "answers_sealed", report.answers_sealed, data_key)
    return dict(json.loads(opened)) if opened else {}


def subject_person_of(report: Report, data_key: bytes | None) -> str | None:
    """Return the person the report is about, in the reporter's words."""
    if report.subject_sealed is None:
        return None
    return _open_text(report, "subject_sealed", report.subject_sealed, data_key)


def contact_of(report: Report, data_key: bytes | None) -> Contact:
    """Return the reporter's contact. Reading it for staff is an act of its own (reveal)."""
    if report.contact_sealed is None or data_key is None:
        return Contact()
    opened = _open_text(report, "contact_sealed", report.contact_sealed, data_key)
    return Contact(**json.loads(opened))


def _open_text(report: Report, column: str, sealed: bytes, data_key: bytes | None) -> str:
    if data_key is None:
        return ""
    place = Place(table="report", column=column, row=str(report.id))
    return open_sealed(data_key, bytes(sealed), place).decode()


def hold_on(session: Session, report_id: UUID) -> LegalHold | None:
    """Return why a report may not be erased now; None when it may."""
    query = select(LegalHold).where(LegalHold.report_id == report_id, LegalHold.lifted_at.is_(None))
    return session.scalar(query)


def on_hold(session: Session, report_ids: Collection[UUID]) -> set[UUID]:
    """Return which of some reports may not be erased now."""
    query = select(LegalHold.report_id).where(
        LegalHold.report_id.in_(report_ids), LegalHold.lifted_at.is_(None)
    )
    return set(session.scalars(query))


def hold_reason(hold: LegalHold, data_key: bytes | None) -> str:
    """Return why a report may not be erased, as its reporter reads it."""
    if hold.reason_sealed is None or data_key is None:
        return hold.reason or ""
    return open_sealed(data_key, bytes(hold.reason_sealed), hold_place(hold.id)).decode()


def hold_place(hold_id: UUID) -> Place:
    """Return what the sealed reason of a hold is bound to."""
    return Place(table="legal_hold", column="reason_sealed", row=str(hold_id))
