"""A report by mail: through a real IMAP server in, by a real SMTP server back, and deleted."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import count

import pytest
from sqlalchemy import func, select

from citizenreport.conversations.models import CarrierState, ChatMessage, OpenChat
from citizenreport.intake.models import Photo, Report
from citizenreport.jobs.letters import fetch_letters
from citizenreport.messaging.inbox import BadMailboxUrl, MailboxDown, place_of
from tests.channels.mailbox import Mailbox, open_mailbox
from tests.channels.pictures import a_photo
from tests.jobs.world import World
from tests.messaging.post_office import PostOffice, text_of

LAMP = "Lampu jalan mati di depan warung kanarikata, kelurahan Panjang."
NUMBERS = count(1)


@dataclass
class Writer:
    """Somebody who writes mails to the city."""

    world: World
    mailbox: Mailbox
    office: PostOffice

    def mail(self, body: str, **headers: str) -> EmailMessage:
        message = EmailMessage()
        usual = {
            "From": "Budi <budi@warga.example>",
            "To": "lapor@magelang.example",
            "Message-ID": f"<surat-{next(NUMBERS)}@warga.example>",
        }
        for name, value in (usual | {k.replace("_", "-"): v for k, v in headers.items()}).items():
            message[name] = value
        message.set_content(body)
        return message

    def fetched(self) -> list[EmailMessage]:
        """Have what waits taken in, and return the answers."""
        before = len(self.office.mails)
        fetch_letters()
        while self.world.work():
            pass
        return self.office.mails[before:]

    def write(self, body: str, **headers: str) -> list[EmailMessage]:
        self.mailbox.put(self.mail(body, **headers))
        return self.fetched()

    def reports(self) -> int:
        return self.world.session.scalar(select(func.count()).select_from(Report)) or 0


@pytest.fixture(scope="module")
def server() -> Iterator[Mailbox]:
    with open_mailbox() as mailbox:
        yield mailbox


@pytest.fixture
def writer(
    world: World, office: PostOffice, server: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> Writer:
    server.clear()
    monkeypatch.setitem(world.app.config, "IMAP_URL", server.url)
    return Writer(world=world, mailbox=server, office=office)


def answers_to(mails: list[EmailMessage], message: EmailMessage) -> list[EmailMessage]:
    return [mail for mail in mails if mail["In-Reply-To"] == message["Message-ID"]]


def test_a_mail_with_a_photo_becomes_a_report_and_is_deleted(world: World, writer: Writer) -> None:
    message = writer.mail(LAMP, Subject="Lampu mati")
    message.add_attachment(a_photo(), maintype="image", subtype="jpeg", filename="kanari.jpg")
    writer.mailbox.put(message)
    answers = writer.fetched()

    report = world.session.scalars(select(Report)).one()
    assert (report.channel, report.category_code) == ("surel", "A04")
    assert (report.area_code, report.position) == ("33.71.03.1005", None)
    assert report.description is not None
    assert report.description.endswith(LAMP)
    photo = world.session.scalars(select(Photo)).one()
    assert b"kanari-exif" not in world.storage.get(photo.storage_key)
    [answer] = answers_to(answers, message)
    assert text_of(answer).count(report.tracking_code) == 1
    assert text_of(answer).count("/buka/") == 1
    assert answer["Auto-Submitted"] == "auto-replied"
    assert "Lampu" not in answer["Subject"]
    assert writer.mailbox.count() == 0
    assert world.session.scalars(select(OpenChat)).all() == []
    mark = world.session.scalars(select(ChatMessage)).one()
    assert mark.content_sealed is None


def test_a_letter_without_a_place_is_asked_for_it_once(world: World, writer: Writer) -> None:
    first = writer.mail("Lampu jalan mati sejak kemarin malam.")
    writer.mailbox.put(first)
    [question] = answers_to(writer.fetched(), first)
    assert "kelurahan" in text_of(question)
    assert writer.reports() == 0
    quoted = "\n".join(f"> {line}" for line in text_of(question).splitlines())
    second = writer.mail(f"Kelurahan Panjang, dekat pasar\n\n{quoted}", Subject="Re: Laporan Anda")
    writer.mailbox.put(second)
    assert len(answers_to(writer.fetched(), second)) == 1
    report = world.session.scalars(select(Report)).one()
    assert (report.description, report.area_code) == (
        "Lampu jalan mati sejak kemarin malam.",
        "33.71.03.1005",
    )
    assert report.landmark == "Kelurahan Panjang, dekat pasar"


def test_what_is_protected_is_led_to_the_form_and_nothing_is_kept(
    world: World, writer: Writer
) -> None:
    [answer] = writer.write("Suami memukul istri di rumah kanariprivat, kelurahan Panjang")
    assert "/lapor" in text_of(answer)
    assert "kanariprivat" not in answer.as_string()
    assert (writer.reports(), writer.mailbox.count()) == (0, 0)
    assert world.session.scalars(select(OpenChat)).all() == []


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"Return_Path": "<>"}],
)
def test_a_machine_is_never_answered(writer: Writer, headers: dict[str, str]) -> None:
    assert writer.write(LAMP, **headers) == []
    assert (writer.reports(), writer.mailbox.count()) == (0, 0)


def test_our_own_answer_that_comes_back_is_not_answered(writer: Writer) -> None:
    [answer] = [mail for mail in writer.write("Lampu jalan mati.") if mail["In-Reply-To"]]
    writer.mailbox.put(answer.as_bytes())
    assert writer.fetched() == []


def test_the_same_mail_twice_is_one_report(writer: Writer) -> None:
    message = writer.mail(LAMP)
    writer.mailbox.put(message)
    writer.mailbox.put(message)
    assert len(answers_to(writer.fetched(), message)) == 1
    writer.mailbox.put(message)
    assert writer.fetched() == []
    assert (writer.reports(), writer.mailbox.count()) == (1, 0)


def test_who_does_not_want_to_be_reached_says_so(world: World, writer: Writer) -> None:
    writer.write(f"{LAMP} Anonim.")
    assert world.session.scalars(select(Report)).one().contact_sealed is None


def test_spam_is_set_aside_where_people_see_it(world: World, writer: Writer) -> None:
    assert writer.write(LAMP, X_Spam_Flag="YES") == []
    assert (writer.reports(), writer.mailbox.count("FLAGGED")) == (0, 1)
    assert writer.fetched() == []
    assert world.session.scalars(select(CarrierState.fault)).one() == "letter-spam"


def test_a_photo_that_cannot_be_opened_is_told(writer: Writer) -> None:
    message = writer.mail(LAMP)
    message.add_attachment(b"\xff\xd8\xff kaputt", maintype="image", subtype="jpeg", filename="a")
    writer.mailbox.put(message)
    [answer] = answers_to(writer.fetched(), message)
    assert "tidak dapat dibuka" in text_of(answer)
    assert writer.reports() == 1


def test_a_sixth_photo_is_said_to_be_left_out(world: World, writer: Writer) -> None:
    message = writer.mail(LAMP)
    for number in range(6):
        message.add_attachment(
            a_photo(), maintype="image", subtype="jpeg", filename=f"{number}.jpg"
        )
    writer.mailbox.put(message)
    [answer] = answers_to(writer.fetched(), message)
    assert "lima" in text_of(answer)
    assert len(world.session.scalars(select(Photo)).all()) == 5


def test_a_mailbox_that_is_down_is_told_in_a_word(
    world: World, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = writer.mailbox.url.replace("kanari-kata-sandi", "salah")
    monkeypatch.setitem(world.app.config, "IMAP_URL", wrong)
    with pytest.raises(MailboxDown) as caught:
        fetch_letters()
    assert caught.value.__context__ is None
    assert world.session.scalars(select(CarrierState.fault)).one() == "mailbox-down"


@pytest.mark.parametrize(
    "url", ["imaps://host/INBOX", "pop3://a:b@host", "imap://a:b@host?tls=maybe", "imaps://a:b@"]
)
def test_a_bad_address_of_a_mailbox_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(BadMailboxUrl) as caught:
        place_of(url)
    assert "a:b" not in str(caught.value)


def test_the_folder_and_signs_in_the_password_are_read() -> None:
    place = place_of("imaps://lapor%40kota.example:a%2Fb@host/Laporan%20masuk")
    assert (place.user, place.password) == ("lapor@kota.example", "a/b")
    assert (place.port, place.folder, place.security) == (993, "Laporan masuk", "tls")
