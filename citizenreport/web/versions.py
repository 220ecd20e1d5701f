"""Versions of a thing in the headers of HTTP: ETag out, If-Match in.

Source: RFC 9110, sections 13.1.1 and 15.5.13; RFC 6585, section 3.
"""

import re
from typing import Final

from flask import Response, request

from citizenreport.core.errors import CitizenReportError
from citizenreport.core.text import _n

WRITERS: Final = frozenset({"HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"})
STRONG: Final = re.compile(r'"([0-9]{1,9})"')


class VersionNeeded(CitizenReportError):
    code = "precondition-required"
    title = _n("Sertakan versi data yang Anda baca.")


class VersionStale(CitizenReportError):
    """Someone was faster. The header ETag tells the version as it is now."""

    code = "precondition-failed"
    title = _n("Data sudah berubah sejak Anda membacanya.")

    def __init__(self, *, version: int) -> None:
        super().__init__()
        self.headers = {"ETag": etag(version)}


def etag(version: int) -> str:
    """Return the strong entity tag of a version."""
    return f'"{version}"'


def sent_version() -> int:
    """Return the version that If-Match names; 0, which fits none, for one that is not ours.

    Raises:
        VersionNeeded: there is no If-Match.
    """
    given = request.headers.get("If-Match")
    if given is None:
        raise VersionNeeded(
            _n("Baca tiketnya, lalu kirim kembali ETag-nya sebagai If-Match."), header="If-Match"
        )
    match = STRONG.fullmatch(given.strip())
    return int(match[1]) if match else 0


def unless_known(response: Response) -> Response:
    """Return a read, or 304 where the reader has it already.

    `If-Match` is for writes: a read that carries one is answered with what there is, not with 412
    over the very content.
    """
    asked = request.environ
    response.make_conditional({k: v for k, v in asked.items() if k not in WRITERS})
    return response
