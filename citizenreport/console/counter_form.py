"""What the counter's form shows: kinds to choose from, what is read out, what was typed."""

from dataclasses import dataclass, field
from typing import Final

from werkzeug.datastructures import MultiDict

from citizenreport.cities.rules import (
    Agency,
    Area,
    Category,
    City,
    EmergencyNumber,
    ProtectionClass,
    PublicPrecision,
    Visibility,
)
from citizenreport.core.ids import new_public_id
from citizenreport.core.text import _n
from citizenreport.intake.rules import Channel
from citizenreport.web.category_search import search, searched_words
from citizenreport.web.held_photos import NO_PHOTOS, HeldPhoto, Kept
from citizenreport.web.locale import in_page_language
from citizenreport.web.pack_words import Outside, numbers_to_call, pack_text, villages
from citizenreport.web.report_schema import SEND_KEY
from citizenreport.web.translate import _

TAKEN_BY_HAND: Final = {
    Channel.COUNTER: _n("Datang ke loket"),
    Channel.PHONE: _n("Telepon"),
    Channel.WHATSAPP: _n("WhatsApp"),
    Channel.SOCIAL: _n("Media sosial"),
}
"""Ways in which a person reaches staff instead of the form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A category to choose. `is_found`: by what was searched for, or because it is chosen."""

    category: Category
    name: str
    words: str
    is_found: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A released report, enough to tell whether it is the same thing. `text` None: not released."""

    code: str
    text: str | None
    where: str
    age: str
    state: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterView:
    """One rendering of the form. `values`: what was typed, by field name."""

    kinds: tuple[Kind, ...]
    category: Category | None
    send_key: str
    values: "MultiDict[str, str]"
    channels: tuple[tuple[str, str, bool], ...]  # value, label, whether it is chosen
    script: tuple[str, ...]
    numbers: tuple[EmergencyNumber, ...]
    visibilities: tuple[Visibility, ...]
    villages: tuple[tuple[str, tuple[Area, ...]], ...]
    agencies: tuple[Agency, ...]
    faults: dict[str, str] = field(default_factory=dict)  # message by field id
    outside: Outside | None = None
    held: tuple[HeldPhoto, ...] = ()
    has_lost_photos: bool = False
    must_wait: bool = False
    similar: tuple[Known, ...] = ()  # released reports that may be the same thing
    is_asked: bool = False  # they were not on the page that was sent

    @property
    def is_confidential(self) -> bool:
        return self.category is not None and self.category.visibility is Visibility.CONFIDENTIAL

    @property
    def needs_place(self) -> bool:
        return self.category is None or self.category.public_precision is not PublicPrecision.NONE


def counter_view(
    city: City,
    values: "MultiDict[str, str]",
    *,
    faults: dict[str, str] | None = None,
    outside: Outside | None = None,
    kept: Kept = NO_PHOTOS,
    is_new: bool = False,
    must_wait: bool = False,
    similar: tuple[Known, ...] = (),
) -> CounterView:
    """Return the form. `is_new`: under a send key of its own, whatever was sent."""
    category = city.categories.get(values.get("category_code", ""))
    sent_key = "" if is_new else values.get(SEND_KEY, "")
    return CounterView(
        kinds=_kinds(city, category, values.get("cari", "")),
        category=category,
        send_key=sent_key or new_public_id(),
        values=values,
        channels=_channels(values.get("channel", Channel.COUNTER.value)),
        script=script_for(city, category),
        numbers=tuple(numbers_to_call(city, category)) if category else (),
        visibilities=_visibilities(category),
        villages=villages(city),
        agencies=tuple(
            sorted((a for a in city.agencies.values() if not a.is_external), key=lambda a: a.name)
        ),
        faults=faults or {},
        outside=outside,
        held=kept.photos,
        has_lost_photos=bool(kept.faults),
        must_wait=must_wait,
        similar=similar,
    )


def script_for(city: City, category: Category | None) -> tuple[str, ...]:
    """Return what the person is told before they go on, sentence by sentence, to be read out.

    For every category who will read it; for a protected class its promise, and that the taker
    cannot open the report afterwards. Source: protection.md, section 1.
    """
    if category is None:
        return ()
    told = [pack_text(city, f"visibility_{category.visibility.value}")]
    if category.protection_class is not ProtectionClass.NONE:
        told.insert(0, pack_text(city, f"protection_{category.protection_class.value}"))
        told.append(pack_text(city, "about_whom"))
    if category.visibility is Visibility.CONFIDENTIAL:
        told.append(
            _(
                "Setelah terkirim, saya sendiri tidak dapat membukanya lagi. Kodenya hanya untuk Anda."
            )
        )
    told.append(_("Nama dan nomor Anda tidak wajib. Tanpa itu pun laporan ini kami kerjakan."))
    return tuple(sentence for sentence in told if sentence)


def _kinds(city: City, chosen: Category | None, query: str) -> tuple[Kind, ...]:
    found = {category.category_code for category in search(city, query)}
    return tuple(
        Kind(
            category=category,
            name=in_page_language(category.names),
            words=searched_words(category),
            is_found=not found or category.category_code in found or category is chosen,
        )
        for category in city.categories.values()
    )


def _channels(given: str) -> tuple[tuple[str, str, bool], ...]:
    return tuple(
        (channel.value, _(label), channel.value == given)
        for channel, label in TAKEN_BY_HAND.items()
    )


def _visibilities(category: Category | None) -> tuple[Visibility, ...]:
    if category is None:
        return ()
    return tuple(v for v in Visibility if v.strictness >= category.visibility.strictness)
