"""Sending a report, the same for every door: photos, repeats, a city that changed meanwhile."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

from citizenreport.core.clock import utcnow
from citizenreport.core.db import single_statement, transaction
from citizenreport.intake.photos import MAX_PHOTOS, TooManyPhotos, prepare_photos
from citizenreport.intake.rules import (
    AlreadySent,
    Contact,
    Draft,
    PreparedPhoto,
    ProofUsed,
    Standing,
    check_idempotency_key,
)
from citizenreport.pipeline import submit
from citizenreport.pipeline.submit import Send, StaleCity, Submitted
from citizenreport.web.context import current_city, current_keys, current_storage, refresh_city
from citizenreport.web.passes import readable_secret
from citizenreport.web.standing import Effort, note_used, weigh, without_proof

NO_KEY: Final = ""
RESIDENTS: Final = "residents"
"""The one scope of the keys of the form and of the API: a phone that never heard what became of a
form sends the same report over the API, under the form's key.
"""
NOT_WORDS: Final = frozenset(
    {"channel", "locale", "occurred_at", "photos", "taken_by", "client_secret", "is_demo", "wish"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sendable:
    """A photo prepared before. `digest`: SHA-256 of the file it was, so that a repeat is known."""

    photo: PreparedPhoto
    digest: bytes


def send_report(
    draft: Draft,
    *,
    door: str,
    idempotency_key: str,
    body: bytes,
    photos: list[bytes],
    effort: Effort,
    prepared: Sequence[Sendable] = (),
) -> Submitted:
    """Take in a report; 201 may be answered when this returns, for it is committed then.

    A send repeated under the same key gets the first answer. Photos are decoded in a process of
    their own before the transaction begins; those prepared before come first,
    and were counted then.

    Raises:
        InvalidInput: the draft, a photo or the key does not fit.
        KeyReused: the key came before, with another body.
        LimitReached: too many from this network; nothing was stored.
    """
    key = check_idempotency_key(idempotency_key) if idempotency_key else NO_KEY
    if len(prepared) + len(photos) > MAX_PHOTOS:
        raise TooManyPhotos(pointer="#/photos")
    digests = [done.digest for done in prepared]
    digests += [hashlib.sha256(photo).digest() for photo in photos]
    send = Send(door=door, key=key, body_hmac=_body_hmac(body, digests) if key else b"")
    standing = weigh(effort, photo_bytes=sum(map(len, photos)))
    new = prepare_photos(photos) if photos else []
    complete = replace(draft, photos=(*(done.photo for done in prepared), *new))
    try:
        return _submit(complete, send, standing, effort)
    except AlreadySent:
        with transaction() as session:
            return submit.repeat(
                session, current_keys(), send=send, secrets=_secrets(draft, key, body)
            )


def words_of(draft: Draft) -> bytes:
    """Return what a report says, the same through whatever door it comes: not its photos, its
    language or its secret.
    """
    said = asdict(replace(draft, photos=(), contact=draft.contact or Contact()))
    words = {name: value for name, value in said.items() if name not in NOT_WORDS}
    words["description"] = " ".join(draft.description.split())
    words["wish"] = draft.wish.value if draft.wish else None
    words["occurred_at"] = draft.occurred_at.timestamp() if draft.occurred_at else None
    return json.dumps(words, sort_keys=True).encode()


def _secrets(draft: Draft, key: str, body: bytes) -> tuple[str, ...]:
    """Return the secrets that the first answer may have given out."""
    of_a_form = readable_secret(current_keys(), send_key=key, body=body)
    return (of_a_form,) if draft.client_secret is None else (draft.client_secret, of_a_form)


def _submit(draft: Draft, send: Send, standing: Standing, effort: Effort) -> Submitted:
    """Submit; with a proof that was used before as if it had none."""
    try:
        return _submit_to_current_city(draft, send, standing)
    except ProofUsed:
        note_used()
        return _submit_to_current_city(draft, send, without_proof(effort))


def _submit_to_current_city(draft: Draft, send: Send, standing: Standing) -> Submitted:
    try:
        return _submit_once(draft, send, standing)
    except StaleCity:
        refresh_city()
        return _submit_once(draft, send, standing)


def _submit_once(draft: Draft, send: Send, standing: Standing) -> Submitted:
    with single_statement() as connection:
        return submit.submit_report(
            connection,
            current_city(),
            current_keys(),
            current_storage(),
            draft,
            send=send,
            now=utcnow(),
            standing=standing,
        )


def _body_hmac(body: bytes, photo_digests: Iterable[bytes]) -> bytes:
    """Return a fingerprint of what was sent, under the pepper: texts are short and guessable."""
    digest = hmac.new(current_keys().pepper, b"body\x1f", hashlib.sha256)
    for part in (hashlib.sha256(body).digest(), *photo_digests):
        digest.update(part)
    return digest.digest()
