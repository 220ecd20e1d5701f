"""A browser that takes pushes, and its push service: a real TLS server on the loopback."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_bytes
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from citizenreport.core.outgoing import Outgoing
from citizenreport.messaging.rules import PushAddress
from tests.tls import Asked, Authority, TlsServer, make_authority, say, tls_server


@dataclass(frozen=True, kw_only=True)
class Browser:
    """Has the keys that pushes to it are encrypted for."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = field(default_factory=lambda: token_bytes(16))

    @property
    def address(self) -> PushAddress:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return PushAddress(endpoint=self.endpoint, p256dh=text(point), auth=text(self.auth))

    def read(self, asked: Asked) -> dict[str, Any]:
        """Decrypt what came, as a browser does."""
        opened = http_ece.decrypt(
            asked.body, private_key=self.key, auth_secret=self.auth, version="aes128gcm"
        )
        notice: dict[str, Any] = json.loads(opened)
        return notice


@dataclass(frozen=True, kw_only=True)
class PushService:
    """Takes pushes for its browsers; `says` changes what it answers."""

    server: TlsServer
    authority: Authority

    def browser(self, name: str = "a") -> Browser:
        return Browser(endpoint=f"{self.server.url}/push/{name}")

    @property
    def outgoing(self) -> Outgoing:
        return Outgoing(test_ca=self.authority.path)

    def says(self, status: int) -> None:
        self.server.answer = lambda handler: say(handler, status)


def text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


@contextmanager
def open_push_service(folder: Path) -> Generator[PushService, None, None]:
    authority = make_authority(folder)
    with tls_server(authority.server_pem()) as server:
        yield PushService(server=server, authority=authority)
