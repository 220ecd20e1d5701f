"""What catalogues read of a snapshot: a DCAT record, and CSVW beside each table.

Source: W3C Data Catalog Vocabulary (DCAT) 3; DCAT-AP 3; W3C Metadata Vocabulary for Tabular Data.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from citizenreport.cities.rules import City
from citizenreport.indicators.rules.periods import PeriodKind
from citizenreport.ledger.rules import instant_text
from citizenreport.publication.snapshots.preparing import Head
from citizenreport.publication.snapshots.rules import SnapshotFile, digest, media_type_of
from citizenreport.web.snapshots.columns import titles_of

DCAT: Final = "dcat.jsonld"
FREQUENCIES: Final = {
    PeriodKind.MONTH: "MONTHLY",
    PeriodKind.QUARTER: "QUARTERLY",
    PeriodKind.YEAR: "ANNUAL",
}
EU: Final = "http://publications.europa.eu/resource/authority"
CONTEXT: Final = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "adms": "http://www.w3.org/ns/adms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
INTEGERS: Final = frozenset(
    {
        *(
            "versi_definisi",
            "pembilang",
            "penyebut",
            "n_disembunyikan",
            "jumlah",
            "tahun",
            "revisi",
        ),
        *("n", "peringkat_dari", "peringkat_sampai", "urutan_dari", "urutan_sampai"),
    }
)
DECIMALS: Final = frozenset(
    {
        *("nilai", "selang_95_bawah", "selang_95_atas", "jenis_yang_sama_persen"),
        *("komposit", "rata_rata_geometrik", "rentang_bawah", "rentang_atas"),
        *("bobot_persen", "nilai_bagian", "bagian_0_100"),
    }
)
DATES: Final = frozenset({"periode_mulai", "periode_selesai", "data_sampai"})
TITLES: Final = {
    "id": "Indikator Smart Society {city} {period}",
    "en": "Smart Society indicators of {city} {period}",
    "jv": "Indikator Smart Society {city} {period}",
}
DESCRIPTIONS: Final = {
    "id": "Angka tentang penanganan laporan warga, dihitung dari berkas kejadian layanan. Yang dapat "
    "mengungkap pelapor disembunyikan. Rilis bernomor, ditandatangani, dan tidak diubah lagi.",
    "en": "Numbers about how residents' reports are handled, computed from the service's event log. "
    "What could tell who reported is withheld. A numbered, signed release that never changes.",
    "jv": "Angka bab lapuran warga ditangani, diitung saka cathetan kedadeyan layanan. Sing bisa "
    "mbukak sapa sing lapor didhelikake. Rilis nganggo nomer, ditandhatangani, ora diowahi maneh.",
}


def catalogue_file(
    city: City, head: Head, files: Sequence[SnapshotFile], *, public_url: str, licence: str
) -> SnapshotFile:
    """Return the DCAT record over the files of a snapshot."""
    base = f"{public_url}/indikator/rilis/{head.number}"
    body = {
        "@context": CONTEXT,
        "@id": base,
        "@type": "dcat:Dataset",
        "dct:identifier": f"{city.city_code}/{head.period.code}/{head.revision}",
        "dct:title": _in_languages(TITLES, city, head),
        "dct:description": _in_languages(DESCRIPTIONS, city, head),
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": _publisher(city)},
        "dct:issued": _typed(instant_text(head.made_at), "xsd:dateTime"),
        "dct:modified": _typed(instant_text(head.made_at), "xsd:dateTime"),
        "dct:accrualPeriodicity": {"@id": f"{EU}/frequency/{FREQUENCIES[head.period.kind]}"},
        "dct:license": {"@id": licence},
        "dct:language": [{"@id": f"{EU}/language/{code}"} for code in ("IND", "ENG", "JAV")],
        "dct:spatial": {"@type": "dct:Location", "dct:identifier": [city.city_code, city.bps_code]},
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _typed(head.period.start_on.isoformat(), "xsd:date"),
            "dcat:endDate": _typed(head.period.end_on.isoformat(), "xsd:date"),
        },
        "dcat:version": str(head.revision),
        "dcat:keyword": ["smart society", "laporan warga", "indikator", "keamanan", "kerukunan"],
        "dcat:landingPage": {"@id": base},
        "dcat:distribution": [_distribution(base, file) for file in files],
    }
    if head.replaces is not None:
        body["dct:replaces"] = {"@id": f"{public_url}/indikator/rilis/{head.replaces}"}
        body["adms:versionNotes"] = {"@language": "id", "@value": head.reason}
    return SnapshotFile(name=DCAT, content=written(body))


def _distribution(base: str, file: SnapshotFile) -> dict[str, Any]:
    media_type = media_type_of(file.name)
    return {
        "@id": f"{base}/{file.name}",
        "@type": "dcat:Distribution",
        "dct:title": file.name,
        "dcat:downloadURL": {"@id": f"{base}/{file.name}"},
        "dcat:accessURL": {"@id": base},
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media_type}"},
        "dcat:byteSize": _typed(str(len(file.content)), "xsd:nonNegativeInteger"),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": _typed(digest(file.content), "xsd:hexBinary"),
        },
    }


def _in_languages(texts: dict[str, str], city: City, head: Head) -> list[dict[str, str]]:
    return [
        {"@language": language, "@value": text.format(city=city.name, period=head.period.code)}
        for language, text in texts.items()
    ]


def _publisher(city: City) -> str:
    desk = city.agencies.get(city.desk_agency_code)
    return desk.name if desk else city.name


def _typed(value: str, type_: str) -> dict[str, str]:
    return {"@type": type_, "@value": value}


def csvw_file(name: str, header: Sequence[str], *, key: Sequence[str]) -> SnapshotFile:
    """Return what the columns of a CSV file are, as `<name>-metadata.json`."""
    body = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "id"}],
        "url": name,
        "dialect": {"encoding": "utf-8", "delimiter": ",", "quoteChar": '"', "header": True},
        "tableSchema": {
            "columns": [
                {"name": column, "titles": titles_of(column), "datatype": _datatype(column)}
                for column in header
            ],
            "primaryKey": list(key),
        },
    }
    return SnapshotFile(name=f"{name}-metadata.json", content=written(body))


def _datatype(column: str) -> str:
    if column in INTEGERS:
        return "integer"
    if column in DECIMALS:
        return "decimal"
    return "date" if column in DATES else "string"


def written(body: object) -> bytes:
    """Return JSON as people can read it too."""
    return (json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
