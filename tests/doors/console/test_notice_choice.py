"""One's own choice of when to be told."""

import pytest
from flask import Flask

from tests.doors.console.conftest import Desk
from tests.doors.console.people import ROADS

PAGE = "/petugas/kabar"


def test_a_choice_is_kept(desk: Desk) -> None:
    officer = desk.person(ROADS)
    sent = officer.send(PAGE, page=PAGE, mode="digest", quiet_from="21", quiet_to="6")
    assert sent.status_code == 303
    page = officer.get(PAGE).text
    assert 'value="digest" checked' in page
    assert 'value="21"' in page
    assert 'value="6"' in page


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(desk: Desk) -> None:
    officer = desk.person(ROADS)
    sent = officer.send(PAGE, page=PAGE, mode="digest", quiet_from="25", quiet_to="6")
    assert sent.status_code == 422
    assert 'value="25"' in sent.text
    assert 'value="digest" checked' in sent.text
    assert 'value="at_once" checked' in officer.get(PAGE).text


def test_a_number_is_asked_for_only_where_a_messenger_is(
    app: Flask, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = desk.person(ROADS)
    assert 'name="messenger"' not in officer.get(PAGE).text
    monkeypatch.setitem(app.config, "MESSENGER", "null")
    wrong = officer.send(PAGE, page=PAGE, mode="at_once", messenger="budi")
    assert wrong.status_code == 422
    assert 'value="budi"' in wrong.text
    right = officer.send(PAGE, page=PAGE, mode="at_once", messenger="+62 812 3456 7890")
    assert right.status_code == 303
    assert 'value="+6281234567890"' in officer.get(PAGE).text
