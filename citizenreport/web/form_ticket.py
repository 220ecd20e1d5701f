"""The ticket of a form: it was asked for, a while ago, and is sent once.

It stands in for a proof of work where there is no JavaScript. It names the form's send key, under
which a report is stored once (`idempotency_key`), so that a ticket is good for one report.
"""

import hmac
from datetime import UTC, datetime, timedelta
from typing import Final

from citizenreport.core.errors import Conflict
from citizenreport.core.keys import KeyRing
from citizenreport.core.text import _n

FIELD: Final = "ticket"
YOUNGEST: Final = timedelta(seconds=3)
"""Nobody reads a form and fills it in faster."""
OLDEST: Final = timedelta(hours=24)
SKEW: Final = timedelta(minutes=1)
"""How much the clocks of two servers may differ."""
ISSUED_CHARS: Final = 12


class FormTooOld(Conflict):
    """The form may have been sent before: after a day nothing here would know."""

    code = "form-too-old"
    title = _n(
        "Formulir ini dibuka lebih dari sehari yang lalu. Mungkin laporannya sudah terkirim: "
        "lihat di halaman Lacak. Kalau belum, kirim sekali lagi."
    )


def new_ticket(keys: KeyRing, send_key: str, *, now: datetime) -> str:
    """Return the ticket for a form that is shown now."""
    issued = str(int(now.timestamp()))
    return f"{issued}.{_signature(keys, send_key, issued)}"


def issued_at(keys: KeyRing, ticket: str, send_key: str) -> datetime | None:
    """Return when the ticket of this send key was made; None for one that we have not made."""
    issued, _, signature = ticket.partition(".")
    if not (issued.isascii() and issued.isdigit() and len(issued) <= ISSUED_CHARS):
        return None
    if not signature.isascii():
        return None
    if not hmac.compare_digest(signature, _signature(keys, send_key, issued)):
        return None
    return datetime.fromtimestamp(int(issued), UTC)


def is_good(keys: KeyRing, ticket: str, send_key: str, *, now: datetime) -> bool:
    """Tell whether this form was asked for a while ago, but within the day."""
    issued = issued_at(keys, ticket, send_key)
    if issued is None:
        return False
    age = now - issued
    return YOUNGEST <= age <= OLDEST or -SKEW <= age < timedelta(0)


def is_too_old(keys: KeyRing, ticket: str, send_key: str, *, now: datetime) -> bool:
    """Tell whether a form of ours was given out so long ago that an earlier send is forgotten."""
    issued = issued_at(keys, ticket, send_key)
    return issued is not None and now - issued > OLDEST


def _signature(keys: KeyRing, send_key: str, issued: str) -> str:
    return keys.fingerprint("form-ticket", f"{issued}\x1f{send_key}").hex()
