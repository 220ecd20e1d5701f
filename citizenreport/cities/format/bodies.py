"""Agencies, who handles what is confidential, and the numbers to call first."""

import re

from citizenreport.cities.findings import Findings
from citizenreport.cities.format.parts import Line
from citizenreport.cities.format.tables import Heading, Row, read_table
from citizenreport.cities.rules import Agency, EmergencyNumber, HandlerLine, ProtectionClass
from citizenreport.core.text import _n

ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+")
AGENCIES = Heading(
    file="agencies.csv",
    needed=("agency_code", "name"),
    optional=(
        "short_name",
        "kind",
        "is_external",
        "area_code",
        "duty_email",
        "channel",
        "address",
        "duties",
        "valid_from",
        "valid_to",
        "successor_code",
        "status",
        "source",
    ),
)
HANDLERS = Heading(
    file="handlers.csv",
    needed=("protection_class", "agency_code", "positions"),
    optional=("escalation", "status"),
)
EMERGENCY = Heading(
    file="emergency.csv",
    needed=("number", "verified_on"),
    optional=("source",),
    by_language=("name_", "situations_"),
)


def read_agencies(text: str | None, findings: Findings) -> list[Line[Agency]]:
    """Return the agencies; a row for each period of validity."""
    return [
        Line(
            file=row.file,
            row=row.number,
            value=Agency(
                agency_code=row.code("agency_code"),
                name=row.needed("name"),
                short_name=row.text("short_name") or row.text("name"),
                kind=row.text("kind"),
                is_external=row.flag("is_external", default=False),
                area_code=row.optional_code("area_code"),
                duty_email=_address(row, "duty_email"),
                channel=row.optional("channel"),
                address=row.text("address"),
                duties=row.text("duties"),
                is_confirmed=row.is_confirmed(),
                valid_from=row.day("valid_from"),
                valid_to=row.day("valid_to"),
                successor_code=row.optional_code("successor_code"),
            ),
            is_confirmed=row.is_confirmed(),
        )
        for row in read_table(text, AGENCIES, findings)
    ]


def _address(row: Row, column: str) -> str | None:
    """Return a mail address, None when empty."""
    value = row.optional(column)
    if value is not None and not ADDRESS.fullmatch(value):
        row.error(
            column,
            problem=_n("Kolom %(column)s berisi “%(value)s”, bukan alamat surel."),
            remedy=_n("Tulis satu alamat seperti piket@contoh.go.id."),
        )
    return value


def read_handlers(text: str | None, findings: Findings) -> list[Line[HandlerLine]]:
    """Return who handles which protection class in which agency."""
    return [
        Line(
            file=row.file,
            row=row.number,
            value=HandlerLine(
                protection_class=row.choice("protection_class", ProtectionClass),
                agency_code=row.code("agency_code"),
                positions=row.texts("positions"),
                escalation=row.codes("escalation"),
            ),
            is_confirmed=row.is_confirmed(),
        )
        for row in read_table(text, HANDLERS, findings)
    ]


def read_emergency(
    text: str | None, findings: Findings, *, languages: tuple[str, ...]
) -> list[Line[EmergencyNumber]]:
    """Return the numbers to call first, verified or not."""
    return [
        Line(
            file=row.file,
            row=row.number,
            value=EmergencyNumber(
                number=row.needed("number"),
                names=row.names("name_", languages=languages),
                situations={code: row.texts(f"situations_{code}") for code in ("id", *languages)},
                verified_on=row.day("verified_on"),
                source=row.text("source"),
            ),
        )
        for row in read_table(text, EMERGENCY, findings)
    ]
