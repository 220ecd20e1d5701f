"""Only core/outgoing.py asks other hosts over HTTP."""

import ast
from collections.abc import Iterator
from pathlib import Path

import citizenreport

PACKAGE = Path(citizenreport.__file__).parent
GUARD = PACKAGE / "core" / "outgoing.py"
ASKS_ITSELF = PACKAGE / "commands" / "granian.py"  # whether the server it started answers
CLIENTS = (
    *("httpx", "httpcore", "requests", "aiohttp", "urllib3", "http.client", "urllib.request"),
    *("xmlrpc", "websockets", "websocket", "pycurl", "ftplib", "telnetlib", "socketserver"),
)
ENCODES = {"WebPusher"}  # of pywebpush; its other names send


def imported(source: str) -> Iterator[str]:
    """Yield what a module imports, `from a import b` as `a.b`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def sends(source: str) -> bool:
    """Tell whether a module could ask another host by itself."""
    names = set(imported(source))
    if any(name == client or name.startswith(f"{client}.") for name in names for client in CLIENTS):
        return True
    of_push = {name.partition(".")[2] for name in names if name.split(".")[0] == "pywebpush"}
    return not of_push <= ENCODES


def test_only_the_guard_sends() -> None:
    guilty = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if path not in (GUARD, ASKS_ITSELF) and sends(path.read_text())
    ]
    assert guilty == []


def test_the_check_sees_a_client() -> None:
    assert sends("import httpx")
    assert sends("def f():\n    from urllib.request import urlopen")
    assert sends("from urllib import request")
    assert sends("import http.client")
    assert sends("from pywebpush import webpush")
    assert sends("import pywebpush")
    assert not sends("from urllib.parse import urlsplit")
    assert not sends("from pywebpush import WebPusher")
    assert sends(GUARD.read_text())
