"""The public copy of a record: made when it is published, gone when it is not any more."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.ids import new_public_id
from citizenreport.programme.models import Innovation, PublishedInnovation, PublishedInnovationFile
from citizenreport.programme.queries import files_of
from citizenreport.programme.records import DESIGN, OUTCOME
from citizenreport.programme.rules import Phase

SHOWN: Final = ("initiator", "form", "is_digital", "main_affair", "other_affairs", "place")
"""What of a record is shown to the public as it is, beside its texts."""


def turn_public(
    session: Session, city: City, innovation: Innovation, *, was: Phase, now: datetime
) -> None:
    """Copy a record that is now published; take the copy of one that is no longer away."""
    if was is Phase.PUBLISHED:
        session.execute(
            delete(PublishedInnovation).where(PublishedInnovation.slug == innovation.slug)
        )
    if innovation.phase != Phase.PUBLISHED.value or innovation.slug is None:
        return
    session.add(
        PublishedInnovation(
            slug=innovation.slug,
            year=innovation.year,
            agency_code=innovation.agency_code,
            agency_name=innovation.agency_name,
            name=innovation.name,
            stage=innovation.stage,
            details=_details(innovation),
            published_on=city.local_date(now),
            is_demo=innovation.is_demo,
        )
    )
    session.flush()
    shown = [file for file in files_of(session, innovation.id) if file.is_public]
    session.add_all(
        PublishedInnovationFile(
            file_code=new_public_id(),
            slug=innovation.slug,
            kind=file.kind,
            title=file.title,
            storage_key=file.storage_key,
            size_bytes=file.size_bytes,
            width=file.width,
            height=file.height,
            number=number,
        )
        for number, file in enumerate(shown)
    )
    session.flush()


def _details(innovation: Innovation) -> dict[str, Any]:
    shown = {name: getattr(innovation, name) for name in (*SHOWN, *DESIGN, *OUTCOME, "video_url")}
    days = {
        name: day.isoformat() if (day := getattr(innovation, name)) else None
        for name in ("trial_on", "applied_on")
    }
    places = {"category_codes": innovation.category_codes, "area_codes": innovation.area_codes}
    return shown | days | places
