"""Papers: what people wrote stays text, the same data make the same bytes, nothing is fetched."""

import io
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
import typst
from PIL import Image

from citizenreport.documents.pdf import PAPERS, paper, photo_drawing, qr_drawing
from citizenreport.documents.small_map import Outline, draw

AT = datetime(2026, 11, 24, 3, tzinfo=UTC)
SQUARE = [(110.21, -7.48), (110.23, -7.48), (110.23, -7.46), (110.21, -7.46), (110.21, -7.48)]


def order(**given: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "title": "Perintah kerja ABCDE23456",
        "city": "Kota Contoh",
        "agency": "Dinas Jalan",
        "agency_address": "",
        "category": "Jalan berlubang",
        "facts": [["Tempat", "Kelurahan A1"]],
        "qr": qr_drawing("https://kota.test/petugas/tiket/1"),
        "task": "Lubang besar.",
        "map": "",
        "photo": "",
    }
    return usual | given


def as_svg(data: dict[str, Any]) -> str:
    """Return the drawing of the paper: each letter's shape, no markup."""
    compiler = typst.Compiler(
        input=PAPERS / "work_order.typ",
        root=PAPERS,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data)},
    )
    drawn = compiler.compile(format="svg")
    assert isinstance(drawn, bytes)
    return drawn.decode()


def test_the_same_data_make_the_same_bytes() -> None:
    assert paper("work_order", order(), made_at=AT) == paper("work_order", order(), made_at=AT)
    other = paper("work_order", order(task="Lain."), made_at=AT)
    assert other != paper("work_order", order(), made_at=AT)


@pytest.mark.parametrize(
    "written",
    [
        '#read("/etc/passwd")',
        '#panic("x")',
        '#import "@preview/cetz:0.3.1"',
        "*a* $x^2$ <b> @c",
        "`",
    ],
)
def test_no_markup_of_a_resident_is_executed(written: str) -> None:
    """One letter is one glyph: each sign of the markup is drawn as it was typed."""
    plain = "x" * len(written.replace(" ", ""))
    assert paper("work_order", order(task=written), made_at=AT).startswith(b"%PDF-")
    shown, usual = as_svg(order(task=written)), as_svg(order(task=plain))
    assert shown.count("<use ") == usual.count("<use ")


@pytest.mark.parametrize(
    "written", ["a\x00b", "\x1b[31m", "\ud7ff", "ꦲꦏ", "名前", "🙂", "\r\n\r\n"]
)
def test_odd_letters_make_a_paper_all_the_same(written: str) -> None:
    assert paper("work_order", order(task=written), made_at=AT).startswith(b"%PDF-")


def test_no_template_reads_files_or_imports_packages() -> None:
    for template in PAPERS.glob("*.typ"):
        source = template.read_text()
        assert re.findall(r'#import "([^"]+)"', source) in ([], ["paper.typ"]), template.name
        assert "@preview" not in source
        assert "read(" not in source
        assert "eval(" not in source


def test_a_photo_on_paper_is_made_smaller_and_loses_nothing_to_a_file() -> None:
    content = io.BytesIO()
    Image.new("RGB", (3000, 2000), "red").save(content, "JPEG")
    drawing = photo_drawing(content.getvalue())
    assert 'viewBox="0 0 1200 800"' in drawing
    assert re.findall(r'href="(.{5})', drawing) == ["data:"]


def test_the_map_has_the_point_in_its_middle_and_escapes_names() -> None:
    area = Outline(name="A<&>", rings=[SQUARE], label=(110.22, -7.47), holds_point=True)
    far = Outline(
        name="Jauh", rings=[[(111.0, -7.0), (111.1, -7.0), (111.0, -7.1)]], label=(111, -7)
    )
    drawn = draw([area, far], [("Masjid Agung", (110.2201, -7.4701))], (110.22, -7.47))
    assert "A&lt;&amp;&gt;" in drawn
    assert "Masjid Agung" in drawn
    assert "Jauh" not in drawn
    assert "200 m" in drawn
    assert paper("work_order", order(map=drawn), made_at=AT).startswith(b"%PDF-")
