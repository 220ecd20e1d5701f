"""What one request has worked out so far.

Flask's `g` belongs to the application context, which may outlive a request (commands, tests that
hold one open): who is signed in must never be remembered longer than the request that asked.
"""

from typing import Any, Final

from flask import request

KEY: Final = "citizenreport.scratch"


def scratch() -> dict[str, Any]:
    """Return the notes of this request; they end with it."""
    notes: dict[str, Any] = request.environ.setdefault(KEY, {})
    return notes
