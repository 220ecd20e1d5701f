"""Every string of the big list of naughty strings through every field that takes text.

Each is stored as it was written (but for outer blanks), or refused with a pointer to its field.
Source: github.com/minimaxir/big-list-of-naughty-strings.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Report
from tests.bad_input.intake import LAMP, URL, VIOLENCE, Intake, part, report_part, reports
from tests.bad_input.naughty import OWN, naughty

pytestmark = pytest.mark.real_data


@dataclass(frozen=True)
class Slot:
    """A free text of a report: its way down the JSON, and how long it may be."""

    path: tuple[str, ...]
    longest: int
    shortest: int = 0

    def takes(self, text: str) -> bool:
        is_storable = "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
        return is_storable and self.shortest <= len(text.strip()) <= self.longest

    @property
    def pointer(self) -> str:
        return "#/" + "/".join(self.path)

    def put(self, body: dict[str, Any], text: str) -> None:
        for step in self.path[:-1]:
            body = body.setdefault(step, {})
        body[self.path[-1]] = text


FREE_TEXT = [
    Slot(("description",), 4_000, 1),
    Slot(("landmark",), 200),
    Slot(("neighbourhood",), 20),
    Slot(("subject", "person"), 200),
    Slot(("contact", "name"), 100),
    Slot(("contact", "phone"), 30),
]
ANSWER = {"A04": "nomor_tiang", "A12": "boleh_dihubungi"}

CODES = [
    ("category_code",),
    ("area_code",),
    ("subject", "agency_code"),
    ("occurred_at",),
    ("visibility",),
    ("locale",),
    ("channel",),
    ("secret",),
    ("contact", "email"),
    ("position", "lon"),
    ("accuracy_m",),
    ("refer_outside",),
]
"""Texts with a meaning, and values that are no text: none of the list is one of them."""


def is_meant(path: tuple[str, ...], text: str) -> bool:
    """Tell whether the text happens to be a good value: not stated, or a secret."""
    if path == ("secret",):
        return re.fullmatch(r"[A-Za-z0-9_-]{22,128}", text) is not None
    return path in {("area_code",), ("subject", "agency_code")} and not text.strip()


def with_everywhere(base: dict[str, Any], text: str, slots: list[Slot]) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(json.dumps(base))
    for slot in slots:
        slot.put(body, text)
    return body


def slots_of(base: dict[str, Any]) -> list[Slot]:
    return [*FREE_TEXT, Slot(("answers", ANSWER[base["category_code"]]), 500)]


def assert_stored_as_written(
    intake: Intake, own: dict[str, Any], text: str, slots: list[Slot]
) -> None:
    """Compare what is stored with what was sent, field by field."""
    report = intake.session.scalars(
        select(Report).where(Report.tracking_code == own["tracking_code"])
    ).one()
    data_key = intake_queries.data_key_of(intake.session, intake.keys, report.id)
    contact = intake_queries.contact_of(report, data_key)
    found = {
        "description": own["description"],
        "landmark": own["landmark"],
        "neighbourhood": report.neighbourhood,
        "subject/person": intake_queries.subject_person_of(report, data_key),
        "contact/name": contact.name,
        "contact/phone": contact.phone,
        **{f"answers/{code}": answer for code, answer in own["answers"].items()},
    }
    for slot in slots:
        name = "/".join(slot.path)
        assert (found[name] or "") == text.strip(), name


def assert_taken_or_pointed_at(intake: Intake, base: dict[str, Any], texts: list[str]) -> None:
    before, taken = intake.stored(), 0
    slots = slots_of(base)
    for text in texts:
        fitting = [slot for slot in slots if slot.takes(text)]
        if len(fitting) < len(slots):
            reply = intake.post(with_everywhere(base, text, slots))
            expected = {slot.pointer for slot in slots if slot not in fitting}
            assert (reply.status_code, intake.pointers(reply)) == (422, expected), ascii(text)
        if fitting:
            sent = intake.post(with_everywhere(base, text, fitting))
            assert_stored_as_written(intake, intake.read(sent), text, fitting)
            taken += 1
    grown = intake.stored().since(before)
    assert {name: grown[name] for name in reports(taken)} == reports(taken)
    assert grown.keys() == {*reports(taken), "report_key"}


def test_a_text_is_stored_as_written_or_refused_at_its_field(intake: Intake) -> None:
    assert_taken_or_pointed_at(intake, LAMP, naughty())


def test_a_text_that_is_sealed_opens_as_it_was_written(intake: Intake) -> None:
    assert_taken_or_pointed_at(intake, VIOLENCE, [*naughty()[::9], *OWN])


def test_a_multipart_text_is_stored_as_written(intake: Intake) -> None:
    """All strings one below the other, cut where a description ends."""
    before = intake.stored()
    [description] = [slot for slot in FREE_TEXT if slot.path == ("description",)]
    everything = "\n".join(text for text in naughty() if description.takes(text))
    pieces = [everything[i : i + 4_000].strip() for i in range(0, len(everything), 4_000)]
    for piece in pieces:
        body = LAMP | {"description": piece, "landmark": piece[:200]}
        own = intake.read(intake.post_parts(report_part(body)))
        assert own["description"] == piece
        assert own["landmark"] == piece[:200].strip()
    assert intake.stored().since(before) == reports(len(pieces))


@pytest.mark.parametrize("path", CODES, ids="/".join)
def test_a_code_that_is_none_is_pointed_at(intake: Intake, path: tuple[str, ...]) -> None:
    before = intake.stored()
    for text in naughty():
        if is_meant(path, text):
            continue
        reply = intake.post(with_everywhere(LAMP, text, [Slot(path, 0)]))
        assert reply.status_code == 422, (ascii(text), reply.text)
        assert intake.pointers(reply) == {"#/" + "/".join(path)}, ascii(text)
    assert intake.stored().since(before) == {}


def test_an_unknown_name_is_pointed_at(intake: Intake) -> None:
    before = intake.stored()
    for text in naughty():
        for body in (LAMP | {text: 1}, LAMP | {"answers": {text: "ya"}}):
            reply = intake.post(body)
            assert reply.status_code == 422, ascii(text)
            [pointer] = intake.pointers(reply)
            assert pointer.isascii()
    assert intake.stored().since(before) == {}


def headers_of(texts: list[str]) -> Iterator[str]:
    """Give the texts as a client can put them into a header: UTF-8, without line breaks."""
    for text in texts:
        sent = text.encode("utf-8", "surrogatepass").decode("latin-1")
        yield sent.translate({10: " ", 13: " "})


def test_a_header_of_any_content_is_taken_or_refused(intake: Intake) -> None:
    sent = intake.post(LAMP).json
    assert sent is not None
    address = f"{URL}/{sent['tracking_code']}"
    before = intake.stored()
    for text in headers_of(naughty()):
        for given in (text, f"Bearer {sent['secret']}x{text}"):
            reply = intake.client.get(address, headers={"Authorization": given})
            assert reply.status_code == 404, ascii(given)
            intake.problem(reply)
        if re.fullmatch(r"[!-~]{22,200}", text):
            continue
        reply = intake.post(LAMP, Accept_Language=text, Cookie=text, Idempotency_Key=text or "x")
        assert reply.status_code == 422, ascii(text)
        assert intake.problem(reply)["type"].endswith("/problems/idempotency-key-invalid")
    assert intake.stored().since(before) == {}


def test_a_tracking_code_of_any_content_is_not_found(intake: Intake) -> None:
    for text in naughty():
        code = text.encode("utf-8", "surrogatepass").replace(b"/", b"").replace(b".", b"")
        address = f"{URL}/" + ("".join(f"%{byte:02X}" for byte in code) or "x")
        replies = [intake.client.get(address)]
        if text in OWN:
            replies.append(intake.client.get(address, headers={"Authorization": "Bearer x"}))
        assert {reply.status_code for reply in replies} == {404}, ascii(text)


def test_a_file_name_of_any_content_names_no_file(intake: Intake) -> None:
    before = intake.stored()
    for text in naughty():
        name = text.encode("utf-8", "replace").decode()
        reply = intake.post_parts(report_part(), part("photo", b"none", filename=name))
        assert intake.pointers(reply) == {"#/photos/0"}, ascii(text)
    assert intake.stored().since(before) == {}
