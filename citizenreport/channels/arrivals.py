"""Taking in what a carrier posts: the same for all of them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, NoReturn

from flask import Response, abort, current_app, request

from citizenreport.conversations import service
from citizenreport.conversations.rules import Carrier
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import InvalidInput, NotAllowed
from citizenreport.core.queue import enqueue
from citizenreport.core.text import _n
from citizenreport.jobs.chat_carriers import is_on
from citizenreport.messaging.carriers import Incoming
from citizenreport.web.context import current_keys
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.limit_rules import ACT
from citizenreport.web.limits import count

BODY_MAX_BYTES: Final = 3 * 1024 * 1024
"""Source: WhatsApp Cloud API, webhooks: payloads up to 3 MB."""


class SignatureWrong(NotAllowed):
    code = "signature-wrong"
    title = _n("Tanda tangan pesan ini tidak cocok.")


class PostUnclear(InvalidInput):
    code = "post-unclear"
    title = _n("Kiriman ini bukan JSON yang kami kenal.")


def body_of(carrier: Carrier) -> bytes:
    """Return what was posted, as it came; 404 while the carrier is off, 413 for too much."""
    keep_out_of_caches()
    if not is_on(carrier):
        abort(404)
    if (request.content_length or 0) > BODY_MAX_BYTES:
        abort(413)
    body = request.stream.read(BODY_MAX_BYTES + 1)
    if len(body) > BODY_MAX_BYTES:
        abort(413)
    return body


def refuse() -> NoReturn:
    """Refuse what is not signed as agreed; whoever goes on guessing is refused for a while.

    Raises:
        SignatureWrong, LimitReached.
    """
    count(ACT)
    raise SignatureWrong


def setting(name: str) -> str:
    return str(current_app.config[name])


def read_json(body: bytes) -> Mapping[str, Any]:
    """Return the object that was posted. Raises PostUnclear."""
    try:
        posted = json.loads(body)
    except (ValueError, RecursionError):
        raise PostUnclear from None
    if not isinstance(posted, dict):
        raise PostUnclear
    return posted


def keep(carrier: Carrier, messages: Iterable[Incoming]) -> Response:
    """Keep messages and have them answered; one that came before changes nothing."""
    now, keys = utcnow(), current_keys()
    with transaction() as session:
        for message in messages:
            id_ = service.take_in(
                session,
                keys,
                carrier,
                message_id=message.message_id,
                sender=message.sender,
                content=message.content(),
                now=now,
            )
            if id_ is not None:
                enqueue(session, "answer_chat", message_id=id_)
    return Response(status=200)
