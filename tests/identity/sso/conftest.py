"""The console, the provider, and people on their way between them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from html import unescape
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.cities.rules import City
from citizenreport.core.outgoing import Outgoing
from citizenreport.identity.models import Staff
from citizenreport.identity.rules import Grant, Role
from citizenreport.identity.sso.provider import Provider
from citizenreport.identity.sso.rules import SsoSettings
from citizenreport.web.sso import BACK_PATH, EXTENSION, LOGIN_PATH, SingleSignOn
from tests.doors.console.conftest import Visitor, town  # noqa: F401
from tests.identity.sso.provider import SECRET, RealProvider, real_provider

ROADS = Grant(role=Role.OFFICER, agency_code="roads")
WOMEN = Grant(role=Role.OFFICER, agency_code="women")
ROLES = {
    "opd-jalan": (ROADS,),
    "opd-perempuan": (WOMEN,),
    "meja-kota": (Grant(role=Role.CITY_DESK),),
    "admin-lapor": (Grant(role=Role.ADMINISTRATOR),),
}
HOME = "http://localhost"


@dataclass(kw_only=True)
class Gate:
    """The way in: through the page, to the provider, and back."""

    app: Flask
    session: Session
    provider: RealProvider

    def visitor(self) -> Visitor:
        return Visitor(self.app.test_client())

    def set_out(self, visitor: Visitor, **fields: str) -> str:
        """Press the button; return the address of the provider one is sent to."""
        page = visitor.send("/petugas/masuk/sso", **fields)
        assert page.status_code == 200, page.text
        address = page.headers["Refresh"].partition("url=")[2]
        assert unescape(page.text).count(address) == 1  # the link says the same
        return address

    def come_in(self, visitor: Visitor, id_: str = "sri", **fields: str) -> TestResponse:
        """Sign in the whole way; return what the console answers at the end."""
        back = self.provider.sign_in(self.set_out(visitor, **fields), id_)
        return self.arrive(visitor, back)

    def arrive(self, visitor: Visitor, back: str) -> TestResponse:
        parts = urlsplit(back)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == HOME + BACK_PATH
        return visitor.get(f"{parts.path}?{parts.query}")

    def set(self, **changed: Any) -> None:
        """Change settings for the rest of the test."""
        now: SingleSignOn = self.app.extensions[EXTENSION]
        settings = replace(now.settings, **changed)
        self.app.extensions[EXTENSION] = single(settings, self.provider)

    def staff(self) -> list[Staff]:
        return list(self.session.scalars(select(Staff)))


def refusal(reply: TestResponse) -> str:
    """Return why somebody was not let in."""
    assert reply.status_code == 303, reply.text
    where, _, code = reply.headers["Location"].partition("?sebab=")
    assert where == "/petugas/masuk", reply.headers["Location"]
    return code


def is_in(visitor: Visitor) -> bool:
    return visitor.get("/petugas").status_code == 200


def single(settings: SsoSettings, provider: RealProvider) -> SingleSignOn:
    networks = (ip_network("127.0.0.0/8"),)
    outgoing = Outgoing(inside=networks, own_ca=provider.authority.path)
    return SingleSignOn(settings=settings, provider=Provider(settings, outgoing))


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealProvider]:
    folder: Path = tmp_path_factory.mktemp("provider")
    with real_provider(folder, public_url=HOME) as running:
        yield running


@pytest.fixture
def gate(app: Flask, session: Session, town: City, provider: RealProvider) -> Iterator[Gate]:  # noqa: F811
    settings = SsoSettings(
        issuer=provider.issuer,
        client_id="citizenreport",
        client_secret=SECRET,
        redirect_uri=HOME + BACK_PATH,
        after_logout_uri=HOME + LOGIN_PATH,
        roles=ROLES,
        mail_domains=frozenset({"magelang.example"}),
        scopes="openid profile email groups",
        recheck=timedelta(minutes=5),
    )
    before = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = single(settings, provider)
    provider.tell("lie")
    provider.person()
    yield Gate(app=app, session=session, provider=provider)
    app.extensions[EXTENSION] = before
