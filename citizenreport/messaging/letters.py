"""A mail that somebody wrote: who, what in their own words, photos; or that a machine wrote it.

What was quoted, signatures and small pictures of signatures are left out. Machines are recognised by
what they say of themselves, and never answered: two that answer each other never end.
Source: RFC 5322; RFC 3834 (Auto-Submitted, empty return path); RFC 2076 (Precedence).
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from html.parser import HTMLParser
from typing import Final

from citizenreport.core.errors import InvalidInput
from citizenreport.messaging.rules import normal_address

PARTS_MAX: Final = 100
TEXT_MAX_CHARS: Final = 200_000
"""Read of a letter before it is cut to what is kept."""
LOGO_MAX_BYTES: Final = 10_000
"""A smaller picture that stands in the text is a logo, not a photo of something."""
PICTURE_NAMES: Final = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif")
MESSAGE_ID: Final = re.compile(r"<[!-;=?-~]{3,250}>")
MACHINES: Final = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)(?:[+.-].*)?@", re.IGNORECASE
)
BULK: Final = frozenset({"bulk", "junk", "list", "auto_reply"})
ANSWER: Final = re.compile(r"\s*(?:re|bls|balas|fwd?|trs)\s*:", re.IGNORECASE)
QUOTE_BEGINS: Final = re.compile(
    r"(?:^-{2,}\s*(?:original message|pesan asli|pesan yang diteruskan|forwarded message)\b.*"
    r"|^(?:on|pada|ing)\b.{0,200}\b(?:wrote|menulis|nulis):?\s*$|^_{10,}\s*$"
    r"|^(?:from|dari):\s.{1,200}@.*)",
    re.IGNORECASE,
)
SIGNATURE: Final = re.compile(
    r"(?:^--\s*$|^(?:sent from my|dikirim dari|get outlook for)\b.*)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Letter:
    """A mail as it counts here. No repr: it would reach logs.

    `message_id` names it, `reply_to` is what an answer refers to, empty when it cannot be used.
    """

    message_id: str
    reply_to: str
    sender: str
    text: str
    pictures: tuple[bytes, ...]
    has_other_files: bool
    is_automatic: bool
    is_spam: bool


class LetterUnreadable(ValueError):
    """A mail that cannot be taken apart; somebody looks at it."""


def read_letter(raw: bytes, *, own: str) -> Letter:
    """Read a mail. `own`: our address, from which nothing is taken. Raises LetterUnreadable."""
    try:
        return _read(raw, own=own)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise LetterUnreadable(type(error).__name__) from None


def _read(raw: bytes, *, own: str) -> Letter:
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage), "the policy makes these"
    sender = _sender(message)
    reply_to = _message_id(message)
    parts = list(_parts(message))
    files = [part for part in parts if part.is_attachment() or _is_picture(part)]
    pictures = [part for part in files if _is_picture(part)]
    contents = [(part, _bytes(part)) for part in pictures]
    return Letter(
        message_id=reply_to or hashlib.sha256(raw).hexdigest(),
        reply_to=reply_to,
        sender=sender,
        text=_whole_text(message, parts),
        pictures=tuple(content for part, content in contents if not _is_logo(part, content)),
        has_other_files=len(files) > len(pictures),
        is_automatic=_is_automatic(message, sender, reply_to, own=own),
        is_spam=_header(message, "X-Spam-Flag").strip().upper() == "YES",
    )


def _header(message: EmailMessage, name: str, otherwise: str = "") -> str:
    """Return a header as text; what nobody can read counts as not there."""
    try:
        return str(message.get(name, otherwise))
    except (ValueError, LookupError, TypeError, AttributeError):
        return otherwise


def _sender(message: EmailMessage) -> str:
    """Return who wrote it in one spelling; empty when that is no address."""
    try:
        return normal_address(parseaddr(_header(message, "From"))[1])
    except InvalidInput:
        return ""


def _message_id(message: EmailMessage) -> str:
    given = _header(message, "Message-ID").strip()
    return given if MESSAGE_ID.fullmatch(given) else ""


def _is_automatic(message: EmailMessage, sender: str, message_id: str, *, own: str) -> bool:
    """Tell whether a machine wrote this, or we did."""
    submitted = _header(message, "Auto-Submitted", "no").split(";")[0].strip().lower()
    precedence = _header(message, "Precedence").strip().lower()
    own_address = parseaddr(own)[1].lower()
    domain = own_address.rpartition("@")[2]
    is_ours = bool(domain) and re.fullmatch(rf"<[0-9a-f]{{32}}@{re.escape(domain)}>", message_id)
    return (
        not sender
        or sender.lower() == own_address
        or MACHINES.match(sender) is not None
        or submitted != "no"
        or precedence in BULK
        or _header(message, "Return-Path", "<x>").strip() in ("<>", "")
        or message.get("List-Id") is not None
        or message.get("X-Autoreply") is not None
        or message.get_content_type() == "multipart/report"
        or bool(is_ours)
    )


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield the parts with content, not those of a mail inside this one."""
    waiting, seen = [message], 0
    while waiting and seen < PARTS_MAX:
        part = waiting.pop(0)
        seen += 1
        if part.get_content_maintype() == "multipart":
            waiting[:0] = [one for one in part.iter_parts() if isinstance(one, EmailMessage)]
        elif part.get_content_maintype() != "message":
            yield part


def _is_picture(part: EmailMessage) -> bool:
    kind, name = part.get_content_type(), (part.get_filename() or "").lower()
    if kind.startswith("image/"):
        return kind != "image/svg+xml"
    return kind == "application/octet-stream" and name.endswith(PICTURE_NAMES)


def _is_logo(part: EmailMessage, content: bytes) -> bool:
    stands_in_text = (
        part.get("Content-ID") is not None or part.get_content_disposition() == "inline"
    )
    return stands_in_text and len(content) < LOGO_MAX_BYTES


def _bytes(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _whole_text(message: EmailMessage, parts: list[EmailMessage]) -> str:
    """Return the subject, unless it is that of an answer, and the words below it."""
    plain = next((p for p in parts if _is_text(p, "plain")), None)
    page = next((p for p in parts if _is_text(p, "html")), None)
    body = _decoded(plain) if plain is not None else ""
    if not body.strip() and page is not None:
        body = text_of_html(_decoded(page))
    subject = " ".join(_header(message, "Subject").split())
    heading = "" if ANSWER.match(subject) else subject
    return "\n".join(filter(None, (heading, own_words(body)))).replace("\x00", "").strip()


def _is_text(part: EmailMessage, kind: str) -> bool:
    return part.get_content_type() == f"text/{kind}" and not part.is_attachment()


def _decoded(part: EmailMessage) -> str:
    """Return the text of a part, whatever it says of its character set."""
    charset = part.get_content_charset() or "utf-8"
    content = _bytes(part)
    try:
        return content.decode(charset, "replace")[:TEXT_MAX_CHARS]
    except LookupError:
        return content.decode("utf-8", "replace")[:TEXT_MAX_CHARS]


def own_words(body: str) -> str:
    """Return what a person wrote now: not what was quoted, not the signature."""
    kept = []
    for line in body.replace("\r\n", "\n").split("\n"):
        if QUOTE_BEGINS.match(line.strip()) or SIGNATURE.match(line.strip()):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line.rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def text_of_html(page: str) -> str:
    """Return the text of a page, line by line, without what it quotes, styles and scripts."""
    reader = _PageReader()
    reader.feed(page)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.text).split("\n"))
    return "\n".join(lines)


class _PageReader(HTMLParser):
    SKIPPED: Final = frozenset({"script", "style", "head", "title", "blockquote", "template"})
    LINES: Final = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "table", "ul", "ol"})
    VOID: Final = frozenset({"br", "img", "hr", "meta", "link", "input", "wbr", "col", "area"})
    ASIDE: Final = ("gmail_quote", "gmail_signature", "moz-signature", "moz-cite-prefix")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.skipping: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.LINES:
            self.text.append("\n")
        if tag in self.VOID:
            return
        marks = dict(attrs).get("class") or ""
        if self.skipping or tag in self.SKIPPED or any(name in marks for name in self.ASIDE):
            self.skipping.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.skipping:  # tags that were never closed end with the one around them
            while self.skipping.pop() != tag:
                pass
        if tag in self.LINES:
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.text.append(data)
