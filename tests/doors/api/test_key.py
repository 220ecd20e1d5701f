"""Keys for programs of the city: shown once, for a while, for what they name."""

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from citizenreport.commands.api_keys import api_keys as command
from citizenreport.core.clock import utcnow
from citizenreport.identity import api_keys
from citizenreport.identity.api_keys import BadKeyWish, KeyNotFound

URL = "/api/v1/key"
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
WISH = {"name": "Dasbor kota", "scopes": ["key:read"], "days": 30}


def asked(client: FlaskClient, key: str) -> int:
    return client.get(URL, headers={"Authorization": f"Bearer {key}"}).status_code


def test_a_key_tells_what_it_may_do(client: FlaskClient, session: Session) -> None:
    _, key = api_keys.make(session, **WISH, now=utcnow())  # type: ignore[arg-type]
    session.commit()
    reply = client.get(URL, headers={"Authorization": f"Bearer {key}"})
    assert reply.status_code == 200
    assert reply.json is not None
    assert (reply.json["name"], reply.json["scopes"]) == ("Dasbor kota", ["key:read"])
    assert reply.headers["Cache-Control"] == "no-store"


def test_what_is_no_key_opens_nothing(client: FlaskClient, session: Session) -> None:
    row, key = api_keys.make(session, **WISH, now=utcnow())  # type: ignore[arg-type]
    session.commit()
    for wrong in ("", "x", key[:-1], key + "x", str(row.id), "crk_"):
        assert asked(client, wrong) == 401
    assert client.get(URL).status_code == 401
    assert client.get(URL, headers={"Authorization": f"Basic {key}"}).status_code == 401


def test_a_revoked_key_is_worth_nothing_at_once(client: FlaskClient, session: Session) -> None:
    row, key = api_keys.make(session, **WISH, now=utcnow())  # type: ignore[arg-type]
    session.commit()
    assert asked(client, key) == 200
    api_keys.revoke(session, row.id, now=utcnow())
    session.commit()
    assert asked(client, key) == 401
    with pytest.raises(KeyNotFound):
        api_keys.revoke(session, row.id, now=utcnow())


def test_a_key_ends_with_its_days(session: Session) -> None:
    _, key = api_keys.make(session, **WISH, now=NOW)  # type: ignore[arg-type]
    before, after = NOW + timedelta(days=29), NOW + timedelta(days=30)
    assert api_keys.find(session, key, now=before).name == WISH["name"]
    with pytest.raises(KeyNotFound):
        api_keys.find(session, key, now=after)


def test_a_key_does_what_it_names_and_nothing_else(client: FlaskClient, session: Session) -> None:
    row, key = api_keys.make(session, **WISH, now=utcnow())  # type: ignore[arg-type]
    row.scopes = "another:scope"
    session.commit()
    assert asked(client, key) == 403


def test_the_key_itself_is_not_kept(session: Session) -> None:
    row, key = api_keys.make(session, **WISH, now=NOW)  # type: ignore[arg-type]
    assert key.encode() not in bytes(row.key_hash)
    assert len(key) > 40


@pytest.mark.parametrize(
    "fields", [{"name": " "}, {"scopes": []}, {"scopes": ["all"]}, {"days": 0}, {"days": 367}]
)
def test_a_key_has_a_name_known_scopes_and_an_end(
    session: Session, fields: dict[str, object]
) -> None:
    with pytest.raises(BadKeyWish):
        api_keys.make(session, **WISH | fields, now=NOW)  # type: ignore[arg-type]


def test_keys_are_made_listed_and_revoked_by_command(app: Flask, session: Session) -> None:
    def run(*arguments: str) -> str:
        info = ScriptInfo(create_app=lambda: app)
        result = CliRunner().invoke(command, arguments, obj=info)
        assert result.exit_code == 0, result.output
        return result.output

    made = run("make", "Dasbor kota", "--scope", "key:read")
    key_id, key = made.split("\t")[0], made.splitlines()[1]
    assert key.startswith("crk_")
    listed = run("list")
    assert key_id in listed
    assert key not in listed
    run("revoke", key_id)
    assert "(revoked)" in run("list")
