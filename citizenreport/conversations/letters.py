"""Letters: everything is said at once, so only what is missing is asked for. Pure."""

from dataclasses import replace

from citizenreport.cities.rules import PublicPrecision
from citizenreport.conversations import kinds, texts
from citizenreport.conversations.asking import protect
from citizenreport.conversations.commands import (
    ANONYMOUS,
    Command,
    Order,
    language_of,
    number_in,
    read_command,
)
from citizenreport.conversations.places import named_areas, villages
from citizenreport.conversations.rules import (
    OWN_ADDRESS,
    PHOTOS_MAX,
    PLACE_MAX_CHARS,
    TEXT_MAX_CHARS,
    TEXT_MIN_CHARS,
    Act,
    Chat,
    Ground,
    Option,
    Said,
    Say,
    Step,
    Turn,
)
from citizenreport.suggestions.categories import looks_protected


def step_letter(ground: Ground, chat: Chat | None, said: Said) -> Turn:
    """Return what a letter leads to: a question, or the wish to send."""
    known = chat or Chat(language=language_of(said.text, usual=said.language))
    command = read_command(said.text)
    if command is not None:
        return replace(_obey(chat, command), language=known.language)
    is_protected = kinds.tells_too_much if known.text else looks_protected
    if is_protected(ground.city, said.text):
        return protect(known)
    read = _read(ground, known, said)
    category = ground.city.categories.get(read.category_code)
    if category is not None and kinds.has_required_questions(category):
        says = (Say(words=texts.NEEDS_FORM),)
        return Turn(chat=None, says=says, offers_form=True, language=read.language)
    turn = _next(ground, read)
    is_cut = not known.text and len(said.text.strip()) > TEXT_MAX_CHARS
    cut = (Say(words=texts.CUT, values={"most": TEXT_MAX_CHARS}),) if is_cut else ()
    fault = (Say(words=said.fault),) if said.fault else ()
    return replace(turn, says=(*cut, *fault, *turn.says), language=read.language)


def _obey(chat: Chat | None, command: Command) -> Turn:
    if command.order is Order.STATUS:
        return Turn(chat=chat, says=(), act=Act.STATUS, code=command.rest)
    if command.order is Order.CANCEL:
        words = texts.CANCELLED if chat is not None else texts.NOTHING_TO_CANCEL
        return Turn(chat=None, says=(Say(words=words),))
    if command.order is Order.AGAIN:
        return Turn(chat=None, says=(Say(words=texts.LETTER_MISSING_WHAT),))
    return Turn(chat=chat, says=(Say(words=texts.HELP),))


def _read(ground: Ground, chat: Chat, said: Said) -> Chat:
    """Return the chat with what the letter tells."""
    photos = min(chat.photos + said.photos, PHOTOS_MAX)
    contact = "" if ANONYMOUS.search(said.text) else chat.contact or OWN_ADDRESS
    if chat.has_contact and not chat.contact:
        contact = ""
    read = replace(chat, photos=photos, contact=contact, has_contact=True)
    text = said.text.strip()
    if not read.text:
        if len(text) < TEXT_MIN_CHARS:
            return read
        category = kinds.surely(ground, text) or kinds.others(ground.city)
        read = replace(read, text=text[:TEXT_MAX_CHARS], category_code=category.category_code)
        return _placed(ground, read, text)
    number = number_in(text)
    if number is not None and 1 <= number <= len(read.offered):
        return replace(read, area_code=read.offered[number - 1], has_place=True, offered=())
    place = " ".join(text.split())
    return _placed(ground, replace(read, landmark=place[:PLACE_MAX_CHARS]), text)


def _placed(ground: Ground, chat: Chat, text: str) -> Chat:
    found = named_areas(ground.city, text)
    if len(found) == 1:
        return replace(chat, area_code=found[0], has_place=True, offered=())
    return replace(chat, offered=tuple(found) or tuple(villages(ground.city)))


def _next(ground: Ground, chat: Chat) -> Turn:
    if not chat.text:
        return Turn(chat=chat, says=(Say(words=texts.LETTER_MISSING_WHAT),))
    category = ground.city.categories.get(chat.category_code)
    needs_place = category is None or category.public_precision is not PublicPrecision.NONE
    if needs_place and not chat.has_place:
        names = [ground.city.areas[code].name for code in chat.offered]
        options = tuple(Option(key=str(n), label=name) for n, name in enumerate(names, start=1))
        asking = replace(chat, step=Step.PLACE)
        says = (Say(words=texts.LETTER_MISSING_PLACE),)
        return Turn(chat=asking, says=says, options=options)
    return Turn(chat=replace(chat, has_place=True), says=(), act=Act.SEND)
