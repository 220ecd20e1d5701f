"""`/indikator/rilis`: what anybody finds there is enough to check a release."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.commands.snapshot import snapshot
from tests.releases import done, own_folders, release_march
from tests.rooms.indicators.histories import History
from tests.rooms.indicators.stored import store

PAGE = "/indikator/rilis"


@pytest.fixture
def released(
    app: Flask, session: Session, magelang: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    own_folders(app, tmp_path, monkeypatch)
    release_march(app, session)
    return tmp_path


def test_without_a_release_the_page_says_so(client: FlaskClient, magelang: City) -> None:
    assert "Belum ada rilis." in client.get(PAGE).text
    assert client.get(f"{PAGE}/kunci.json").json == []
    assert client.get(f"{PAGE}/1").status_code == 404
    assert client.get(f"{PAGE}/1/nilai.csv").status_code == 404


def test_what_is_downloaded_verifies_with_the_list_that_is_downloaded(
    client: FlaskClient, released: Path
) -> None:
    assert "Maret 2026" in client.get(PAGE).text
    shown = client.get(f"{PAGE}/1").text
    package = "rilis-3371-000001.zip"
    assert f"{PAGE}/1/{package}" in shown
    (released / package).write_bytes(client.get(f"{PAGE}/1/{package}").data)
    (released / "kunci.json").write_bytes(client.get(f"{PAGE}/kunci.json").data)
    arguments = ["verify", str(released / package), "--keys", str(released / "kunci.json")]
    told = CliRunner().invoke(snapshot, arguments)
    assert told.exit_code == 0, told.output
    assert "Signed by Walidata" in told.output


def test_files_are_sent_as_what_they_are_and_may_be_kept(
    client: FlaskClient, released: Path
) -> None:
    answer = client.get(f"{PAGE}/1/nilai.csv")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    etag = answer.headers["ETag"]
    again = client.get(f"{PAGE}/1/nilai.csv", headers={"If-None-Match": etag})
    assert again.status_code == 304
    for name in ("x.csv", "..%2f..%2fkeys%2fpepper.key", "manifest.json%00"):
        assert client.get(f"{PAGE}/1/{name}").status_code == 404


def test_an_indicator_leads_to_the_newest_release_that_holds_it(
    app: Flask, client: FlaskClient, session: Session, released: Path
) -> None:
    shown = client.get("/indikator/I01").text
    assert shown.count(f'href="{PAGE}/1"') == 2  # the line of its month, and the newest of all
    assert (
        f'href="{PAGE}/1"' in client.get("/indikator/I01?jenis=tahun").text.partition("memuat")[2]
    )
    assert (
        f'href="{PAGE}/1"'
        not in client.get("/indikator/I01?jenis=tahun").text.partition("memuat")[0]
    )
    assert "Belum ada rilis." in client.get("/indikator/I12").text  # of all reports: by year only
    for without in ("I12", "I07"):
        assert f'href="{PAGE}/' not in client.get(f"/indikator/{without}").text
    store(session, History("2026-03-05").released("2026-03-06").events)
    session.commit()
    reason = ("--reason", "Satu laporan terlambat masuk.")
    done(app, "revise", "--period", "2026-03", "--cut-off", "2026-07-02", *reason)
    shown = client.get("/indikator/I01").text
    assert f'href="{PAGE}/2"' in shown
    assert f'href="{PAGE}/1"' not in shown


def test_a_release_from_before_it_was_kept_what_it_holds_is_found_after_a_command(
    app: Flask, client: FlaskClient, session: Session, released: Path
) -> None:
    session.execute(text("UPDATE published_snapshot SET codes = '{}'"))
    session.commit()
    assert f'href="{PAGE}/1"' not in client.get("/indikator/I01").text
    done(app, "recall-codes")
    assert f'href="{PAGE}/1"' in client.get("/indikator/I01").text
    assert f'href="{PAGE}/' not in client.get("/indikator/I12").text


def test_a_revision_and_a_revoked_key_are_told(
    app: Flask, client: FlaskClient, session: Session, released: Path
) -> None:
    store(session, History("2026-03-05").released("2026-03-06").events)
    session.commit()
    reason = ("--reason", "Satu laporan terlambat masuk.")
    done(app, "revise", "--period", "2026-03", "--cut-off", "2026-07-02", *reason)
    done(app, "keys", "revoke", "dua", "--reason", "Pejabat berganti.")
    shown = client.get(PAGE).text
    assert "Diganti rilis nomor 2" in shown
    assert "Pejabat berganti." in shown
    assert "Rilis ini sudah diganti." in client.get(f"{PAGE}/1").text
    assert "Satu laporan terlambat masuk." in client.get(f"{PAGE}/2").text
    listed = json.loads(client.get(f"{PAGE}/kunci.json").data)
    revoked = next(key for key in listed if key["key_id"] == "dua")
    assert len(revoked["still_valid"]) == 2
