"""A real TLS server on the loopback, under an authority that the test makes."""

import ssl
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class Authority:
    """Signs certificates for the loopback."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def path(self) -> Path:
        return self.folder / "ca.pem"

    def server_pem(self, *names: str) -> Path:
        """Write a key and a certificate for some names (the loopback's address by default)."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
        alternatives = alternatives or [x509.IPAddress(ip_address(HOST))]
        builder = _certificate(key, subject="server", issuer="Test CA")
        certificate = builder.add_extension(
            x509.SubjectAlternativeName(alternatives), critical=False
        ).sign(self.key, SHA256())
        path = self.folder / f"server-{certificate.serial_number}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
        return path


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as it arrived."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class TlsServer:
    """`answer` writes what the server says; `asked` is everything that came."""

    port: int = 0
    answer: Callable[[BaseHTTPRequestHandler], None] = lambda handler: say(handler, 201)
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}"


def say(handler: BaseHTTPRequestHandler, status: int, **headers: str) -> None:
    """Answer with a status and no body."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def say_content(
    handler: BaseHTTPRequestHandler, status: int, content: bytes, content_type: str
) -> None:
    """Answer with a body."""
    handler.send_response(status)
    handler.send_header("Content-Type", content_type)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def make_authority(folder: Path) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    constraints = x509.BasicConstraints(ca=True, path_length=0)
    certificate = (
        _certificate(key, subject="Test CA", issuer="Test CA")
        .add_extension(constraints, critical=True)
        .sign(key, SHA256())
    )
    authority = Authority(folder=folder, key=key, certificate=certificate)
    authority.path.write_bytes(certificate.public_bytes(Encoding.PEM))
    return authority


def _certificate(
    key: ec.EllipticCurvePrivateKey, *, subject: str, issuer: str
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
    )


@contextmanager
def tls_server(certificate: Path) -> Generator[TlsServer, None, None]:
    """Run a server that speaks TLS with this certificate."""
    served = TlsServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(length)
            served.asked.append(Asked(path=self.path, headers=headers, body=body))
            served.answer(self)

        do_GET = do_POST  # noqa: N815 - the name is the server's

        def log_message(self, format: str, *args: object) -> None:
            pass

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    server = QuietServer((HOST, 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    served.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class QuietServer(ThreadingHTTPServer):
    """Says nothing of clients that hang up or do not trust us: tests make them do so."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass
