"""Agencies, who handles what is confidential, and the numbers to call first."""

import re

from citizenreport.cities.findings import Findings
from citizenreport.cities.format.parts import Line
from citizenreport.cities.format.tables import Heading, Row, read_table
from citizenreport.cities.rules import (
    Agency,
    EmergencyNumber,
    GeoReportChannel,
    HandlerLine,
    ProtectionClass,
)
from citizenreport.core.text import _n

ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+")
HTTPS = re.compile(r"https://[^\s/@?#]+(?:/[^\s@?#]*)?")
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
        "georeport_url",
        "georeport_jurisdiction",
        "georeport_key",
        "georeport_services",
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
                georeport=_georeport(row),
            ),
            is_confirmed=row.is_confirmed(),
        )
        for row in read_table(text, AGENCIES, findings)
    ]


def _georeport(row: Row) -> GeoReportChannel | None:
    """Return how an outside body takes reports by program; None when it does not."""
    url = row.text("georeport_url")
    if not url:
        return None
    if not HTTPS.fullmatch(url):
        row.error(
            "georeport_url",
            problem=_n("Kolom %(column)s berisi “%(value)s”, bukan alamat https."),
            remedy=_n("Tulis alamat seperti https://lapor.contoh.go.id/open311/v2."),
        )
    if not row.flag("is_external", default=False):
        row.error(
            "georeport_url",
            problem=_n("Hanya instansi luar yang menerima rujukan lewat GeoReport."),
            remedy=_n("Kosongkan georeport_url, atau isi is_external dengan yes."),
        )
    return GeoReportChannel(
        url=url.rstrip("/"),
        jurisdiction_id=row.text("georeport_jurisdiction"),
        key_name=row.optional_code("georeport_key") or "",
        services=_services(row),
    )


def _services(row: Row) -> dict[str, str]:
    """Return codes of an outside body by ours, written `A04=012;*=000`."""
    pairs = [part.partition("=") for part in row.texts("georeport_services")]
    if any(not ours.strip() or not theirs.strip() for ours, _, theirs in pairs):
        row.error(
            "georeport_services",
            problem=_n("Kolom %(column)s berisi “%(value)s”, bukan pasangan kode."),
            remedy=_n("Tulis seperti A04=012;*=000: kode kita, sama dengan, kode di sana."),
        )
    return {ours.strip(): theirs.strip() for ours, _, theirs in pairs}


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
