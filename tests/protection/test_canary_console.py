"""What staff write about a report stands sealed or in its own row, and nowhere else.

Canaries are planted in everything staff write, through a real server, as those who write it: then a
dump of the database (events and jobs included), the storage, the logs, the mails, and every address,
header and refusal are searched for them.
"""

import logging
import re
import secrets
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from citizenreport.cities.rules import ProtectionClass
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.identity.rules import Grant, Role
from citizenreport.triage.models import Ticket
from tests.identity.factories import PASSWORD, make_staff
from tests.jobs.test_worker import eventually, worker_thread
from tests.messaging.post_office import PostOffice, open_post_office
from tests.protection.test_canaries import dump, stored
from tests.servers import LiveServer

KELURAHAN = "KEL_3371011003"
TAKER = Grant(role=Role.OFFICER, agency_code=KELURAHAN)
LEAD = Grant(role=Role.AGENCY_LEAD, agency_code=KELURAHAN)
HANDLER = Grant(
    role=Role.CONFIDENTIAL_HANDLER,
    agency_code="KESBANGPOL",
    protection_class=ProtectionClass.TOLERANCE,
)
LIGHTS = Grant(role=Role.OFFICER, agency_code="DLH")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Planted:
    """One recognisable word per field, made when it is first asked for."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}

    def __getitem__(self, field: str) -> str:
        return self.words.setdefault(field, f"kanari{field}{secrets.token_hex(4)}")

    def found_in(self, content: bytes | str) -> set[str]:
        text = content if isinstance(content, str) else content.decode("latin-1")
        lower = text.lower()
        return {field for field, word in self.words.items() if word in lower}


class Colleague:
    """Somebody signed in before the real server; remembers all addresses, headers and refusals."""

    def __init__(self, server: LiveServer, *grants: Grant) -> None:
        self.username = f"petugas.{secrets.token_hex(4)}"
        with server.database.app.app_context(), transaction() as session:
            make_staff(session, self.username, *grants, name=self.username)
        self._http = httpx.Client(base_url=server.base_url, timeout=30)
        self.told = ""
        entered = self.send("/petugas/masuk", username=self.username, password=PASSWORD)
        assert entered.status_code == 303

    def get(self, path: str) -> httpx.Response:
        reply = self._http.get(path)
        self._remember(reply)
        return reply

    def send(self, path: str, *, page: str = "/petugas/masuk", **fields: str) -> httpx.Response:
        token = TOKEN.search(self.get(page).text)
        assert token is not None, page
        reply = self._http.post(path, data={"csrf_token": token[1], **fields})
        self._remember(reply, *fields.values())
        return reply

    def about(self, server: LiveServer, path: str, **fields: str) -> None:
        """Send a form about the one ticket there is; it is taken."""
        ticket_id, seen = ticket_in(server)
        address = f"/petugas/tiket/{ticket_id}{path}"
        reply = self.send(address, page="/petugas", seen=str(seen), **fields)
        assert reply.status_code == 303, (path, reply.status_code, reply.text)

    def _remember(self, reply: httpx.Response, *typed: str) -> None:
        """Keep the address and headers, and a refusal without what one typed oneself."""
        self.told += f"\n{reply.request.url}\n{reply.headers}"
        if reply.status_code in (403, 404):
            refusal = reply.text
            for words in typed:
                refusal = refusal.replace(words, "")
            self.told += refusal

    def close(self) -> None:
        self._http.close()


def ticket_in(server: LiveServer) -> tuple[str, int]:
    with server.database.app.app_context(), transaction() as session:
        ticket = session.scalars(select(Ticket)).one()
        return str(ticket.id), ticket.version


def one(server: LiveServer, question: str) -> str:
    with server.database.owner() as connection:
        (value,) = connection.execute(question).fetchone() or ("",)  # type: ignore[arg-type]
    return str(value)


def holders(server: LiveServer, word: str) -> set[str]:
    """Return the tables in which a word stands."""
    with server.database.owner() as connection:
        tables = connection.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN"
            " ('public', 'published')"
        ).fetchall()
        return {
            table.split(".")[1]
            for (table,) in tables
            if connection.execute(
                f"SELECT 1 FROM {table} t WHERE lower(t::text) LIKE %s LIMIT 1",
                (f"%{word}%",),
            ).fetchone()
        }


@pytest.fixture
def office(live_server: LiveServer) -> Iterator[PostOffice]:
    with open_post_office() as office:
        config = live_server.database.app.config
        config |= {"SMTP_URL": office.url, "MAIL_FROM": "lapor@magelang.example"}
        yield office


@pytest.fixture
def people(live_server: LiveServer) -> Iterator[dict[str, Colleague]]:
    grants = {"taker": TAKER, "lead": LEAD, "handler": HANDLER, "lights": LIGHTS}
    found = {name: Colleague(live_server, grant) for name, grant in grants.items()}
    yield found
    for person in found.values():
        person.close()


def taken(person: Colleague, planted: Planted, category_code: str, **fields: str) -> None:
    """Take a report at the counter for somebody."""
    usual = {
        "send_key": secrets.token_urlsafe(24)[:22],
        "channel": "loket",
        "category_code": category_code,
        "description": f"Cerita {planted['cerita']}.",
        "area_code": "33.71.01.1003",
        "landmark": planted["patokan"],
        "contact_name": planted["nama"],
        "contact_email": "pelapor@kotak.example",
    }
    reply = person.send("/petugas/loket", page="/petugas/loket", **(usual | fields))
    assert reply.status_code == 303, reply.text
    assert person.get("/petugas/loket/tanda-terima").status_code == 200


def today(server: LiveServer) -> str:
    return one(server, "SELECT (now() AT TIME ZONE 'Asia/Jakarta')::date")


def mediated(server: LiveServer, handler: Colleague, planted: Planted) -> None:
    day = today(server)
    handler.about(server, "/mediasi", name=planted["mediator"])
    for party in ("satu", "dua"):
        fields = {"name": planted[f"pihak{party}"], "contact": planted[f"hubungi{party}"]}
        statement = planted[f"ujar{party}"]
        handler.about(server, "/mediasi/pihak", statement=statement, **fields)
    handler.about(server, "/mediasi/pertemuan", on=day, text=planted["temu"])
    handler.about(server, "/mediasi/hasil", on=day, text=planted["sepakat"], state="agreed")


def referred(server: LiveServer, writer: Colleague, planted: Planted, body: str) -> str:
    """Write a letter and follow it to its end; return its address."""
    words = {name: planted[f"surat{name}"] for name in ("reason", "ask", "consent")}
    writer.about(server, "/rujukan", form="rujukan", body_code=body, **words)
    letter = "/rujukan/" + one(server, "SELECT id FROM referral")
    day = today(server)
    writer.about(server, letter, target="sent", on=day)
    writer.about(server, letter, target="answered", on=day, text=planted["suratjawab"])
    return letter


def asked_and_answered(
    server: LiveServer, handler: Colleague, lead: Colleague, planted: Planted
) -> None:
    handler.about(server, "/hak-jawab", text=f"Apa {planted['tanya']}?")
    page = "/petugas/pertanyaan/" + one(server, "SELECT id FROM body_question")
    assert planted["tanya"] in lead.get(page).text
    assert lead.send(page, page=page, text=planted["hakjawab"]).status_code == 303


def papers(server: LiveServer, person: Colleague, *paths: str) -> None:
    ticket_id, _ = ticket_in(server)
    for path in paths:
        reply = person.get(f"/petugas/tiket/{ticket_id}{path}")
        assert reply.status_code == 200, path


def refused(server: LiveServer, stranger: Colleague, planted: Planted) -> None:
    """Have somebody who may not try forms with words in them."""
    ticket_id, _ = ticket_in(server)
    for path in ("catatan", "mediasi", "rujukan", "salinan", "hak-jawab", "jawaban", "jadwal"):
        fields = dict.fromkeys(("text", "name", "reason", "ask"), planted["ditolak"])
        address = f"/petugas/tiket/{ticket_id}/{path}"
        reply = stranger.send(address, page="/petugas", seen="1", **fields)
        assert reply.status_code in (403, 404), path


def walk(
    server: LiveServer, office: PostOffice, planted: Planted, log: pytest.LogCaptureFixture
) -> dict[str, bytes | str]:
    """Have the worker do what there is to do; return every place that is searched, by name."""
    before = dump(server.database)  # jobs are still there with their payloads
    with log.at_level(logging.DEBUG), worker_thread(server.database.app):
        waiting = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
        due = " AND (scheduled_at IS NULL OR scheduled_at < now())"
        undone = "SELECT count(*) FROM event WHERE dispatched_at IS NULL"
        eventually(
            lambda: one(server, waiting + due) == "0" and one(server, undone) == "0", "all is done"
        )
    ours = [record.getMessage() for record in log.records if record.name != "mail.log"]
    return {
        "database before the worker": before,
        "database": dump(server.database),
        "storage": stored(server),
        "server's log": server.log.read_bytes(),
        "worker's log": "\n".join(ours),
        "mails": b"\n".join(office.contents),
    }


def test_of_a_confidential_report_nothing_staff_write_is_readable(
    live_server: LiveServer,
    office: PostOffice,
    people: dict[str, Colleague],
    caplog: pytest.LogCaptureFixture,
) -> None:
    planted, handler = Planted(), people["handler"]
    subject = {"subject_agency": KELURAHAN, "subject_person": planted["terlapor"]}
    taken(people["taker"], planted, "T03", **subject)
    mention = f"@{handler.username} {planted['catatan']}"
    handler.about(live_server, "/catatan", form="catatan", text=mention)
    asked_and_answered(live_server, handler, people["lead"], planted)
    mediated(live_server, handler, planted)
    handler.about(live_server, "/jawaban", text=planted["jawaban"])
    letter = referred(live_server, handler, planted, "X_FKUB")
    printed = (f"{letter}/surat.pdf", "/mediasi/kesepakatan.pdf")
    papers(live_server, handler, "", "/mediasi", "/hak-jawab", *printed)
    refused(live_server, people["lights"], planted)

    places = walk(live_server, office, planted, caplog)
    told = {name: person.told for name, person in people.items()}
    found = {place: planted.found_in(content) for place, content in (places | told).items()}
    assert len(planted.words) > 18
    assert {place: words for place, words in found.items() if words} == {}
    assert office.mails, "mails were looked at"


def test_of_a_public_report_what_staff_write_stands_in_its_own_row_only(
    live_server: LiveServer,
    office: PostOffice,
    people: dict[str, Colleague],
    caplog: pytest.LogCaptureFixture,
) -> None:
    planted, officer = Planted(), people["lights"]
    taken(people["taker"], planted, "A04")
    officer.about(live_server, "/tayang", text_state="released", public_text="Lampu mati.")
    officer.about(live_server, "/catatan", form="catatan", text=planted["catatan"])
    officer.about(live_server, "/salinan", channel="sp4n", external_number="SP4N12345")
    until = (utcnow() + timedelta(days=9)).date().isoformat()
    for target in ("verified", "in_progress"):
        officer.about(live_server, "/langkah", target=target, reason=planted["alasan"])
    officer.about(live_server, "/jadwal", until_on=until, reason=planted["jadwal"])
    officer.about(live_server, "/langkah", target="in_progress", reason=planted["lagi"])
    letter = referred(live_server, officer, planted, "X_PLN")
    papers(live_server, officer, "", "/salinan", "/perintah-kerja.pdf", f"{letter}/surat.pdf")

    places = walk(live_server, office, planted, caplog)
    quiet = ("storage", "server's log", "worker's log")
    told = {name: person.told for name, person in people.items()}
    found = {name: planted.found_in((places | told)[name]) for name in (*quiet, *told)}
    assert {place: words for place, words in found.items() if words} == {}
    where = {word: holders(live_server, planted[word]) for word in planted.words}
    assert where.pop("nama") == set(), "a contact is sealed"
    for word in ("cerita", "patokan"):
        assert where.pop(word) == {"report", "report_words"}
    letters = {word: where.pop(word) for word in list(where) if word.startswith("surat")}
    assert len(letters) == 4
    assert letters.pop("suratreason") == {"referral", "message"}  # it is the reason of the step too
    assert all(tables == {"referral"} for tables in letters.values())
    assert where == {word: {"message"} for word in ("catatan", "alasan", "jadwal", "lagi")}
    assert office.mails, "mails were looked at"
    heads = "\n".join(f"{name}: {value}" for mail in office.mails for name, value in mail.items())
    assert planted.found_in(heads) == set()
