"""The mailbox that takes reports, over IMAP. A mail is deleted only once it was taken in.

`IMAP_URL`: `imaps://user:password@host:993/INBOX` speaks TLS from the first byte;
`imap://…:143/INBOX` turns to it (STARTTLS); `imap://…?tls=none` does without: only for a server on
the same machine. Source: RFC 3501; RFC 8314.
"""

import ssl
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from imaplib import IMAP4
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from imap_tools.errors import ImapToolsError
from imap_tools.mailbox import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted

from citizenreport.core.errors import Unavailable
from citizenreport.core.text import _n

TIMEOUT_S: Final = 30.0
LETTER_MAX_BYTES: Final = 40_000_000
SET_ASIDE: Final = "\\Flagged"
DEFAULT_PORTS: Final = {"imap": 143, "imaps": 993}
DEFAULT_FOLDER: Final = "INBOX"


class MailboxDown(Unavailable):
    """The mailbox cannot be reached or does not let us in."""

    code = "mailbox-down"
    title = _n("Kotak surat sedang tidak dapat dibuka.")


class BadMailboxUrl(ValueError):
    """`IMAP_URL` is not understood; the message does not repeat it, for it holds the password."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MailboxPlace:
    """Where the mailbox is and how it is opened. No repr: it holds the password."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    security: str  # tls, starttls, none


def place_of(url: str) -> MailboxPlace:
    """Read the address of a mailbox. Raises BadMailboxUrl."""
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or parts.username is None:
        raise BadMailboxUrl("IMAP_URL must look like imaps://user:password@host/INBOX")
    word = parse_qs(parts.query).get("tls", ["starttls"])[-1]
    if word not in ("starttls", "none"):
        raise BadMailboxUrl("IMAP_URL: tls is starttls or none")
    return MailboxPlace(
        host=parts.hostname,
        port=parts.port or DEFAULT_PORTS[parts.scheme],
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or DEFAULT_FOLDER,
        security="tls" if parts.scheme == "imaps" else word,
    )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Inbox:
    """An open mailbox. Mails are named by their uid, as text."""

    box: BaseMailBox

    def waiting(self, *, most: int) -> Sequence[str]:
        """Return the oldest mails that were not set aside."""
        return self.box.uids("UNFLAGGED UNDELETED")[:most]

    def raw(self, uid: str) -> bytes:
        """Return a mail as it came; of one that is too large only its head, which ends empty."""
        part = "BODY.PEEK[HEADER]" if self._size(uid) > LETTER_MAX_BYTES else "BODY.PEEK[]"
        status, found = self.box.client.uid("FETCH", uid, f"({part})")
        content = next((one[1] for one in found if isinstance(one, tuple)), b"")
        return content if status == "OK" and isinstance(content, bytes) else b""

    def _size(self, uid: str) -> int:
        _status, found = self.box.client.uid("FETCH", uid, "(RFC822.SIZE)")
        text = found[0] if found and isinstance(found[0], bytes) else b""
        digits = text.partition(b"RFC822.SIZE ")[2].split(b")")[0].split(b" ")[0]
        return int(digits) if digits.isdigit() else 0

    def delete(self, uid: str) -> None:
        """Delete a mail for good."""
        self.box.delete([uid])

    def set_aside(self, uid: str) -> None:
        """Mark a mail that somebody has to look at; it is not read again."""
        self.box.flag([uid], [SET_ASIDE], True)


@contextmanager
def open_inbox(place: MailboxPlace, *, ca: Path | None) -> Generator[Inbox, None, None]:
    """Open the mailbox. Raises MailboxDown, whatever the server said: it may name people."""
    failed = False
    try:
        with _logged_in(place, ca) as box:
            yield Inbox(box=box)
    except (ImapToolsError, IMAP4.error, OSError):
        failed = True
    if failed:
        raise MailboxDown


def _logged_in(place: MailboxPlace, ca: Path | None) -> BaseMailBox:
    box = _connected(place, ca)
    try:
        return box.login(place.user, place.password, place.folder)
    except BaseException:
        with suppress(OSError):  # it is gone already
            box.client.shutdown()
        raise


def _connected(place: MailboxPlace, ca: Path | None) -> BaseMailBox:
    if place.security == "none":
        return MailBoxUnencrypted(place.host, place.port, timeout=TIMEOUT_S)
    context = ssl.create_default_context(cafile=ca)
    if place.security == "starttls":
        return MailBoxStartTls(place.host, place.port, timeout=TIMEOUT_S, ssl_context=context)
    return MailBox(place.host, place.port, timeout=TIMEOUT_S, ssl_context=context)
