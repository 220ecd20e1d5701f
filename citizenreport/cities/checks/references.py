"""Every code that a row names exists."""

import difflib
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from citizenreport.cities.findings import Findings
from citizenreport.cities.format.city_toml import FILE as CITY_TOML
from citizenreport.cities.format.kinds import LISTS
from citizenreport.cities.format.parts import Line, Parts
from citizenreport.cities.format.replies import check_reply_categories
from citizenreport.cities.rules import AreaLevel, Category
from citizenreport.core.text import _n

T = TypeVar("T")
VILLAGE_OFFICE, DISTRICT_OFFICE, ASK_DESK = "@KELURAHAN", "@KECAMATAN", "@OPD_TERKAIT"
BY_SITUATION = frozenset({VILLAGE_OFFICE, DISTRICT_OFFICE, ASK_DESK})
"""Receivers that are found when the report comes in: by area, or by a person at the city desk."""


def check_references(parts: Parts, findings: Findings) -> None:
    """Record codes that nothing stands behind."""
    if not findings.has_errors_in("areas.csv"):
        _check_areas(parts, findings)
    if not findings.has_errors_in("agencies.csv"):
        _check_agency_codes(parts, findings)
        _check_settings(parts, findings)
        _check_offices(parts, findings)
    if not findings.has_errors_in("categories.csv"):
        _check_category_codes(parts, findings)
        _check_answers(parts, findings)
        known = {line.value.category_code for line in parts.categories}
        check_reply_categories(parts.reply_templates, known, findings)
    _check_small_codes(parts, findings)


def _unknown(
    line: Line[T], column: str, codes: Iterable[str], *, known: Collection[str], findings: Findings
) -> None:
    for code in codes:
        if code and code not in known:
            alike = difflib.get_close_matches(code, known, n=1)
            findings.error(
                line.file,
                line.row,
                problem=_n("%(column)s menyebut “%(code)s”, yang tidak dikenal."),
                remedy=_n("Maksudnya %(alike)s?")
                if alike
                else _n("Tambahkan kode itu di berkasnya, atau hapus di sini."),
                column=column,
                code=code,
                alike="".join(alike),
            )


def _check_areas(parts: Parts, findings: Findings) -> None:
    levels = {line.value.area_code: line.value.level for line in parts.areas}
    above = {
        AreaLevel.VILLAGE: (AreaLevel.DISTRICT, AreaLevel.CITY),
        AreaLevel.DISTRICT: (AreaLevel.CITY,),
    }
    for line in parts.areas:
        area = line.value
        if (
            area.level != AreaLevel.CITY
            and levels.get(area.parent_code or "") not in above[area.level]
        ):
            findings.error(
                line.file,
                line.row,
                problem=_n("Induk %(code)s bukan wilayah setingkat di atasnya: “%(parent)s”."),
                remedy=_n("Isi parent_code dengan kode kecamatan atau kotanya."),
                code=area.area_code,
                parent=area.parent_code or "",
            )
    cities = {code for code, level in levels.items() if level == AreaLevel.CITY}
    if parts.areas and len(cities) != 1:
        findings.error(
            "areas.csv",
            problem=_n("Ada %(count)s wilayah setingkat kota."),
            remedy=_n("Beri tepat satu baris level kota."),
            count=len(cities),
        )
    for populations in parts.populations:
        _unknown(
            populations, "area_code", [populations.value.area_code], known=levels, findings=findings
        )
    for landmark in parts.landmarks:
        _unknown(landmark, "area_code", [landmark.value.area_code], known=levels, findings=findings)
    for agency in parts.agencies:
        _unknown(
            agency, "area_code", [agency.value.area_code or ""], known=levels, findings=findings
        )
    for rule in parts.routing:
        _check_rule_area(rule.value.area_code, rule, levels, findings)


def _check_rule_area(
    area_code: str | None, line: Line[T], levels: dict[str, AreaLevel], findings: Findings
) -> None:
    if area_code is None:
        return
    _unknown(line, "area_code", [area_code], known=levels, findings=findings)
    if levels.get(area_code, AreaLevel.VILLAGE) != AreaLevel.VILLAGE:
        findings.error(
            line.file,
            line.row,
            problem=_n("%(code)s bukan wilayah terkecil, jadi tidak pernah cocok dengan laporan."),
            remedy=_n("Tulis satu baris untuk tiap kelurahan di dalamnya."),
            code=area_code,
        )


def _check_agency_codes(parts: Parts, findings: Findings) -> None:
    agencies = {line.value.agency_code: line.value for line in parts.agencies}
    inside = {code for code, agency in agencies.items() if not agency.is_external}
    for line in parts.agencies:
        _unknown(
            line,
            "successor_code",
            [line.value.successor_code or ""],
            known=agencies,
            findings=findings,
        )
    for category in parts.categories:
        _check_category_agencies(
            category, inside | BY_SITUATION, agencies.keys() - inside, findings
        )
    for rule in parts.routing:
        _unknown(
            rule,
            "agency_code",
            [rule.value.agency_code],
            known=inside | BY_SITUATION,
            findings=findings,
        )
    for handler in parts.handlers:
        _unknown(
            handler, "agency_code", [handler.value.agency_code], known=inside, findings=findings
        )
        _unknown(handler, "escalation", handler.value.escalation, known=agencies, findings=findings)
    for neighbour in parts.neighbours:
        channel = neighbour.value.channel_agency_code or ""
        _unknown(neighbour, "channel_agency", [channel], known=agencies, findings=findings)


def _check_category_agencies(
    line: Line[Category], inside: Collection[str], outside: Collection[str], findings: Findings
) -> None:
    # An outside body has no one here who verifies: a ticket is held by the city and referred.
    _unknown(line, "lead", [line.value.lead], known=inside, findings=findings)
    _unknown(line, "supporting", line.value.supporting, known=inside, findings=findings)
    _unknown(line, "external", line.value.external, known=outside, findings=findings)


def _check_settings(parts: Parts, findings: Findings) -> None:
    inside = {line.value.agency_code for line in parts.agencies if not line.value.is_external}
    desk, conflict = parts.settings.city.desk_agency, parts.settings.conflict
    named = {"[city] desk_agency": desk} if desk else {}
    named |= {f"[conflict] {subject}": taker for subject, taker in conflict.items() if taker}
    named |= {f"[conflict] {code}": code for code in conflict if code != "*"}
    duty = parts.settings.duty
    lines = {"[duty] supervisory": duty.supervisory, "[duty] ordinary": duty.ordinary}
    told = [(key, code) for key, line in lines.items() for code in line]
    for key, code in [*named.items(), *told]:
        if code not in inside:
            findings.error(
                CITY_TOML,
                problem=_n("%(key)s menyebut “%(code)s”, yang bukan OPD di agencies.csv."),
                remedy=_n("Pakai agency_code dari agencies.csv yang is_external-nya no."),
                key=key,
                code=code,
            )
    _check_conflict(conflict, desk, inside, findings)


def _check_conflict(
    conflict: Mapping[str, str], desk: str, inside: set[str], findings: Findings
) -> None:
    order = {"*": desk, **conflict}
    last = order.get("*", "")
    for subject in sorted({*order, last, desk} - {"*", ""}):
        if order.get(subject, last) == subject:
            record = findings.error if len(inside) > 1 else findings.note
            record(
                CITY_TOML,
                problem=_n("Laporan tentang %(subject)s akan diterima %(subject)s sendiri."),
                remedy=_n("Tambahkan %(subject)s = kode OPD lain di bawah [conflict]."),
                subject=subject,
            )


def _check_offices(parts: Parts, findings: Findings) -> None:
    """Where rows send reports to the office of an area, every area has exactly one."""
    receivers = {line.value.agency_code for line in parts.routing}
    receivers |= {
        code for line in parts.categories for code in (line.value.lead, *line.value.supporting)
    }
    offices = [line.value.area_code for line in parts.agencies if not line.value.valid_to]
    for receiver, level in (
        (VILLAGE_OFFICE, AreaLevel.VILLAGE),
        (DISTRICT_OFFICE, AreaLevel.DISTRICT),
    ):
        for line in parts.areas if receiver in receivers else ():
            count = offices.count(line.value.area_code)
            if line.value.level == level and count != 1:
                findings.error(
                    "agencies.csv",
                    problem=_n("%(receiver)s dipakai, tetapi %(area)s punya %(count)s kantor."),
                    remedy=_n("Beri tepat satu OPD area_code %(code)s."),
                    receiver=receiver,
                    area=line.value.name,
                    count=count,
                    code=line.value.area_code,
                )


def _check_category_codes(parts: Parts, findings: Findings) -> None:
    known = {line.value.category_code for line in parts.categories}
    for text in parts.category_texts:
        _unknown(text, "category_code", [text.value.category_code], known=known, findings=findings)
        _unknown(
            text,
            "lang",
            [text.value.language],
            known=("id", *parts.settings.city.languages),
            findings=findings,
        )
    for question in parts.questions:
        _unknown(
            question,
            "category_code",
            [question.value.category_code],
            known=known,
            findings=findings,
        )
    for rule in parts.routing:
        _unknown(rule, "category_code", [rule.value.category_code], known=known, findings=findings)


def _check_answers(parts: Parts, findings: Findings) -> None:
    """A condition on an answer names a question of the category and one of its choices."""
    questions = {
        (line.value.category_code, line.value.question.code): line.value.question
        for line in parts.questions
        if not line.value.question.is_retired
    }
    if findings.has_errors_in("questions.csv"):
        return
    for line in parts.routing:
        rule = line.value
        for code, value in rule.answers:
            question = questions.get((rule.category_code, code))
            choices = [choice for choice, _ in question.choices] if question else []
            if question is None or question.datatype not in LISTS or value not in choices:
                findings.error(
                    line.file,
                    line.row,
                    problem=_n("Jawaban “%(code)s=%(value)s” tidak mungkin untuk %(category)s."),
                    remedy=_n("Pakai kode dan pilihan dari questions.csv: %(choices)s."),
                    code=code,
                    value=value,
                    category=rule.category_code,
                    choices=", ".join(choices) or "-",
                )


def _check_small_codes(parts: Parts, findings: Findings) -> None:
    dimensions = {line.value.dimension_code for line in parts.dimensions}
    numbers = {line.value.number for line in parts.emergency_numbers}
    for dimension in parts.dimensions:
        _unknown(
            dimension,
            "parent_code",
            [dimension.value.parent_code or ""],
            known=dimensions,
            findings=findings,
        )
    for category in parts.categories:
        if "dimensions.csv" in parts.present:
            _unknown(
                category,
                "dimension",
                [category.value.dimension_code or ""],
                known=dimensions,
                findings=findings,
            )
        _unknown(
            category,
            "emergency_numbers",
            category.value.emergency_numbers,
            known=numbers,
            findings=findings,
        )
