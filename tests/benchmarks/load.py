"""A load generator: raw sockets, kept alive, bounded in number; loopback only."""

import multiprocessing
import socket
import threading
import time
from collections.abc import Sequence

PROCESSES, THREADS = 2, 4  # eight clients


def request(path: str, body: bytes, headers: str = "") -> bytes:
    """Return one POST as bytes."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n{headers}\r\n"
    )
    return head.encode() + body


def rate(port: int, message: bytes, count: int) -> float:
    """Send a request `count` times by eight clients; return acknowledged requests per second."""
    each = count // (PROCESSES * THREADS)
    with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
        started = time.perf_counter()
        done = pool.starmap(send_many, [(port, message, each)] * PROCESSES)
        return sum(done) / (time.perf_counter() - started)


def send_many(port: int, message: bytes, each: int) -> int:
    """Send from four threads; return how many were answered 201."""
    results: list[int] = []
    threads = [
        threading.Thread(target=lambda: results.append(send_on_one(port, message, each)))
        for _ in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(results)


def send_on_one(port: int, message: bytes, each: int) -> int:
    good = 0
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(each):
            connection.sendall(message)
            good += read_answer(connection).startswith(b"HTTP/1.1 201")
    return good


def read_answer(connection: socket.socket) -> bytes:
    """Read one whole answer that names its length."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65_536)
    head, _, body = answer.partition(b"\r\n\r\n")
    wanted = content_length(head.split(b"\r\n"))
    while len(body) < wanted:
        body += connection.recv(65_536)
    return head


def content_length(lines: Sequence[bytes]) -> int:
    for line in lines:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
