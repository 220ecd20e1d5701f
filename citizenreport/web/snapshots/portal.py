"""A release as the dataset of a CKAN portal."""

import re
from collections.abc import Sequence
from typing import Any, Final

from citizenreport.cities.release_calendar import CC_BY
from citizenreport.cities.rules import City
from citizenreport.ledger.rules import instant_text
from citizenreport.publication.snapshots.models import PublishedSnapshot, PublishedSnapshotFile
from citizenreport.publication.snapshots.reproducing import period_of
from citizenreport.web.snapshots.catalogue import DESCRIPTIONS, TITLES

TAGS: Final = ("smart society", "indikator", "laporan warga")
NAME: Final = re.compile(r"[^a-z0-9]+")


def dataset_of(
    city: City,
    row: PublishedSnapshot,
    files: Sequence[PublishedSnapshotFile],
    *,
    public_url: str,
) -> dict[str, Any]:
    """Return the record: one dataset a period, which a revision replaces."""
    period = period_of(row)
    base = f"{public_url}/indikator/rilis/{row.number}"
    desk = city.agencies.get(city.desk_agency_code)
    return {
        "name": NAME.sub("-", f"indikator-smart-society-{city.city_code}-{period.code}".lower()),
        "title": TITLES["id"].format(city=city.name, period=period.code),
        "notes": DESCRIPTIONS["id"],
        "url": base,
        "author": desk.name if desk else city.name,
        "version": f"{row.number}.{row.revision}",
        "license_id": "cc-by" if city.releases.licence == CC_BY else "notspecified",
        "tags": [{"name": tag} for tag in TAGS],
        "extras": [
            {"key": "kode_wilayah_kemendagri", "value": city.city_code},
            {"key": "kode_wilayah_bps", "value": city.bps_code or ""},
            {"key": "periode", "value": period.code},
            {"key": "rilis", "value": str(row.number)},
            {"key": "terbit", "value": instant_text(row.published_at)},
            {"key": "sha256_manifest", "value": row.manifest_sha256},
        ],
        "resources": [
            {
                "name": file.name,
                "url": f"{base}/{file.name}",
                "format": file.name.rpartition(".")[2].upper(),
                "mimetype": file.media_type,
                "size": file.size,
                "hash": file.sha256,
            }
            for file in files
        ],
    }
