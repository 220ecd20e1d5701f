"""Webhooks: each message is one job and one attempt; when the next one is stands in its row.

A message is claimed, sent outside any transaction, and settled. Killed in between, it is claimed
again five minutes later: the receiver sees the same `webhook-id` twice, never two ids for one event.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from flask import current_app

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.outgoing import AddressNotAllowed, NoAnswer, Outgoing
from citizenreport.core.queue import enqueue_all
from citizenreport.partners.webhooks import queries, service
from citizenreport.partners.webhooks.rules import (
    Attempt,
    DeliveryState,
    WebhookSetAside,
    message_body,
)
from citizenreport.partners.webhooks.service import Claimed
from citizenreport.partners.webhooks.signing import headers_of
from citizenreport.pipeline.webhooks import is_still_public
from citizenreport.web.context import current_keys

A_MINUTE: Final = 500  # messages that are started at most


def start_webhooks(*, now: datetime | None = None) -> None:
    """Start every message whose time has come: the next attempts, and what was left behind."""
    with transaction() as session:
        ids = queries.due(session, now=now or utcnow(), limit=A_MINUTE)
        enqueue_all(session, "deliver_webhook", [{"delivery_id": id_} for id_ in ids])


def deliver_webhook(*, delivery_id: str, now: datetime | None = None) -> None:
    """Send one message, once. Raises WebhookSetAside after its last attempt."""
    at = now or utcnow()
    with transaction() as session:
        claimed = service.claim(session, current_keys(), UUID(delivery_id), now=at)
        if claimed is None:
            return
        if not is_still_public(session, claimed.kind, claimed.subject):
            service.drop(session, claimed.id)
            return
    attempt = _sent(claimed, at)
    with transaction() as session:
        state = service.settle(session, claimed.id, attempt)
    if state is DeliveryState.SET_ASIDE:
        raise WebhookSetAside


def _sent(claimed: Claimed, at: datetime) -> Attempt:
    site = str(current_app.config["PUBLIC_URL"])
    body = message_body(claimed.kind, claimed.subject, made_at=claimed.made_at, site=site)
    headers = headers_of(claimed.message_id, body, claimed.secrets, now=at)
    outgoing = Outgoing(test_ca=current_app.config["OUTGOING_TEST_CA"])
    try:
        answer = outgoing.post(claimed.url, body=body, headers=headers)
    except (AddressNotAllowed, NoAnswer) as error:
        return Attempt(at=at, fault=error.code)
    return Attempt(at=at, status=answer.status)
