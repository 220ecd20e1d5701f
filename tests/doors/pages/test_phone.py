"""What makes the pages an app on the phone: manifest, worker, offline page, own list."""

import json
import re
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.web.assets import BUILT
from tests.doors.pages.resident import USUAL, Resident, read, receipt_of
from tests.servers import ROOT

FRONTEND = ROOT / "citizenreport" / "pages" / "frontend"


def built(client: FlaskClient) -> None:
    if not (BUILT / "manifest.json").exists():
        pytest.skip("the front end is not built: python hatch_build.py")


def csrf(resident: Resident) -> str:
    token = resident.open("/lapor", kategori="A04").form("/lapor").value("csrf_token")
    assert token is not None
    return token


@pytest.mark.parametrize(
    ("language", "name"), [("id", "Lapor Kota Magelang"), ("en", "Report to Kota Magelang")]
)
def test_the_manifest_names_the_app_in_the_readers_language(
    client: FlaskClient, magelang: City, language: str, name: str
) -> None:
    reply = client.get("/manifest.webmanifest", query_string={"lang": language})
    assert reply.mimetype == "application/manifest+json"
    told = json.loads(reply.text)
    assert (told["name"], told["lang"], told["id"]) == (name, language, "/")


def test_the_icons_have_the_sizes_the_manifest_says(client: FlaskClient, magelang: City) -> None:
    built(client)
    icons = json.loads(client.get("/manifest.webmanifest").text)["icons"]
    assert {icon["purpose"] for icon in icons if "purpose" in icon} == {"any", "maskable"}
    for icon in icons:
        with client.get(icon["src"]) as reply:
            content = reply.data
        assert (reply.status_code, reply.mimetype) == (200, icon["type"])
        if icon["type"] == "image/png":
            width, height = Image.open(BytesIO(content)).size
            assert f"{width}x{height}" == icon["sizes"]


def test_the_worker_is_asked_for_anew_and_may_fetch_from_here_only(
    client: FlaskClient, magelang: City
) -> None:
    reply = client.get("/sw.js")
    assert reply.headers["Cache-Control"] == "no-cache"
    assert "connect-src 'self'" in reply.headers["Content-Security-Policy"]
    facts = json.loads(re.match(r"self\.BUILD=(.*);\n", reply.text)[1])  # type: ignore[index]
    assert facts["offline"] == "/luring"
    for path in facts["shell"]:
        page = client.get(path)
        assert page.status_code == 200
        assert "no-store" not in page.headers["Cache-Control"]


def test_every_page_that_is_kept_is_allowed_to_be_and_no_confidential_form_is(
    client: FlaskClient, magelang: City
) -> None:
    assert client.get("/lapor?kategori=A12").headers["Cache-Control"] == "no-store"
    assert client.get("/lacak").headers["Cache-Control"] == "no-store"


def test_the_offline_page_has_the_emergency_numbers(resident: Resident) -> None:
    page = resident.open("/luring")
    assert "Tidak ada jaringan" in page.text
    assert "tel:110" in page.links
    assert {"/lapor", "/laporan-saya"} <= set(page.links)


def test_the_own_list_explains_itself_without_javascript(resident: Resident) -> None:
    page = resident.open("/laporan-saya")
    assert "Daftar ini perlu JavaScript" in page.text
    assert "/lacak" in page.links


def test_what_is_fine_may_be_sent_and_what_is_not_must_be_seen(resident: Resident) -> None:
    typed = {**USUAL, "category_code": "A04", "csrf_token": csrf(resident)}
    assert resident.client.post("/lapor/periksa", data=typed).status_code == 204
    assert resident.client.post("/lapor/periksa", data=typed | {"area_code": ""}).status_code == 422
    assert resident.client.post("/lapor/periksa", data=typed | {"lat": "x"}).status_code == 422
    assert resident.client.post("/lapor/periksa", data={}).status_code == 403


def test_looking_stores_nothing(resident: Resident, session: Session) -> None:
    typed = {**USUAL, "category_code": "A04", "csrf_token": csrf(resident)}
    resident.client.post("/lapor/periksa", data=typed)
    assert session.connection().exec_driver_sql("SELECT count(*) FROM report").scalar() == 0


def test_a_report_sent_from_the_phone_gets_its_receipt(resident: Resident) -> None:
    sent = resident.client.post("/api/v1/reports", json={**USUAL, "category_code": "A04"}).json
    assert sent is not None
    given = {"code": sent["tracking_code"], "secret": sent["secret"], "csrf_token": csrf(resident)}
    page = resident.follow(resident.client.post("/lapor/terkirim", data=given))
    shown = receipt_of(page)
    assert shown[0].replace("-", "") == sent["tracking_code"]


def test_a_receipt_with_a_wrong_secret_looks_like_an_unknown_code(resident: Resident) -> None:
    sent = resident.client.post("/api/v1/reports", json={**USUAL, "category_code": "A04"}).json
    assert sent is not None
    wrong = {"code": sent["tracking_code"], "secret": "x" * 22, "csrf_token": csrf(resident)}
    unknown = wrong | {"code": "ZZZZZZZZZZ"}
    answers = [resident.client.post("/lapor/terkirim", data=given) for given in (wrong, unknown)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert read(answers[0]).text == read(answers[1]).text


def test_no_module_of_the_phone_puts_html_together() -> None:
    sources = list(FRONTEND.glob("*.ts"))
    assert len(sources) > 10
    bad = re.compile(r"\.(innerHTML|outerHTML|insertAdjacentHTML)\b|document\.write")
    assert [path.name for path in sources if bad.search(path.read_text())] == []
