"""Putting a turn of the dialogue into words: in its language, with the city's numbers and links."""

from flask import current_app
from flask_babel import force_locale

from citizenreport.cities.rules import City
from citizenreport.conversations import texts
from citizenreport.conversations.rules import Say, Turn
from citizenreport.core.text import _n
from citizenreport.messaging.carriers import Button, Outgoing
from citizenreport.web.pack_words import verified_numbers
from citizenreport.web.translate import _

NUMBERS_SAID_MAX = 3
SHARE_PLACE = _n("Kirim lokasi saya")
CHOOSE = _n("Pilih")


def form_address() -> str:
    """Return where the form is; nothing of what was said is in it."""
    return f"{current_app.config['PUBLIC_URL']}/lapor"


def follow_start() -> str:
    """Return where a reporter follows a report with its secret."""
    return f"{current_app.config['PUBLIC_URL']}/lacak"


def numbers_of(city: City) -> str:
    """Return the emergency numbers that are said first."""
    known = [number.number for number in verified_numbers(city)]
    return ", ".join(known[:NUMBERS_SAID_MAX]) or "112"


def written(turn: Turn, city: City, *, to: str, reply_to: str = "") -> Outgoing:
    """Return a turn as it goes to somebody. `reply_to`: the Message-ID of the letter answered."""
    with force_locale(turn.language):
        text = "\n\n".join(_said(say, city) for say in turn.says)
        choices = tuple(
            Button(key=one.key, title=_(one.words) if one.words else one.label)
            for one in turn.options
            if one.key
        )
        words = tuple(
            Button(key=_(one.words).lower(), title=_(one.words))
            for one in turn.options
            if not one.key
        )
        return Outgoing(
            to=to,
            text=text,
            choices=choices,
            buttons=words,
            asks_place=turn.asks_place,
            place_title=_(SHARE_PLACE),
            choose_title=_(CHOOSE),
            language=turn.language,
            reply_to=reply_to,
        )


def subject_of_answer(city: City, language: str) -> str:
    """Return the subject of a letter in answer, neutral: it stands in lists and on lock screens."""
    with force_locale(language):
        return _(texts.MAIL_SUBJECT, city=city.name)


def _said(say: Say, city: City) -> str:
    values: dict[str, object] = {
        "city": city.name,
        "numbers": numbers_of(city),
        "form": form_address(),
    }
    values |= {name: _value(value, city) for name, value in say.values.items()}
    return _(say.words, **values)


def _value(value: object, city: City) -> object:
    return _said(value, city) if isinstance(value, Say) else value
