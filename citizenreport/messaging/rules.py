"""What a mail is, whom it may go to, and what may be subscribed to. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from enum import StrEnum
from typing import Final, Protocol

from email_validator import EmailNotValidError, validate_email

from citizenreport.core.errors import InvalidInput, NotFound, TooMany, Unavailable
from citizenreport.core.text import _n
from citizenreport.messaging.html import html_of

# Folding would encode a long address in a header, and no mail programme could read it then.
UNFOLDED: Final = SMTP.clone(max_line_length=998)  # RFC 5322, section 2.1.1
EMAIL_MAX_CHARS: Final = 254  # RFC 5321, section 4.5.3.1.3
CONFIRM_WITHIN: Final = timedelta(days=7)  # a reporter's address
STAFF_CONFIRM_WITHIN: Final = timedelta(hours=48)  # a staff member's
UNCONFIRMED_KEPT: Final = timedelta(hours=48)  # a subscription
ENDED_KEPT: Final = timedelta(hours=48)  # so long a subscription can be taken up again
SUBSCRIPTIONS_MAX: Final = 20
"""For one address or one browser."""
WATCHES_MAX: Final = 10
"""Browsers that are told of one report."""
MONDAY: Final = 0


class SubscriptionChannel(StrEnum):
    MAIL = "mail"
    PUSH = "push"
    MESSENGER = "messenger"  # of staff only


class Frequency(StrEnum):
    """How often a digest comes; a weekly one on Mondays."""

    DAILY = "daily"
    WEEKLY = "weekly"


class EmailInvalid(InvalidInput):
    code = "email-invalid"
    title = _n("Alamat surel ini tidak benar. Contoh: nama@contoh.id")


class CheckOver(NotFound):
    """Nobody answered in time whether an address is theirs."""

    code = "check-over"
    title = _n("Tautan ini tidak berlaku, atau tidak berlaku lagi.")


class TooManySubscriptions(TooMany):
    code = "too-many-subscriptions"
    title = _n("Langganan Anda sudah 20. Hentikan salah satu lebih dahulu.")


class TooManyWatches(TooMany):
    code = "too-many-watches"
    title = _n("Kabar laporan ini sudah dikirim ke 10 HP. Hentikan salah satu lebih dahulu.")


class PushAddressInvalid(InvalidInput):
    code = "push-address-invalid"
    title = _n("Peramban ini memberi alamat kabar yang tidak dapat dipakai.")


class MailRefused(InvalidInput):
    """The address or the mail itself will not be taken, today or tomorrow."""

    code = "mail-refused"
    title = _n("Surel tidak dapat dikirim ke alamat ini.")


class MailUnavailable(Unavailable):
    """The mail server cannot be reached, or asks us to come back later."""

    code = "mail-unavailable"
    title = _n("Layanan surel sedang tidak tersedia.")


class MailNotSetUp(Unavailable):
    """No mail server or no sender is configured."""

    code = "mail-not-set-up"
    title = _n("Layanan surel belum diatur.")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Attachment:
    """A PDF that goes with a mail."""

    name: str
    pdf: bytes


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Mail:
    """One mail to one person. No repr: it would reach logs.

    `message_key` is the same for the same mail sent again, and tells nothing: 32 hex digits.
    `stop_url` goes into the headers by which mail programmes offer to unsubscribe (RFC 8058).
    """

    to: str
    subject: str
    text: str
    language: str
    message_key: str
    written_at: datetime
    own_url: str = ""  # addresses below it become links in the HTML part
    stop_url: str | None = None  # a POST there ends such mails at once
    attachments: tuple[Attachment, ...] = ()
    in_reply_to: str = ""  # the Message-ID of the letter that this answers


class Mailer(Protocol):
    """Somebody who carries mail."""

    def send(self, mail: Mail) -> None:
        """Hand over one mail.

        Raises:
            MailRefused: it will never be taken.
            MailUnavailable, MailNotSetUp: try again later.
        """


def message_of(mail: Mail, *, sender: str) -> EmailMessage:
    """Return the mail as it goes over the wire. `sender` is `MAIL_FROM`: an address or `Name <address>`.

    Raises:
        MailRefused: the address is none.
        MailNotSetUp: the sender is none.
    """
    name, address = parseaddr(sender)
    if "@" not in address:
        raise MailNotSetUp
    message = EmailMessage(policy=UNFOLDED)
    message["From"] = Address(display_name=name, addr_spec=address)
    message["To"] = _recipient(mail.to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.written_at)
    message["Message-ID"] = f"<{mail.message_key}@{address.rpartition('@')[2]}>"
    # RFC 3834: no holiday notices in return
    message["Auto-Submitted"] = "auto-replied" if mail.in_reply_to else "auto-generated"
    if mail.in_reply_to:
        message["In-Reply-To"] = message["References"] = mail.in_reply_to
    if mail.stop_url is not None:
        message["List-Unsubscribe"] = f"<{mail.stop_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text)
    page = html_of(mail.text, title=mail.subject, language=mail.language, own_url=mail.own_url)
    message.add_alternative(page, subtype="html")
    message["Content-Language"] = mail.language  # of both parts, so only now
    for one in mail.attachments:
        message.add_attachment(one.pdf, maintype="application", subtype="pdf", filename=one.name)
    return message


def _recipient(address: str) -> Address:
    try:
        return Address(addr_spec=deliverable(address))
    except (ValueError, IndexError, MessageError) as error:
        raise MailRefused from error


def deliverable(address: str) -> str:
    """Return an address with its domain as the wire wants it: `budi@kóta.example` in ASCII.

    Source: RFC 5890. Raises ValueError for a domain that is none.
    """
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    found = validate_email(f"x@{domain}", check_deliverability=False)
    return f"{local}{at}{found.ascii_domain}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to hear of. `area_code` None: the whole city; `aspect` None: all."""

    area_code: str | None
    aspect: str | None
    frequency: Frequency
    language: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PushAddress:
    """Where a browser takes pushes and how they are encrypted. No repr: it names a browser.

    `p256dh` and `auth` are URL-safe base64. Source: W3C Push API; RFC 8291.
    """

    endpoint: str
    p256dh: str
    auth: str


def normal_address(text: str) -> str:
    """Return a mail address in one spelling: the same person is found again.

    The part before the @ keeps its capitals, which a server may tell apart. Raises EmailInvalid.
    """
    given = text.strip()
    if len(given) > EMAIL_MAX_CHARS:
        raise EmailInvalid(pointer="#/email")
    try:
        found = validate_email(given, check_deliverability=False)
    except EmailNotValidError:
        raise EmailInvalid(pointer="#/email") from None
    return found.normalized


def is_due(frequency: Frequency, *, told_through: date | None, today: date) -> bool:
    """Tell whether a digest of the days before `today` is to be sent."""
    if told_through is not None and told_through >= today - timedelta(days=1):
        return False
    return frequency is Frequency.DAILY or today.weekday() == MONDAY


def first_day(frequency: Frequency, *, told_through: date | None, today: date) -> date:
    """Return the first day a digest covers: a day or a week back, never what was told before."""
    days = 1 if frequency is Frequency.DAILY else 7
    reach = today - timedelta(days=days)
    return reach if told_through is None else max(reach, told_through + timedelta(days=1))
