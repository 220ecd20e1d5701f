"""Sending a report, the same for every door: photos, repeats, a city that changed meanwhile."""

import hashlib
import hmac
from dataclasses import replace
from typing import Final

from citizenreport.core.clock import utcnow
from citizenreport.core.db import single_statement, transaction
from citizenreport.intake.photos import prepare_photos
from citizenreport.intake.rules import (
    AlreadySent,
    Draft,
    check_idempotency_key,
)
from citizenreport.pipeline import submit
from citizenreport.pipeline.submit import Send, StaleCity, Submitted
from citizenreport.web.context import current_city, current_keys, current_storage, refresh_city

NO_KEY: Final = ""


def send_report(
    draft: Draft, *, door: str, idempotency_key: str, body: bytes, photos: list[bytes]
) -> Submitted:
    """Take in a report; 201 may be answered when this returns, for it is committed then.

    A send repeated under the same key gets the first answer. Photos are decoded in a process of
    their own before the transaction begins.

    Raises:
        InvalidInput: the draft, a photo or the key does not fit.
        KeyReused: the key came before, with another body.
    """
    key = check_idempotency_key(idempotency_key) if idempotency_key else NO_KEY
    send = Send(door=door, key=key, body_hmac=_body_hmac(body, photos) if key else b"")
    prepared = tuple(prepare_photos(photos)) if photos else ()
    complete = replace(draft, photos=prepared)
    try:
        return _submit(complete, send)
    except AlreadySent:
        with transaction() as session:
            return submit.repeat(
                session, current_keys(), send=send, client_secret=draft.client_secret
            )


def _submit(draft: Draft, send: Send) -> Submitted:
    try:
        return _submit_once(draft, send)
    except StaleCity:
        refresh_city()
        return _submit_once(draft, send)


def _submit_once(draft: Draft, send: Send) -> Submitted:
    with single_statement() as connection:
        return submit.submit_report(
            connection,
            current_city(),
            current_keys(),
            current_storage(),
            draft,
            send=send,
            now=utcnow(),
        )


def _body_hmac(body: bytes, photos: list[bytes]) -> bytes:
    """Return a fingerprint of what was sent, under the pepper: texts are short and guessable."""
    digest = hmac.new(current_keys().pepper, b"body\x1f", hashlib.sha256)
    for part in (body, *photos):
        digest.update(hashlib.sha256(part).digest())
    return digest.digest()
