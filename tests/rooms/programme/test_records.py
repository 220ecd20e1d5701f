"""What may be written in a record of the register, and who moves it where."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from citizenreport.cities.agency_lines import owner_of
from citizenreport.cities.rules import Agency
from citizenreport.core.errors import CitizenReportError
from citizenreport.programme import faults
from citizenreport.programme.records import (
    MAX_DOCUMENT_BYTES,
    Given,
    Known,
    check_complete,
    check_document,
    check_given,
    check_video,
    design_words,
)
from citizenreport.programme.rules import (
    COUNTING,
    STEPS,
    Phase,
    Side,
    Stage,
    check_novelty,
    check_step,
    open_steps,
    slug_of,
)

KNOWN = Known(
    agency_codes={"roads"},
    category_codes={"pothole", "tree"},
    area_codes={"a1", "a2"},
    video_hosts={"www.youtube.com"},
    this_year=2026,
)
USUAL: Mapping[str, Any] = {
    **dict.fromkeys(Given.__dataclass_fields__, ""),
    "agency_code": "roads",
    "year": "2026",
    "name": "Tambal Cepat",
    "stage": "trial",
    "initiator": "agency",
    "form": "public_service",
    "is_digital": True,
    "category_codes": ("pothole",),
    "area_codes": ("a1",),
}


def given(**changes: Any) -> Given:
    return Given(**{**USUAL, **changes})


def test_a_draft_needs_a_name_an_agency_and_a_year_and_no_more() -> None:
    record = check_given(given(name="  Tambal   Cepat "), KNOWN)
    assert (record.name, record.year, record.stage) == ("Tambal Cepat", 2026, Stage.TRIAL)
    assert record.trial_on is None


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"agency_code": ""}, "innovation-agency-missing", "#/agency_code"),
        ({"agency_code": "police"}, "innovation-agency-missing", "#/agency_code"),
        ({"name": " "}, "innovation-name-missing", "#/name"),
        ({"name": "a" * 201}, "innovation-name-missing", "#/name"),
        ({"year": "2028"}, "innovation-year-invalid", "#/year"),
        ({"year": "26"}, "innovation-year-invalid", "#/year"),
        ({"year": "٢٠٢٦"}, "innovation-year-invalid", "#/year"),
        (
            {"trial_on": "2026-05-02", "applied_on": "2026-05-01"},
            "innovation-dates-upside-down",
            "#/applied_on",
        ),
        ({"trial_on": "kemarin"}, "innovation-dates-invalid", "#/trial_on"),
        ({"stage": "dreamt"}, "innovation-choice-invalid", "#/stage"),
        ({"category_codes": ("violence",)}, "innovation-choice-invalid", "#/category_codes"),
        ({"area_codes": ("a3",)}, "innovation-choice-invalid", "#/area_codes"),
        ({"problem": "a" * 20_001}, "innovation-text-too-long", "#/problem"),
        ({"video_url": "javascript:alert(1)"}, "innovation-video-invalid", "#/video_url"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], code: str, pointer: str) -> None:
    with pytest.raises(CitizenReportError) as caught:
        check_given(given(**changes), KNOWN)
    assert (caught.value.code, caught.value.pointer) == (code, pointer)


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "data:text/html,<script>",
        "http://www.youtube.com/watch?v=x",
        "https://www.youtube.com.evil.example/watch",
        "https://evil.example/?www.youtube.com",
        "https://www.youtube.com@evil.example/",
        "https://user@www.youtube.com/x",
        "https://www.youtube.com:444/x",
        'https://www.youtube.com/x"onclick="y',
        "https://www.youtube.com/\nx",
        "//www.youtube.com/x",
        "https://[www.youtube.com/x",
        "https://www.youtube.com/" + "a" * 500,
    ],
)
def test_a_video_link_leads_to_an_allowed_site_or_nowhere(link: str) -> None:
    with pytest.raises(faults.VideoLinkInvalid):
        check_video(link, KNOWN.video_hosts)


def test_a_video_of_an_allowed_site_is_kept_as_it_is() -> None:
    link = "https://www.youtube.com/watch?v=abc123"
    assert check_video(f" {link} ", KNOWN.video_hosts) == link
    assert check_video("  ", KNOWN.video_hosts) == ""


def complete() -> dict[str, str]:
    return {
        "main_affair": "Pekerjaan umum",
        **dict.fromkeys(("aim", "benefit", "result"), "Ada."),
        **dict.fromkeys(
            ("legal_basis", "problem", "strategic_issue", "novelty", "advantage"), "kata " * 60
        ),
    }


def test_a_design_has_three_hundred_words_before_it_is_submitted() -> None:
    day = date(2026, 3, 1)
    texts = complete()
    assert design_words(texts) == 300
    check_complete(texts, stage=Stage.TRIAL, trial_on=day, applied_on=None)
    with pytest.raises(faults.DesignTooShort) as caught:
        check_complete(
            texts | {"problem": "kata " * 59}, stage=Stage.TRIAL, trial_on=day, applied_on=None
        )
    assert caught.value.public == {"words": 299, "least": 300}


@pytest.mark.parametrize(
    ("stage", "trial_on", "applied_on", "missing"),
    [
        (Stage.TRIAL, None, None, "#/trial_on"),
        (Stage.APPLIED, date(2026, 1, 1), None, "#/applied_on"),
    ],
)
def test_a_stage_has_the_day_it_began(
    stage: Stage, trial_on: date | None, applied_on: date | None, missing: str
) -> None:
    with pytest.raises(faults.InnovationPartMissing) as caught:
        check_complete(complete(), stage=stage, trial_on=trial_on, applied_on=applied_on)
    assert caught.value.pointer == missing
    check_complete(complete(), stage=Stage.INITIATIVE, trial_on=None, applied_on=None)


def test_a_document_is_a_whole_pdf_of_at_most_five_megabytes() -> None:
    whole = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"
    check_document(whole)
    for content in (b"", b"GIF89a", b"MZ" + whole, whole[:12]):
        with pytest.raises(faults.DocumentNotPdf):
            check_document(content)
    with pytest.raises(faults.DocumentTooLarge):
        check_document(whole + b"\0" * MAX_DOCUMENT_BYTES)


def test_only_the_head_endorses_and_only_the_desk_publishes() -> None:
    assert {s.side for s in STEPS if s.target is Phase.ENDORSED} == {Side.HEAD}
    assert {s.side for s in STEPS if s.target is Phase.PUBLISHED} == {Side.DESK}
    with pytest.raises(faults.InnovationNotYours):
        check_step(Phase.APPROVED, Phase.ENDORSED, {Side.AGENCY, Side.DESK}, "")
    with pytest.raises(faults.InnovationStepClosed):
        check_step(Phase.DRAFT, Phase.PUBLISHED, set(Side), "")
    with pytest.raises(faults.InnovationReasonMissing):
        check_step(Phase.SUBMITTED, Phase.REVISE, {Side.DESK}, "  ")


def test_every_phase_is_reached_and_left_and_nothing_skips_the_head() -> None:
    reached = {Phase.DRAFT}
    while more := {s.target for s in STEPS if s.source in reached} - reached:
        reached |= more
    assert reached == set(Phase) == {s.source for s in STEPS}
    without_head = [s for s in STEPS if s.side is not Side.HEAD]
    reached = {Phase.DRAFT}
    while more := {s.target for s in without_head if s.source in reached} - reached:
        reached |= more
    assert not reached & COUNTING
    assert [s.target for s in open_steps(Phase.APPROVED, {Side.HEAD})] == [
        Phase.ENDORSED,
        Phase.REVISE,
    ]


def test_a_likeness_to_last_year_wants_a_persons_reason() -> None:
    assert check_novelty("new", "", is_alike=False) == "new"
    assert check_novelty("new", "Caranya lain sama sekali.", is_alike=True) == "new"
    for decided, is_alike in (("", False), ("new", True), ("further", False), ("same", False)):
        with pytest.raises(faults.NoveltyUndecided):
            check_novelty(decided, " ", is_alike=is_alike)


def agency(code: str, **changes: Any) -> Agency:
    return Agency(agency_code=code, name=code, short_name=code, kind="dinas", **changes)


def test_a_record_follows_its_agency_through_mergers() -> None:
    past = date(2023, 12, 31)
    agencies = {
        "a": agency("a", valid_to=past, successor_code="b"),
        "b": agency("b", valid_to=past, successor_code="c"),
        "c": agency("c"),
        "x": agency("x", valid_to=past, successor_code="y"),
        "y": agency("y", valid_to=past, successor_code="x"),
        "z": agency("z", valid_to=past),
    }
    assert [owner_of(agencies, code) for code in ("a", "c", "z", "?")] == ["c", "c", "z", "?"]
    assert owner_of(agencies, "a", on=past) == "a"  # on its last day it still stood
    assert owner_of(agencies, "a", on=date(2024, 1, 1)) == "c"
    assert owner_of(agencies, "x") == "x"  # a circle ends where it began


def test_an_address_is_readable_and_cannot_be_guessed() -> None:
    assert slug_of("Tambal Cepat 24 Jam!", "K7M2QX") == "tambal-cepat-24-jam-k7m2qx"
    assert slug_of("ꦠꦩ꧀ꦧꦭ꧀", "K7M2QX") == "inovasi-k7m2qx"
    assert len(slug_of("a" * 200, "K7M2QX")) <= 67
