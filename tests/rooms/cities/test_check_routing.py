"""The decision table: rows that collide, idle rows, cases nobody takes; and days."""

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citizenreport.cities.findings import Severity
from tests.rooms.cities.faults import Pack

HEADING = "rule_id,category_code,area_code,answers,office_hours,agency_code,valid_from,valid_to"
QUESTIONS = "category_code,code,datatype,required,label_id,choices"
OTHERS = ["maling,MALING,,,,SATPOL,,", "parkir,PARKIR,,,,SATPOL,,", "lain,LAIN,,,,KOMINFO,,"]


def table(pack: Pack, *rows: str) -> Pack:
    """Give the category LAMPU these rows, and every other category one."""
    return pack.write("routing.csv", "\n".join([HEADING, *rows, *OTHERS]) + "\n")


def ask(pack: Pack, *, required: str = "no", datatype: str = "singlevaluelist") -> Pack:
    """Give LAMPU the question `jalan` with the answers `gang` and `utama`."""
    row = f"LAMPU,jalan,{datatype},{required},Jalan apa?,gang=Gang ; utama=Jalan utama"
    return pack.write("questions.csv", f"{QUESTIONS}\n{row}\n")


def test_a_category_without_a_row(pack: Pack) -> None:
    table(pack)
    assert [f.place for f in pack.errors()] == ["categories.csv:2"]
    assert pack.says("categories.csv:2", "LAMPU tidak punya baris")


def test_an_exception_beside_the_rule_without_conditions_is_good(pack: Pack) -> None:
    ask(pack)
    table(
        pack,
        "a,LAMPU,,,,DPU,,",
        "b,LAMPU,CTH-B,,,SATPOL,,",
        "c,LAMPU,CTH-T,jalan=gang,,SATPOL,,",
        "d,LAMPU,CTH-B,jalan=gang,no,KOMINFO,,",
    )
    assert pack.errors() == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a,LAMPU,,,,DPU,,", "b,LAMPU,,,,SATPOL,,"),
        ("a,LAMPU,CTH-B,,,DPU,,", "b,LAMPU,,jalan=gang,,SATPOL,,"),
        ("a,LAMPU,,,yes,DPU,,", "b,LAMPU,,jalan=gang,,SATPOL,,"),
        ("a,LAMPU,,,,DPU,,2026-06-30", "b,LAMPU,,,,SATPOL,2026-06-30,"),
    ],
)
def test_two_rows_equally_specific_that_can_both_match(pack: Pack, one: str, other: str) -> None:
    rows = [one, other] if ",,,,DPU" in one else [one, other, "z,LAMPU,,,,DPU,,"]
    assert table(ask(pack), *rows).says("routing.csv:3", "sama khususnya", "a", "b")


def test_rows_that_exclude_each_other_do_not_collide(pack: Pack) -> None:
    ask(pack)
    table(
        pack,
        "a,LAMPU,,,,DPU,,",
        "b,LAMPU,,jalan=gang,,SATPOL,,",
        "c,LAMPU,,jalan=utama,,KOMINFO,,",
    )
    assert pack.errors() == []


def test_answers_given_together_collide(pack: Pack) -> None:
    ask(pack, datatype="multivaluelist")
    table(
        pack,
        "a,LAMPU,,,,DPU,,",
        "b,LAMPU,,jalan=gang,,SATPOL,,",
        "c,LAMPU,,jalan=utama,,KOMINFO,,",
    )
    assert pack.says("routing.csv:4", "sama khususnya")


def test_a_row_that_more_specific_rows_always_beat(pack: Pack) -> None:
    ask(pack, required="yes")
    table(
        pack,
        "a,LAMPU,,,,DPU,,",
        "b,LAMPU,,jalan=gang,,SATPOL,,",
        "c,LAMPU,,jalan=utama,,KOMINFO,,",
    )
    assert [f.place for f in pack.errors()] == ["routing.csv:2"]
    assert pack.says("routing.csv:2", "tidak pernah terpilih")


def test_a_row_that_asks_for_two_answers_to_one_question(pack: Pack) -> None:
    table(ask(pack), "a,LAMPU,,,,DPU,,", "b,LAMPU,,jalan=gang ; jalan=utama,,SATPOL,,")
    assert pack.says("routing.csv:3", "tidak pernah terpilih")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["a,LAMPU,CTH-B,,,DPU,,", "b,LAMPU,CTH-T,,,DPU,,"], ["1 kombinasi", "area_code=…"]),
        (["a,LAMPU,,,yes,DPU,,"], ["1 kombinasi", "office_hours=no"]),
        (["a,LAMPU,,jalan=gang,,DPU,,"], ["1 kombinasi", "jalan=…"]),
        (["a,LAMPU,CTH-B,jalan=gang,no,DPU,,"], ["7 kombinasi"]),
    ],
)
def test_combinations_that_no_row_takes(pack: Pack, rows: list[str], words: list[str]) -> None:
    assert table(ask(pack), *rows).says("routing.csv", "LAMPU", *words)


def test_answers_to_a_required_question_can_cover_everything(pack: Pack) -> None:
    ask(pack, required="yes")
    table(pack, "a,LAMPU,,jalan=gang,,DPU,,", "b,LAMPU,,jalan=utama,,SATPOL,,")
    assert pack.errors() == []


@pytest.mark.parametrize(
    ("answers", "word"),
    [("jalan=tol", "gang, utama"), ("warna=merah", "-")],
)
def test_an_answer_that_cannot_be_given(pack: Pack, answers: str, word: str) -> None:
    table(ask(pack), "a,LAMPU,,,,DPU,,", f"b,LAMPU,,{answers},,SATPOL,,")
    assert pack.says("routing.csv:3", word)
    assert len(pack.errors()) == 1


def test_an_answer_that_cannot_be_read(pack: Pack) -> None:
    table(ask(pack), "a,LAMPU,,,,DPU,,", "b,LAMPU,,jalan,,SATPOL,,")
    assert pack.says("routing.csv:3", "jalan", "kode=nilai")


def test_rows_may_follow_each_other_in_time(pack: Pack) -> None:
    table(pack, "a,LAMPU,,,,DPU,,2026-06-30", "b,LAMPU,,,,SATPOL,2026-07-01,")
    assert pack.errors() == []


def test_a_day_without_a_row(pack: Pack) -> None:
    table(pack, "a,LAMPU,,,,DPU,,2026-06-30", "b,LAMPU,,,,SATPOL,2026-07-02,2026-12-31")
    assert pack.says("routing.csv", "berlaku 2026-07-01 sampai 2026-07-01")
    assert pack.says("routing.csv", "berlaku 2027-01-01 sampai seterusnya")


def test_a_row_outside_the_days_of_its_category(pack: Pack) -> None:
    pack.change("categories.csv", "working_days\nLAMPU", "working_days,valid_to\nLAMPU")
    text = pack.read("categories.csv").replace(",14\n", ",14,\n")
    pack.write("categories.csv", text.replace("48,3,14,", "48,3,14,2026-12-31"))
    table(pack, "a,LAMPU,,,,DPU,,", "b,LAMPU,,,,DPU,2027-01-01,")
    assert [f.place for f in pack.errors()] == ["routing.csv:3", "routing.csv:3"]
    assert pack.says("routing.csv:3", "tidak pernah terpilih")


def test_many_conditions_are_compared_in_pairs_only_and_noted(pack: Pack) -> None:
    choices = " ; ".join(f"v{n}=V" for n in range(40))
    rows = [f"LAMPU,q{n},singlevaluelist,no,Apa?,{choices}" for n in range(4)]
    pack.write("questions.csv", "\n".join([QUESTIONS, *rows]) + "\n")
    answers = [" ; ".join(f"q{n}=v{value}" for n in range(4)) for value in range(40)]
    table(pack, "a,LAMPU,,,,DPU,,", *(f"r{n},LAMPU,,{a},,DPU,," for n, a in enumerate(answers)))
    assert pack.errors() == []
    assert pack.says("routing.csv", "terlalu banyak", severity=Severity.NOTE)


conditions = st.lists(
    st.tuples(
        st.sampled_from(["", "CTH-B", "CTH-T"]),
        st.sampled_from(["", "jalan=gang", "jalan=utama"]),
        st.sampled_from(["", "yes", "no"]),
    ),
    min_size=1,
    max_size=6,
    unique=True,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=conditions)
def test_the_check_agrees_with_trying_every_report(pack: Pack, rows: list[tuple[str, ...]]) -> None:
    table(ask(pack), *(f"r{n},LAMPU,{','.join(row)},DPU,," for n, row in enumerate(rows)))
    said = [str(finding) for finding in pack.errors()]
    chosen: set[int] = set()
    is_missed = is_tied = False
    reports = product(["", "CTH-B", "CTH-T"], ["", "jalan=gang", "jalan=utama"], ["yes", "no"])
    for report in reports:
        matching = [
            n
            for n, row in enumerate(rows)
            if all(want in ("", got) for want, got in zip(row, report, strict=True))
        ]
        weight = {n: sum(map(bool, rows[n])) for n in matching}
        best = [n for n in matching if weight[n] == max(weight.values())]
        chosen.update(best)
        is_missed = is_missed or not matching
        is_tied = is_tied or len(set(weight.values())) < len(weight)
    assert any("kombinasi tanpa baris" in text for text in said) == is_missed
    assert any("sama khususnya" in text for text in said) == is_tied
    idle = {f"r{n} tidak pernah" for n in range(len(rows)) if n not in chosen}
    assert sum("tidak pernah terpilih" in text for text in said) == len(idle)
    assert all(any(word in text for text in said) for word in idle)
