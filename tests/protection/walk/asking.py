"""Ask the service everything it can be asked, and leave nothing behind.

Questions are made from the application's own table of addresses: a new route takes part by itself. Each question is asked inside a
savepoint that is thrown away, so that one that deletes or signs out changes no later answer.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from flask import Flask
from sqlalchemy import Connection
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from citizenreport.core.db import db
from citizenreport.web.guards import PUBLIC, guard_of
from tests.doors.console.conftest import TOKEN, Visitor

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
UNSEEN: Final = {"Date", "Set-Cookie", "Content-Security-Policy", "RateLimit"}
VOLATILE: Final = (
    (re.compile(r'value="[\w=-]{80,}"'), 'value="T"'),  # masked anew for each page
    (re.compile(r'nonce[-=]"?[\w+/=-]+"?'), "nonce"),
    (re.compile(r'name="(ticket|send_key)" value="[^"]+"'), "of the form"),
    (re.compile(r'"(?:nonce|salt|signature|key\w+|expiresAt)": ?"?\w+"?'), "of a proof"),
    (re.compile(r'"occurred_on" max="[^"]*"'), "today"),
    (re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"), "ID"),
    (re.compile(r"\b\d\d[.:]\d\d\b(:\d\d)?(\.\d+)?"), "TIME"),
    (re.compile(r"\b\d+ (detik|menit|jam)\b"), "AGO"),
)
NOBODYS: Final = UUID("00000000-0000-7000-8000-000000000000")
NOBODYS_CODE: Final = "Z" * 10

Answer = tuple[int, tuple[tuple[str, str], ...], str]


@dataclass(frozen=True, kw_only=True)
class Question:
    """One request. `fields` None: no form is sent."""

    method: str
    address: str
    fields: Mapping[str, str] | None = None

    def __str__(self) -> str:
        sent = " ".join(sorted(set((self.fields or {}).values())))
        return f"{self.method} {self.address} {sent}".rstrip()

    def __hash__(self) -> int:
        return hash(str(self))


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """What stands for hidden tickets in addresses and forms: by the name of the parameter."""

    codes: tuple[str, ...] = ()
    ids: Mapping[str, tuple[UUID, ...]] = field(default_factory=dict)

    def of(self, name: str) -> tuple[UUID, ...]:
        """Return the ids for a parameter; a name that stands for nothing hidden gets tickets' ids."""
        return self.ids.get(name, self.ids.get("ticket_id", ()))


OTHER_PARAMETERS: Final[Mapping[str, str]] = {
    "category_code": "T03",
    "indicator_code": "I01",
    "filename": "none.css",
    "path": "none.css",
    "format": "csv",
}
"""Words in addresses that name nothing of a ticket. Every other word may be a code, and is tried."""


def rules_of(app: Flask, under: str) -> list[Rule]:
    """Return the routes whose addresses begin so."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    return [rule for rule in rules if rule.rule.startswith(under)]


def methods_of(rule: Rule) -> list[str]:
    return [method for method in METHODS if method in (rule.methods or ())]


def about(app: Flask, hidden: Hidden, under: str = "") -> Iterator[tuple[Question, Question, str]]:
    """Yield every question that names something hidden, its twin about nothing, and the name.

    The name stands in addresses, or, where an address has none, in the fields of a form.
    """
    for rule in rules_of(app, under):
        named = {name for name in rule.arguments if is_id(rule, name) or is_word(rule, name)}
        if is_open(app, rule) and not named:  # `test_two_worlds` asks it; it names nothing hidden
            continue
        for method in methods_of(rule):
            if named:
                yield from _in_address(rule, method, named, hidden)
            elif method != "GET":
                yield from _in_form(rule, method, hidden)


def is_open(app: Flask, rule: Rule) -> bool:
    """Tell whether a route is everybody's. Those who are signed in are nobody special there."""
    return guard_of(app.view_functions[rule.endpoint]) == PUBLIC


def is_id(rule: Rule, name: str) -> bool:
    return f"<uuid:{name}>" in rule.rule


def is_word(rule: Rule, name: str) -> bool:
    return f"<{name}>" in rule.rule and name not in OTHER_PARAMETERS


def _in_address(
    rule: Rule, method: str, named: set[str], hidden: Hidden
) -> Iterator[tuple[Question, Question, str]]:
    ids = dict.fromkeys(u for name in named if is_id(rule, name) for u in hidden.of(name))
    codes = hidden.codes if any(is_word(rule, name) for name in named) else ()
    fields = None if method == "GET" else {"seen": "1", "text": "Coba.", "reason": "Coba."}
    for value in (*map(str, ids), *codes):
        none = NOBODYS_CODE if value in codes else str(NOBODYS)
        yield (
            Question(method=method, address=_filled(rule, named, value), fields=fields),
            Question(method=method, address=_filled(rule, named, none), fields=fields),
            value,
        )


def _filled(rule: Rule, named: set[str], value: str) -> str:
    address = rule.rule
    for name in rule.arguments:
        given = value if name in named else OTHER_PARAMETERS.get(name, "1")
        address = re.sub(rf"<(?:\w+(?:\([^)]*\))?:)?{name}>", given, address)
    return address


def _in_form(rule: Rule, method: str, hidden: Hidden) -> Iterator[tuple[Question, Question, str]]:
    for value, none in (
        *((str(ticket_id), str(NOBODYS)) for ticket_id in hidden.of("ticket_id")),
        *((code, NOBODYS_CODE) for code in hidden.codes),
    ):
        yield (
            Question(method=method, address=rule.rule, fields=form_naming(value)),
            Question(method=method, address=rule.rule, fields=form_naming(none)),
            value,
        )


def form_naming(value: str) -> dict[str, str]:
    """Return every field of the console that may name a ticket, all naming this one."""
    named = ("kode", "code", "joined_code", "parent_code", "external_number", "cari", "held")
    many = {"ticket": f"{value}:1", "kind": "priority", "priority": "high", "tinjau": "1"}
    return dict.fromkeys(named, value) | many | {"seen": value, "reason": "Coba.", "ke": "daftar"}


class Asker:
    """Somebody who is signed in and asks; the answer comes without what is random in it."""

    under = ""
    """Where all addresses begin that are asked."""

    def __init__(self, app: Flask, connection: Connection, visitor: Visitor) -> None:
        self._app, self._connection = app, connection
        shown = visitor.get("/petugas")
        found = TOKEN.search(shown.text)
        assert found is not None, shown.status
        self._token = found[1]
        jar = visitor.client._cookies  # type: ignore[attr-defined]
        self._cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in jar.values())

    def ask(self, question: Question, *names: str) -> Answer:
        """Ask and forget; names of what was asked about are taken out of the answer."""
        db.session.remove()
        point = self._connection.begin_nested()
        try:
            reply = self._sent(question)
            if reply.status_code in (302, 303) and reply.headers["Location"].startswith("/"):
                reply = self._sent(Question(method="GET", address=reply.headers["Location"]))
            body = reply.get_data()
        finally:
            db.session.remove()
            point.rollback()
        headers = [item for item in reply.headers.items() if item[0] not in UNSEEN]
        text = body.decode(errors="replace")
        head = "\n".join("\t".join(item) for item in sorted(headers))
        plain_head, plain = (_plain(part, names) for part in (head, text))
        return reply.status_code, tuple(_pairs(plain_head)), plain

    def _sent(self, question: Question) -> TestResponse:
        fields = question.fields
        sent = None if fields is None else {"csrf_token": self._token, **fields}
        client = self._app.test_client(use_cookies=False)
        return client.open(
            question.address,
            method=question.method,
            data=sent,
            headers={"Cookie": self._cookies},
        )


class ProgramAsker(Asker):
    """A program that asks the API with a key."""

    under = "/api/"

    def __init__(self, app: Flask, connection: Connection, key: str) -> None:
        self._app, self._connection = app, connection
        self._headers = {"Authorization": f"Bearer {key}", "If-Match": '"1"'}

    def _sent(self, question: Question) -> TestResponse:
        act = question.address.rpartition("/")[2]
        given = dict(question.fields or {})
        sent = {
            "steps": {"target": "verified"},
            "search": {"words": given.get("text", "Coba.")},
        }.get(act, {"text": "Coba."})
        client = self._app.test_client(use_cookies=False)
        return client.open(
            question.address,
            method=question.method,
            json=None if question.fields is None else sent,
            headers=self._headers,
        )


def _pairs(head: str) -> Iterator[tuple[str, str]]:
    for line in head.splitlines():
        name, _tab, value = line.partition("\t")
        if name != "Content-Length":  # what was random may be longer by a letter
            yield name, value


def _plain(text: str, names: tuple[str, ...]) -> str:
    for name in names:
        text = text.replace(name, "NAME").replace(name.replace("-", ""), "NAME")
    for pattern, instead in VOLATILE:
        text = pattern.sub(instead, text)
    return text


def of_lists(app: Flask, told: Mapping[str, str], under: str = "") -> Iterator[Question]:
    """Yield every question that names no ticket: lists, counts, searches, forms, exports.

    `told` are the facts of a report that somebody may guess: category, agency, area, words.
    """
    for rule in rules_of(app, under):
        if rule.arguments or is_open(app, rule):
            continue
        if "GET" in methods_of(rule):
            yield Question(method="GET", address=rule.rule)
            for query in queries_for(rule.rule, told):
                yield Question(method="GET", address=f"{rule.rule}?{urlencode(query)}")
        for method in set(methods_of(rule)) - {"GET"}:
            yield Question(method=method, address=rule.rule, fields=form_guessing(told))


def queries_for(path: str, told: Mapping[str, str]) -> Iterator[dict[str, str]]:
    if path.startswith(("/petugas/tiket", "/petugas/lapangan")):
        yield {"kategori": told["category_code"]}
        yield {"instansi": told["agency_code"]}
        yield {"aspek": told["aspect"], "urut": "terbaru"}
        yield {"kelurahan": told["area_code"], "urut": "terlama"}
        yield {"keadaan": "new", "urut": "prioritas"}
        yield {"tenggat": "today", "saluran": "web"}
        yield {"penanggung": "kosong"}
        yield {"penanggung": "bersama"}
        yield {"dari": "2026-11-16", "sampai": "2026-11-16"}
    if path == "/api/v1/tickets":
        yield {"category": told["category_code"]}
        yield {"agency": told["agency_code"], "sort": "newest"}
        yield {"aspect": told["aspect"]}
        yield {"area": told["area_code"]}
        yield {"whose": "nobody", "since": "2026-11-16"}
    if path.startswith("/petugas/rekap"):
        yield {"instansi": told["agency_code"]}
        yield {"pekan": "2026-11-16"}


def form_guessing(told: Mapping[str, str]) -> dict[str, str]:
    """Return what one would type to find a report whose facts one guesses."""
    return {
        "category_code": told["category_code"],
        "area_code": told["area_code"],
        "agency_code": told["agency_code"],
        "lat": told["lat"],
        "lon": told["lon"],
        "description": told["words"],
        "cari": told["words"],
        "name": told["words"],
        "nama": told["person"],
        "text": told["words"],
        "saringan": urlencode({"kategori": told["category_code"]}),
        "bentuk": "csv",
        "ke": "daftar",
        "seen": "1",
        "send_key": "k" * 22,
        "channel": "counter",
    }
