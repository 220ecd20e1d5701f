"""A real mail server on the loopback, that keeps what it is given or refuses it."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from citizenreport.commands.granian import free_port

HOST = "127.0.0.1"


@dataclass
class PostOffice:
    """`answer` is what it says to a recipient; `delay_s` is how long it takes over each mail."""

    port: int = 0
    answer: str = "250 OK"
    delay_s: float = 0.0
    mails: list[EmailMessage] = field(default_factory=list)

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
        self._office.mails.append(message)
        time.sleep(self._office.delay_s)  # kept, but not acknowledged yet
        return "250 OK"


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


@contextmanager
def open_post_office() -> Generator[PostOffice, None, None]:
    office = PostOffice(port=free_port(HOST))
    controller = Controller(Clerk(office), hostname=HOST, port=office.port)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
