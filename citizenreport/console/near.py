"""The tickets near a ticket and those that may repeat it, as its page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from flask_babel import force_locale
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.console import words
from citizenreport.i18n.languages import DEFAULT_LANGUAGE, LANGUAGES
from citizenreport.identity.rules import Actor
from citizenreport.suggestions.queries import Near, near_tickets
from citizenreport.suggestions.rules import ALIKE_TOLD, Reasons
from citizenreport.triage.desk import DeskTicket
from citizenreport.triage.states import LABELS, State
from citizenreport.web.ages import age_words
from citizenreport.web.translate import _, ngettext

SHOWN: Final = 5
SUGGESTED: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownNear:
    """One line. `reasons` is empty where nothing speaks for the same thing."""

    ticket_id: str
    tracking_code: str
    category: str
    state: str
    tone: str
    distance: str | None
    age: str
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What lies near, what may be the same, and what the reporter reads when they are joined."""

    near: Sequence[ShownNear]
    alike: Sequence[ShownNear]
    why_joined: str


def surroundings(
    session: Session, city: City, actor: Actor, found: DeskTicket, *, now: datetime
) -> Surroundings:
    """Return what the page tells of other tickets, in one query."""
    tickets = near_tickets(session, city, actor, found.ticket, found.report, now=now)
    alike = sorted(
        (one for one in tickets if one.reasons is not None),
        key=lambda one: one.reasons.rank if one.reasons else (True, 0.0, 0),
    )[:SUGGESTED]
    others = [one for one in tickets if one.metres is not None and one not in alike]
    today = city.local_date(now)
    locale = found.report.locale
    with force_locale(locale if locale in LANGUAGES else DEFAULT_LANGUAGE):
        why = _("Laporan lain tentang hal yang sama sudah masuk lebih dahulu.")
    return Surroundings(
        near=[_shown(city, one, today=today) for one in others[:SHOWN]],
        alike=[_shown(city, one, today=today) for one in alike],
        why_joined=why,
    )


def _shown(city: City, one: Near, *, today: date) -> ShownNear:
    state = State(one.ticket.state)
    return ShownNear(
        ticket_id=str(one.ticket.id),
        tracking_code=one.tracking_code,
        category=words.category_name(city, one.ticket.category_code),
        state=_(LABELS[state]),
        tone=words.STATE_TONES.get(state, ""),
        distance=_distance(one.metres),
        age=age_words((today - city.local_date(one.ticket.submitted_at)).days),
        reasons=_reasons(one.reasons) if one.reasons else (),
    )


def _distance(metres: float | None) -> str | None:
    return None if metres is None else _("%(metres)d m", metres=round(metres))


def _reasons(reasons: Reasons) -> list[str]:
    found = []
    if reasons.same_category:
        found.append(_("jenis sama"))
    if reasons.metres is not None:
        found.append(_("berjarak %(metres)d m", metres=round(reasons.metres)))
    if reasons.days_apart == 0:
        found.append(_("masuk dalam sehari"))
    else:
        found.append(ngettext("selisih %(num)d hari", "selisih %(num)d hari", reasons.days_apart))
    if reasons.alike >= ALIKE_TOLD:
        found.append(_("teks mirip %(n)d dari 100", n=round(reasons.alike * 100)))
    if reasons.words:
        found.append(_("kata yang sama: %(words)s", words=", ".join(reasons.words)))
    return found
