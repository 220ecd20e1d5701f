"""What may name somebody is pointed at; what is no name is left alone; nothing goes by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizenreport.disclosure.third_parties import INSTEAD, MarkKind, marks_in, withheld

MARKED = [
    ("Kata Pak Budi Santoso lampunya mati.", MarkKind.NAME, "Budi Santoso"),
    ("Tanya ibu Siti saja", MarkKind.NAME, "Siti"),
    ("Sdr. Agus Wibowo memarkir sembarangan", MarkKind.NAME, "Agus Wibowo"),
    ("BU RINI MARAH", MarkKind.NAME, "RINI MARAH"),
    ("mbak Nur'aini yang jaga", MarkKind.NAME, "Nur'aini"),
    ("Mobil AA 1234 BC parkir di trotoar", MarkKind.PLATE, "AA 1234 BC"),
    ("Truk H1234XY", MarkKind.PLATE, "H1234XY"),
    ("Hubungi 0812-3456-7890 ya", MarkKind.PHONE, "0812-3456-7890"),
    ("WA +62 812 3456 7890", MarkKind.PHONE, "+62 812 3456 7890"),
    ("(0293) 362 123 4", MarkKind.PHONE, ""),
    ("NIK 3371012345670001 dipakai orang", MarkKind.NIK, "3371012345670001"),
    ("surel budi.s@contoh.co.id", MarkKind.EMAIL, "budi.s@contoh.co.id"),
    ("Rumah di Gang Melati No. 7 bising", MarkKind.ADDRESS, "Gang Melati No. 7"),
    ("Jl. Ahmad Yani nomor 12A", MarkKind.ADDRESS, "Jl. Ahmad Yani nomor 12A"),
    ("RT 03/RW 05 no 9", MarkKind.ADDRESS, "RT 03/RW 05 no 9"),
]
NOT_MARKED = [
    "Lampu di Jalan Pemuda mati sejak Senin.",
    "Sudah lapor ke Pak RT dan Bu Lurah, juga Bapak Wali Kota.",
    "Ibu hamil terpeleset, bapak saya juga.",
    "RT 03 RW 05 banjir 40 cm",
    "Tinggi air 120 cm pukul 19.30, sudah 3 kali.",
    "Dekat SD 2 dan KM 12, tiang nomor 17.",
    "",
]


@pytest.mark.parametrize(("text", "kind", "passage"), MARKED, ids=lambda value: str(value)[:12])
def test_what_may_name_somebody_is_pointed_at(text: str, kind: MarkKind, passage: str) -> None:
    found = [(mark.kind, mark.text) for mark in marks_in(text)]
    assert found == ([(kind, passage)] if passage else [])
    for mark in marks_in(text):
        assert text[mark.start : mark.end] == mark.text


@pytest.mark.parametrize("text", NOT_MARKED)
def test_what_names_nobody_is_left_alone(text: str) -> None:
    assert marks_in(text) == ()


def test_only_what_was_chosen_goes_and_everywhere_it_stands() -> None:
    text = "Pak Budi (0812 3456 7890) datang. Budi marah. Budiman tidak."
    name, phone = marks_in(text)
    assert withheld(text, ()) == text
    assert (
        withheld(text, (phone,)) == "Pak Budi ([nomor telepon]) datang. Budi marah. Budiman tidak."
    )
    assert (
        withheld(text, (name,))
        == "Pak [nama] (0812 3456 7890) datang. [nama] marah. Budiman tidak."
    )
    assert marks_in(withheld(text, (name, phone))) == ()


@given(st.text(max_size=300))
def test_marks_never_overlap_and_all_of_them_can_go(text: str) -> None:
    found = marks_in(text)
    ends = [0, *(mark.end for mark in found)]
    assert all(mark.start >= end for mark, end in zip(found, ends, strict=False))
    left = withheld(text, found)
    assert len([kind for kind in INSTEAD if INSTEAD[kind] in left]) >= bool(found)


def test_a_very_long_text_is_read_at_once() -> None:
    for piece in ("Pak A", "0", "jl a ", "a@", "RT 1/", "Gang x y z "):
        marks_in(piece * (20_000 // len(piece)))
