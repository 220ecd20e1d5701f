"""The `api_key` of a request: from the form or the address, and in neither case written anywhere."""

from flask import request

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import NotAllowed
from citizenreport.core.text import _n
from citizenreport.identity import api_keys
from citizenreport.identity.api_keys import HeldKey, KeyNotFound
from citizenreport.identity.scopes import Scope
from citizenreport.web.limits import count_for_key, guessing


class KeyRefused(NotAllowed):
    code = "georeport-key-refused"
    title = _n("api_key tidak dikenal, sudah berakhir, atau tidak mencakup ini.")


class KeyMissing(NotAllowed):
    code = "georeport-key-missing"
    title = _n("Sertakan api_key.")


def sent_key(scope: Scope) -> HeldKey | None:
    """Return the key that came along, counted; None where none did.

    Raises:
        KeyRefused: it is not known, over, or has not this scope.
        LimitReached: too many wrong ones from this network, or too much by this key.
    """
    given = request.values.get("api_key", "").strip()
    if not given:
        return None
    try:
        with guessing(), transaction() as session:
            held = api_keys.find(session, given, now=utcnow())
    except KeyNotFound:
        raise KeyRefused from None
    count_for_key(held.id)
    if scope.value not in held.scopes:
        raise KeyRefused
    return held
