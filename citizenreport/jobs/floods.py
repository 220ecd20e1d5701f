"""Telling the city desk that reports come in a flood: when, how many, and what the service does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.text import _n
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.identity import queries as identity_queries
from citizenreport.identity.rules import Role
from citizenreport.jobs.mails import duty_address, instant_text, message_key_of, post
from citizenreport.messaging.queries import address_of
from citizenreport.messaging.rules import Mail, SubscriptionChannel
from citizenreport.messaging.staff import addresses_of
from citizenreport.messaging.texts_staff import FLOOD
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.floods import Flood
from citizenreport.web.models import FloodNote
from citizenreport.web.translate import _

KEPT: Final = timedelta(days=30)
SHOWN: Final = timedelta(hours=24)
HOUR: Final = timedelta(hours=1)
WORDS: Final = {
    Flood.HARDER: _n(
        "Laporan masuk sampai %(number)d per menit. Bukti kerja di ponsel pengirim dibuat lebih berat."
    ),
    Flood.REFUSED: _n(
        "%(number)d kiriman diminta menunggu karena terlalu banyak dari satu jaringan. Tulisan mereka tidak hilang."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodSaid:
    """What is told of one hour of a flood."""

    last_at: datetime
    words: str


def watch_floods(*, now: datetime | None = None) -> None:
    """Mail the city desk of what began; an hour that goes on from the one before tells nobody again."""
    at = now or utcnow()
    with transaction() as session:
        session.execute(delete(FloodNote).where(FloodNote.last_at < at - KEPT))
        query = select(FloodNote).where(FloodNote.told_at.is_(None)).order_by(FloodNote.hour_at)
        rows = session.scalars(query.with_for_update(skip_locked=True)).all()
        begun = [row for row in rows if not _goes_on(session, row)]
        mails = list(_mails(session, begun)) if begun else []
        for row in rows:
            row.told_at = at
    for mail in mails:
        post(mail)


def lately(session: Session, *, now: datetime) -> list[FloodSaid]:
    """Return the floods of a day in the reader's language, newest first."""
    query = select(FloodNote).where(FloodNote.last_at > now - SHOWN)
    rows = session.scalars(query.order_by(FloodNote.last_at.desc(), FloodNote.kind))
    return [FloodSaid(last_at=row.last_at, words=_said(row)) for row in rows]


def _goes_on(session: Session, row: FloodNote) -> bool:
    return session.get(FloodNote, (row.kind, row.hour_at - HOUR)) is not None


def _said(row: FloodNote) -> str:
    return _(WORDS[Flood(row.kind)], number=row.number)


def _mails(session: Session, rows: Sequence[FloodNote]) -> Iterable[Mail]:
    city = current_city()
    with force_locale(DEFAULT_LANGUAGE):
        said = [f"{instant_text(city, row.last_at)}: {_said(row)}" for row in rows]
        link = f"{current_app.config['PUBLIC_URL']}/petugas/kendali"
        subject, text = _(FLOOD.subject), _(FLOOD.text, lines="\n".join(said), link=link)
    for to in _desk(session):
        yield Mail(
            to=to,
            subject=subject,
            text=text,
            language=DEFAULT_LANGUAGE,
            message_key=message_key_of("flood", *[(row.kind, row.hour_at) for row in rows], to),
            written_at=utcnow(),
            own_url=current_app.config["PUBLIC_URL"],
        )


def _desk(session: Session) -> list[str]:
    """Return where the people of the city desk are told; its own address where none of them has one."""
    people = [one.staff_id for one in identity_queries.active_in_role(session, Role.CITY_DESK)]
    mail = SubscriptionChannel.MAIL.value
    rows = [row for row in addresses_of(session, people) if row.channel == mail]
    city = current_city()
    own = [address_of(current_keys(), row) for row in rows]
    return own or [duty_address(city, city.desk_agency_code, about=None)]
