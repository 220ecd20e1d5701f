"""Thumbnails: made from the stored photo, sealed when it is, never left lying about."""

import io
from typing import Any

from PIL import Image

from citizenreport.cities.rules import Visibility
from citizenreport.core.keys import open_sealed
from citizenreport.intake.models import Photo
from citizenreport.intake.photos import THUMBNAIL_SIDE_PX, PreparedPhoto
from citizenreport.intake.queries import data_key_of, photos_of
from citizenreport.intake.service import thumbnail_place
from citizenreport.jobs import thumbnails
from citizenreport.jobs.thumbnails import make_thumbnail
from citizenreport.pipeline.handle import raise_visibility
from citizenreport.pipeline.submit import Submitted
from tests.jobs.world import ROAD, VIOLENCE, World


def a_photo() -> PreparedPhoto:
    out = io.BytesIO()
    Image.new("RGB", (1200, 600), "orange").save(out, "JPEG")
    return PreparedPhoto(content=out.getvalue(), media_type="image/jpeg", width=1200, height=600)


def photo_of(world: World, sent: Submitted) -> Photo:
    world.session.expire_all()
    (photo,) = photos_of(world.session, sent.report_id)
    return photo


def size_of(content: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(content), formats=["JPEG"]).size


def test_a_photo_gets_a_thumbnail(world: World) -> None:
    sent = world.report(ROAD, photos=(a_photo(),))
    assert world.work() == ["make_thumbnail"]
    key = photo_of(world, sent).thumbnail_key
    assert key is not None
    assert size_of(world.storage.get(key)) == (THUMBNAIL_SIDE_PX, THUMBNAIL_SIDE_PX // 2)


def test_the_thumbnail_of_a_sealed_photo_is_sealed(world: World) -> None:
    sent = world.report(VIOLENCE, photos=(a_photo(),), is_demo=True)
    world.work()
    photo = photo_of(world, sent)
    assert photo.thumbnail_key is not None
    stored = world.storage.get(photo.thumbnail_key)
    assert b"JFIF" not in stored
    data_key = data_key_of(world.session, world.keys, sent.report_id)
    assert data_key is not None
    assert size_of(open_sealed(data_key, stored, thumbnail_place(photo.id)))[0] == THUMBNAIL_SIDE_PX


def test_a_photo_that_is_sealed_later_gets_a_sealed_thumbnail(world: World) -> None:
    sent = world.report(ROAD, photos=(a_photo(),))
    world.work()
    before = photo_of(world, sent).thumbnail_key
    ticket = world.ticket(sent)
    unused = raise_visibility(
        world.session,
        world.city,
        world.keys,
        world.storage,
        ticket,
        Visibility.CONFIDENTIAL,
        act=world.act(ticket),
    )
    assert before in unused
    assert "make_thumbnail" in world.work()
    after = photo_of(world, sent).thumbnail_key
    assert after not in (None, before)
    assert b"JFIF" not in world.storage.get(str(after))


def test_running_twice_leaves_one_file(world: World) -> None:
    sent = world.report(ROAD, photos=(a_photo(),))
    world.work()
    files = set(world.storage.keys())
    make_thumbnail(photo_id=str(photo_of(world, sent).id))
    assert set(world.storage.keys()) == files
    assert len(files) == 2


def test_a_photo_that_changed_meanwhile_keeps_no_plain_thumbnail(
    world: World, monkeypatch: Any
) -> None:
    """Sealed while the thumbnail was being made: the plain one must not stay."""
    sent = world.report(ROAD, photos=(a_photo(),))
    ticket = world.ticket(sent)
    shrink = thumbnails.shrink

    def slow(content: bytes) -> bytes:
        small = shrink(content)
        raise_visibility(
            world.session,
            world.city,
            world.keys,
            world.storage,
            ticket,
            Visibility.CONFIDENTIAL,
            act=world.act(ticket),
        )
        return small

    monkeypatch.setattr(thumbnails, "shrink", slow)
    make_thumbnail(photo_id=str(photo_of(world, sent).id))
    assert photo_of(world, sent).thumbnail_key is None
    stored = [world.storage.get(key) for key in set(world.storage.keys())]
    assert [size for size in map(width_or_none, stored) if size == THUMBNAIL_SIDE_PX] == []


def width_or_none(content: bytes) -> int | None:
    return size_of(content)[0] if content.startswith(b"\xff\xd8") else None
