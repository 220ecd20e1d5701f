"""Multipart bodies that are damaged, ambiguous or lie: nothing is dropped without a word."""

import io
import json
import tempfile
import zlib
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from citizenreport.intake.photos import MAX_PHOTO_BYTES
from citizenreport.web.context import EXTENSION
from tests.bad_input.intake import (
    LAMP,
    ONE_REPORT,
    VIOLENCE,
    Intake,
    part,
    report_part,
    whole,
)
from tests.rooms.intake.photo_samples import SAMPLES, claiming, encoded, picture, png, png_chunk
from tests.rooms.intake.photo_samples import zeros as zipped_zeros
from tests.shared_data import shared_data

MULTIPART = "multipart/form-data; boundary=batas"


def photo_part(content: bytes, filename: str = "foto.jpg") -> bytes:
    return part("photo", content, filename=filename, media_type="image/jpeg")


@pytest.fixture(scope="module")
def small_jpeg() -> bytes:
    return encoded(Image.new("RGB", (8, 8), "lime"), "JPEG")


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=lain",
        "multipart/form-data; boundary=b\u00e4tas",
        'multipart/form-data; boundary="',
        "multipart/form-data; boundary=" + "x" * 10_000,
    ],
)
def test_a_boundary_that_does_not_fit_is_malformed(intake: Intake, content_type: str) -> None:
    before = intake.stored()
    sent = content_type.encode().decode("latin-1")
    reply = intake.post_raw(whole(report_part()), content_type=sent)
    assert intake.problem(reply)["type"].endswith("/problems/malformed-request")
    assert intake.stored().since(before) == {}


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 400),  # a multipart body that calls itself JSON
        ("multipart/mixed; boundary=batas", 415),
        ("application/x-www-form-urlencoded", 415),
        ("text/json", 415),
        ("application/problem+json", 415),
        ("image/jpeg", 415),
        ("", 415),
        ("/", 415),
        ("x" * 5_000, 415),
    ],
)
def test_another_media_type_is_refused(intake: Intake, content_type: str, status: int) -> None:
    before = intake.stored()
    reply = intake.post_raw(whole(report_part()), content_type=content_type)
    assert reply.status_code == status
    assert intake.problem(reply)["detail"]
    assert intake.stored().since(before) == {}


def test_a_body_cut_anywhere_never_loses_a_photo(intake: Intake, small_jpeg: bytes) -> None:
    before = intake.stored()
    body = whole(report_part(), photo_part(small_jpeg))
    last_mark = body.rindex(b"--batas--")
    for end in {*range(1, last_mark, 7), *range(last_mark - 30, last_mark + len("--batas"))}:
        reply = intake.post_raw(body[:end], content_type=MULTIPART)
        assert reply.status_code == 400, end
        assert "terpotong" in intake.problem(reply)["detail"]
    assert intake.stored().since(before) == {}


def test_a_length_longer_than_the_body_is_refused(intake: Intake) -> None:
    before = intake.stored()
    for content_type, body in [
        (MULTIPART, whole(report_part())[:-20]),
        ("application/json", json.dumps(LAMP).encode()[:-20]),
    ]:
        reply = intake.client.post(
            "/api/v1/reports",
            input_stream=io.BytesIO(body),
            content_type=content_type,
            content_length=len(body) + 20,
        )
        assert reply.status_code == 400
        intake.problem(reply)
    assert intake.stored().since(before) == {}


NOT_ONE_REPORT: dict[str, tuple[bytes, ...]] = {
    "none": (),
    "a photo only": (photo_part(b"x"),),
    "two": (report_part(), report_part()),
    "two, one of them a file": (report_part(), part("report", b"{}", filename="r.json")),
}


@pytest.mark.parametrize("parts", NOT_ONE_REPORT.values(), ids=NOT_ONE_REPORT)
def test_exactly_one_report_is_taken(intake: Intake, parts: tuple[bytes, ...]) -> None:
    before = intake.stored()
    reply = intake.post_parts(*parts)
    assert (reply.status_code, intake.pointers(reply)) == (422, {"#/report"})
    assert intake.stored().since(before) == {}


def test_a_report_sent_as_a_file_is_the_same(intake: Intake) -> None:
    before = intake.stored()
    sent = part("report", json.dumps(LAMP).encode(), filename="../../etc/passwd")
    assert intake.read(intake.post_parts(sent))["description"] == LAMP["description"]
    assert intake.stored().since(before) == ONE_REPORT


@pytest.mark.parametrize(
    ("extra", "pointer"),
    [
        (part("foto", b"x", filename="f.jpg"), "#/foto"),
        (part("photos", b"x", filename="f.jpg"), "#/photos"),
        (part("photo", b"teks"), "#/photos"),
        (part("description", b"x"), "#/description"),
        (part("", b"x"), "#/"),
        (part("r\u00e9port/~", b"x"), "#/r%C3%A9port~1~0"),
    ],
)
def test_what_would_be_dropped_is_pointed_at(intake: Intake, extra: bytes, pointer: str) -> None:
    before = intake.stored()
    reply = intake.post_parts(report_part(), extra)
    assert (reply.status_code, intake.pointers(reply)) == (422, {pointer})
    assert intake.stored().since(before) == {}


@pytest.mark.parametrize(
    "report",
    [
        b"{",
        b"[]",
        b"",
        b"null",
        b'{"description": NaN}',
        b'{"description": "\xff"}',
        b'{"category_code": "A04", "category_code": "A12"}',
        b"[" * 50_000,
        b"x" * 300_000,
        b"x" * 600_000,
    ],
)
def test_a_report_part_that_is_none_is_refused(intake: Intake, report: bytes) -> None:
    before = intake.stored()
    for filename in (None, "report.json"):
        reply = intake.post_parts(part("report", report, filename=filename))
        assert reply.status_code in (400, 413, 422)
        problem = intake.problem(reply)
        assert problem.get("detail") or problem["errors"]
    assert intake.stored().since(before) == {}


def test_a_thousand_parts_are_too_many(intake: Intake) -> None:
    before = intake.stored()
    reply = intake.post_parts(report_part(), *[part("x", b"")] * 2_000)
    assert reply.status_code == 413
    intake.problem(reply)
    assert intake.stored().since(before) == {}


@pytest.mark.parametrize(
    "name", ["../../../tmp/x.jpg", "/etc/passwd", "C:\\x.jpg", "\x00.jpg", ".", "", "a" * 5_000]
)
def test_the_name_of_a_photo_names_nothing(intake: Intake, small_jpeg: bytes, name: str) -> None:
    before = intake.stored()
    sent = intake.post_parts(report_part(), photo_part(small_jpeg, name))
    assert intake.read(sent)["photo_count"] == 1
    assert intake.stored().since(before) == ONE_REPORT | {"photo": 1, "files": 1}
    [stored] = intake.session.execute(text("SELECT photo::text FROM photo")).scalars()
    assert "passwd" not in stored
    assert "x.jpg" not in stored


def test_six_photos_are_too_many_and_none_is_kept(intake: Intake, small_jpeg: bytes) -> None:
    before = intake.stored()
    reply = intake.post_parts(report_part(), *[photo_part(small_jpeg)] * 6)
    assert (reply.status_code, intake.pointers(reply)) == (422, {"#/photos"})
    assert intake.problem(reply)["maximum"] == 5
    assert intake.stored().since(before) == {}


def _zip_bomb() -> bytes:
    return png(
        8,
        8,
        png_chunk(b"zTXt", b"Comment\0\0" + zipped_zeros(200_000_000)),
        png_chunk(b"IDAT", zlib.compress(bytes(200))),
    )


NO_PHOTO: dict[str, bytes] = {
    "empty": b"",
    "text": b"ini bukan foto",
    "html": b"<html><script>alert(1)</script>",
    "gif": encoded(picture(), "GIF"),
    "truncated jpeg": SAMPLES["JPEG"]()[:700],
    "truncated png": SAMPLES["PNG"]()[:60],
    "a png that says it is a jpeg": b"\xff\xd8\xff\xe0" + SAMPLES["PNG"](),
    "a jpeg of 65535 x 65535": claiming("JPEG", 65535, 65535),
    "a png of 2^31 x 2^31": claiming("PNG", 2**31 - 1, 2**31 - 1),
    "a heic of 30000 x 30000": claiming("HEIF", 30000, 30000),
    "200 MB of zeros": _zip_bomb(),
    "over 15 MB": SAMPLES["JPEG"]() + bytes(MAX_PHOTO_BYTES),
}


@pytest.mark.parametrize("content", NO_PHOTO.values(), ids=NO_PHOTO)
def test_what_is_no_photo_is_pointed_at_and_nothing_stays(
    intake: Intake, small_jpeg: bytes, content: bytes
) -> None:
    before = intake.stored()
    reply = intake.post_parts(report_part(), photo_part(small_jpeg), photo_part(content))
    assert (reply.status_code, intake.pointers(reply)) == (422, {"#/photos/1"})
    assert intake.stored().since(before) == {}


@pytest.mark.real_data
def test_no_svg_is_a_photo(intake: Intake) -> None:
    before = intake.stored()
    files = sorted(shared_data("photos", "svg").iterdir())
    assert len(files) == 34
    for media_type in ("image/svg+xml", "image/jpeg"):
        for file in files:
            svg = part("photo", file.read_bytes(), filename=file.name, media_type=media_type)
            reply = intake.post_parts(report_part(), svg)
            assert (reply.status_code, intake.pointers(reply)) == (422, {"#/photos/0"}), file.name
    assert intake.stored().since(before) == {}


REFUSED_LATE: list[tuple[dict[str, Any], str]] = [
    (LAMP | {"category_code": "tidak-ada"}, "#/category_code"),
    (LAMP | {"position": {"lon": 0, "lat": 0}}, "#/position"),
    (LAMP | {"descripton": "salah ketik"}, "#/descripton"),
]


@pytest.mark.parametrize(("body", "pointer"), REFUSED_LATE)
def test_a_good_photo_of_a_refused_report_is_not_kept(
    intake: Intake, small_jpeg: bytes, body: dict[str, Any], pointer: str
) -> None:
    before = intake.stored()
    reply = intake.post_parts(report_part(body), photo_part(small_jpeg))
    assert (reply.status_code, intake.pointers(reply)) == (422, {pointer})
    assert intake.stored().since(before) == {}


KEY = "pK3n0vR8w1Zt5yB7qL2mXs"


@pytest.mark.parametrize("base", [LAMP, VIOLENCE], ids=["plain", "sealed"])
def test_photos_of_a_repeated_send_are_taken_back(
    intake: Intake, small_jpeg: bytes, base: dict[str, Any]
) -> None:
    parts = (report_part(base), *[photo_part(small_jpeg)] * 2)
    first = intake.post_parts(*parts, Idempotency_Key=KEY)
    assert first.status_code == 201
    before = intake.stored()
    again = intake.post_parts(*parts, Idempotency_Key=KEY)
    assert (again.status_code, again.json) == (201, first.json)
    other = intake.post_parts(*parts, photo_part(small_jpeg), Idempotency_Key=KEY)
    assert other.status_code == 422
    assert intake.problem(other)["type"].endswith("/problems/idempotency-key-reused")
    assert intake.stored().since(before) == {}


def test_photos_are_stored_once_when_the_city_changed_meanwhile(
    intake: Intake, small_jpeg: bytes
) -> None:
    """The first try is rolled back, with its files; the second one stores them."""
    before = intake.stored()
    holder = intake.client.application.extensions[EXTENSION].city_holder
    current = holder.city
    holder.replace(replace(current, pack_version=current.pack_version - 1))
    sent = intake.post_parts(report_part(), photo_part(small_jpeg))
    assert intake.read(sent)["photo_count"] == 1
    assert holder.city.pack_version == current.pack_version
    assert intake.stored().since(before) == ONE_REPORT | {"photo": 1, "files": 1}


def test_a_photo_on_its_way_in_never_touches_a_disk(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/no/such/folder")
    large = SAMPLES["JPEG"]() + bytes(1_000_000)
    assert intake.post_parts(report_part(), photo_part(large)).status_code == 201
