"""The dialogue: from a chat and a message to the chat as it goes on and what is answered. Pure.

What → kind → where → photo → contact → summary → KIRIM. What was said already is not asked again.
Every message is answered; whatever cannot be used is said to be so, and nothing said before is lost.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from citizenreport.cities.rules import Aspect, Category
from citizenreport.conversations import kinds, texts
from citizenreport.conversations.asking import ASPECT_MARK, again, may_skip_place, protect
from citizenreport.conversations.commands import (
    LIST,
    NO,
    SEND,
    SKIP,
    YES,
    Command,
    Order,
    language_of,
    number_in,
    plain,
    read_command,
)
from citizenreport.conversations.contacts import read_contact
from citizenreport.conversations.places import named_areas, villages
from citizenreport.conversations.rules import (
    OWN_ADDRESS,
    PHOTOS_MAX,
    PLACE_MAX_CHARS,
    TEXT_MAX_CHARS,
    TEXT_MIN_CHARS,
    Act,
    Carrier,
    Chat,
    Ground,
    Said,
    Say,
    Step,
    Turn,
)
from citizenreport.core.errors import InvalidInput
from citizenreport.geo.position import Position
from citizenreport.intake.rules import outside_channel
from citizenreport.suggestions.categories import looks_protected


def step(ground: Ground, chat: Chat | None, said: Said, carrier: Carrier) -> Turn:
    """Return what a message leads to."""
    known = chat or Chat(language=language_of(said.text, usual=said.language))
    command = read_command(said.text) if said.photos == 0 else None
    if command is not None:
        return replace_language(_obey(ground, chat, known, command, carrier), known)
    is_story = known.step in (Step.WHAT, Step.CATEGORY)
    is_protected = looks_protected if is_story else kinds.tells_too_much
    if is_protected(ground.city, said.text):
        return protect(known)
    if said.is_unknown and not said.text and said.position is None:
        return again(ground, known, carrier, Say(words=texts.UNKNOWN_KIND))
    noted = _note(known, said, carrier)
    if noted is not None:
        return again(ground, noted[0], carrier, *noted[1])
    if chat is None and len(said.text.strip()) < TEXT_MIN_CHARS and said.position is None:
        return greet(ground, _counted(known, said), carrier)
    turn = _STEPS[known.step](ground, _counted(known, said), said, carrier)
    fault = (Say(words=said.fault),) if said.fault else ()
    return replace(turn, says=(*fault, *turn.says))


def replace_language(turn: Turn, chat: Chat) -> Turn:
    """Return the turn in the language of its chat, or of the one that has just ended."""
    return replace(turn, language=(turn.chat or chat).language) if turn.language == "id" else turn


# ---- orders


def _obey(
    ground: Ground, chat: Chat | None, known: Chat, command: Command, carrier: Carrier
) -> Turn:
    order = command.order
    if order is Order.CANCEL:
        words = texts.CANCELLED if chat is not None else texts.NOTHING_TO_CANCEL
        return Turn(chat=None, says=(Say(words=words),))
    if order is Order.STATUS:
        return Turn(chat=chat, says=(), act=Act.STATUS, code=command.rest)
    if order is Order.HELP:
        return Turn(chat=chat, says=(Say(words=texts.HELP),))
    if order is Order.LANGUAGE:
        chosen = replace(known, language=command.rest)
        return again(ground, chosen, carrier, Say(words=texts.LANGUAGE_CHOSEN))
    if order is Order.AGAIN and chat is not None:
        fresh = Chat(language=known.language)
        return again(ground, fresh, carrier, Say(words=texts.RESTARTED))
    return greet(ground, known, carrier)


def greet(ground: Ground, chat: Chat, carrier: Carrier) -> Turn:
    """Say who this is; ask what is missing."""
    if chat.text:
        return again(ground, chat, carrier)
    says = (Say(words=texts.GREETING),)
    return Turn(chat=chat, says=says, language=chat.language)


# ---- what comes along at any step


def _counted(chat: Chat, said: Said) -> Chat:
    """Return the chat with a photo or a place that came beside a text."""
    counted = replace(chat, photos=min(chat.photos + said.photos, PHOTOS_MAX))
    if said.position is not None and chat.step is not Step.PLACE:
        counted = replace(counted, position=said.position)
    return counted


def _note(chat: Chat, said: Said, carrier: Carrier) -> tuple[Chat, list[Say]] | None:
    """Return the chat with what came without words, when another thing is asked for now."""
    if said.text or (said.position is not None and chat.step in (Step.WHAT, Step.PLACE)):
        return None
    if said.fault:
        return chat, [Say(words=said.fault)]
    if said.photos and not carrier.takes_photos:
        return chat, [Say(words=texts.NO_PHOTOS_HERE)]
    if said.photos:
        return _with_photos(chat, said)
    if said.position is not None:
        return replace(chat, position=said.position, has_place=False, area_code=None), []
    return chat, []


def _with_photos(chat: Chat, said: Said) -> tuple[Chat, list[Say]]:
    if chat.photos >= PHOTOS_MAX:
        return chat, [Say(words=texts.PHOTO_ENOUGH, values={"most": PHOTOS_MAX})]
    counted = replace(chat, photos=min(chat.photos + said.photos, PHOTOS_MAX))
    if chat.step is Step.PHOTO:
        return counted, []
    return counted, [Say(words=texts.PHOTO_NOTED)]


# ---- the steps


def _what(ground: Ground, chat: Chat, said: Said, carrier: Carrier) -> Turn:
    text = said.text.strip()
    if not text:
        return again(ground, chat, carrier)
    if len(text) > TEXT_MAX_CHARS:
        return again(ground, chat, carrier, _too_long(texts.TOO_LONG, TEXT_MAX_CHARS))
    if len(text) < TEXT_MIN_CHARS:
        values = {"least": TEXT_MIN_CHARS}
        return again(ground, chat, carrier, Say(words=texts.TOO_SHORT, values=values))
    return _offer(ground, replace(chat, text=text), carrier)


def _category(ground: Ground, chat: Chat, said: Said, carrier: Carrier) -> Turn:
    number = number_in(said.text)
    if number == 0:
        return _chosen(ground, chat, kinds.others(ground.city), carrier)
    if number is not None:
        return _numbered(ground, chat, number, carrier)
    if plain(said.text) in LIST:
        aspects = [one for one in Aspect if kinds.of_aspect(ground.city, one.value)]
        listed = tuple(f"{ASPECT_MARK}{one.value}" for one in aspects)
        return again(ground, replace(chat, offered=listed), carrier)
    more = f"{chat.text}\n{said.text.strip()}"
    if len(more) > TEXT_MAX_CHARS:
        return again(ground, chat, carrier, _too_long(texts.TOO_LONG, TEXT_MAX_CHARS))
    if looks_protected(ground.city, more):
        return protect(chat)
    return _offer(ground, replace(chat, text=more), carrier)


def _offer(ground: Ground, chat: Chat, carrier: Carrier) -> Turn:
    found = kinds.offered(ground, chat.text, most=carrier.choices_max)
    codes = tuple(one.category_code for one in found)
    return again(ground, replace(chat, step=Step.CATEGORY, offered=codes), carrier)


def _numbered(ground: Ground, chat: Chat, number: int, carrier: Carrier) -> Turn:
    if number > len(chat.offered):
        return again(ground, chat, carrier, Say(words=texts.CHOOSE_AGAIN))
    code = chat.offered[number - 1]
    if code.startswith(ASPECT_MARK):
        of_it = kinds.of_aspect(ground.city, code.removeprefix(ASPECT_MARK))
        codes = tuple(one.category_code for one in of_it)
        return again(ground, replace(chat, offered=codes), carrier)
    category = ground.city.categories.get(code, kinds.others(ground.city))
    return _chosen(ground, chat, category, carrier)


def _chosen(ground: Ground, chat: Chat, category: Category, carrier: Carrier) -> Turn:
    if kinds.must_be_protected(category):
        return protect(chat)
    if kinds.has_required_questions(category):
        says = (Say(words=texts.NEEDS_FORM),)
        return Turn(chat=None, says=says, offers_form=True, language=chat.language)
    known = replace(chat, category_code=category.category_code, offered=())
    if known.position is not None and not known.has_place:
        return _at(ground, known, known.position, carrier)
    before = [Say(words=texts.CALL_FIRST)] if category.emergency_numbers else []
    return again(ground, known, carrier, *before)


def _place(ground: Ground, chat: Chat, said: Said, carrier: Carrier) -> Turn:
    if said.position is not None:
        return _at(ground, chat, said.position, carrier)
    number = number_in(said.text)
    if number is not None and chat.offered:
        return _numbered_area(ground, chat, number, carrier)
    if plain(said.text) in SKIP and may_skip_place(ground, chat):
        return again(ground, replace(chat, has_place=True, offered=()), carrier)
    if len(said.text) > PLACE_MAX_CHARS:
        return again(ground, chat, carrier, _too_long(texts.PLACE_TOO_LONG, PLACE_MAX_CHARS))
    found = named_areas(ground.city, said.text)
    landmark = " ".join(said.text.split()) or chat.landmark
    if len(found) == 1:
        placed = replace(chat, area_code=found[0], landmark=landmark, has_place=True, offered=())
        return again(ground, placed, carrier)
    wanted = tuple(found) or tuple(villages(ground.city))
    unsure = replace(chat, landmark=landmark, offered=wanted)
    return again(ground, unsure, carrier)


def _numbered_area(ground: Ground, chat: Chat, number: int, carrier: Carrier) -> Turn:
    if number == 0 and len(chat.offered) < len(villages(ground.city)):
        return again(ground, replace(chat, offered=tuple(villages(ground.city))), carrier)
    if not 1 <= number <= len(chat.offered):
        return again(ground, chat, carrier, Say(words=texts.CHOOSE_AGAIN))
    placed = replace(chat, area_code=chat.offered[number - 1], has_place=True, offered=())
    return again(ground, placed, carrier)


def _at(ground: Ground, chat: Chat, position: Position, carrier: Carrier) -> Turn:
    """Return the turn after a shared location."""
    located = ground.city.area_index.locate(position)
    if located.area_code is None:
        values = {
            "neighbour": located.neighbour_name,
            "channel": outside_channel(ground.city, located),
        }
        words = texts.OUTSIDE_NEIGHBOUR if located.neighbour_name else texts.OUTSIDE
        told = [Say(words=words, values=values), Say(words=texts.OTHER_PLACE)]
        return again(ground, replace(chat, position=None), carrier, *told)
    return again(ground, replace(chat, position=position, has_place=True, offered=()), carrier)


def _photo(ground: Ground, chat: Chat, said: Said, carrier: Carrier) -> Turn:
    if said.photos or plain(said.text) in SKIP | NO:
        return again(ground, replace(chat, has_photos=True), carrier)
    return again(ground, chat, carrier)


def _contact(ground: Ground, chat: Chat, said: Said, carrier: Carrier) -> Turn:
    answer = plain(said.text)
    if answer in NO | SKIP:
        return again(ground, replace(chat, contact="", has_contact=True), carrier)
    if answer in YES and carrier.knows_number:
        return again(ground, replace(chat, contact=OWN_ADDRESS, has_contact=True), carrier)
    try:
        given = read_contact(said.text)
    except InvalidInput:
        return again(ground, chat, carrier, Say(words=texts.CONTACT_WRONG))
    return again(ground, replace(chat, contact=given, has_contact=True), carrier)


def _summary(ground: Ground, chat: Chat, said: Said, carrier: Carrier) -> Turn:
    if plain(said.text) in SEND | YES:
        return Turn(chat=chat, says=(), act=Act.SEND, language=chat.language)
    return again(ground, chat, carrier)


_STEPS: Final[Mapping[Step, Callable[[Ground, Chat, Said, Carrier], Turn]]] = {
    Step.WHAT: _what,
    Step.CATEGORY: _category,
    Step.PLACE: _place,
    Step.PHOTO: _photo,
    Step.CONTACT: _contact,
    Step.SUMMARY: _summary,
}


def _too_long(words: str, most: int) -> Say:
    return Say(words=words, values={"most": most})
