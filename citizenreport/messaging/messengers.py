"""Who carries short messages to staff: Telegram, WhatsApp, the console, or nobody.

`MESSENGER` chooses, `MESSENGER_URL` is where messages are posted, `MESSENGER_TOKEN` what says who
we are (WhatsApp; Telegram has it in the address). Source: Telegram Bot API, sendMessage; WhatsApp
Cloud API, messages.
"""

import json
import sys
from dataclasses import dataclass
from typing import Final, Protocol, TextIO

from citizenreport.core.errors import InvalidInput, Unavailable
from citizenreport.core.outgoing import Outgoing
from citizenreport.core.text import _n

TOO_MANY: Final = 429


class MessageRefused(InvalidInput):
    code = "message-refused"
    title = _n("Pesan tidak dapat dikirim ke nomor ini.")


class MessengerUnavailable(Unavailable):
    code = "messenger-unavailable"
    title = _n("Layanan pesan sedang tidak tersedia.")


class Messenger(Protocol):
    """Somebody who carries messages: a code, a deadline, nothing that was written by people."""

    def send(self, text: str, to: str) -> None:
        """Hand over one message.

        Raises:
            MessageRefused: it will never be taken.
            MessengerUnavailable, NoAnswer: try again later.
        """


def messenger_for(word: str, *, url: str, token: str, outgoing: Outgoing) -> Messenger | None:
    """Return the messenger that the settings name; None: staff are told by mail and browser."""
    if word == "console":
        return ConsoleMessenger()
    if word == "null":
        return NullMessenger()
    if word in ("telegram", "whatsapp"):
        return HttpMessenger(kind=word, url=url, token=token, outgoing=outgoing)
    return None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class HttpMessenger:
    """One of the two services, through the guard of outgoing requests. No repr: it holds a secret."""

    kind: str
    url: str
    token: str
    outgoing: Outgoing

    def send(self, text: str, to: str) -> None:
        headers = {"Content-Type": "application/json"}
        if self.kind == "whatsapp":
            headers["Authorization"] = f"Bearer {self.token}"
        body = json.dumps(self._payload(text, to), ensure_ascii=False).encode()
        status = self.outgoing.post(self.url, body=body, headers=headers).status
        if status == TOO_MANY or status >= 500 or status in (401, 404):
            raise MessengerUnavailable  # the service, or our own settings: somebody puts it right
        if not 200 <= status < 300:
            raise MessageRefused

    def _payload(self, text: str, to: str) -> dict[str, object]:
        if self.kind == "telegram":
            return {"chat_id": to, "text": text}
        return {
            "messaging_product": "whatsapp",
            "to": to.removeprefix("+"),
            "type": "text",
            "text": {"body": text},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleMessenger:
    """Prints messages, for a service that one person tries out. The number is not shown."""

    out: TextIO | None = None  # None: standard error

    def send(self, text: str, to: str) -> None:
        print(f"message (not sent):\n  | {text}", file=self.out or sys.stderr, flush=True)


class NullMessenger:
    """Takes every message and does nothing."""

    def send(self, text: str, to: str) -> None:
        """Do nothing."""
