"""Who may open a route for programs: whoever sends a key that holds its scope.

Every request of a known key is counted against the key's own limit, and noted with what it asked for
and how it was answered; never with what was in it.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Final, ParamSpec

from flask import Response, request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, NotAllowed
from citizenreport.core.text import _n
from citizenreport.identity import api_keys
from citizenreport.identity.api_keys import HeldKey, KeyNotFound
from citizenreport.identity.rules import Actor
from citizenreport.identity.scopes import Scope
from citizenreport.web.context import current_city
from citizenreport.web.guards import GUARD, LoginNeeded
from citizenreport.web.limits import count_for_key, guessing, key_headers
from citizenreport.web.problems import describe
from citizenreport.web.scratch import scratch

BEARER: Final = "Bearer "
EXTENSION: Final = "citizenreport.key"

P = ParamSpec("P")


class KeyNeeded(LoginNeeded):
    code = "key-needed"
    title = _n("Kunci tidak dikenal, sudah berakhir, atau tidak mencakup ini.")
    headers: Final = {"WWW-Authenticate": "Bearer"}


class ScopeMissing(NotAllowed):
    code = "scope-missing"
    title = _n("Kunci ini tidak mencakup permintaan itu.")


def requires_key(scope: Scope) -> Callable[[Callable[P, Response]], Callable[P, Response]]:
    """Let only keys with this scope in. Which tickets a key reads is `readable_tickets`' to say.

    Raises:
        KeyNeeded, ScopeMissing, LimitReached.
    """

    def guard(view: Callable[P, Response]) -> Callable[P, Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
            key = _sent_key()
            try:
                _check(key, scope)
                answer = view(*args, **kwargs)
            except Exception as error:
                _note(key, _status_of(error))
                raise
            _note(key, answer.status_code)
            answer.headers["Cache-Control"] = "no-store"
            answer.headers.update(key_headers(key.id))
            return answer

        setattr(guarded, GUARD, scope)
        return guarded

    return guard


def current_key() -> HeldKey:
    """Return the key of this request; only behind `requires_key`."""
    key = scratch()[EXTENSION]
    assert isinstance(key, HeldKey)
    return key


def current_program() -> Actor:
    """Return the key of this request as what staff actions take."""
    return api_keys.actor_of(current_city(), current_key())


def _sent_key() -> HeldKey:
    """Return the key of `Authorization: Bearer`. Raises KeyNeeded, LimitReached."""
    given = request.headers.get("Authorization", "")
    if not given.startswith(BEARER):
        raise KeyNeeded
    try:
        with guessing(), transaction() as session:
            key = api_keys.find(session, given.removeprefix(BEARER), now=utcnow())
    except KeyNotFound:
        raise KeyNeeded from None
    scratch()[EXTENSION] = key
    return key


def _check(key: HeldKey, scope: Scope) -> None:
    """Count the request. Raises LimitReached, ScopeMissing."""
    count_for_key(key.id)
    if scope.value not in key.scopes:
        raise ScopeMissing(scope=scope.value)


def _note(key: HeldKey, status: int) -> None:
    with transaction() as session:
        api_keys.note_use(session, key.id, request.endpoint or "", status, now=utcnow())


def _status_of(error: Exception) -> int:
    """Return what an error will be answered with; what nobody expected is described once, there."""
    is_expected = isinstance(error, CitizenReportError | ValidationError | HTTPException)
    return describe(error).status if is_expected else HTTPStatus.INTERNAL_SERVER_ERROR
