"""The columns that protect a reporter do not contradict each other (protection.md, section 1)."""

from collections.abc import Iterator, Sequence

from citizenreport.cities.checks.references import ASK_DESK, DISTRICT_OFFICE, VILLAGE_OFFICE
from citizenreport.cities.findings import Findings
from citizenreport.cities.format.parts import Line, Parts
from citizenreport.cities.rules import (
    AreaLevel,
    Category,
    HandlerLine,
    ProtectionClass,
    PublicPrecision,
    Visibility,
)
from citizenreport.core.text import _n

MIN_HANDLERS = 2
"""A confidential ticket always has someone who opens it. Source: protection.md, section 1."""


def check_protection(parts: Parts, findings: Findings) -> None:
    """Record categories that promise protection in one column and break it in another."""
    receivers: dict[str, set[str]] = {}
    for rule in parts.routing:
        receivers.setdefault(rule.value.category_code, set()).add(rule.value.agency_code)
    villages = _village_offices(parts)
    handlers = [handler.value for handler in parts.handlers]
    for line in parts.categories:
        category = line.value
        for column, wanted in _contradictions(category):
            findings.error(
                line.file,
                line.row,
                problem=_n("%(code)s (%(visibility)s, %(protection)s): %(column)s bertentangan."),
                remedy=_n(
                    "Isi %(column)s dengan %(wanted)s, atau ubah visibility dan protection_class."
                ),
                code=category.category_code,
                visibility=category.visibility,
                protection=category.protection_class,
                column=column,
                wanted=wanted,
            )
        taking = receivers.get(category.category_code, set()) | {category.lead}
        _check_village_receives(line, taking & villages, findings)
        if category.protection_class == ProtectionClass.ABUSE_OF_OFFICE:
            _check_accused_receives(parts, category, findings)
        if category.visibility == Visibility.CONFIDENTIAL:
            for agency_code in sorted(taking - {VILLAGE_OFFICE, DISTRICT_OFFICE}):
                _check_handlers(
                    line,
                    parts.settings.city.desk_agency if agency_code == ASK_DESK else agency_code,
                    handlers,
                    findings,
                )
    _check_escalation(parts, findings)


def _contradictions(category: Category) -> Iterator[tuple[str, str]]:
    """Yield the columns that contradict visibility or class, and what they should hold."""
    is_protected = category.protection_class != ProtectionClass.NONE
    if is_protected and category.visibility != Visibility.CONFIDENTIAL:
        yield "visibility", Visibility.CONFIDENTIAL
    if is_protected and category.may_be_suggested:
        yield "may_be_suggested", "no"
    if is_protected or category.visibility != Visibility.PUBLIC:
        # Restricted reports leave in numbered tables only: no place, no picture.
        if category.public_precision != PublicPrecision.NONE:
            yield "public_precision", PublicPrecision.NONE
        if category.public_photo:
            yield "public_photo", "no"
    is_confidential = category.visibility == Visibility.CONFIDENTIAL
    if (is_protected or is_confidential) and category.village_access == "ya":
        yield "village_access", "tidak"


def _village_offices(parts: Parts) -> set[str]:
    """Return what routing may name that is a kelurahan: the token, and each office by its code."""
    villages = {
        line.value.area_code for line in parts.areas if line.value.level is AreaLevel.VILLAGE
    }
    offices = {
        line.value.agency_code for line in parts.agencies if line.value.area_code in villages
    }
    return offices | {VILLAGE_OFFICE}


def _check_village_receives(line: Line[Category], taking: set[str], findings: Findings) -> None:
    """A rule is no decision in the single case: only a person grants `per_kasus`."""
    if taking and line.value.village_access != "ya":
        findings.error(
            line.file,
            line.row,
            problem=_n("%(code)s dikirim ke kelurahan, tetapi village_access-nya %(access)s."),
            remedy=_n("Kirim ke OPD lain, atau ubah village_access."),
            code=line.value.category_code,
            access=line.value.village_access,
        )


def _check_accused_receives(parts: Parts, category: Category, findings: Findings) -> None:
    """A complaint about officials goes to who stands in for the accused, never to just any body."""
    desk = parts.settings.city.desk_agency
    impartial = {ASK_DESK, desk, *parts.settings.conflict.values()}
    for rule in parts.routing:
        row = rule.value
        if row.category_code == category.category_code and row.agency_code not in impartial:
            findings.error(
                rule.file,
                rule.row,
                problem=_n(
                    "%(rule)s mengirim aduan tentang aparat ke %(agency)s, yang dapat menjadi pihak yang diadukan."
                ),
                remedy=_n("Kirim ke badan yang disebut di [conflict]: %(bodies)s."),
                rule=row.rule_id,
                agency=row.agency_code,
                bodies=", ".join(sorted(impartial - {ASK_DESK})),
            )


def _check_handlers(
    line: Line[Category],
    agency_code: str,
    handlers: Sequence[HandlerLine],
    findings: Findings,
) -> None:
    wanted = line.value.protection_class
    positions = {
        position
        for handler in handlers
        if handler.agency_code == agency_code and handler.protection_class == wanted
        for position in handler.positions
    }
    count = len(positions)
    if count < MIN_HANDLERS:
        findings.error(
            "handlers.csv",
            problem=_n("%(agency)s hanya punya %(count)s penangan untuk kelas %(protection)s."),
            remedy=_n("Sebut paling sedikit dua jabatan: %(agency)s menerima kategori %(code)s."),
            agency=agency_code,
            count=count,
            protection=line.value.protection_class,
            code=line.value.category_code,
        )


def _check_escalation(parts: Parts, findings: Findings) -> None:
    for line in parts.handlers:
        handler = line.value
        if handler.agency_code in handler.escalation:
            findings.error(
                line.file,
                line.row,
                problem=_n("%(agency)s ada di jalur eskalasinya sendiri."),
                remedy=_n("Sebut badan lain di kolom escalation."),
                agency=handler.agency_code,
            )
        elif not handler.escalation:
            findings.note(
                line.file,
                line.row,
                problem=_n("Tidak ada yang diberi tahu bila %(agency)s tidak membuka laporan."),
                remedy=_n("Isi kolom escalation, berurutan."),
                agency=handler.agency_code,
            )
