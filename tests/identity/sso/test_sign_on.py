"""Signing in with an account of the city's own: found, joined, moved, gone."""

import logging

import pytest
from sqlalchemy import select

from citizenreport.cities.rules import ProtectionClass
from citizenreport.core.keys import KeyRing
from citizenreport.identity import queries, service, staffing
from citizenreport.identity.models import Staff
from citizenreport.identity.rules import Grant, Role
from citizenreport.identity.sso import links
from citizenreport.identity.sso.models import SsoLink, SsoSession
from citizenreport.ledger.models import Event
from tests.identity.factories import OPENED_AT, make_staff
from tests.identity.sso.conftest import ROADS, WOMEN, Gate, is_in, refusal

MAIL = "sri.lestari@magelang.example"


def grants(gate: Gate, staff: Staff) -> set[Grant]:
    return set(queries.own_grants(gate.session, staff.id))


def test_who_is_new_joins_with_the_roles_of_their_groups(gate: Gate) -> None:
    visitor = gate.visitor()
    reply = gate.come_in(visitor, next="/petugas/tiket?urut=baru")
    assert reply.headers["Location"] == "/petugas/tiket?urut=baru"
    (staff,) = gate.staff()
    assert (staff.username, staff.name) == ("sri.lestari", "Sri Lestari")
    assert grants(gate, staff) == {ROADS}
    assert is_in(visitor)


def test_who_joins_gets_no_name_that_is_somebody_elses(gate: Gate) -> None:
    make_staff(gate.session, "sri.lestari", WOMEN)
    gate.come_in(gate.visitor())
    first, second = sorted(gate.staff(), key=lambda staff: staff.created_at)
    assert second.username.startswith("sso-")
    assert grants(gate, first) == {WOMEN}


def test_who_is_new_may_be_kept_out(gate: Gate) -> None:
    gate.set(may_join=False)
    assert refusal(gate.come_in(gate.visitor())) == "sso-not-known"
    assert gate.staff() == []


def test_an_account_is_found_by_address_once_and_by_subject_ever_after(
    gate: Gate, keys: KeyRing
) -> None:
    staff = make_staff(gate.session, "lestari.dpu")
    links.set_mail(gate.session, keys, staff.id, MAIL.upper(), now=OPENED_AT)
    gate.session.commit()
    assert is_in_as(gate, staff)
    gate.provider.person(email="sri.baru@magelang.example")
    assert is_in_as(gate, staff)
    gate.provider.person("penerus", email=MAIL, preferred_username="penerus")
    assert gate.come_in(gate.visitor(), "penerus").status_code == 303
    assert len(gate.staff()) == 2  # whoever has the address now is another person


def is_in_as(gate: Gate, staff: Staff) -> bool:
    visitor = gate.visitor()
    gate.come_in(visitor)
    link = gate.session.scalars(select(SsoLink)).one()
    return is_in(visitor) and link.staff_id == staff.id


@pytest.mark.parametrize(
    "told",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": 1},
        {"email": "sri.lestari@magelang.example.evil.example"},
        {"email": "sri lestari@magelang.example"},
        {"email": "@magelang.example"},
    ],
)
def test_an_address_nobody_vouches_for_links_nothing_and_opens_nothing(
    gate: Gate, keys: KeyRing, told: dict[str, object]
) -> None:
    staff = make_staff(gate.session)
    links.set_mail(gate.session, keys, staff.id, MAIL, now=OPENED_AT)
    gate.session.commit()
    gate.provider.person(**told)
    visitor = gate.visitor()
    assert refusal(gate.come_in(visitor)) == "sso-mail-not-verified"
    assert not is_in(visitor)
    assert gate.session.scalars(select(SsoLink)).all() == []
    page = visitor.get("/petugas/masuk?sebab=sso-mail-not-verified").text
    assert "tidak menjamin alamat surel Anda" in page


def test_a_second_subject_with_the_same_address_is_refused(gate: Gate) -> None:
    gate.come_in(gate.visitor())
    gate.provider.person("peniru", preferred_username="peniru")
    assert refusal(gate.come_in(gate.visitor(), "peniru")) == "sso-mail-of-another"
    assert len(gate.staff()) == 1


def test_a_linked_person_with_the_address_of_another_account_is_refused(
    gate: Gate, keys: KeyRing
) -> None:
    gate.come_in(gate.visitor())
    other = make_staff(gate.session, "budi.santoso", WOMEN)
    links.set_mail(gate.session, keys, other.id, "budi@magelang.example", now=OPENED_AT)
    gate.session.commit()
    gate.provider.person(email="budi@magelang.example")
    assert refusal(gate.come_in(gate.visitor())) == "sso-mail-of-another"


def test_other_groups_are_other_roles_and_end_the_sessions_before(gate: Gate) -> None:
    before = gate.visitor()
    gate.come_in(before)
    gate.provider.person(groups=["opd-perempuan", "meja-kota", "pkk"])
    after = gate.visitor()
    gate.come_in(after)
    (staff,) = gate.staff()
    assert grants(gate, staff) == {WOMEN, Grant(role=Role.CITY_DESK)}
    assert is_in(after)
    assert not is_in(before)
    types = gate.session.scalars(select(Event.type).order_by(Event.seq)).all()
    assert types == ["staff_added", "sso_linked", "roles_changed"]


def test_a_handler_of_confidential_reports_stays_one_where_the_groups_keep_the_agency(
    gate: Gate,
) -> None:
    gate.come_in(gate.visitor())
    (staff,) = gate.staff()
    handlers = {
        Grant(
            role=Role.CONFIDENTIAL_HANDLER,
            agency_code=code,
            protection_class=ProtectionClass.VIOLENCE,
        )
        for code in ("roads", "women")
    }
    staffing.change_roles(gate.session, staff, [ROADS, *handlers], by=None, now=OPENED_AT)
    gate.come_in(gate.visitor())
    kept = {grant for grant in handlers if grant.agency_code == "roads"}
    assert grants(gate, staff) == {ROADS, *kept}


def test_who_is_in_no_group_any_more_is_out_until_they_are_again(gate: Gate) -> None:
    inside = gate.visitor()
    gate.come_in(inside)
    gate.provider.person(groups=[])
    assert refusal(gate.come_in(gate.visitor())) == "sso-no-role"
    (staff,) = gate.staff()
    assert not staff.is_active
    assert not is_in(inside)
    gate.provider.person()
    again = gate.visitor()
    gate.come_in(again)
    assert is_in(again)
    assert [person.id for person in gate.staff()] == [staff.id]


def test_an_account_that_was_closed_here_is_not_opened_by_the_provider(gate: Gate) -> None:
    gate.come_in(gate.visitor())
    (staff,) = gate.staff()
    service.deactivate(gate.session, staff)
    gate.session.commit()
    assert refusal(gate.come_in(gate.visitor())) == "sso-account-closed"
    assert not staff.is_active


def test_whoever_manages_accounts_reads_no_reports_whatever_the_groups_say(gate: Gate) -> None:
    gate.come_in(gate.visitor())
    gate.provider.person(groups=["opd-jalan", "admin-lapor"])
    reply = gate.come_in(gate.visitor())
    assert reply.headers["Location"] == "/petugas/masuk?sebab=administrator-alone"
    (staff,) = gate.staff()
    assert grants(gate, staff) == {ROADS}


def test_what_was_typed_as_next_leads_to_no_other_host(gate: Gate) -> None:
    for wish in ("https://jahat.example/", "//jahat.example", "/petugas@jahat.example"):
        reply = gate.come_in(gate.visitor(), next=wish)
        assert reply.headers["Location"] == "/petugas"


def test_nothing_of_the_provider_is_kept_in_the_clear(
    gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    visitor = gate.visitor()
    address = gate.set_out(visitor)
    assert "code_challenge_method=S256" in address
    assert "code_challenge=" in address
    back = gate.provider.sign_in(address)
    caplog.clear()
    caplog.set_level(logging.DEBUG)
    reply = gate.arrive(visitor, back)
    assert "code=" not in reply.headers["Location"]
    row = gate.session.scalars(select(SsoSession)).one()
    assert row.refresh_sealed is not None
    link = gate.session.scalars(select(SsoLink)).one()
    kept = b"".join([row.refresh_sealed, row.sid_mark or b"", link.mail_mark or b""])
    for secret in (MAIL, gate.provider.tell("sid", id="sri")):
        assert secret.encode() not in kept
        assert secret not in caplog.text
    assert "eyJ" not in caplog.text  # how every signed token begins


def test_signing_out_ends_the_session_here_and_leads_to_the_provider(gate: Gate) -> None:
    visitor = gate.visitor()
    gate.come_in(visitor)
    page = visitor.send("/petugas/keluar", page="/petugas")
    onward = page.headers["Refresh"].partition("url=")[2]
    assert onward.startswith(f"{gate.provider.issuer}/session/end?client_id=citizenreport")
    assert "token" not in onward
    assert not is_in(visitor)
    asked = gate.provider.browsers[-1].get(onward)
    assert "Do you want to sign-out" in asked.text
