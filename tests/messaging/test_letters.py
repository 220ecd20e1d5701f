"""What a mail says in its writer's own words, and which mails no person wrote."""

from email.message import EmailMessage

import pytest

from citizenreport.messaging.letters import (
    LOGO_MAX_BYTES,
    LetterUnreadable,
    own_words,
    read_letter,
    text_of_html,
)

OWN = "Lapor Kota <lapor@kota.example>"


def mail(body: str = "Lampu mati di depan warung.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    usual = {
        "From": "Budi <budi@warga.example>",
        "Subject": "Lampu mati",
        "Message-ID": "<satu@warga.example>",
    }
    for name, value in (usual | {k.replace("_", "-"): v for k, v in headers.items()}).items():
        message[name] = value
    message.set_content(body)
    return message


def read(message: EmailMessage) -> str:
    return read_letter(message.as_bytes(), own=OWN).text


def test_the_subject_comes_first_unless_it_is_an_answers() -> None:
    assert read(mail()) == "Lampu mati\nLampu mati di depan warung."
    assert read(mail(Subject="Re: Lampu mati")) == "Lampu mati di depan warung."


@pytest.mark.parametrize(
    "tail",
    [
        "> yang dikutip\n> lagi",
        "Pada tanggal Sen, 2 Feb 2026 Lapor <lapor@kota.example> menulis:\nkutipan",
        "On Mon, 2 Feb 2026 at 10:00, Lapor wrote:\nkutipan",
        "-----Original Message-----\nkutipan",
        "From: Lapor <lapor@kota.example>\nkutipan",
        "-- \nBudi, Kepala Bagian",
        "Dikirim dari HP saya",
        "Sent from my iPhone",
    ],
)
def test_quotes_and_signatures_are_left_out(tail: str) -> None:
    assert own_words(f"Lampu mati.\n\n{tail}") == "Lampu mati."


def test_a_page_becomes_its_text() -> None:
    page = (
        "<html><head><style>p{}</style></head><body><p>Lampu &amp; tiang<br>mati</p>"
        "<script>x()</script><div class='gmail_quote'>lama <b>x</b></div>"
        "<blockquote>kutipan</blockquote><p>Terima kasih</p></body></html>"
    )
    lines = [line for line in text_of_html(page).split("\n") if line]
    assert lines == ["Lampu & tiang", "mati", "Terima kasih"]


def test_pictures_are_taken_logos_and_other_files_are_not() -> None:
    message = mail()
    photo, logo = b"\xff\xd8\xff" + b"x" * LOGO_MAX_BYTES, b"\xff\xd8\xfflogo"
    message.add_attachment(photo, maintype="image", subtype="jpeg", filename="a.jpg")
    message.add_attachment(
        logo, maintype="image", subtype="jpeg", disposition="inline", cid="<logo>"
    )
    message.add_attachment(b"MZ", maintype="application", subtype="x-dosexec", filename="a.exe")
    letter = read_letter(message.as_bytes(), own=OWN)
    assert letter.pictures == (photo,)
    assert letter.has_other_files


def test_a_mail_inside_a_mail_is_not_read() -> None:
    message = mail()
    message.add_attachment(mail("Rahasia orang lain"))
    assert "Rahasia" not in read(message)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated; x=y"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"Return-Path": "<>"},
        {"List-Id": "<warga.example>"},
        {"From": "MAILER-DAEMON@warga.example"},
        {"From": "no-reply@warga.example"},
        {"From": "lapor@kota.example"},
        {"From": "not an address"},
        {"From": ""},
        {"Message-ID": f"<{'a' * 32}@kota.example>"},
    ],
)
def test_what_a_machine_wrote_is_known(headers: dict[str, str]) -> None:
    raw = b"".join(f"{name}: {value}\n".encode() for name, value in headers.items())
    usual = {"From": b"budi@warga.example", "Message-ID": b"<satu@warga.example>"}
    rest = b"".join(f"{n}: ".encode() + v + b"\n" for n, v in usual.items() if n not in headers)
    assert read_letter(raw + rest + b"\nhalo\n", own=OWN).is_automatic
    assert not read_letter(mail().as_bytes(), own=OWN).is_automatic


@pytest.mark.parametrize("given", ["<a@b>\r\nBcc: x@y.example", "<a b@c>", "tanpa kurung", "<>"])
def test_a_message_id_that_could_break_a_header_is_not_repeated(given: str) -> None:
    raw = f"From: budi@warga.example\nMessage-ID: {given}\n\nhalo\n".encode()
    assert read_letter(raw, own=OWN).reply_to in ("", "<a@b>")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"From: =?x-unknown?B?////?= <budi@warga.example>\n\nhalo",
        b"Content-Type: multipart/mixed; boundary=x\nFrom: a@b.example\n\n--x\n--x\n--x--",
        b"Content-Type: text/plain; charset=tidak-ada\nFrom: a@b.example\n\nhalo",
        b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!!!!",
        b"Content-Type: multipart/mixed; boundary=x\n\n"
        + b"--x\nContent-Type: image/png\n\n" * 300,
    ],
)
def test_whatever_comes_is_read_or_set_aside(raw: bytes) -> None:
    try:
        letter = read_letter(raw, own=OWN)
    except LetterUnreadable:
        return
    assert "\x00" not in letter.text
