"""`citizenreport indicators` over the test's database."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.commands.indicators_composite import indicators
from citizenreport.indicators.definitions import all_definitions
from tests.figures import TOLERANCE, add_figures
from tests.rooms.indicators.histories import History
from tests.rooms.indicators.stored import store


@pytest.fixture
def stored(session: Session, magelang: City) -> City:
    story = History("2026-03-02").released("2026-03-03").settled("2026-03-10")
    store(session, story.events)
    store(session, History("2026-03-02").released("2026-03-03").events)
    session.commit()
    return magelang


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(indicators, list(arguments))


def test_list_names_all_with_their_status(app: Flask, session: Session, magelang: City) -> None:
    lines = run(app, "list").output.splitlines()
    assert len(lines) == len(all_definitions())
    lines = [line for line in lines if line.startswith("I")]
    assert lines[0] == "I01  computed  Tingkat penyelesaian laporan"
    assert lines[5].startswith("I06  imported  ")
    assert lines[8].startswith("I09  computed  ")


def test_compute_publishes_and_show_prints(app: Flask, stored: City) -> None:
    computed = run(app, "compute", "--cut-off", "2026-07-01")
    assert computed.exit_code == 0, computed.output
    assert computed.output.splitlines() == [
        "2 tickets folded, 566 values published.",
        "Counted: everything before 2026-07-01 00:00 WIB.",
    ]
    shown = run(app, "show", "i01").output.splitlines()
    assert shown == [
        "I01 Tingkat penyelesaian laporan (percent)",
        "2026-03         50  1/2  provisional",
    ]
    waits = run(app, "show", "I03", "--period", "tahun").output.splitlines()[1]
    assert waits == "2026             6  1/2  provisional  censored=1 median=6 p90=> 73 waiting=1"
    by_area = run(app, "show", "I05", "--area", "tidak_disebut").output.splitlines()[1]
    assert by_area == "2026-03          -  0/-  final  missing=population"


def test_from_scratch_gives_the_same(app: Flask, stored: City) -> None:
    run(app, "compute", "--cut-off", "2026-07-01")
    before = run(app, "show", "I04").output
    again = run(app, "compute", "--scratch", "--cut-off", "2026-07-01")
    assert again.output.startswith("2 tickets folded, 566 values")
    assert run(app, "show", "I04").output == before


def test_an_unknown_code_is_told(app: Flask, session: Session, magelang: City) -> None:
    result = run(app, "show", "I99")
    assert result.exit_code == 1
    assert "Indikator tidak ditemukan." in result.output


def test_whole_prints_what_a_release_may_tell_and_publishes_nothing(
    app: Flask, session: Session, magelang: City
) -> None:
    for number in range(7):
        story = History("2026-03-02", opening={"visibility": "confidential"})
        if number < 6:
            story.add("mediation_ended", "2026-03-09", outcome="agreed" if number else "failed")
        store(session, story.events)
    session.commit()
    lines = run(app, "whole", "--cut-off", "2026-07-01").output.splitlines()
    assert lines == ["I12  2026  withheld", "I19  2026  100.00  7/7"]
    assert run(app, "show", "I19", "--period", "tahun").output.splitlines()[1:] == []


def test_whole_without_any_report_says_so(app: Flask, session: Session, magelang: City) -> None:
    assert run(app, "whole").output == "Nothing to count yet.\n"


def test_metadata_is_json_on_the_screen_or_in_a_file(
    app: Flask, session: Session, magelang: City, tmp_path: Path
) -> None:
    shown = json.loads(run(app, "metadata").output)
    assert set(shown) == {"ms_keg", "ms_ind", "ms_var"}
    written = run(app, "metadata", "--out", str(tmp_path / "metadata.json"))
    assert written.exit_code == 0, written.output
    assert json.loads((tmp_path / "metadata.json").read_text()) == shown
    refused = run(app, "metadata", "--out", str(tmp_path / "nowhere" / "metadata.json"))
    assert refused.exit_code == 1
    assert "cannot write" in refused.output


def test_a_figure_of_another_body_enters_with_its_evidence(
    stored: City, app: Flask, tmp_path: Path
) -> None:
    document = tmp_path / "ikub.pdf"
    document.write_bytes(b"%PDF-1.4\n%%EOF\n")
    given = ["enter", "I08", "--year", "2024", "--source", "Kemenag", "--evidence", str(document)]
    entered = run(app, *given, "--value", "76,47")
    assert entered.exit_code == 0, entered.output
    assert entered.output.startswith("I08 2024 r1     76.47 ")
    assert run(app, "imported").output == entered.output
    outside = run(app, *given, "--value", "176,47", "--correction", "salah")
    assert outside.exit_code != 0
    assert run(app, "imported").output == entered.output


def test_a_composite_is_printed_with_its_parts_and_is_none_without_one(
    app: Flask, session: Session, magelang: City
) -> None:
    add_figures(session, *TOLERANCE)
    lines = run(app, "composite", "--aspect", "toleransi").output.splitlines()
    names = {code: all_definitions()[code].names["id"] for code in ("I07", "I08")}
    assert lines == [
        "toleransi",
        "  2024  none: no I08",
        f"    I07   50%       6.248    87.5  {names['I07']}",
        f"    I08   50%           -       -  {names['I08']}",
        "  2023  67.5  geometric 67.1  range 62.7 to 72.0  place 1 to 1",
        "    other weights        63.0 to 72.0  place 1 to 1",
        "    other aggregation    67.1 to 67.5  place 1 to 1",
        "    other normalisation  67.5 to 67.5  place 1 to 1",
        f"    I07   50%         5.5    75.0  {names['I07']}",
        f"    I08   50%          60    60.0  {names['I08']}",
    ]
    everything = run(app, "composite").output.splitlines()
    assert [line for line in everything if line[0] != " "] == [
        *("aman", "nyaman", "toleransi", "harmoni"),
    ]
    assert everything[:2] == ["aman", "  no data yet"]
