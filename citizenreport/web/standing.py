"""What a report is sent with, and what that makes of it: taken in, looked at twice, or refused.

With a proof of work it is taken in up to a high limit. Without one it is taken in too; those of a
busy network, and forms that we did not give out, are marked for the moderators. Nothing is dropped.
"""

from dataclasses import dataclass
from typing import Final

from flask import request

from citizenreport.core.clock import utcnow
from citizenreport.intake.rules import Standing
from citizenreport.web.context import current_keys
from citizenreport.web.limit_rules import PHOTO_KIB, SEND, SEND_UNPROVEN, UNREMARKABLE, Limit
from citizenreport.web.limits import count, count_send, headers_of, is_within, level_now
from citizenreport.web.proof import HEADER, Outcome, check_proof
from citizenreport.web.scratch import scratch

KIB: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What came along. `has_ticket`: the form was given out by us; the API has none to give."""

    proof: str
    has_ticket: bool = True


def weigh(effort: Effort, *, photo_bytes: int) -> Standing:
    """Say how a report stands, and count it.

    Raises:
        LimitReached: too many from this network.
    """
    count_send()
    if photo_bytes:
        count_photo_bytes(photo_bytes)
    if not effort.proof:
        return without_proof(effort)
    proof = check_proof(current_keys(), effort.proof, level=level_now(), now=utcnow())
    scratch()[HEADER] = proof.outcome
    if proof.usable is None:
        return without_proof(effort)
    count(SEND)
    return Standing(proof=proof.usable)


def count_photo_bytes(size: int) -> None:
    """Count photos before they are decoded. Raises LimitReached."""
    count(PHOTO_KIB, cost=-(-size // KIB))


def without_proof(effort: Effort) -> Standing:
    """Say how a report stands whose proof is worth nothing, and count it.

    Raises:
        LimitReached: too many from this network.
    """
    count(SEND_UNPROVEN)
    is_usual = is_within(UNREMARKABLE)
    return Standing(needs_check=not (is_usual and effort.has_ticket))


def note_used() -> None:
    """Remember that the proof had been used before, for the answer's header."""
    scratch()[HEADER] = Outcome.USED


def standing_headers() -> dict[str, str]:
    """Return what the answer to a machine says: what its proof was worth, and how much is left."""
    outcome = scratch().get(HEADER, Outcome.MISSING)
    limit: Limit = SEND if outcome is Outcome.ACCEPTED else SEND_UNPROVEN
    return {HEADER: str(outcome), **headers_of(limit)}


def sent_proof() -> str:
    """Return the proof in the header of this request."""
    return request.headers.get(HEADER, "")
