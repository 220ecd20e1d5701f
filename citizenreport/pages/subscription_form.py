"""What a form for a subscription brings, and what a page shows of one."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from citizenreport.cities.rules import Aspect, City
from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n
from citizenreport.messaging.models import Subscription
from citizenreport.messaging.rules import Frequency, SubscriptionChannel, Wish
from citizenreport.web.area_words import area_words
from citizenreport.web.forms import form_text
from citizenreport.web.links import Purpose, mint_token
from citizenreport.web.locale import page_language

FREQUENCY_NAMES: Final = {
    Frequency.DAILY: _n("Setiap hari"),
    Frequency.WEEKLY: _n("Setiap Senin"),
}


class WishInvalid(InvalidInput):
    code = "subscription-invalid"
    title = _n("Pilih wilayah, aspek, dan seberapa sering dari daftar.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One subscription on its reader's page. `token` ends it or takes it up again."""

    words: str
    frequency: str
    is_push: bool
    is_ended: bool
    token: str


def read_wish(city: City) -> Wish:
    """Return what the form asks for. Raises WishInvalid."""
    area, aspect = form_text("kelurahan") or None, form_text("aspek") or None
    if area is not None and area not in city.areas:
        raise WishInvalid(pointer="#/kelurahan")
    if aspect is not None and aspect not in {one.value for one in Aspect}:
        raise WishInvalid(pointer="#/aspek")
    try:
        frequency = Frequency(form_text("seberapa_sering") or Frequency.WEEKLY.value)
    except ValueError:
        raise WishInvalid(pointer="#/seberapa_sering") from None
    return Wish(area_code=area, aspect=aspect, frequency=frequency, language=page_language())


def line_of(city: City, row: Subscription) -> Line:
    """Return what a page shows of a subscription."""
    return Line(
        words=area_words(city, row.area_code, row.aspect),
        frequency=FREQUENCY_NAMES[Frequency(row.frequency)],
        is_push=row.channel == SubscriptionChannel.PUSH.value,
        is_ended=row.ended_at is not None,
        token=token_of(row.id),
    )


def token_of(id_: UUID) -> str:
    """Return what names a subscription in a form: its own id would tell when it was made."""
    return mint_token(id_, Purpose.UNSUBSCRIBE)
