"""What a mail looks like on the wire, who may get one, and when a digest is due."""

from dataclasses import replace
from datetime import UTC, date, datetime
from email.message import EmailMessage

import pytest

from citizenreport.messaging.html import html_of
from citizenreport.messaging.rules import (
    EmailInvalid,
    Frequency,
    Mail,
    deliverable,
    first_day,
    is_due,
    message_of,
    normal_address,
)

OWN = "https://lapor.example"
MAIL = Mail(
    to="budi@example.com",
    subject="Kabar",
    text=f"Halo,\n\n<b>Lubang</b> & air\nbaris dua\n\nLihat {OWN}/buka/a-b_c\n",
    language="jv",
    message_key="0" * 32,
    written_at=datetime(2026, 3, 17, 16, 59, tzinfo=UTC),
    own_url=OWN,
)
MONDAY = date(2026, 3, 16)


def page_in(mail: Mail) -> str:
    message = message_of(mail, sender="lapor@kota.example")
    assert isinstance(message, EmailMessage)
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    page = message.get_body(("html",))
    assert page is not None
    return str(page.get_content())


def test_a_mail_says_the_same_as_text_and_as_a_page() -> None:
    page = page_in(MAIL)
    assert '<html lang="jv">' in page
    assert "<p>&lt;b&gt;Lubang&lt;/b&gt; &amp; air<br>baris dua</p>" in page
    assert f'<a href="{OWN}/buka/a-b_c">{OWN}/buka/a-b_c</a>' in page


def test_lines_with_a_dash_are_a_list_and_keep_their_words() -> None:
    words = "Lewat target:\n- DLH: 3\n- <b>: 4\n\n- satu\nbukan butir"
    page = html_of(words, title="t", language="id", own_url=OWN)
    assert "<p>Lewat target:</p><ul" in page
    assert "<li>DLH: 3</li><li>&lt;b&gt;: 4</li></ul>" in page
    assert "<p>- satu<br>bukan butir</p>" in page


def test_a_page_loads_nothing_and_links_nowhere_else() -> None:
    words = f'{OWN}.evil.example/x https://evil.example "{OWN}/a"onclick=x'
    page = html_of(words, title="<t>", language="id", own_url=OWN)
    assert "evil.example</a>" not in page
    assert page.count("<a ") == 1
    assert "<title>&lt;t&gt;</title>" in page
    assert not {"<img", "<script", "src=", "@import"} & set(page.split())


def test_a_mail_that_can_be_ended_says_how_to_mail_programmes() -> None:
    stop_url = f"{OWN}/berhenti/{'t' * 66}"
    message = message_of(replace(MAIL, stop_url=stop_url), sender="lapor@kota.example")
    assert message["List-Unsubscribe"] == f"<{stop_url}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"List-Unsubscribe: <{stop_url}>\r\n".encode() in message.as_bytes()  # not folded apart


def test_a_mail_that_cannot_says_nothing_of_it() -> None:
    assert "List-Unsubscribe" not in message_of(MAIL, sender="lapor@kota.example")


@pytest.mark.parametrize(
    "subject", ["Kabar\r\nBcc: x@evil.example", "Kabar\nX: y", "Kabar\rBcc: x@evil.example"]
)
def test_no_subject_adds_a_header(subject: str) -> None:
    with pytest.raises(ValueError, match=r"linefeed|carriage"):
        message_of(replace(MAIL, subject=subject), sender="lapor@kota.example")


def test_a_domain_in_another_script_goes_over_the_wire_in_ascii() -> None:
    assert deliverable("budi@bücher.example") == "budi@xn--bcher-kva.example"
    assert deliverable("budi@contoh.id") == "budi@contoh.id"
    message = message_of(replace(MAIL, to="budi@bücher.example"), sender="lapor@kota.example")
    assert message["To"] == "budi@xn--bcher-kva.example"


def test_an_address_has_one_spelling() -> None:
    assert normal_address("  Budi@Contoh.ID ") == "Budi@contoh.id"
    assert normal_address("budi@bücher.example") == "budi@bücher.example"


@pytest.mark.parametrize(
    "text",
    [
        *("", "budi", "budi@", "@contoh.id", "a b@contoh.id", "budi@contoh", "a@b@contoh.id"),
        *("budi@contoh.id\r\nBcc: x@y.id", "budi@contoh.id, ani@contoh.id", "Budi <b@contoh.id>"),
        *("budi@[10.0.0.1]", "budi@localhost", "x" * 250 + "@contoh.id", "b\x00@contoh.id"),
    ],
)
def test_what_is_no_address_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(EmailInvalid) as caught:
        normal_address(text)
    assert caught.value.pointer == "#/email"
    assert "budi" not in str(caught.value)


def test_a_daily_digest_is_due_once_a_day() -> None:
    assert is_due(Frequency.DAILY, told_through=None, today=MONDAY)
    assert is_due(Frequency.DAILY, told_through=date(2026, 3, 14), today=MONDAY)
    assert not is_due(Frequency.DAILY, told_through=date(2026, 3, 15), today=MONDAY)


def test_a_weekly_digest_is_due_on_mondays() -> None:
    assert is_due(Frequency.WEEKLY, told_through=date(2026, 3, 8), today=MONDAY)
    assert not is_due(Frequency.WEEKLY, told_through=date(2026, 3, 15), today=MONDAY)
    assert not is_due(Frequency.WEEKLY, told_through=None, today=date(2026, 3, 17))


def test_no_day_is_told_twice_and_none_of_long_ago() -> None:
    assert first_day(Frequency.DAILY, told_through=None, today=MONDAY) == date(2026, 3, 15)
    assert first_day(Frequency.WEEKLY, told_through=None, today=MONDAY) == date(2026, 3, 9)
    told = date(2026, 3, 12)
    assert first_day(Frequency.WEEKLY, told_through=told, today=MONDAY) == date(2026, 3, 13)
    assert first_day(Frequency.WEEKLY, told_through=date(2020, 1, 1), today=MONDAY) == date(
        2026, 3, 9
    )
