"""Addresses of subscribers, browsers and reporters stand sealed in their rows and nowhere else."""

import logging
import re
import secrets
from collections.abc import Iterator

import httpx
import pytest

from citizenreport.web.context import EXTENSION
from tests.databases import FreshDatabase
from tests.jobs.test_worker import eventually, worker_thread
from tests.messaging.browsers import Browser
from tests.messaging.post_office import PostOffice, open_post_office
from tests.protection.test_canaries import Canaries, dump, send, stored
from tests.servers import LiveServer


@pytest.fixture
def office(live_server: LiveServer) -> Iterator[PostOffice]:
    with open_post_office() as office:
        config = live_server.database.app.config
        config |= {"SMTP_URL": office.url, "MAIL_FROM": "lapor@magelang.example"}
        yield office


class Visitor:
    """A browser without JavaScript before the real server."""

    def __init__(self, server: LiveServer) -> None:
        self._http = httpx.Client(base_url=server.base_url)
        self.seen = b""

    def post(self, page: str, action: str, **fields: str) -> int:
        opened = self._http.get(page)
        token = re.search(r'name="csrf_token" value="([^"]+)"', opened.text)
        assert token is not None
        answer = self._http.post(action, data=fields | {"csrf_token": token[1]})
        self.seen += opened.content + answer.content + str(answer.headers).encode()
        return answer.status_code

    def close(self) -> None:
        self._http.close()


@pytest.fixture
def visitor(live_server: LiveServer) -> Iterator[Visitor]:
    visitor = Visitor(live_server)
    yield visitor
    visitor.close()


def test_who_is_written_to_is_readable_nowhere(
    live_server: LiveServer,
    office: PostOffice,
    visitor: Visitor,
    caplog: pytest.LogCaptureFixture,
) -> None:
    reporter = Canaries()
    send(live_server, reporter, "A12")
    reader, endpoint = (f"kanari{name}{secrets.token_hex(4)}" for name in ("pembaca", "peramban"))
    email = f"{reader}@example.org"
    assert visitor.post("/langganan", "/langganan", email=email) == 303
    browser = Browser(endpoint=f"https://push.example/{endpoint}")
    given = {"p256dh": browser.address.p256dh, "auth": browser.address.auth}
    push = visitor.post("/langganan", "/kabar/wilayah", endpoint=browser.endpoint, **given)
    assert push == 204
    wrong = visitor.post("/langganan", "/langganan", email=f"{reader}@", kelurahan="99")
    assert wrong == 422
    app = live_server.database.app
    assert app.extensions[EXTENSION].keys is not None
    with caplog.at_level(logging.DEBUG), worker_thread(app):
        eventually(lambda: len(office.mails) == 2, "both were asked")
        office.answer = f"550 no such user {email}"
        assert visitor.post("/langganan", "/langganan", email=email) == 303
        eventually(lambda: "check_subscription" in failed(live_server.database), "a refusal")
    assert {mail["To"] for mail in office.mails} == {email, f"{reporter['email']}@example.org"}

    ours = [record.getMessage() for record in caplog.records if record.name != "mail.log"]
    places = {
        "database": dump(live_server.database),
        "storage": stored(live_server),
        "server's log": live_server.log.read_bytes(),
        "worker's log": "\n".join(ours).encode(),
    }
    for canary in (reader, endpoint, *reporter.by_field.values()):
        for place, content in places.items():
            assert canary.encode() not in content, place
    assert endpoint.encode() not in visitor.seen
    assert visitor.seen.count(reader.encode()) == 1  # what was typed wrong is shown again


def failed(database: FreshDatabase) -> set[str]:
    """Return the names of the jobs that will not be tried again."""
    with database.owner() as connection:
        rows = connection.execute(
            "SELECT task_name FROM procrastinate_jobs WHERE status = 'failed'"
        ).fetchall()
    return {name for (name,) in rows}
