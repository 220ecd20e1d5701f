"""`/petugas/staf/akun-kantor`: administrators see how single sign-on is set up and whether it answers."""

from citizenreport.identity.rules import Grant, Role
from tests.doors.console.people import DESK
from tests.identity.factories import make_staff
from tests.identity.sso.conftest import Gate

PAGE = "/petugas/staf/akun-kantor"
ADMIN = Grant(role=Role.ADMINISTRATOR)


def admin_of(gate: Gate):  # type: ignore[no-untyped-def]
    make_staff(gate.session, "admin.kota", ADMIN)
    visitor = gate.visitor()
    assert visitor.sign_in("admin.kota").status_code == 303
    return visitor


def test_the_addresses_for_the_provider_and_the_groups_are_shown_but_no_secret(gate: Gate) -> None:
    gate.come_in(gate.visitor())
    settings = gate.app.extensions["citizenreport.sso"].settings
    page = admin_of(gate).get(PAGE).text
    for told in (settings.issuer, settings.redirect_uri, settings.after_logout_uri, "opd-jalan"):
        assert told in page
    assert "/petugas/masuk/sso/berakhir" in page
    assert settings.client_secret not in page
    assert "<dt>Akun yang terhubung</dt><dd>1</dd>" in page


def test_it_says_whether_the_provider_answers_now(gate: Gate) -> None:
    visitor = admin_of(gate)
    good = visitor.send(f"{PAGE}/periksa", page=PAGE)
    assert "Penyedia menjawab" in good.text
    gate.set(issuer=gate.app.extensions["citizenreport.sso"].settings.issuer + "/nosuch")
    bad = visitor.send(f"{PAGE}/periksa", page=PAGE)
    assert bad.status_code == 200
    assert "Penyedia tidak menjawab" in bad.text


def test_others_do_not_see_it(gate: Gate) -> None:
    make_staff(gate.session, "meja", DESK)
    visitor = gate.visitor()
    visitor.sign_in("meja")
    assert visitor.get(PAGE).status_code == 403
