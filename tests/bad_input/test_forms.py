"""The forms of residents: what is typed is stored as typed, or the page comes back with it."""

import json
import re
import secrets
from html import escape
from urllib.parse import quote

import pytest
from marshmallow import fields
from sqlalchemy import select

from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Report
from citizenreport.web.locale import LANGUAGE_COOKIE
from citizenreport.web.sessions import cookie_name
from tests.bad_input.intake import Intake, reports
from tests.bad_input.naughty import OWN, naughty, typable
from tests.doors.pages.resident import Form, Resident

LONGEST = {
    "description": 4_000,
    "landmark": 200,
    "neighbourhood": 20,
    "subject_person": 200,
    "contact_name": 100,
    "contact_phone": 30,
    "answers.nomor_tiang": 500,
}
CODES = [
    *("area_code", "lat", "lon", "accuracy_m", "occurred_at", "subject_agency", "visibility"),
    *("contact_email", "refer_outside", "answers.jenis_jalan", "answers.jumlah_lampu"),
    "answers.tidak_ada",
]
USUAL = {"description": "Lampu jalan mati.", "area_code": "33.71.03.1005"}
PLACE = {"lat": "-7.478474", "lon": "110.22199"}


@pytest.fixture
def resident(intake: Intake) -> Resident:
    return Resident(intake.client)


def blank_form(resident: Resident) -> Form:
    return resident.open("/lapor", kategori="A04").form("/lapor")


def meant(text: str) -> str:
    """Return a text as a form means it: browsers end lines with two characters."""
    return text.replace("\r\n", "\n").strip()


def fits(name: str, text: str) -> bool:
    return "\x00" not in text and len(meant(text)) <= LONGEST[name]


def send(resident: Resident, form: Form, **filled: str) -> tuple[int, str]:
    data = dict(form.fields) | USUAL | filled | {"send_key": secrets.token_urlsafe(24)}
    reply = resident.client.post("/lapor", data=data)
    return reply.status_code, reply.text


@pytest.mark.real_data
def test_what_is_typed_is_stored_as_typed_or_comes_back(intake: Intake, resident: Resident) -> None:
    form, before, stored = blank_form(resident), intake.stored(), []
    for text in typable(naughty()):
        fitting = {name: text for name in LONGEST if fits(name, text)}
        if len(fitting) < len(LONGEST):
            status, page = send(resident, form, **dict.fromkeys(LONGEST, text))
            assert status == 422, ascii(text)
            assert escape(text.strip()[:30]).replace("&#x27;", "&#39;") in page.replace(
                "&#34;", "&quot;"
            )
        if fitting.get("description", "x").strip():
            status, _ = send(resident, form, **fitting)
            assert status == 303, ascii(text)
            stored.append({name: meant(text) for name in fitting})
    assert len(stored) > 500
    grown = intake.stored().since(before)
    assert {name: grown[name] for name in reports(len(stored))} == reports(len(stored))
    for report, typed in zip(in_order(intake), stored, strict=True):
        found = texts_of(intake, report)
        for name, text in typed.items():
            assert (found[name] or "") == text, name


def in_order(intake: Intake) -> list[Report]:
    return list(intake.session.scalars(select(Report).order_by(Report.submitted_at)))


def texts_of(intake: Intake, report: Report) -> dict[str, str | None]:
    data_key = intake_queries.data_key_of(intake.session, intake.keys, report.id)
    contact = intake_queries.contact_of(report, data_key)
    return {
        "description": report.description,
        "landmark": report.landmark,
        "neighbourhood": report.neighbourhood,
        "subject_person": intake_queries.subject_person_of(report, data_key),
        "contact_name": contact.name,
        "contact_phone": contact.phone,
        "answers.nomor_tiang": (report.answers or {}).get("nomor_tiang"),
    }


@pytest.mark.real_data
def test_a_code_that_is_none_brings_the_page_back(intake: Intake, resident: Resident) -> None:
    form, before = blank_form(resident), intake.stored()
    texts = [text for text in typable(naughty())[::3] if text.strip()]
    tried = [(CODES[n % len(CODES)], text) for n, text in enumerate(texts)]
    tried += [(name, text) for name in CODES for text in typable(OWN)]
    for name, text in tried:
        if is_meant(name, text):
            continue
        filled = PLACE | {name: text} if name in {*PLACE, "accuracy_m"} else {name: text}
        status, page = send(resident, form, **filled)
        assert status == 422, (name, ascii(text))
        assert "<form" in page
    assert intake.stored().since(before) == {}


def is_meant(name: str, text: str) -> bool:
    """Tell whether the text happens to be a good value of this field."""
    if name == "refer_outside":
        return text in fields.Boolean.truthy | fields.Boolean.falsy
    if name == "answers.jumlah_lampu":
        return re.fullmatch(r"-?[0-9]{1,12}([.,][0-9]{1,6})?", text) is not None
    try:
        return name == "accuracy_m" and 0 <= float(text) <= 100_000
    except ValueError:
        return False


@pytest.mark.real_data
def test_a_category_that_is_none_asks_again_for_one(intake: Intake, resident: Resident) -> None:
    form, before = blank_form(resident), intake.stored()
    for text in typable(naughty())[::15] + typable(OWN):
        for path in ("/lapor", "/lapor/isi"):
            data = dict(form.fields) | USUAL | {"category_code": text}
            reply = resident.client.post(path, data=data)
            assert reply.status_code in (200, 422), ascii(text)
            assert "category_code" in reply.text
    assert intake.stored().since(before) == {}


@pytest.mark.real_data
def test_a_send_key_that_is_none_keeps_what_was_typed(intake: Intake, resident: Resident) -> None:
    form, before = blank_form(resident), intake.stored()
    for key in ["", "kunci", "x" * 201, "é" * 30, "\x00" * 30, " " * 30, "../" * 10 + "\n"]:
        data = dict(form.fields) | USUAL | {"send_key": key}
        reply = resident.client.post("/lapor", data=data)
        assert reply.status_code == 422, ascii(key)
        assert USUAL["description"] in reply.text
    assert intake.stored().since(before) == {}


@pytest.mark.real_data
def test_code_and_secret_of_any_content_open_nothing(resident: Resident) -> None:
    form = resident.open("/lacak").form("/lacak")
    for text in typable(naughty())[::5] + typable(OWN):
        for code, secret in ((text, text), ("ABCDEFGHJK", text)):
            reply = resident.client.post(
                "/lacak", data=dict(form.fields) | {"code": code, "secret": secret}
            )
            assert reply.status_code == 404, ascii(text)


@pytest.mark.real_data
def test_a_cookie_of_any_content_is_no_pass(resident: Resident) -> None:
    with resident.client.application.test_request_context():
        names = [cookie_name(kind) for kind in ("receipt", "follow", "csrf", "session", "device")]
    names.append(LANGUAGE_COOKIE)
    for text in naughty()[::3] + OWN:
        sent = text.encode("utf-8", "surrogatepass").decode("latin-1")
        sent = sent.translate({10: " ", 13: " ", ord(";"): ":"})
        cookie = "; ".join(f"{name}={sent}" for name in names)
        for path, status in (("/lacak/laporan", 303), ("/lapor/terkirim", 404), ("/petugas", 303)):
            reply = resident.client.get(path, headers={"Cookie": cookie})
            assert reply.status_code == status, (path, ascii(text))


HTML = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'</textarea>{{ 7*7 }}"


def test_html_comes_back_as_text(intake: Intake, resident: Resident) -> None:
    form = blank_form(resident)
    everything = dict.fromkeys([*LONGEST, *CODES], HTML)
    status, page = send(resident, form, **everything)
    assert status == 422
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "{{ 7*7 }}" in page  # shown, not computed
    assert intake.stored().rows["report"] == 0


def damaged_forms() -> dict[str, tuple[bytes, str]]:
    body = b"description=Lampu&category_code=A04&area_code=33.71.03.1005"
    urlencoded = "application/x-www-form-urlencoded"
    return {
        "bytes that are no UTF-8": (body + b"&landmark=\xff\xfe", urlencoded),
        "multipart without a boundary": (body, "multipart/form-data"),
        "multipart that ends early": (b"--b\r\nContent-Disp", "multipart/form-data; boundary=b"),
        "JSON": (json.dumps(USUAL).encode(), "application/json"),
        "nothing": (b"", urlencoded),
    }


@pytest.mark.parametrize("name", damaged_forms())
def test_a_damaged_form_gets_a_page(intake: Intake, resident: Resident, name: str) -> None:
    blank_form(resident)
    before = intake.stored()
    content, content_type = damaged_forms()[name]
    for path in ("/lapor", "/lapor/isi", "/lacak", "/petugas/masuk", "/keluar-cepat"):
        reply = resident.client.post(path, data=content, content_type=content_type)
        assert reply.status_code in (400, 403), path
        assert "<h1" in reply.text
    assert intake.stored().since(before) == {}


@pytest.mark.real_data
def test_what_leads_to_the_form_takes_any_words(intake: Intake, resident: Resident) -> None:
    form, before = blank_form(resident), intake.stored()
    token = {"csrf_token": form.value("csrf_token")}
    for text in [*typable(naughty())[::5], *typable(OWN)]:
        named = dict.fromkeys(("cari", "mulai", "landmark", "lat", "contact_name"), text)
        chosen = resident.client.post("/lapor/pilih", data=token | named)
        assert chosen.status_code == 200, ascii(text)
        begun = resident.client.post("/lapor/isi", data=token | named | {"category_code": "A04"})
        assert begun.status_code == 200, ascii(text)
        asked = {"category_code": "A04", "lat": text, "area_code": text, "visibility": text}
        assert resident.client.post("/lapor/serupa", data=token | asked).status_code == 200
        joined = resident.client.post(f"/laporan/{quote(text, safe='')}/ikut", data=token)
        assert joined.status_code in {404, 405}, ascii(text)
        if re.search("<[a-z]", text):
            assert text not in chosen.text + begun.text + joined.text
    assert intake.stored().since(before) == {}


@pytest.mark.real_data
def test_a_held_photo_of_any_content_is_none(intake: Intake, resident: Resident) -> None:
    form, before = blank_form(resident), intake.stored()
    for text in [*typable(naughty())[::9], *typable(OWN)]:
        status, page = send(resident, form, held_photo=text)
        assert status == 422, ascii(text)
        assert "Pilih lagi fotonya" in page
    assert intake.stored().since(before) == {}
