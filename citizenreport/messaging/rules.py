"""What a mail is. Pure."""

from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Protocol

from citizenreport.core.errors import InvalidInput, Unavailable
from citizenreport.core.text import _n


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
class Mail:
    """One mail to one person. No repr: it would reach logs.

    `message_key` is the same for the same mail sent again, and tells nothing: 32 hex digits.
    """

    to: str
    subject: str
    text: str
    language: str
    message_key: str
    written_at: datetime


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
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name=name, addr_spec=address)
    message["To"] = _recipient(mail.to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.written_at)
    message["Message-ID"] = f"<{mail.message_key}@{address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notices in return
    message.set_content(mail.text)
    message["Content-Language"] = mail.language
    return message


def _recipient(address: str) -> Address:
    try:
        return Address(addr_spec=address)
    except (ValueError, IndexError, MessageError) as error:
        raise MailRefused from error
