"""Who carries mail: a mail server, the console of a private service, or nobody.

`SMTP_URL` chooses:

* `smtp://user:password@host:587`   a mail server; the connection must become TLS (STARTTLS)
* `smtps://user:password@host:465`  a mail server that speaks TLS from the first byte
* `smtp://host:25?tls=none`         without TLS: only for a server on the same machine or network
* `console:`                        print mails; what a private service does when nothing is set
* `null:`                           throw mails away
"""

import smtplib
import ssl
import sys
from dataclasses import dataclass
from typing import Final, TextIO
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from citizenreport.messaging.rules import (
    Mail,
    Mailer,
    MailNotSetUp,
    MailRefused,
    MailUnavailable,
    message_of,
)

TIMEOUT_S: Final = 30.0
DEFAULT_PORTS: Final = {"smtp": 587, "smtps": 465}
TLS_WORDS: Final = ("starttls", "none")


class BadMailUrl(ValueError):
    """`SMTP_URL` is not understood; the message says what is wrong, without the password."""


def mailer_for(url: str, *, sender: str, is_private: bool) -> Mailer:
    """Return the mailer that the settings name. Raises BadMailUrl."""
    if not url:
        return ConsoleMailer(sender=sender) if is_private else NoMailer()
    parts = urlsplit(url)
    if parts.scheme == "console":
        return ConsoleMailer(sender=sender)
    if parts.scheme == "null":
        return NullMailer()
    if parts.scheme not in DEFAULT_PORTS:
        raise BadMailUrl(
            f"SMTP_URL: the scheme {parts.scheme!r} is none of smtp, smtps, console, null"
        )
    return SmtpMailer.at(parts, sender=sender)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SmtpMailer:
    """A mail server (RFC 5321). One connection a mail: ours are few, and a kept one goes stale."""

    host: str
    port: int
    sender: str
    username: str | None = None
    password: str | None = None
    is_tls: bool = False
    wants_starttls: bool = True

    @classmethod
    def at(cls, parts: SplitResult, *, sender: str) -> "SmtpMailer":
        """Read an smtp or smtps address. Raises BadMailUrl."""
        if not parts.hostname:
            raise BadMailUrl("SMTP_URL names no host")
        word = parse_qs(parts.query).get("tls", ["starttls"])[-1]
        if word not in TLS_WORDS:
            raise BadMailUrl(f"SMTP_URL: tls={word} is none of {', '.join(TLS_WORDS)}")
        is_tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=parts.port or DEFAULT_PORTS[parts.scheme],
            sender=sender,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            is_tls=is_tls,
            wants_starttls=not is_tls and word == "starttls",
        )

    def send(self, mail: Mail) -> None:
        message = message_of(mail, sender=self.sender)
        failure: type[MailRefused | MailUnavailable] | None = None
        try:
            with self._connected() as server:
                server.send_message(message)
        except (smtplib.SMTPException, OSError) as error:
            failure = MailRefused if _is_final(error) else MailUnavailable
        # Raised out here: what the server said names the address, and would follow as context.
        if failure is not None:
            raise failure

    def _connected(self) -> smtplib.SMTP:
        """Open a connection, with TLS and login as wanted."""
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if self.is_tls:
            server = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_S, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
        try:
            if self.wants_starttls:
                server.starttls(context=context)
            if self.username is not None:
                server.login(self.username, self.password or "")
        except BaseException:
            server.close()
            raise
        return server


def _is_final(error: Exception) -> bool:
    """Tell whether the server will say the same again. Source: RFC 5321 section 4.2.1 (5yz)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return False  # our password, not this mail: somebody will put it right
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return False  # STARTTLS or an address in another script: the server's, not the mail's
    if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPDataError):
        return error.smtp_code >= 500
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleMailer:
    """Prints mails, for a service that one person tries out. The address is not shown."""

    sender: str
    out: TextIO | None = None  # None: standard error

    def send(self, mail: Mail) -> None:
        message_of(mail, sender=self.sender or "citizenreport@localhost")
        lines = [f"Subject: {mail.subject}", "", *mail.text.rstrip().splitlines()]
        text = "\n".join(f"  | {line}".rstrip() for line in lines)
        print(f"mail (not sent):\n{text}", file=self.out or sys.stderr, flush=True)


class NullMailer:
    """Takes every mail and does nothing."""

    def send(self, mail: Mail) -> None:
        """Do nothing."""


class NoMailer:
    """Stands for a mail server that nobody has configured: mails wait until somebody does."""

    def send(self, mail: Mail) -> None:
        """Raise MailNotSetUp."""
        raise MailNotSetUp
