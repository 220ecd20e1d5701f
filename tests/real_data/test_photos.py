"""Real photos through both doors: upright, and nothing but pixels in any byte that is kept or sent.

The real set has no photo from south of the equator and none that names its owner. Both are made
here, in every format that is taken.
"""

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import exifread
import pytest
from flask import Flask
from PIL import Image, PngImagePlugin
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing
from citizenreport.intake.models import Photo, Report
from citizenreport.intake.photos import MAX_PHOTOS, THUMBNAIL_SIDE_PX
from citizenreport.jobs.thumbnails import make_thumbnail
from citizenreport.publication.models import PublishedPhoto
from citizenreport.storage.rules import Storage
from citizenreport.web.context import EXTENSION
from tests.doors.pages.resident import USUAL, Resident, receipt_of
from tests.doors.pages.staff import Staff
from tests.rooms.intake.photo_samples import (
    OWNER,
    assert_alike,
    assert_pixels_only,
    encoded,
    picture,
    telling_exif,
)
from tests.shared_data import shared_data

pytestmark = pytest.mark.real_data

Send = Callable[[list[bytes]], str]
GPS = {"lat": "-7.478474", "lon": "110.22199", "accuracy_m": "12"}
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIF": "image/heic"}


@dataclass
class World:
    """The service, and everything that is kept of a photo."""

    app: Flask
    resident: Resident
    staff: Staff
    session: Session
    storage: Storage

    def through_the_form(self, photos: list[bytes]) -> str:
        """Report with these photos on the page; return the code."""
        form = self.resident.open("/lapor", kategori="A04").form("/lapor")
        fields = [*form.fields, *USUAL.items(), *GPS.items()]
        return receipt_of(self.resident.follow(self._post("/lapor", fields, "photos", photos)))[0]

    def through_the_api(self, photos: list[bytes]) -> str:
        """Report with these photos to the API; return the code."""
        report = {
            "category_code": "A04",
            "position": {"lon": 110.22199, "lat": -7.478474},
            "description": "Lampu jalan mati sejak kemarin.",
        }
        fields = [("report", json.dumps(report))]
        reply = self._post("/api/v1/reports", fields, "photo", photos)
        assert reply.status_code == 201, reply.text
        return str(reply.json["tracking_code"])  # type: ignore[index]

    def _post(
        self, path: str, fields: list[tuple[str, str]], name: str, photos: list[bytes]
    ) -> TestResponse:
        """Send a form. Encoded here: the client's own way leaves a temporary file open."""
        sent: MultiDict[str, object] = MultiDict(dict(fields))
        for number, photo in enumerate(photos):
            sent.add(name, FileStorage(io.BytesIO(photo), f"IMG_{number}.jpg"))
        boundary, body = encode_multipart(sent)
        kind = f"multipart/form-data; boundary={boundary}"
        return self.resident.client.post(path, data=body, content_type=kind)

    def kept(self, code: str) -> list[bytes]:
        """Return the stored photos of a report, in their order, after thumbnails were made."""
        rows = self.session.scalars(
            select(Photo)
            .join(Report, Report.id == Photo.report_id)
            .where(Report.tracking_code == code.replace("-", ""))
            .order_by(Photo.position_in_report)
        ).all()
        for row in rows:
            make_thumbnail(photo_id=str(row.id))
        return [self.storage.get(row.storage_key) for row in rows]


@pytest.fixture
def world(app: Flask, resident: Resident, staff: Staff, session: Session) -> World:
    storage = app.extensions[EXTENSION].storage
    return World(app=app, resident=resident, staff=staff, session=session, storage=storage)


@pytest.fixture
def resident(client: object, magelang: City) -> Resident:
    return Resident(client)  # type: ignore[arg-type]


@pytest.fixture
def staff(app: Flask, session: Session, magelang: City, keys: KeyRing) -> Staff:
    storage = app.extensions[EXTENSION].storage
    return Staff(session=session, city=magelang, keys=keys, storage=storage)


@pytest.fixture(params=["form", "api"])
def send(request: pytest.FixtureRequest, world: World) -> Send:
    return world.through_the_form if request.param == "form" else world.through_the_api


@pytest.fixture
def new_files(world: World) -> Callable[[], list[bytes]]:
    """Everything stored since the test began."""
    before = set(world.storage.keys())
    return lambda: [world.storage.get(key) for key in set(world.storage.keys()) - before]


def in_fives(photos: list[bytes]) -> list[list[bytes]]:
    return [photos[start : start + MAX_PHOTOS] for start in range(0, len(photos), MAX_PHOTOS)]


def image_of(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content), formats=["JPEG"]).convert("RGB")


@pytest.mark.parametrize("shape", ["Landscape", "Portrait"])
def test_every_orientation_is_stored_and_made_small_upright(
    world: World, send: Send, new_files: Callable[[], list[bytes]], shape: str
) -> None:
    folder = shared_data("photos", "orientation")
    given = [(folder / f"{shape}_{value}.jpg").read_bytes() for value in range(1, 9)]
    stored = [kept for photos in in_fives(given) for kept in world.kept(send(photos))]
    upright, *turned = [image_of(content) for content in stored]
    assert (upright.width > upright.height) is (shape == "Landscape")
    assert len(turned) == 7
    for image in turned:
        assert_alike(image, upright, mean_difference=6)
    small = [one for one in map(image_of, new_files()) if max(one.size) == THUMBNAIL_SIDE_PX]
    assert len(small) == 8
    for image in small:
        assert_alike(image, upright.resize(image.size), mean_difference=8)
    for content in new_files():
        assert_pixels_only(content)


def test_no_byte_of_a_real_photo_tells_where_it_was_taken(
    world: World, send: Send, new_files: Callable[[], list[bytes]]
) -> None:
    paths = sorted(shared_data("photos", "gps").glob("*.jpg"))
    given = [path.read_bytes() for path in paths]
    assert all("GPS GPSLatitude" in exifread.process_file(io.BytesIO(one)) for one in given)
    for photos in in_fives(given):
        world.kept(send(photos))
    files = new_files()
    assert len(files) == 2 * len(given)
    for content in files:
        assert_pixels_only(content)


def test_a_photo_from_the_south_that_names_its_owner_tells_neither(
    world: World, send: Send, new_files: Callable[[], list[bytes]]
) -> None:
    made = [southern_photo_with_owner(format_) for format_ in TYPES]
    for photo in made:
        told = exifread.process_file(io.BytesIO(photo[photo.index(b"MM\0*") :]))
        assert str(told["GPS GPSLatitudeRef"]) == "S"
        assert OWNER in str(told["Image Artist"])
        assert OWNER in str(told["Image Copyright"])
        assert OWNER in str(told["EXIF CameraOwnerName"])
    code = send(made)
    for content in world.kept(code):
        assert_alike(image_of(content), picture())
    world.staff.release(code)
    world.staff.release_photos(code)
    for content in new_files():
        assert_pixels_only(content)
    for answer in public_pictures(world, code):
        assert_pixels_only(answer)
    shared = world.resident.client.get(f"/laporan/{code.replace('-', '')}/gambar.png").data
    assert set(png_chunks(shared)) == {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
    assert OWNER.encode() not in shared


def public_pictures(world: World, code: str) -> list[bytes]:
    codes = world.session.scalars(
        select(PublishedPhoto.photo_code).where(
            PublishedPhoto.tracking_code == code.replace("-", "")
        )
    ).all()
    assert len(codes) == len(TYPES)
    addresses = [f"/foto/{one}{size}" for one in codes for size in ("", "/kecil")]
    answers = [world.resident.client.get(address) for address in addresses]
    assert {answer.status_code for answer in answers} == {200}
    sizes = {max(image_of(answer.data).size) for answer in answers}
    assert sizes == {max(picture().size)}  # small enough to be its own thumbnail
    return [answer.data for answer in answers]


def southern_photo_with_owner(format_: str) -> bytes:
    """Return a photo taken in Magelang that says whose it is in every way its format has."""
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{OWNER} rahasia</x:xmpmeta>'.encode()
    exif = telling_exif()
    if format_ != "PNG":
        more = {"comment": f"rahasia {OWNER}".encode()} if format_ == "JPEG" else {}
        return encoded(picture(), format_, exif=exif.tobytes(), xmp=xmp, quality=92, **more)
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", OWNER)
    text.add_text("Copyright", f"rahasia {OWNER}", zip=True)
    text.add_itxt("XML:com.adobe.xmp", xmp.decode())
    return encoded(picture(), "PNG", exif=exif, pnginfo=text)


def png_chunks(content: bytes) -> Iterator[bytes]:
    at = 8
    while at < len(content):
        yield content[at + 4 : at + 8]
        at += 12 + int.from_bytes(content[at : at + 4], "big")


def test_the_real_set_lacks_what_is_made_here() -> None:
    """So that nobody drops the made photos for real ones that prove less."""
    rows = [path.read_bytes() for path in shared_data("photos").rglob("*.jpg")]
    told = [exifread.process_file(io.BytesIO(content)) for content in rows]
    assert not any(str(one.get("GPS GPSLatitudeRef")) == "S" for one in told)
    owners = [str(one.get("EXIF CameraOwnerName", "")) for one in told]
    assert not any(re.search(r"\w", owner) for owner in owners)
