"""Reading HTML forms."""

import re
from typing import Final

from flask import request

CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def form_text(name: str) -> str:
    """Return a field as people meant it: line ends as one character, control characters gone.

    A database text cannot hold NUL, and nobody types one.
    """
    text = request.form.get(name, "").replace("\r\n", "\n").replace("\r", "\n")
    return CONTROL.sub("", text)
