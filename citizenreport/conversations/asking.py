"""What a chat is asked next: the first thing that is missing, in the order of the dialogue. Pure."""

from dataclasses import replace
from typing import Final

from citizenreport.cities.rules import PublicPrecision
from citizenreport.conversations import texts
from citizenreport.conversations.places import villages
from citizenreport.conversations.rules import (
    PHOTOS_MAX,
    Carrier,
    Chat,
    Ground,
    Option,
    Say,
    Step,
    Turn,
)

AREAS_LISTED_MAX: Final = 30
ASPECT_MARK: Final = "aspect:"
OTHERS: Final = "0"


def protect(chat: Chat) -> Turn:
    """Lead to the form and forget everything: the carrier reads along."""
    said = Say(words=texts.PROTECTED)
    return Turn(chat=None, says=(said,), offers_form=True, language=chat.language)


def again(ground: Ground, chat: Chat, carrier: Carrier, *before: Say) -> Turn:
    """Return the turn that asks what is missing now, after some words."""
    turn = ask(ground, chat, carrier)
    return replace(turn, says=(*before, *turn.says), language=chat.language)


def ask(ground: Ground, chat: Chat, carrier: Carrier) -> Turn:
    if not chat.text:
        return Turn(chat=replace(chat, step=Step.WHAT), says=(Say(words=texts.ASK_WHAT),))
    if not chat.category_code:
        return _ask_category(ground, replace(chat, step=Step.CATEGORY))
    if not chat.has_place:
        return _ask_place(ground, replace(chat, step=Step.PLACE), carrier)
    if not chat.has_photos and carrier.takes_photos:
        return _ask_photo(replace(chat, step=Step.PHOTO))
    if not chat.has_contact:
        return _ask_contact(replace(chat, step=Step.CONTACT), carrier)
    return _ask_summary(ground, replace(chat, step=Step.SUMMARY))


def _ask_category(ground: Ground, chat: Chat) -> Turn:
    options = [
        Option(key=str(number), label=label(ground, chat, code))
        for number, code in enumerate(chat.offered, start=1)
    ]
    words = texts.ASK_CATEGORY if options else texts.NO_CATEGORY
    if chat.offered and chat.offered[0].startswith(ASPECT_MARK):
        words = texts.ASK_ASPECT
        options = [
            Option(key=str(number), words=texts.ASPECT_WORDS[code.removeprefix(ASPECT_MARK)])
            for number, code in enumerate(chat.offered, start=1)
        ]
    options.append(Option(key=OTHERS, words=texts.OTHER_CATEGORY))
    return Turn(chat=chat, says=(Say(words=words),), options=tuple(options))


def label(ground: Ground, chat: Chat, code: str) -> str:
    category = ground.city.categories.get(code)
    if category is None:
        return code
    return category.names.get(chat.language) or category.names["id"]


def _ask_place(ground: Ground, chat: Chat, carrier: Carrier) -> Turn:
    if len(chat.offered) > AREAS_LISTED_MAX:
        return Turn(chat=replace(chat, offered=()), says=(Say(words=texts.WRITE_AREA),))
    if chat.offered:
        names = [ground.city.areas[code].name for code in chat.offered]
        options = [Option(key=str(n), label=name) for n, name in enumerate(names, start=1)]
        if len(names) < len(villages(ground.city)):
            options.append(Option(key=OTHERS, words=texts.ALL_AREAS))
        return Turn(chat=chat, says=(Say(words=texts.WHICH_AREA),), options=tuple(options))
    asks = texts.ASK_PLACE if carrier is not Carrier.SMS else texts.ASK_PLACE_IN_WORDS
    says = [Say(words=asks)]
    if may_skip_place(ground, chat):
        says.append(Say(words=texts.PLACE_MAY_BE_SKIPPED))
    return Turn(chat=chat, says=tuple(says), asks_place=True)


def _ask_photo(chat: Chat) -> Turn:
    if chat.photos:
        kept = Say(words=texts.PHOTO_KEPT, values={"number": chat.photos})
        return Turn(chat=chat, says=(kept,), options=(Option(key="", words=texts.GO_ON),))
    says = (Say(words=texts.ASK_PHOTO, values={"most": PHOTOS_MAX}),)
    return Turn(chat=chat, says=says, options=(Option(key="", words=texts.SKIP),))


def _ask_contact(chat: Chat, carrier: Carrier) -> Turn:
    if carrier.knows_number:
        yes_or_no = (Option(key="", words=texts.YES), Option(key="", words=texts.NO))
        return Turn(chat=chat, says=(Say(words=texts.ASK_NUMBER),), options=yes_or_no)
    no = (Option(key="", words=texts.NO),)
    return Turn(chat=chat, says=(Say(words=texts.ASK_CONTACT),), options=no)


def _ask_summary(ground: Ground, chat: Chat) -> Turn:
    area = ground.city.areas.get(chat.area_code or "")
    place = ", ".join(filter(None, (chat.landmark, area.name if area else "")))
    values: dict[str, object] = {
        "category": label(ground, chat, chat.category_code),
        "place": place or Say(words=texts.BY_POINT if chat.position else texts.NO_PLACE),
        "photos": chat.photos,
        "contact": Say(words=texts.WITH_CONTACT if chat.contact else texts.WITHOUT_CONTACT),
    }
    words = (texts.SEND, texts.AGAIN, texts.CANCEL)
    options = tuple(Option(key="", words=word) for word in words)
    return Turn(chat=chat, says=(Say(words=texts.SUMMARY, values=values),), options=options)


def may_skip_place(ground: Ground, chat: Chat) -> bool:
    category = ground.city.categories.get(chat.category_code)
    return category is not None and category.public_precision is PublicPrecision.NONE
