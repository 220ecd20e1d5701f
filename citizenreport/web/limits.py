"""Counting what is done, and refusing politely what is too much.

Every public route is counted: reading as `read`, anything else as `act`, or as `@limited` says.
Never refused is what shows emergency numbers before anything else (`NEVER_REFUSED`).
Source: protection.md section 5; draft-ietf-httpapi-ratelimit-headers-10.
"""

import logging
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from math import ceil
from typing import Final, TypeVar
from uuid import UUID

from flask import Flask, current_app, has_request_context, request
from limits import RateLimitItem
from limits.strategies import FixedWindowRateLimiter
from werkzeug.middleware.proxy_fix import ProxyFix

from citizenreport.core.clock import utcnow
from citizenreport.core.db import single_statement
from citizenreport.core.errors import NotFound, TooMany
from citizenreport.core.text import _n
from citizenreport.web.context import current_services
from citizenreport.web.counting import AddedUpCounts, SharedCounts
from citizenreport.web.floods import Flood, FloodNotes
from citizenreport.web.guards import PUBLIC, guard_of
from citizenreport.web.limit_rules import (
    ACT,
    CHALLENGE,
    EVERY_SEND,
    GUESS,
    KEY,
    MAIL_ADDRESS,
    MAIL_SENDER,
    NUMBER_CODE,
    PHOTO_KIB,
    READ,
    REPORT_ACT,
    SEND,
    SEND_UNPROVEN,
    Limit,
    level_of,
    read_limits,
)
from citizenreport.web.scratch import scratch
from citizenreport.web.senders import Marks
from citizenreport.web.translate import _, ngettext

EXTENSION: Final = "citizenreport.limits"
COUNTED_AS: Final = "__citizenreport_limit__"
ANYBODY: Final = "anybody"
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
NEVER_REFUSED: Final = frozenset(
    {
        *("front.show", "front.leave", "front.postal_codes", "about.show"),
        *(
            "report.ask",
            "report.choose",
            "report.begin",
            "report.sent",
            "report.done",
            "follow.close",
        ),
        *("phone.offline", "phone.worker", "phone.web_manifest", "phone.mine"),
        *("problems.show", "problems.every", "assets.show"),
        *("login.ask", "login.enter", "login.leave"),  # staff: see `identity.throttle`
    }
)

SENDING: Final = (SEND, SEND_UNPROVEN, PHOTO_KIB)
"""Limits whose refusal means that somebody's report waits: staff are told of it."""

UNTRUSTED: Final = (
    "Requests come through a proxy, but CITIZENREPORT_TRUSTED_PROXIES is 0: "
    "limits count everybody behind it as one network."
)
log = logging.getLogger(__name__)

V = TypeVar("V", bound=Callable[..., object])


class LimitReached(TooMany):
    """Too many of one act. `retry_after_s` says when to try again, `limit` which one it was."""

    code = "limit-reached"
    title = _n("Tunggu sebentar, lalu coba lagi.")

    def __init__(
        self, detail: str, *, headers: Mapping[str, str], retry_after_s: int, limit: str
    ) -> None:
        super().__init__(detail, retry_after_s=retry_after_s, limit=limit)
        self.headers = headers


class Limits:
    """The counters of one application. `quick` is for what happens often, `exact` for what may not
    be exceeded by a second's worth.
    """

    def __init__(self, items: Mapping[str, RateLimitItem]) -> None:
        self.items = items
        self.quick = FixedWindowRateLimiter(AddedUpCounts(single_statement))
        self.exact = FixedWindowRateLimiter(SharedCounts(single_statement))
        self.floods = FloodNotes(single_statement)
        self.marks: Marks | None = None
        self.has_seen_a_proxy = False

    def network(self) -> str:
        """Return the mark of the network this request comes from; worked out once a request."""
        notes = scratch()
        mark: str | None = notes.get(EXTENSION)
        if mark is None:
            self._note_proxy()
            mark = notes[EXTENSION] = self._marks().of_network(
                request.remote_addr or "", now=utcnow()
            )
        return mark

    def _note_proxy(self) -> None:
        """Tell the operator once that a proxy is there that nobody told us of."""
        if not self.has_seen_a_proxy and "X-Forwarded-For" in request.headers:
            self.has_seen_a_proxy = True
            if not current_app.config.get("TRUSTED_PROXIES", 0):
                log.warning(UNTRUSTED)

    def mail_address(self, address: str) -> str:
        return self._marks().of_mail_address(address, now=utcnow())

    def report(self, report_id: UUID) -> str:
        return self._marks().of_report(report_id, now=utcnow())

    def _marks(self) -> Marks:
        if self.marks is None:
            keys = current_services().keys
            self.marks = Marks(single_statement, keys.pepper if keys is not None else b"")
        return self.marks


def init_app(app: Flask) -> None:
    """Count every public request, by the address that the last trusted proxy has seen.

    Raises:
        BadLimits: CITIZENREPORT_LIMITS is not understood.
    """
    app.extensions[EXTENSION] = Limits(read_limits(str(app.config.get("LIMITS", ""))))
    app.before_request(_count_request)
    trusted = int(app.config.get("TRUSTED_PROXIES", 0))
    if trusted:
        given = ProxyFix(app.wsgi_app, x_for=trusted, x_proto=0, x_host=0)
        app.wsgi_app = given  # type: ignore[method-assign]  # as Flask's documentation has it


def limited(limit: Limit | None) -> Callable[[V], V]:
    """Have a view counted as this act; None: not here, for it counts by itself."""

    def mark(view: V) -> V:
        setattr(view, COUNTED_AS, limit)
        return view

    return mark


def current_limits() -> Limits:
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Limits)
    return found


def count(limit: Limit, *, cost: int = 1) -> None:
    """Count an act of this request's network.

    Raises:
        LimitReached: it is one too many.
    """
    if not is_within(limit, cost=cost):
        raise reached(limit)


def is_within(limit: Limit, *, cost: int = 1) -> bool:
    """Count an act of this request's network; tell whether it was within the limit."""
    limits = current_limits()
    return limits.quick.hit(limits.items[limit.name], limits.network(), cost=cost)


def count_send() -> None:
    """Count a report to the service, whoever sends it."""
    limits = current_limits()
    item = limits.items[EVERY_SEND.name]
    limits.quick.hit(item, ANYBODY)
    sends = limits.quick.storage.get(item.key_for(ANYBODY))
    if level_of(challenges=0, sends=sends):
        limits.floods.note(Flood.HARDER, sends)


def level_now() -> int:
    """Return how hard a proof of work is for this network now, as far as this process knows."""
    limits = current_limits()
    counts = limits.quick.storage
    challenges = limits.items[CHALLENGE.name].key_for(limits.network())
    sends = limits.items[EVERY_SEND.name].key_for(ANYBODY)
    return level_of(challenges=counts.get(challenges), sends=counts.get(sends))


@contextmanager
def guessing() -> Generator[None, None, None]:
    """Count a wrong code or secret looked up in the block; after too many refuse to look.

    Raises:
        LimitReached: before anything is looked up, so that the answer tells nothing.
    """
    limits = current_limits()
    item, network = limits.items[GUESS.name], limits.network()
    if not limits.exact.test(item, network):
        raise _reached(GUESS, limits.exact, network)
    try:
        yield
    except NotFound:
        limits.exact.hit(item, network)
        raise


def count_mail(address: str) -> None:
    """Count a mail that somebody asks to have sent to an address nobody has proved to own.

    For verification and subscription mails, before they are put into the queue: per address, and
    per network when there is a request.

    Raises:
        LimitReached: nobody should be sent more today, or this network asked for too many.
    """
    limits = current_limits()
    if has_request_context():
        network = limits.network()
        if not limits.exact.hit(limits.items[MAIL_SENDER.name], network):
            raise _reached(MAIL_SENDER, limits.exact, network)
    mark = limits.mail_address(address)
    if not limits.exact.hit(limits.items[MAIL_ADDRESS.name], mark):
        raise _reached(MAIL_ADDRESS, limits.exact, mark)


def count_code(number: str) -> None:
    """Count a code that somebody asks to have sent to a number nobody has proved to own.

    Raises:
        LimitReached: nothing more is sent there today.
    """
    limits = current_limits()
    mark = limits.mail_address(number)
    if not limits.exact.hit(limits.items[NUMBER_CODE.name], mark):
        raise _reached(NUMBER_CODE, limits.exact, mark)


def count_for_report(report_id: UUID) -> None:
    """Count what its reporter does with a report.

    Raises:
        LimitReached: it is one too many within the hour.
    """
    limits = current_limits()
    mark = limits.report(report_id)
    if not limits.exact.hit(limits.items[REPORT_ACT.name], mark):
        raise _reached(REPORT_ACT, limits.exact, mark)


def count_for_key(key_id: UUID) -> None:
    """Count a request of a program's key.

    Raises:
        LimitReached: it is one too many within the minute.
    """
    limits = current_limits()
    if not limits.quick.hit(limits.items[KEY.name], str(key_id)):
        raise _reached(KEY, limits.quick, str(key_id))


def key_headers(key_id: UUID) -> dict[str, str]:
    """Return the headers that tell a program how much is left to its key."""
    return _headers(KEY, current_limits().quick, str(key_id))


def reached(limit: Limit) -> LimitReached:
    """Return the refusal of an act of this request's network."""
    limits = current_limits()
    if limit in SENDING:
        limits.floods.note(Flood.REFUSED, 1)
    return _reached(limit, limits.quick, limits.network())


def headers_of(limit: Limit) -> dict[str, str]:
    """Return the headers that tell a client how much is left."""
    limits = current_limits()
    return _headers(limit, limits.quick, limits.network())


def _reached(limit: Limit, counters: FixedWindowRateLimiter, mark: str) -> LimitReached:
    item = current_limits().items[limit.name]
    ends_at, _left = counters.get_window_stats(item, mark)
    wait_s = max(1, ceil(ends_at - time.time()))
    is_asked = has_request_context()  # a job has no language to say it in
    return LimitReached(
        f"{_(limit.message)} {_when(wait_s)}" if is_asked else limit.message,
        headers=_headers(limit, counters, mark),
        retry_after_s=wait_s,
        limit=limit.name,
    )


def _when(wait_s: int) -> str:
    if wait_s < 60:
        return ngettext("Coba lagi dalam %(num)d detik.", "Coba lagi dalam %(num)d detik.", wait_s)
    minutes = ceil(wait_s / 60)
    if minutes < 120:
        return ngettext("Coba lagi dalam %(num)d menit.", "Coba lagi dalam %(num)d menit.", minutes)
    hours = ceil(minutes / 60)
    return ngettext("Coba lagi dalam %(num)d jam.", "Coba lagi dalam %(num)d jam.", hours)


def _headers(limit: Limit, counters: FixedWindowRateLimiter, mark: str) -> dict[str, str]:
    item = current_limits().items[limit.name]
    ends_at, left = counters.get_window_stats(item, mark)
    left_s = max(0, ceil(ends_at - time.time()))
    return {
        "RateLimit-Policy": f'"{limit.name}";q={item.amount};w={item.get_expiry()}',
        "RateLimit": f'"{limit.name}";r={left};t={left_s}',
    }


def _count_request() -> None:
    """Count this request by its route. Raises LimitReached."""
    endpoint = request.endpoint
    if endpoint is None or endpoint in NEVER_REFUSED:
        return
    view = current_app.view_functions[endpoint]
    if guard_of(view) != PUBLIC:
        return
    usual = READ if request.method in READING else ACT
    limit = getattr(view, COUNTED_AS, usual)
    if limit is not None:
        count(limit)
