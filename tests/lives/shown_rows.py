"""Rows of what is stored as files and what the public sees of a made-up report."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from citizenreport.core.ids import new_id, new_public_id
from citizenreport.core.keys import Place, seal
from tests.lives.kinds import Life, Maker

Row = tuple[str, dict[str, Any]]


def photos_of(maker: Maker, one: Life) -> Iterator[Row]:
    id_ = new_id()
    yield (
        "photo",
        {
            "id": id_,
            "report_id": one.report_id,
            "position_in_report": 1,
            "storage_key": _file(maker, one, "foto"),
            "thumbnail_key": _file(maker, one, "kecil"),
            "media_type": "image/jpeg",
            "width": 64,
            "height": 48,
            "byte_count": 100,
            "is_sealed": one.is_sealed,
        },
    )


def _file(maker: Maker, one: Life, field: str) -> str:
    """Write a file as the storage keeps it, without waiting for the disk; return its key."""
    key = new_public_id()
    content = one.said(field).encode()
    path = maker.storage / key[:2] / key[2:4] / key
    path.parent.mkdir(parents=True, exist_ok=True)
    where = Place(table="photo", column=field, row=key)
    path.write_bytes(seal(one.data_key, content, where) if one.is_sealed else content)
    return key


def published_of(maker: Maker, one: Life, photos: Sequence[Row]) -> Iterator[Row]:
    code, day = new_public_id(), one.ended_at.date()
    yield (
        "release",
        {
            "ticket_id": one.ticket_id,
            "tracking_code": code,
            "text_state": "released",
            "released_by": maker.staff_id,
            "released_at": one.ended_at,
        },
    )
    yield (
        "published_report",
        {
            "tracking_code": code,
            "category_code": one.category.category_code,
            "aspect": one.category.aspect.value,
            "complaint_class": one.category.complaint_class.value,
            "area_code": "33.71.03.1005",
            "position": "SRID=4326;POINT(110.22199 -7.478474)",
            "agency_code": one.category.lead,
            "state": "closed",
            "text": one.said("tayang"),
            "landmark": one.said("dekat"),
            "submitted_on": day,
            "settlement_due_on": day,
            "settled_on": day,
            "changed_on": day,
            "is_demo": False,
        },
    )
    yield (
        "published_reply",
        {
            "reply_code": new_public_id(),
            "tracking_code": code,
            "agency_code": one.category.lead,
            "text": one.said("balasan"),
            "replied_on": day,
            "number": 1,
        },
    )
    for _, photo in photos:
        yield from _shown(maker, one, code, photo)


def _shown(maker: Maker, one: Life, code: str, photo: Mapping[str, Any]) -> Iterator[Row]:
    photo_code = new_public_id()
    yield (
        "published_photo",
        {
            "photo_code": photo_code,
            "tracking_code": code,
            "storage_key": _file(maker, one, "muka"),
            "thumbnail_key": _file(maker, one, "mukakecil"),
            "media_type": "image/jpeg",
            "width": 64,
            "height": 48,
            "position_in_report": 1,
        },
    )
    yield (
        "photo_release",
        {
            "photo_id": photo["id"],
            "ticket_id": one.ticket_id,
            "state": "released",
            "photo_code": photo_code,
            "decided_by": maker.staff_id,
            "decided_at": one.ended_at,
        },
    )
