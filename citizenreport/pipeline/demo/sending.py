"""Writing what a resident sends: the words, the place, the contact, the photos. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from citizenreport.cities.rules import Category, City, ProtectionClass, PublicPrecision, Visibility
from citizenreport.geo.position import Position
from citizenreport.intake.rules import Channel, Contact, Draft, Subject
from citizenreport.pipeline.demo.deeds import Outcome, Photograph
from citizenreport.pipeline.demo.places import Spot, beside, choose_spot, point_at
from citizenreport.pipeline.demo.script import Script, Story
from citizenreport.pipeline.demo.seasons import SEASONS
from citizenreport.pipeline.demo.wording import Shown, Teller, Told, salutation, tell

CHANNELS: Final = {
    Channel.WEB: 60,
    Channel.WHATSAPP: 16,
    Channel.COUNTER: 8,
    Channel.PHONE: 8,
    Channel.SOCIAL: 5,
    Channel.API: 3,
}
WITH_CAMERA: Final = frozenset({Channel.WEB, Channel.WHATSAPP, Channel.API})
JAVANESE_SHARE: Final = 0.22
CONTACT_SHARE: Final = 0.45
PHOTO_SHARE: Final = 0.34
SECOND_PHOTO_SHARE: Final = 0.15
SCENE_VARIANTS: Final = 3
WISHES: Final = {None: 980, Visibility.RESTRICTED: 16, Visibility.CONFIDENTIAL: 4}
SHOWN: Final = {PublicPrecision.EXACT: Shown.PLACE, PublicPrecision.NONE: Shown.NOTHING}
MAY_WISH: Final = frozenset({Outcome.SETTLED, Outcome.ASKED})
CONTACT_ADDRESS: Final = "warga{number:04d}@example.org"  # RFC 2606: nobody's
PERSON_ABOUT: Final = "petugas loket (contoh)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The city a demo plays in, and its words."""

    city: City
    script: Script
    fasting: frozenset[date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a second report about the same thing has from the first one."""

    story: Story
    position: Position
    area_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A draft, with the story it tells and the words that staff would release."""

    draft: Draft
    story: Story
    area_code: str
    photographs: tuple[Photograph, ...]
    public_text: str


def write(
    stage: Stage,
    category: Category,
    rng: Random,
    *,
    number: int,
    at: datetime,
    outcome: Outcome,
    must_have_point: bool,
    origin: Origin | None,
) -> Sent:
    """Write one report of a category. `must_have_point`: another report will repeat this one."""
    is_referred = outcome is Outcome.REFERRED
    story = origin.story if origin else _story(stage, category, rng, at, is_referred=is_referred)
    channel = rng.choices(tuple(CHANNELS), weights=tuple(CHANNELS.values()))[0]
    spot = choose_spot(stage.city, category.category_code, rng)
    told = (
        _spam(stage, rng)
        if outcome is Outcome.SPAM
        else _told(stage, category, story, spot, rng, at=at)
    )
    draft = Draft(
        category_code=category.category_code,
        description=told.original,
        channel=channel,
        locale=told.language,
        answers=_answers(category, story.answers, rng),
        occurred_at=at - timedelta(minutes=rng.expovariate(1 / 300)),
        contact=_contact(number, rng),
        wish=_wish(rng) if outcome in MAY_WISH and not must_have_point else None,
        subject=_subject(stage.city, category, rng),
        is_demo=True,
    )
    if origin is not None:
        near = beside(stage.city, origin.position, origin.area_code, rng)
        draft = replace(draft, position=near, accuracy_m=12.0)
    elif must_have_point:
        draft = _pointed(stage, draft, spot, rng)
    else:
        draft = _placed(stage, category, draft, spot, rng)
    return Sent(
        draft=draft,
        story=story,
        area_code=origin.area_code if origin else spot.area_code,
        photographs=() if outcome is Outcome.SPAM else _photographs(story, channel, rng),
        public_text=told.public,
    )


def _story(
    stage: Stage, category: Category, rng: Random, at: datetime, *, is_referred: bool
) -> Story:
    """Return what happens, among what happens in this season."""
    day = stage.city.local_date(at)
    stories = stage.script.themes[category.category_code].stories
    weights = [
        story.weight
        * SEASONS[story.season](day, day in stage.fasting)
        * (1.0 if story.refer or not is_referred else 0.0)
        for story in stories
    ]
    return rng.choices(stories, weights=weights)[0]


def _spam(stage: Stage, rng: Random) -> Told:
    text = rng.choice(stage.script.spam)
    return Told(original=text, public=text, language="id")


def _told(
    stage: Stage, category: Category, story: Story, spot: Spot, rng: Random, *, at: datetime
) -> Told:
    is_javanese = "jv" in story.told and (rng.random() < JAVANESE_SHARE or "id" not in story.told)
    language = "jv" if is_javanese else "id"
    hour = at.astimezone(stage.city.calendar.time_zone).hour
    values = {
        "rw": str(int(spot.rw)),
        "kel": stage.city.areas[spot.area_code].name,
        "salam": salutation(stage.script, language, hour),
    }
    teller = Teller(
        script=stage.script,
        language=language,
        slots={**stage.script.slots[language], **story.slots.get(language, {})},
        values=values,
        shown=SHOWN.get(category.public_precision, Shown.AREA),
    )
    return tell(teller, rng.choice(story.told[language]), rng)


def _answers(
    category: Category, given: Mapping[str, str | Sequence[str]], rng: Random
) -> dict[str, str]:
    """Return answers to follow-up questions that this pack has: most people skip some of them."""
    answers: dict[str, str] = {}
    for question in category.questions:
        value = given.get(question.code)
        if value is None and question.required:
            value = question.choices[0][0] if question.choices else "1"
        if value is None:
            continue
        chosen = value if isinstance(value, str) else rng.choice(value)
        allowed = {choice for choice, _ in question.choices}
        if not allowed or set(chosen.split()) <= allowed:
            answers[question.code] = chosen
    return answers


def _contact(number: int, rng: Random) -> Contact | None:
    if rng.random() > CONTACT_SHARE:
        return None
    return Contact(
        name=f"Warga Contoh {number + 1}", email=CONTACT_ADDRESS.format(number=number + 1)
    )


def _wish(rng: Random) -> Visibility | None:
    return rng.choices(tuple(WISHES), weights=tuple(WISHES.values()))[0]


def _subject(city: City, category: Category, rng: Random) -> Subject | None:
    """Return whom a report about an abuse of office is about."""
    if category.protection_class is not ProtectionClass.ABUSE_OF_OFFICE or rng.random() < 0.4:
        return None
    offices = sorted(city.office_by_area.values())
    return Subject(agency_code=rng.choice(offices), person=PERSON_ABOUT) if offices else None


def _placed(stage: Stage, category: Category, draft: Draft, spot: Spot, rng: Random) -> Draft:
    """Return the draft with a point, with an area and RW, or (where that is enough) with neither."""
    is_hidden = category.public_precision is PublicPrecision.NONE
    if is_hidden and rng.random() < 0.3:
        return draft
    if rng.random() < (0.5 if is_hidden else 0.16):
        return replace(draft, area_code=spot.area_code, neighbourhood=spot.rw)
    return _pointed(stage, draft, spot, rng)


def _pointed(stage: Stage, draft: Draft, spot: Spot, rng: Random) -> Draft:
    return replace(
        draft,
        position=point_at(stage.city, spot, rng),
        accuracy_m=round(rng.uniform(4, 40), 1),
        area_code=spot.area_code if rng.random() < 0.4 else None,
        neighbourhood=spot.rw if rng.random() < 0.6 else None,
        landmark=rng.choice(stage.script.landmarks) if rng.random() < 0.4 else None,
    )


def _photographs(story: Story, channel: Channel, rng: Random) -> tuple[Photograph, ...]:
    if story.scene is None or channel not in WITH_CAMERA or rng.random() > PHOTO_SHARE:
        return ()
    count = 2 if rng.random() < SECOND_PHOTO_SHARE else 1
    variants = rng.sample(range(SCENE_VARIANTS), count)
    return tuple(Photograph(scene=story.scene, variant=variant) for variant in variants)
