"""What search engines are told, and what they are not."""

import re
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from citizenreport.pages.finding import FINDABLE
from tests.doors.pages.resident import Resident, receipt_of
from tests.doors.pages.staff import Staff

IN_SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
PRIVATE = ("/lacak", "/lapor/terkirim", "/kode-pos", "/petugas/masuk", "/problems/", "/laporan/ZZZ")


def head_of(html: str) -> str:
    return html.split("</head>", maxsplit=1)[0]


def addresses(client: FlaskClient) -> list[str]:
    root = ET.fromstring(client.get("/sitemap.xml").data)
    return [str(loc.text) for loc in root.iter(f"{IN_SITEMAP}loc")]


def test_the_sitemap_lists_pages_and_released_reports(resident: Resident, staff: Staff) -> None:
    released, _ = receipt_of(resident.report())
    held, _ = receipt_of(resident.report())
    staff.release(released)
    found = addresses(resident.client)
    assert {f"http://localhost{path}" for path in ("/", "/lapor", "/laporan", "/bantuan")} <= set(
        found
    )
    assert f"http://localhost/laporan/{released.replace('-', '')}" in found
    assert held.replace("-", "") not in "".join(found)
    for address in found:
        page = resident.client.get(address.removeprefix("http://localhost"))
        assert page.status_code == 200, address
        assert f'<link rel="canonical" href="{address}">' in page.text, address
        assert "noindex" not in page.text, address


def test_what_is_withdrawn_leaves_the_sitemap_at_once(resident: Resident, staff: Staff) -> None:
    before = resident.client.get("/sitemap.xml")
    code, _ = receipt_of(resident.report())
    staff.release(code)
    shown = resident.client.get("/sitemap.xml", headers={"If-None-Match": before.headers["ETag"]})
    assert shown.status_code == 200
    same = resident.client.get("/sitemap.xml", headers={"If-None-Match": shown.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    staff.hide(code)
    assert resident.client.get("/sitemap.xml").data == before.data


def test_the_sitemap_tells_the_day_of_change_and_nothing_finer(
    resident: Resident, staff: Staff
) -> None:
    code, _ = receipt_of(resident.report())
    staff.release(code)
    root = ET.fromstring(resident.client.get("/sitemap.xml").data)
    days = [str(node.text) for node in root.iter(f"{IN_SITEMAP}lastmod")]
    assert days
    assert all(date.fromisoformat(day) for day in days)


@pytest.mark.parametrize("path", PRIVATE)
def test_a_private_page_is_not_to_be_found(resident: Resident, path: str) -> None:
    head = head_of(resident.client.get(path, follow_redirects=True).text)
    assert '<meta name="robots" content="noindex">' in head
    assert "canonical" not in head
    assert "hreflang" not in head


def test_the_reporters_own_page_is_neutral_and_not_to_be_found(resident: Resident) -> None:
    code, secret = receipt_of(resident.report("A12", description="Dipukuli."))
    asked = resident.open("/lacak")
    page = resident.press(asked, "/lacak", code=code, secret=secret)
    head = head_of(page.response.text)
    assert "noindex" in head
    for word in ("Kekerasan", "kekerasan", "Dipukuli", code, code.replace("-", "")):
        assert word not in head


@pytest.mark.parametrize("language", ["id", "en", "jv"])
def test_a_page_names_itself_in_every_language(resident: Resident, language: str) -> None:
    head = head_of(resident.client.get(f"/laporan?lang={language}&aspek=aman").text)
    here = "http://localhost/laporan"
    assert f'<link rel="canonical" href="{here}?lang={language}">' in head
    found = dict(re.findall(r'hreflang="([^"]+)" href="([^"]+)"', head))
    others = {code: f"{here}?lang={code}" for code in ("id", "en", "jv")}
    assert found == others | {"x-default": here}


def test_every_findable_page_has_a_title_and_a_description_of_its_own(
    app: Flask, resident: Resident
) -> None:
    paths = [address.removeprefix("http://localhost") for address in addresses(resident.client)]
    heads = {path: head_of(resident.client.get(path).text) for path in paths}
    titles = {re.findall(r"<title>([^<]+)</title>", head)[0] for head in heads.values()}
    described = {re.findall(r'name="description" content="([^"]+)"', h)[0] for h in heads.values()}
    assert len(titles) == len(described) == len(paths)
    assert all(len(text) >= 20 for text in described)
    assert {rule.endpoint for rule in app.url_map.iter_rules()} >= FINDABLE


def test_robots_are_sent_away_from_what_is_private(resident: Resident) -> None:
    answer = resident.client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    lines = answer.text.splitlines()
    assert {"Disallow: /petugas", "Disallow: /lacak", "Disallow: /lapor/terkirim"} <= set(lines)
    assert "Sitemap: http://localhost/sitemap.xml" in lines


def test_a_security_txt_says_whom_to_tell_and_until_when(
    app: Flask, resident: Resident, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert resident.client.get("/.well-known/security.txt").status_code == 404
    monkeypatch.setitem(app.config, "CONTACT_EMAIL", "lapor@example.go.id")
    answer = resident.client.get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert fields["Contact"] == "mailto:lapor@example.go.id"
    assert fields["Canonical"] == "http://localhost/.well-known/security.txt"
    ends_on = date.fromisoformat(fields["Expires"].removesuffix("T00:00:00Z"))
    assert 100 < (ends_on - date.today()).days < 365  # noqa: DTZ011
