"""The one way out: every HTTP request of the service goes through here.

An address that came from outside (the push service of a browser, a webhook) may point anywhere, at
the city's own machines too. So: https only, the name is resolved once and the connection goes to
what it was resolved to, all its addresses must be public, no redirect is followed, sizes and time
are bounded, and no proxy of the environment comes between. Source: protection.md section 5;
OWASP Server-Side Request Forgery Prevention.
"""

import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from pathlib import Path
from socket import IPPROTO_TCP, gaierror, getaddrinfo
from typing import Final
from urllib.parse import SplitResult, urlsplit

import httpx

from citizenreport.core.errors import InvalidInput, Unavailable
from citizenreport.core.text import _n

HTTPS_PORT: Final = 443
CONNECT_S: Final = 5.0
SILENCE_S: Final = 5.0  # between two pieces of an answer
TOTAL_S: Final = 15.0
MAX_SENT_BYTES: Final = 64 * 1024
MAX_RECEIVED_BYTES: Final = 256 * 1024
MAX_URL_CHARS: Final = 2_000
# IPv6 networks that carry an IPv4 address inside: public by name, private by what they lead to.
TUNNELS: Final = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16")))

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class AddressNotAllowed(InvalidInput):
    """The address may not be asked: not https, another port, or not public."""

    code = "address-not-allowed"
    title = _n("Alamat ini tidak boleh dihubungi.")


class NoAnswer(Unavailable):
    """The other side was not reached, broke off, took too long or said too much."""

    code = "no-answer"
    title = _n("Layanan yang dihubungi tidak menjawab.")


class NotReached(NoAnswer):
    """There was no connection: nothing was sent."""

    code = "not-reached"
    title = _n("Layanan yang dihubungi tidak tercapai.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the other side said. `headers` by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """Asks other services. `test_ca`: a test's own authority; the loopback is let in with it.

    `inside`: networks of the operator's own that may be asked too, at any port; `own_ca`: who signs
    the certificates there. Only for addresses that the operator wrote down, never for a visitor's.
    """

    test_ca: Path | None = None
    total_s: float = TOTAL_S
    inside: tuple[Network, ...] = ()
    own_ca: Path | None = None
    most_bytes: int = MAX_RECEIVED_BYTES  # of an answer; what is longer is no answer

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post a body of at most 64 KiB and return the answer, whatever its status.

        Raises:
            AddressNotAllowed: nothing was sent.
            NoAnswer: try again later.
        """
        if len(body) > MAX_SENT_BYTES:
            raise AddressNotAllowed
        return self._send("POST", url, body, headers)

    def get(self, url: str, *, headers: Mapping[str, str]) -> Answer:
        """Ask for an address and return the answer, whatever its status.

        Raises:
            AddressNotAllowed, NoAnswer: as `post`.
        """
        return self._send("GET", url, b"", headers)

    def check_address(self, url: str) -> None:
        """Look whether an address may be asked, without asking it.

        Raises:
            AddressNotAllowed: never. NoAnswer: its name leads nowhere now.
        """
        self._resolved(self._checked(url))

    def _send(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        parts = self._checked(url)
        address = self._resolved(parts)
        answer: Answer | None = None
        failed: type[NoAnswer] = NoAnswer
        # Raised outside: what went wrong names the address, and would follow as context.
        try:
            answer = self._ask(method, parts, address, body, headers)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            failed = NotReached
        except (httpx.HTTPError, httpx.StreamError, OSError, RuntimeError):
            failed = NoAnswer
        if answer is None:
            raise failed
        return answer

    def _checked(self, url: str) -> SplitResult:
        """Return the parts of an address. Raises AddressNotAllowed."""
        try:
            parts = urlsplit(url)
            port = parts.port or HTTPS_PORT
        except ValueError:
            raise AddressNotAllowed from None
        is_plain = url.isascii() and url.isprintable() and len(url) <= MAX_URL_CHARS
        has_login = parts.username is not None or parts.password is not None
        if not is_plain or parts.scheme != "https" or not parts.hostname or has_login:
            raise AddressNotAllowed
        if port != HTTPS_PORT and self.test_ca is None and not self.inside:
            raise AddressNotAllowed
        return parts

    def _resolved(self, parts: SplitResult) -> Address:
        """Return the address to connect to. Raises AddressNotAllowed, NoAnswer."""
        try:
            found = getaddrinfo(parts.hostname, parts.port or HTTPS_PORT, proto=IPPROTO_TCP)
        except (gaierror, UnicodeError):
            raise NotReached from None
        addresses = [ip_address(entry[4][0]) for entry in found]
        if not addresses or not all(map(self._may_be_asked, addresses)):
            raise AddressNotAllowed
        return addresses[0]

    def _may_be_asked(self, address: Address) -> bool:
        if is_public(address) or any(address in network for network in self.inside):
            return True
        return self.test_ca is not None and address.is_loopback

    def _ask(
        self,
        method: str,
        parts: SplitResult,
        address: Address,
        body: bytes,
        headers: Mapping[str, str],
    ) -> Answer:
        """Connect to the address, with the name in `Host` and in the certificate's check."""
        context = ssl.create_default_context(cafile=self.test_ca or self.own_ca)
        limits = httpx.Timeout(SILENCE_S, connect=CONNECT_S)
        client = httpx.Client(
            verify=context, trust_env=False, follow_redirects=False, timeout=limits
        )
        host = f"[{address}]" if address.version == 6 else str(address)
        pinned = parts._replace(netloc=f"{host}:{parts.port or HTTPS_PORT}", fragment="")
        request = client.build_request(
            method,
            pinned.geturl(),
            content=body,
            headers={**headers, "Host": parts.netloc, "Accept-Encoding": "identity"},
            extensions={"sni_hostname": parts.hostname},
        )
        # One who sends a byte now and then never falls silent: the whole has an end, too.
        watch = threading.Timer(self.total_s, client.close)
        watch.start()
        try:
            response = client.send(request, stream=True)
            return Answer(
                status=response.status_code,
                headers={name.lower(): value for name, value in response.headers.items()},
                body=_bounded(response, self.most_bytes),
            )
        finally:
            watch.cancel()
            client.close()


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the open internet. Source: IANA special-purpose registries."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in TUNNELS):
            return False
    return address.is_global and not address.is_multicast


def _bounded(response: httpx.Response, most_bytes: int) -> bytes:
    """Return the body. Raises NoAnswer when it is longer than we read."""
    body = bytearray()
    for piece in response.iter_raw():
        body += piece
        if len(body) > most_bytes:
            raise NoAnswer
    return bytes(body)
