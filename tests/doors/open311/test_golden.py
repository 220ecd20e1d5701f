"""Every answer of the endpoint, byte by byte, in both forms, over the handbook's small city.

After a change on purpose: `UPDATE_GOLDEN=1 python -m pytest tests/doors/open311/test_golden.py`,
then read the difference of `golden/`. Codes, secrets and today's date are masked.
"""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from citizenreport.cities.pack import check_pack
from citizenreport.cities.service import load, numbered
from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.geo.position import Position
from citizenreport.identity import api_keys
from citizenreport.identity.scopes import Scope
from citizenreport.triage.states import State
from citizenreport.web.context import EXTENSION
from tests.doors.open311.calls import BASE
from tests.packs import build_example_pack
from tests.protection.test_two_worlds import a_photo
from tests.scenes import Scene

GOLDEN: Final = Path(__file__).parent / "golden"
FORMS: Final = ("xml", "json")
SENT_AT: Final = datetime(2024, 3, 19, 1, 30, tzinfo=UTC)
QUESTIONS: Final = """\
category_code,code,datatype,order,required,label_id,choices
LAMPU,tiang,string,1,no,Nomor tiang,
LAMPU,keadaan,singlevaluelist,2,yes,Keadaan lampu,mati=Mati;kedip=Berkedip
LAMPU,sejak,datetime,3,no,Sejak kapan,
"""
PLACES: Final = (
    (re.compile(rb"/lacak#[A-Z0-9]{10}\.[\w-]+"), b"/lacak#CODE.SECRET"),
    (re.compile(rb"/foto/[\w-]+"), b"/foto/PHOTO"),
    (re.compile(rb"(?<=Kode )[A-Z0-9]{10}"), b"TOKEN"),
    (re.compile(rb"(?<=rahasia )[\w-]{22,}"), b"SECRET"),
    (re.compile(rb'(?<="token":")[A-Z0-9]{10}'), b"TOKEN"),
    (re.compile(rb"(?<=<token>)[A-Z0-9]{10}"), b"TOKEN"),
    (re.compile(rb'(?<="service_request_id":")[A-Z0-9]{10}'), b"CODE"),
    (re.compile(rb"(?<=<service_request_id>)[A-Z0-9]{10}"), b"CODE"),
    (re.compile(rb'(?<="update_id":")[A-Z0-9]{10}-\d{8}'), b"CODE-DAY"),
    (re.compile(rb"(?<=<update_id>)[A-Z0-9]{10}-\d{8}"), b"CODE-DAY"),
    (re.compile(rb'(?<="update_id":")[\w-]{22}(?=")'), b"REPLY"),
    (re.compile(rb"(?<=<update_id>)[\w-]{22}(?=<)"), b"REPLY"),
)


@pytest.fixture
def town(app: Flask, session: Session, keys: KeyRing, tmp_path: Path) -> Iterator[Scene]:
    """The handbook's city, with questions, and one settled and one open report before the public."""
    folder = build_example_pack(tmp_path / "contoh")
    (folder / "questions.csv").write_text(QUESTIONS)
    categories = (folder / "categories.csv").read_text()
    rows = [f"{line},tepat,yes" for line in categories.splitlines()[1:] if "restricted" not in line]
    hidden = [f"{line},," for line in categories.splitlines()[1:] if "restricted" in line]
    head = f"{categories.splitlines()[0]},public_precision,public_photo"
    (folder / "categories.csv").write_text("\n".join([head, *rows, *hidden, ""]))
    checked = check_pack(folder)
    assert checked.city is not None, [str(one) for one in checked.findings]
    load(session, checked.city, content=checked.content, now=SENT_AT)
    session.commit()
    city = numbered(session, checked.city)
    holder = app.extensions[EXTENSION].city_holder
    holder.replace(city)
    yield Scene(session=session, city=city, keys=keys, storage=app.extensions[EXTENSION].storage)
    holder.forget()


@pytest.fixture
def codes(town: Scene) -> list[str]:
    place = Position(lon=110.205, lat=-7.475)
    settled = town.submit(
        "LAMPU",
        now=SENT_AT,
        position=place,
        answers={"keadaan": "mati"},
        landmark="Depan <pasar> & terminal",
        photos=(a_photo(),),
    )
    ticket = town.ticket_of(settled)
    town.release(ticket, "Lampu mati & gelap.")
    town.release_photos(ticket)
    town.reply(ticket, "Diganti besok.")
    town.move(ticket, State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)
    return [settled.tracking_code]


def masked(body: bytes) -> bytes:
    today = re.compile(rb"\d{4}-\d{2}-\d{2}T(?=00:00:00\+07:00|23:59:59\+07:00)")
    body = today.sub(_day, body)
    for pattern, word in PLACES:
        body = pattern.sub(word, body)
    return body


def _day(found: "re.Match[bytes]") -> bytes:
    """Days of the report itself stay; the test's own day and what follows from it are masked."""
    return found[0] if found[0] < b"2024-09" else b"DAY-T"


def check(name: str, form: str, body: bytes, status: int, expect: int) -> None:
    assert status == expect, body.decode()
    path, got = GOLDEN / f"{name}.{form}", masked(body)
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_bytes(got + b"\n")
    assert got + b"\n" == path.read_bytes(), f"{path.name} differs: see the top of this file"


READS: Final = (
    ("discovery", "discovery", 200),
    ("services", "services", 200),
    ("definition", "services/LAMPU", 200),
    ("definition-without-questions", "services/PARKIR", 200),
    ("request", "requests/{code}", 200),
    ("request-extended", "requests/{code}?extensions=true", 200),
    ("requests", "requests?service_request_id={code},ZZZZZZZZZZ", 200),
    (
        "requests-none",
        "requests?start_date=2020-01-01T00:00:00Z&end_date=2020-02-01T00:00:00Z",
        200,
    ),
    ("token", "tokens/{code}", 200),
    ("error-unknown-request", "requests/ZZZZZZZZZZ", 404),
    ("error-unknown-service", "services/ZZZ", 404),
    ("error-unknown-token", "tokens/ZZZZZZZZZZ", 404),
    ("error-jurisdiction", "services?jurisdiction_id=other", 404),
    ("error-parameter", "requests?status=lost", 400),
)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("name", "path", "expect"), READS, ids=[one[0] for one in READS])
def test_a_read_is_answered_as_ever(
    client: FlaskClient, codes: list[str], name: str, path: str, expect: int, form: str
) -> None:
    head, mark, query = path.format(code=codes[0]).partition("?")
    answer = client.get(f"{BASE}/{head}.{form}{mark}{query}")
    check(name, form, answer.data, answer.status_code, expect)


@pytest.mark.parametrize("form", FORMS)
def test_updates_are_answered_as_ever(client: FlaskClient, codes: list[str], form: str) -> None:
    empty = client.get(
        f"{BASE}/servicerequestupdates.{form}",
        query_string={"start_date": "2020-01-01T00:00:00Z", "end_date": "2020-02-01T00:00:00Z"},
    )
    check("updates-none", form, empty.data, empty.status_code, 200)
    now = utcnow().replace(microsecond=0)
    window = {"start_date": now - timedelta(days=2), "end_date": now + timedelta(days=2)}
    told = client.get(
        f"{BASE}/servicerequestupdates.{form}",
        query_string={name: at.isoformat() for name, at in window.items()},
    )
    check("updates", form, told.data, told.status_code, 200)


SENT: Final = {
    "service_code": "LAMPU",
    "lat": "-7.475",
    "long": "110.205",
    "description": "Lampu mati.",
    "attribute[keadaan]": "mati",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_send_is_answered_as_ever(client: FlaskClient, town: Scene, form: str) -> None:
    taken = client.post(f"{BASE}/requests.{form}", data=SENT)
    check("sent", form, taken.data, taken.status_code, 201)
    wrong = client.post(f"{BASE}/requests.{form}", data=SENT | {"attribute[keadaan]": "hilang"})
    check("error-sent", form, wrong.data, wrong.status_code, 400)
    key = client.post(f"{BASE}/requests.{form}", data=SENT | {"api_key": "crk_salah"})
    check("error-key", form, key.data, key.status_code, 403)


@pytest.mark.parametrize("form", FORMS)
def test_a_told_update_is_answered_as_ever(
    client: FlaskClient, town: Scene, codes: list[str], form: str
) -> None:
    _, key = api_keys.make(
        town.session,
        name="DPU",
        scopes=[Scope.READ_TICKETS.value, Scope.WRITE_TICKETS.value],
        days=1,
        now=utcnow(),
        agency_code="DPU",
    )
    town.session.commit()
    told = {"service_request_id": codes[0], "update_id": "u-1", "description": "Selesai."}
    taken = client.post(f"{BASE}/servicerequestupdates.{form}", data=told | {"api_key": key})
    check("told", form, taken.data, taken.status_code, 201)
    without = client.post(f"{BASE}/servicerequestupdates.{form}", data=told)
    check("error-key-missing", form, without.data, without.status_code, 403)


def test_no_golden_file_is_left_over() -> None:
    named = {one[0] for one in READS} | {
        *("updates", "updates-none", "sent", "told"),
        *("error-sent", "error-key", "error-key-missing"),
    }
    assert {path.name for path in GOLDEN.iterdir()} == {
        f"{name}.{form}" for name in named for form in FORMS
    }
