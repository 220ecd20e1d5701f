"""Keyset pages: an opaque cursor holds the key of the last row that was shown, as texts."""

import base64
import binascii
import json
from collections.abc import Sequence

from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n


class CursorInvalid(InvalidInput):
    code = "cursor-invalid"
    title = _n("Penanda halaman tidak dikenal. Mulai lagi dari halaman pertama.")


def cursor_of(key: Sequence[str]) -> str:
    """Return the cursor that goes on after a row with this key."""
    return base64.urlsafe_b64encode(json.dumps(list(key)).encode()).decode().rstrip("=")


def read_cursor(cursor: str, *, parts: int, pointer: str) -> tuple[str, ...]:
    """Return the texts of a cursor; what they mean is for the caller to check.

    Raises:
        CursorInvalid: it is not one of ours. `pointer` names the parameter.
    """
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise CursorInvalid(pointer=pointer) from error
    if not isinstance(key, list) or len(key) != parts:
        raise CursorInvalid(pointer=pointer)
    texts = tuple(part for part in key if isinstance(part, str) and part.isprintable())
    if len(texts) != parts:
        raise CursorInvalid(pointer=pointer)
    return texts
