"""`/petugas/isi/pertanyaan`: what is asked about a report, edited as a draft like everything else."""

import re
from datetime import timedelta
from html import unescape

from flask.testing import FlaskClient

from citizenreport.cities.rules import Question
from citizenreport.core.clock import utcnow
from citizenreport.identity.rules import Grant, Role
from tests.doors.console.conftest import Desk
from tests.doors.console.edits.editing import ROOT, Editing
from tests.scenes import PANJANG

POLICE = Grant(role=Role.OFFICER, agency_code="SATPOLPP")


def asked(editing: Editing, code: str = "A01") -> dict[str, Question]:
    return {one.code: one for one in editing.city.categories[code].questions}


def test_one_is_added_in_order_and_asked_of_everybody(
    editing: Editing, client: FlaskClient
) -> None:
    sent = editing.save(
        "pertanyaan",
        "A01",
        **{
            "label_id-2": "Apakah pelaku masih di tempat?",
            "label_en-2": "Is the offender still there?",
            "datatype-2": "singlevaluelist",
            "choices-2": "Ya / Yes / Iya\nTidak / No / Ora",
            "order-2": "1",
            "required-2": "1",
        },
    )
    assert sent.status_code == 303, sent.text
    page = editing.visitor.get(f"{ROOT}/pertanyaan").text
    assert "<ins>Apakah pelaku masih di tempat?</ins>" in page
    assert "apakah_pelaku_masih_di_tempat" not in asked(editing)
    editing.decide("pertanyaan")
    question = asked(editing)["apakah_pelaku_masih_di_tempat"]
    assert question.labels["en"] == "Is the offender still there?"
    assert question.choices == (
        ("ya", {"id": "Ya", "en": "Yes", "jv": "Iya"}),
        ("tidak", {"id": "Tidak", "en": "No", "jv": "Ora"}),
    )
    assert question.required
    definition = client.get("/open311/v2/services/A01.json").json
    assert definition is not None
    assert "apakah_pelaku_masih_di_tempat" in str(definition)
    assert editing.logged()[-1] == "pack_change_in_force"


def test_a_form_that_nobody_changed_changes_nothing(editing: Editing) -> None:
    for code in ("A01", "A04", "N01"):
        assert editing.save("pertanyaan", code).status_code == 303
    assert "masih sama dengan yang berlaku" in editing.visitor.get(f"{ROOT}/pertanyaan").text


def test_words_and_order_change_while_codes_and_answers_stay(editing: Editing) -> None:
    before = asked(editing)["jenis"]
    filled = editing.filled("pertanyaan", "A01")
    choices = str(filled["choices-0"]).replace("Pencurian", "Pencurian barang")
    fields = {"label_id-0": "Apa yang terjadi?", "order-0": "9", "choices-0": choices}
    assert editing.save("pertanyaan", "A01", **fields).status_code == 303
    row = editing.decide("pertanyaan")
    after = asked(editing)["jenis"]
    assert list(asked(editing)) == ["sudah_lapor_polisi", "jenis"]
    assert [value for value, _ in after.choices] == [value for value, _ in before.choices]
    assert after.choices[0][1]["id"] == "Pencurian barang"
    assert editing.undo(row).status_code == 303
    assert asked(editing)["jenis"] == before


def test_a_retired_one_is_asked_no_more_and_older_answers_keep_its_words(
    editing: Editing, office: Desk
) -> None:
    office.city = editing.city
    ticket = office.report("A01", at=utcnow(), position=PANJANG, answers={"jenis": "pencurian"})
    assert editing.save("pertanyaan", "A01", **{"retired-0": "1"}).status_code == 303
    editing.decide("pertanyaan")
    assert "jenis" not in asked(editing)
    page = unescape(
        office.person(POLICE, username="satpol", name="Satpol")
        .get(f"/petugas/tiket/{ticket.id}")
        .text
    )
    assert "Kejadian apa?" in page
    assert "Pencurian" in page
    form = editing.visitor.get(f"{ROOT}/pertanyaan/butir/A01").text
    assert re.search(r'name="retired-1" value="1" checked', form)


def test_it_waits_for_its_day(editing: Editing) -> None:
    editing.save("pertanyaan", "A01", **{"label_id-0": "Apa yang terjadi?"})
    row = editing.decide("pertanyaan", days=2)
    assert (row.put_at, row.from_day) == (None, editing.today + timedelta(days=2))
    assert asked(editing)["jenis"].labels["id"] == "Kejadian apa?"
    assert editing.undo(row).status_code == 303


def test_one_that_a_rule_asks_about_is_not_retired_and_the_rule_is_a_press_away(
    editing: Editing,
) -> None:
    row = next(one for one in editing.city.routing if one.answers)
    code, question_code = row.category_code, row.answers[0][0]
    filled = editing.filled("pertanyaan", code)
    number = next(n.removeprefix("code-") for n, v in filled.items() if v == question_code)
    sent = editing.save("pertanyaan", code, **{f"retired-{number}": "1"})
    assert sent.status_code == 422
    told = unescape(sent.text[sent.text.index("error-summary") :].partition("</div>")[0])
    assert "questions.csv" not in told
    assert ".csv" not in told
    assert "daftar pertanyaan" in told
    assert f'href="/petugas/aturan/kategori/{code}"' in told or "/pertanyaan/butir/" in told


def test_what_cannot_be_asked_is_refused_with_what_was_typed(editing: Editing) -> None:
    for fields in (
        {"label_id-2": "Apa?", "datatype-2": "singlevaluelist", "choices-2": ""},
        {"label_id-2": "Apa?", "datatype-2": "string", "choices-2": "a / b / c"},
        {"label_id-2": "Apa?", "datatype-2": "string", "order-2": "satu"},
        {"label_id-2": "Apa?", "datatype-2": "lagu"},
        {"label_id-0": "", "label_en-0": "", "label_jv-0": ""},
    ):
        sent = editing.save("pertanyaan", "A01", **fields)
        assert sent.status_code == 422, fields
    assert editing.visitor.get(f"{ROOT}/pertanyaan/butir/X99").status_code == 404
