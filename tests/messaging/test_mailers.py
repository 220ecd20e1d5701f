import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from citizenreport.commands.granian import free_port
from citizenreport.messaging.mailers import (
    BadMailUrl,
    ConsoleMailer,
    NoMailer,
    NullMailer,
    SmtpMailer,
    mailer_for,
)
from citizenreport.messaging.rules import Mail, MailNotSetUp, MailRefused, MailUnavailable
from tests.messaging.post_office import PostOffice, open_post_office, self_signed, text_of

SENDER = "Kota Magelang <lapor@magelang.example>"
MAIL = Mail(
    to="budi@example.com",
    subject="Laporan ABC sudah kami terima — éé",
    text="Halo,\n\nTerima kasih.\n",
    language="id",
    message_key="0" * 32,
    written_at=datetime(2026, 3, 17, 16, 59, tzinfo=UTC),
)


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_post_office() as office:
        yield office


def send(office: PostOffice, mail: Mail = MAIL, sender: str = SENDER) -> None:
    mailer_for(office.url, sender=sender, is_private=False).send(mail)


def test_a_mail_arrives_as_it_was_written(office: PostOffice) -> None:
    send(office)
    got = office.only
    assert got["To"] == "budi@example.com"
    assert got["From"] == SENDER
    assert got["Subject"] == MAIL.subject
    assert got["Message-ID"] == f"<{'0' * 32}@magelang.example>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Content-Language"] == "id"
    assert got["Date"] == "Tue, 17 Mar 2026 16:59:00 +0000"
    assert text_of(got) == MAIL.text


def test_a_refused_address_is_final_and_the_error_does_not_name_it(office: PostOffice) -> None:
    office.answer = "550 no such user budi@example.com"
    with pytest.raises(MailRefused) as caught:
        send(office)
    assert "budi" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_busy_server_is_tried_again(office: PostOffice) -> None:
    office.answer = "451 greylisted"
    with pytest.raises(MailUnavailable):
        send(office)


def test_no_server_is_tried_again() -> None:
    url = f"smtp://127.0.0.1:{free_port()}?tls=none"
    with pytest.raises(MailUnavailable):
        mailer_for(url, sender=SENDER, is_private=False).send(MAIL)


def test_a_server_without_tls_gets_nothing_unless_that_was_allowed(office: PostOffice) -> None:
    url = office.url.removesuffix("?tls=none")
    with pytest.raises(MailUnavailable):
        mailer_for(url, sender=SENDER, is_private=False).send(MAIL)
    assert office.mails == []


def test_a_server_with_a_good_certificate_gets_the_mail_over_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with open_post_office(certificate) as office:
        url = office.url.removesuffix("?tls=none")
        mailer_for(url, sender=SENDER, is_private=False).send(MAIL)
    assert text_of(office.only) == MAIL.text


def test_a_server_whose_certificate_nobody_knows_gets_nothing(tmp_path: Path) -> None:
    with open_post_office(self_signed(tmp_path)) as office:
        url = office.url.removesuffix("?tls=none")
        with pytest.raises(MailUnavailable):
            mailer_for(url, sender=SENDER, is_private=False).send(MAIL)
    assert office.mails == []


@pytest.mark.parametrize("address", ["", "budi", "budi@", "a@b\nBcc: c@d", "a b@c.example"])
def test_what_is_no_address_is_refused(office: PostOffice, address: str) -> None:
    with pytest.raises(MailRefused):
        send(office, replace(MAIL, to=address))
    assert office.mails == []


def test_an_address_in_another_script_is_reached_by_its_ascii_domain(office: PostOffice) -> None:
    send(office, replace(MAIL, to="budi@bücher.example"))
    assert office.recipients == ["budi@xn--bcher-kva.example"]


def test_the_page_arrives_beside_the_text(office: PostOffice) -> None:
    send(office)
    page = office.only.get_body(("html",))
    assert page is not None
    assert "<p>Terima kasih.</p>" in page.get_content()


def test_a_long_address_for_ending_arrives_whole(office: PostOffice) -> None:
    stop_url = f"https://lapor.example/berhenti/{'t' * 66}"
    send(office, replace(MAIL, stop_url=stop_url))
    assert office.only["List-Unsubscribe"] == f"<{stop_url}>"
    assert f"List-Unsubscribe: <{stop_url}>".encode() in office.contents[0]


def test_without_a_sender_mails_wait(office: PostOffice) -> None:
    with pytest.raises(MailNotSetUp):
        send(office, sender="")


def test_settings_choose_the_mailer() -> None:
    def choose(url: str, *, is_private: bool = False) -> object:
        return mailer_for(url, sender=SENDER, is_private=is_private)

    assert isinstance(choose("", is_private=True), ConsoleMailer)
    assert isinstance(choose(""), NoMailer)
    assert isinstance(choose("null:"), NullMailer)
    assert isinstance(choose("console:"), ConsoleMailer)
    tls = choose("smtps://lapor%40kota:rahasia%2F1@mail.example")
    assert isinstance(tls, SmtpMailer)
    assert (tls.port, tls.is_tls, tls.wants_starttls) == (465, True, False)
    assert (tls.username, tls.password) == ("lapor@kota", "rahasia/1")
    plain = choose("smtp://mail.example")
    assert isinstance(plain, SmtpMailer)
    assert (plain.port, plain.is_tls, plain.wants_starttls) == (587, False, True)


@pytest.mark.parametrize("url", ["http://x", "smtp:", "smtp://h?tls=maybe"])
def test_a_bad_address_of_the_server_is_refused(url: str) -> None:
    with pytest.raises(BadMailUrl):
        mailer_for(url, sender=SENDER, is_private=True)


def test_without_any_mailer_mails_wait() -> None:
    with pytest.raises(MailNotSetUp):
        NoMailer().send(MAIL)


def test_the_console_shows_the_text_and_not_the_address() -> None:
    out = io.StringIO()
    ConsoleMailer(sender=SENDER, out=out).send(MAIL)
    assert "Terima kasih" in out.getvalue()
    assert "budi" not in out.getvalue()


def test_a_mail_has_no_repr_that_could_reach_a_log() -> None:
    assert "budi" not in repr(MAIL)
