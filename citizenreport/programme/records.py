"""What may be written in a record: a draft, what is submitted, and its papers. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from citizenreport.programme.faults import (
    DesignTooShort,
    DocumentNotPdf,
    DocumentTooLarge,
    InnovationAgencyMissing,
    InnovationChoiceInvalid,
    InnovationDatesInvalid,
    InnovationDatesUpsideDown,
    InnovationNameMissing,
    InnovationPartMissing,
    InnovationTextTooLong,
    InnovationYearInvalid,
    VideoLinkInvalid,
)
from citizenreport.programme.rules import (
    Form,
    Initiator,
    Stage,
)

FIRST_YEAR: Final = 2000
NAME_CHARS: Final = 200
LINE_CHARS: Final = 300
TEXT_CHARS: Final = 20_000
DESIGN_WORDS: Final = 300
"""Of the design in all. Source: profile of an innovation, Inovasi Daerah (domain.md, section 5)."""
MAX_DOCUMENT_BYTES: Final = 5 * 1024 * 1024
MAX_FILES: Final = 12
MOST_PLACES: Final = 100
VIDEO_CHARS: Final = 500
PDF_HEAD: Final = re.compile(rb"%PDF-[12]\.\d")
TAIL_BYTES: Final = 2_048
WORD: Final = re.compile(r"\w+(?:[-’']\w+)*")
DESIGN: Final = ("legal_basis", "problem", "strategic_issue", "novelty", "advantage")
OUTCOME: Final = ("aim", "benefit", "result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What somebody writes, as texts."""

    agency_code: str
    year: str
    name: str
    stage: str
    initiator: str
    form: str
    is_digital: bool
    main_affair: str
    other_affairs: str
    trial_on: str
    applied_on: str
    place: str
    legal_basis: str
    problem: str
    strategic_issue: str
    novelty: str
    advantage: str
    aim: str
    benefit: str
    result: str
    video_url: str
    category_codes: tuple[str, ...]
    area_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An innovation as it may be kept."""

    agency_code: str
    year: int
    name: str
    stage: Stage
    initiator: Initiator
    form: Form
    is_digital: bool
    main_affair: str
    other_affairs: str
    trial_on: date | None
    applied_on: date | None
    place: str
    legal_basis: str
    problem: str
    strategic_issue: str
    novelty: str
    advantage: str
    aim: str
    benefit: str
    result: str
    video_url: str
    category_codes: tuple[str, ...]
    area_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the city has: who may have an innovation, what it may answer, whose videos are linked."""

    agency_codes: Collection[str]
    category_codes: Collection[str]
    area_codes: Collection[str]
    video_hosts: Collection[str]
    this_year: int


def check_given(given: Given, known: Known) -> Record:
    """Return the record if it may be kept as a draft; what is missing may come later.

    Raises:
        InvalidInput: one of those above; the pointer names the field.
    """
    if given.agency_code not in known.agency_codes:
        raise InnovationAgencyMissing(pointer="#/agency_code")
    name = " ".join(given.name.split())
    if not 0 < len(name) <= NAME_CHARS:
        raise InnovationNameMissing(pointer="#/name")
    trial_on, applied_on = _day(given.trial_on, "trial_on"), _day(given.applied_on, "applied_on")
    if trial_on and applied_on and applied_on < trial_on:
        raise InnovationDatesUpsideDown(pointer="#/applied_on")
    texts: dict[str, Any] = {part: _text(given, part, LINE_CHARS) for part in LINES}
    texts |= {part: _text(given, part, TEXT_CHARS) for part in (*DESIGN, *OUTCOME)}
    return Record(
        agency_code=given.agency_code,
        year=_year(given.year, known.this_year),
        name=name,
        stage=_choice(Stage, given.stage, "stage"),
        initiator=_choice(Initiator, given.initiator, "initiator"),
        form=_choice(Form, given.form, "form"),
        is_digital=given.is_digital,
        trial_on=trial_on,
        applied_on=applied_on,
        video_url=check_video(given.video_url, known.video_hosts),
        category_codes=_known(given.category_codes, known.category_codes, "category_codes"),
        area_codes=_known(given.area_codes, known.area_codes, "area_codes"),
        **texts,
    )


Choice = TypeVar("Choice", bound=StrEnum)
LINES: Final = ("main_affair", "other_affairs", "place")


def _text(given: Given, part: str, most: int) -> str:
    text = str(getattr(given, part)).strip()
    if len(text) > most:
        raise InnovationTextTooLong(pointer=f"#/{part}", maximum=most)
    return text


def _choice(choices: type[Choice], value: str, part: str) -> Choice:
    try:
        return choices(value)
    except ValueError:
        raise InnovationChoiceInvalid(pointer=f"#/{part}") from None


def _known(chosen: Sequence[str], known: Collection[str], part: str) -> tuple[str, ...]:
    if len(chosen) > MOST_PLACES or not set(chosen) <= set(known):
        raise InnovationChoiceInvalid(pointer=f"#/{part}")
    return tuple(sorted(set(chosen)))


def _day(text: str, part: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InnovationDatesInvalid(pointer=f"#/{part}") from None


def _year(text: str, this_year: int) -> int:
    year = int(text) if re.fullmatch(r"\d{4}", text.strip(), re.ASCII) else 0
    if not FIRST_YEAR <= year <= this_year + 1:
        raise InnovationYearInvalid(pointer="#/year")
    return year


def check_video(link: str, hosts: Collection[str]) -> str:
    """Return an https address on one of the hosts, or nothing. Raises VideoLinkInvalid.

    No port, no account, no control or space: what is kept is what a browser opens.
    """
    text = link.strip()
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        is_bare = parts.port is None and parts.username is None
    except ValueError:
        raise VideoLinkInvalid(pointer="#/video_url") from None
    is_plain = text.isascii() and text.isprintable() and not set(text) & set(" \"'<>\\`{}|^")
    is_right = parts.scheme == "https" and parts.hostname in set(hosts) and is_bare
    if not is_right or not is_plain or len(text) > VIDEO_CHARS:
        raise VideoLinkInvalid(pointer="#/video_url", hosts=sorted(hosts))
    return text


def design_words(texts: Mapping[str, str]) -> int:
    """Return how many words the five parts of the design have together."""
    return sum(len(WORD.findall(texts[part])) for part in DESIGN)


def check_complete(
    texts: Mapping[str, str], *, stage: Stage, trial_on: date | None, applied_on: date | None
) -> None:
    """Check that a record may be submitted. `texts`: the affair, the design and what follows.

    Raises:
        InnovationPartMissing, DesignTooShort.
    """
    for part in ("main_affair", *DESIGN, *OUTCOME):
        if not texts[part]:
            raise InnovationPartMissing(pointer=f"#/{part}")
    if stage is not Stage.INITIATIVE and trial_on is None:
        raise InnovationPartMissing(pointer="#/trial_on")
    if stage is Stage.APPLIED and applied_on is None:
        raise InnovationPartMissing(pointer="#/applied_on")
    if (words := design_words(texts)) < DESIGN_WORDS:
        raise DesignTooShort(pointer="#/legal_basis", words=words, least=DESIGN_WORDS)


def check_document(content: bytes) -> None:
    """Check that this is one whole PDF of at most 5 MB. Raises DocumentTooLarge, DocumentNotPdf."""
    if len(content) > MAX_DOCUMENT_BYTES:
        raise DocumentTooLarge(pointer="#/file", maximum_bytes=MAX_DOCUMENT_BYTES)
    if not PDF_HEAD.match(content) or b"%%EOF" not in content[-TAIL_BYTES:]:
        raise DocumentNotPdf(pointer="#/file")
