"""What is only proposed, not translated or not known yet: the list for the city."""

from collections.abc import Collection
from datetime import date

from citizenreport.cities.findings import Findings
from citizenreport.cities.format.parts import Line, Parts
from citizenreport.cities.rules import Calendar, Category, Names, Priority
from citizenreport.core.text import _n


def check_completeness(parts: Parts, calendar: Calendar, findings: Findings) -> None:
    """Record everything that waits for the city; none of it stops the pack."""
    _list_proposals(parts, findings)
    _list_translations(parts, findings)
    _list_emergency_numbers(parts, findings)
    _list_duty_addresses(parts, findings)
    _list_letter_addresses(parts, findings)
    for line in parts.populations:
        if line.value.population is None:
            findings.open(
                line.file,
                line.row,
                problem=_n("Jumlah penduduk %(area)s belum ada."),
                remedy=_n("Isi persons, year dan source."),
                area=line.value.area_code,
            )
    if calendar.known_until < date.max:
        findings.open(
            "holidays.csv",
            problem=_n("Hari libur dan cuti bersama sesudah tahun %(year)s belum lengkap."),
            remedy=_n("Tambahkan begitu diumumkan; tenggat yang masih berjalan ikut bergeser."),
            year=calendar.known_until.year,
        )


def _list_proposals(parts: Parts, findings: Findings) -> None:
    lines: list[tuple[str, Line[object], str]] = [
        *((_n("OPD %(code)s masih usulan."), a, a.value.agency_code) for a in parts.agencies),
        *(
            (_n("Kategori %(code)s masih usulan."), c, c.value.category_code)
            for c in parts.categories
        ),
        *((_n("Rute %(code)s masih usulan."), r, r.value.rule_id) for r in parts.routing),
        *(
            (_n("Penangan di %(code)s masih usulan."), h, h.value.agency_code)
            for h in parts.handlers
        ),
        *(
            (_n("Teks kategori %(code)s masih usulan."), t, t.value.category_code)
            for t in parts.category_texts
        ),
        *(
            (_n("Pertanyaan untuk %(code)s masih usulan."), q, q.value.category_code)
            for q in parts.questions
        ),
    ]
    for problem, line, code in lines:
        if not line.is_confirmed:
            findings.open(
                line.file,
                line.row,
                problem=problem,
                remedy=_n("Setelah kota setuju, isi status confirmed."),
                code=code,
            )


def _list_translations(parts: Parts, findings: Findings) -> None:
    named = {
        (t.value.category_code, t.value.language) for t in parts.category_texts if t.value.name
    }
    # The column `name` of categories.csv is in the first language of the pack.
    first, *others = parts.settings.city.languages
    texts: list[tuple[Line[object], str, Names]] = [
        *((c, c.value.category_code, _names_of(c.value, named, first)) for c in parts.categories),
        *((d, d.value.dimension_code, d.value.names) for d in parts.dimensions),
        *((e, e.value.number, e.value.names) for e in parts.emergency_numbers),
    ]
    for line in parts.questions:
        question = line.value.question
        texts.append((line, question.code, question.labels))
        texts += [(line, f"{question.code}={value}", names) for value, names in question.choices]
    for line_of_text, code, names in texts:
        missing = [language for language in (first, *others) if language not in names]
        if missing:
            findings.open(
                line_of_text.file,
                line_of_text.row,
                problem=_n("%(code)s belum punya teks dalam bahasa %(languages)s."),
                remedy=_n("Tambahkan terjemahannya."),
                code=code,
                languages=", ".join(missing),
            )


def _names_of(category: Category, named: Collection[tuple[str, str]], first: str) -> Names:
    languages = {language for code, language in named if code == category.category_code}
    return {first: "", **dict.fromkeys(languages, "")}


def _list_emergency_numbers(parts: Parts, findings: Findings) -> None:
    for line in parts.emergency_numbers:
        if line.value.verified_on is None:
            findings.note(
                line.file,
                line.row,
                problem=_n("Nomor %(number)s tidak ditampilkan kepada warga."),
                remedy=_n("Coba nomornya, lalu isi verified_on."),
                number=line.value.number,
            )
            findings.open(
                line.file,
                line.row,
                problem=_n("Nomor %(number)s belum dipastikan."),
                remedy=_n("Coba nomornya, lalu isi verified_on."),
                number=line.value.number,
            )


def _list_duty_addresses(parts: Parts, findings: Findings) -> None:
    """Urgent tickets are mailed at once: list the agencies that have no address for that."""
    urgent = {
        code
        for line in parts.categories
        if line.value.priority in (Priority.CRITICAL, Priority.HIGH)
        for code in (
            line.value.lead,
            *(
                rule.value.agency_code
                for rule in parts.routing
                if rule.value.category_code == line.value.category_code
            ),
        )
    }
    for agency in parts.agencies:
        if agency.value.agency_code in urgent and not agency.value.duty_email:
            findings.open(
                agency.file,
                agency.row,
                problem=_n("%(code)s menerima laporan mendesak tetapi tidak punya alamat piket."),
                remedy=_n("Isi duty_email."),
                code=agency.value.agency_code,
            )


def _list_letter_addresses(parts: Parts, findings: Findings) -> None:
    """Letters go to bodies outside: list those that have no address for them."""
    for agency in parts.agencies:
        if agency.value.is_external and not agency.value.address:
            findings.open(
                agency.file,
                agency.row,
                problem=_n("%(code)s belum punya alamat untuk surat rujukan."),
                remedy=_n("Isi address."),
                code=agency.value.agency_code,
            )
