"""What somebody was sending when their session ended: it goes along through signing in again.

It travels in a hidden field of the login's own forms, and is sent by a press of a button on the
page after it, never by itself. The server keeps nothing of it.
"""

import json
import re
from dataclasses import dataclass
from typing import Final

from flask import request

from citizenreport.web.csrf import FIELD as CSRF_FIELD
from citizenreport.web.problems import NEVER_SHOWN_AGAIN

FIELD: Final = "kept"
ACTION: Final = re.compile(r"/petugas(?:/[\w-][\w.-]*)+", re.ASCII)
NOT_AGAIN: Final = ("/petugas/masuk", "/petugas/keluar", "/petugas/akun")
MOST_CHARS: Final = 100_000
WORTH_SHOWING_CHARS: Final = 20
NEVER_KEPT: Final = (*NEVER_SHOWN_AGAIN, "current", "answer", FIELD, CSRF_FIELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A form as it was sent. Photos are not among it: a page cannot put files into a form."""

    action: str
    fields: tuple[tuple[str, str], ...]
    had_files: bool

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.fields if len(text) > WORTH_SHOWING_CHARS]

    def packed(self) -> str:
        return json.dumps([self.action, self.fields, self.had_files])


def interrupted() -> Kept | None:
    """Return the form of this request, to be sent again later; None for what is not worth it."""
    if request.method != "POST" or request.path.startswith(NOT_AGAIN):
        return None
    fields = [
        (name, text)
        for name, text in request.form.items(multi=True)
        if not any(word in name.lower() for word in NEVER_KEPT)
    ]
    kept = Kept(
        action=request.path,
        fields=tuple(fields),
        had_files=any(file.filename for file in request.files.values()),
    )
    return kept if _is_good(kept) else None


def carried() -> Kept | None:
    """Return what a form of the login carries along; None for nothing, or nothing of ours."""
    given = request.form.get(FIELD, "")
    if not given or len(given) > 2 * MOST_CHARS:
        return None
    try:
        action, fields, had_files = json.loads(given)
        kept = Kept(
            action=str(action),
            fields=tuple((str(name), str(text)) for name, text in fields),
            had_files=bool(had_files),
        )
    except (ValueError, TypeError, RecursionError):
        return None
    return kept if _is_good(kept) else None


def _is_good(kept: Kept) -> bool:
    is_ours = ACTION.fullmatch(kept.action) and not kept.action.startswith(NOT_AGAIN)
    return bool(is_ours) and sum(len(text) for _, text in kept.fields) <= MOST_CHARS
