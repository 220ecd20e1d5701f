"""A real mail server on the loopback, that keeps what it is given or refuses it."""

import ssl
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from citizenreport.commands.granian import free_port

HOST = "127.0.0.1"


@dataclass
class PostOffice:
    """`answer` is what it says to a recipient; `delay_s` is how long it takes over each mail."""

    port: int = 0
    answer: str = "250 OK"
    delay_s: float = 0.0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)  # the mails as they came

    @property
    def url(self) -> str:
        return f"smtp://{HOST}:{self.port}?tls=none"

    @property
    def only(self) -> EmailMessage:
        assert len(self.mails) == 1, [mail["Subject"] for mail in self.mails]
        return self.mails[0]


class Clerk:
    """Serves the post office: the server looks at every attribute of its handler."""

    def __init__(self, office: PostOffice) -> None:
        self._office = office

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self._office.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self._office.answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self._office.recipients += envelope.rcpt_tos
        self._office.contents.append(envelope.content)
        self._office.mails.append(message)
        time.sleep(self._office.delay_s)  # kept, but not acknowledged yet
        return "250 OK"


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def self_signed(folder: Path) -> Path:
    """Write a key and a certificate for the loopback, signed by itself, into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), False)
        .sign(key, SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    return path


@contextmanager
def open_post_office(certificate: Path | None = None) -> Generator[PostOffice, None, None]:
    """Run a mail server; with a certificate it takes no mail without STARTTLS."""
    office = PostOffice(port=free_port(HOST))
    tls: dict[str, Any] = {}
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        tls = {"tls_context": context, "require_starttls": True}
    controller = Controller(Clerk(office), hostname=HOST, port=office.port, **tls)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
