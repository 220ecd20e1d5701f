"""gettext for the doors, with types. Messages are Indonesian; `%(name)s` takes values."""

import flask_babel


def _(message: str, **values: object) -> str:
    """Return a message in the language of the request."""
    return str(flask_babel.gettext(message, **values))


def ngettext(singular: str, plural: str, num: int, **values: object) -> str:
    """Return one of two messages by a number, which is `%(num)d` in them."""
    return str(flask_babel.ngettext(singular, plural, num, **values))
