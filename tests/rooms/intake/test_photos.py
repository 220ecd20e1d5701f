"""What a photo becomes: upright, in sRGB, in one format, without any metadata."""

import io
import struct
import zlib

import exifread
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from citizenreport.core.errors import InvalidInput, Unavailable
from citizenreport.intake.photos import (
    LONGEST_SIDE_PX,
    MAX_PHOTOS,
    THUMBNAIL_SIDE_PX,
    PhotoRefused,
    PhotosUnavailable,
    PhotoUnreadable,
    TooManyPhotos,
    make_thumbnail,
    prepare_photo,
    prepare_photos,
)
from tests.rooms.intake.photo_samples import (
    OWNER,
    QUADRANTS,
    SAMPLES,
    SERIAL,
    assert_alike,
    assert_colour,
    assert_pixels_only,
    encoded,
    opened,
    picture,
    png,
    png_chunk,
    telling_exif,
)
from tests.shared_data import shared_data


@pytest.mark.real_data
@pytest.mark.parametrize("shape", ["Landscape", "Portrait"])
def test_every_orientation_comes_out_like_the_upright_photo(shape: str) -> None:
    folder = shared_data("photos", "orientation")
    upright = opened(prepare_photo((folder / f"{shape}_1.jpg").read_bytes()))
    assert (upright.width > upright.height) is (shape == "Landscape")
    for value in range(2, 9):
        turned = opened(prepare_photo((folder / f"{shape}_{value}.jpg").read_bytes()))
        # Each file has its number painted on it and was compressed on its own: small differences.
        assert_alike(turned, upright, mean_difference=6)


@pytest.mark.real_data
@pytest.mark.parametrize("shape", ["Landscape", "Portrait"])
def test_the_invalid_orientation_0_is_left_as_it_is(shape: str) -> None:
    given_ = shared_data("photos", "orientation", f"{shape}_0.jpg").read_bytes()
    assert_alike(opened(prepare_photo(given_)), Image.open(io.BytesIO(given_)).convert("RGB"))


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "turned"),
    [
        (1, None),
        (2, Image.Transpose.FLIP_LEFT_RIGHT),
        (3, Image.Transpose.ROTATE_180),
        (4, Image.Transpose.FLIP_TOP_BOTTOM),
        (5, Image.Transpose.TRANSPOSE),
        (6, Image.Transpose.ROTATE_90),
        (7, Image.Transpose.TRANSVERSE),
        (8, Image.Transpose.ROTATE_270),
        (0, None),
        (9, None),
        (65535, None),
    ],
)
def test_a_turned_sensor_is_turned_back(
    format_: str, orientation: int, turned: Image.Transpose | None
) -> None:
    sensor = picture() if turned is None else picture().transpose(turned)
    given_ = encoded(sensor, format_, exif=telling_exif(orientation=orientation), quality=95)
    assert_alike(opened(prepare_photo(given_)), picture())


@pytest.mark.parametrize("orientation", range(1, 9))
def test_heic_is_turned_once_and_not_twice(orientation: int) -> None:
    """HEIC turns by a box of its own (`irot`, `imir`); the EXIF value beside it says the same."""
    exif = telling_exif(orientation=orientation).tobytes()
    as_heic = opened(prepare_photo(encoded(picture(), "HEIF", exif=exif, quality=95)))
    as_jpeg = opened(prepare_photo(encoded(picture(), "JPEG", exif=exif, quality=95)))
    assert_alike(as_heic, as_jpeg)


@pytest.mark.real_data
def test_real_photos_with_gps_come_out_without_any_metadata() -> None:
    paths = sorted(shared_data("photos", "gps").glob("*.jpg"))
    assert len(paths) == 11
    for path in paths:
        given_ = path.read_bytes()
        assert b"Exif" in given_
        prepared = prepare_photo(given_)
        opened(prepared)
        assert_pixels_only(make_thumbnail(prepared.content))


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_place_owner_and_camera_are_gone(format_: str) -> None:
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{OWNER} rahasia</x:xmpmeta>'.encode()
    image = picture()
    if format_ == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Author", OWNER)
        text.add_text("Comment", f"rahasia {SERIAL}", zip=True)
        text.add_itxt("XML:com.adobe.xmp", xmp.decode())
        given_ = encoded(image, "PNG", exif=telling_exif(), pnginfo=text)
    else:
        more = {"comment": f"rahasia {OWNER}".encode()} if format_ == "JPEG" else {}
        exif = telling_exif().tobytes()
        given_ = encoded(image, format_, exif=exif, xmp=xmp, quality=90, **more)
    read = exifread.process_file(io.BytesIO(given_[given_.index(b"MM\0*") :]))
    assert str(read["GPS GPSLatitudeRef"]) == "S", "the sample itself must tell"
    assert OWNER.encode() in given_
    prepared = prepare_photo(given_)
    assert_alike(opened(prepared), picture())
    assert_pixels_only(make_thumbnail(given_))


def test_iptc_comments_and_bytes_behind_the_picture_are_gone() -> None:
    plain = SAMPLES["JPEG"]()
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0" + OWNER.encode()
    extra = b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc
    given_ = plain[:2] + extra + plain[2:] + b"PK\x03\x04 rahasia " + OWNER.encode()
    opened(prepare_photo(given_))


def test_a_colour_profile_is_applied_and_then_dropped() -> None:
    """A profile that swaps red and blue: only who applies it gets the colours right."""
    swapped = Image.merge("RGB", picture().split()[::-1])
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = profile.index(b"rXYZ"), profile.index(b"bXYZ")
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    given_ = encoded(swapped, "PNG", icc_profile=bytes(profile))
    assert_alike(opened(prepare_photo(given_)), picture())


def test_a_broken_colour_profile_is_ignored() -> None:
    given_ = encoded(picture(), "PNG", icc_profile=b"not a profile at all")
    assert_alike(opened(prepare_photo(given_)), picture())


@pytest.mark.parametrize("format_", SAMPLES)
def test_the_four_formats_are_taken(format_: str) -> None:
    prepared = prepare_photo(SAMPLES[format_]())
    assert prepared.media_type == "image/jpeg"
    image = opened(prepared)
    assert image.size == (320, 200)
    for place, colour in QUADRANTS.items():
        assert_colour(image, place, colour)


@pytest.mark.parametrize(
    ("mode", "format_"),
    [("CMYK", "JPEG"), ("P", "PNG"), ("RGBA", "PNG"), ("RGBA", "WEBP"), ("RGBA", "HEIF")],
)
def test_colours_survive_every_mode(mode: str, format_: str) -> None:
    image = opened(prepare_photo(encoded(picture(mode), format_)))
    assert_alike(image, picture(), mean_difference=6)


@pytest.mark.parametrize(("mode", "format_"), [("L", "JPEG"), ("LA", "PNG"), ("1", "PNG")])
def test_grey_stays_grey(mode: str, format_: str) -> None:
    grey = picture(mode)
    image = opened(prepare_photo(encoded(grey, format_)))
    assert_alike(image, grey.convert("L").convert("RGB"), mean_difference=12)


def test_16_bits_of_grey_are_scaled_and_not_cut() -> None:
    steps = [0, 64, 128, 192, 255]
    rows = b"".join(
        b"\0" + b"".join(struct.pack(">H", s * 257) * 20 for s in steps) * 1 for _ in "x" * 50
    )
    given_ = png(100, 50, png_chunk(b"IDAT", zlib.compress(rows)), depth=16, colour=0)
    image = opened(prepare_photo(given_))
    for index, step in enumerate(steps):
        pixel = image.getpixel((index * 20 + 10, 25))
        assert isinstance(pixel, tuple)
        assert abs(pixel[0] - step) <= 2


def test_16_bits_of_colour_are_read() -> None:
    row = b"\0" + struct.pack(">HHH", 65535, 128 * 257, 0) * 40
    given_ = png(40, 40, png_chunk(b"IDAT", zlib.compress(row * 40)), depth=16, colour=2)
    assert_colour(opened(prepare_photo(given_)), (2, 2), "rgb(255,128,0)")


@pytest.mark.parametrize("format_", ["PNG", "WEBP", "HEIF"])
def test_what_is_transparent_becomes_white(format_: str) -> None:
    image = picture("RGBA")
    image.paste((0, 0, 0, 0), (160, 0, 320, 200))
    options = {"lossless": True} if format_ == "WEBP" else {}
    result = opened(prepare_photo(encoded(image, format_, **options)))
    assert_colour(result, (1, 1), "red")
    assert_colour(result, (3, 1), "white")
    assert_colour(result, (3, 3), "white")


def test_a_transparent_palette_colour_becomes_white() -> None:
    image = Image.new("P", (80, 80), 0)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.paste(1, (0, 0, 40, 80))
    result = opened(prepare_photo(encoded(image, "PNG", transparency=0)))
    assert_colour(result, (1, 2), "blue")
    assert_colour(result, (3, 2), "white")


@pytest.mark.parametrize("format_", ["PNG", "WEBP"])
def test_of_an_animation_the_first_frame_is_taken(format_: str) -> None:
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("blue", "red")]
    given_ = encoded(frames[0], format_, save_all=True, append_images=frames[1:], duration=100)
    assert_colour(opened(prepare_photo(given_)), (2, 2), "blue")


@pytest.mark.parametrize(
    ("given_size", "size"),
    [
        ((6000, 3000), (LONGEST_SIDE_PX, 1280)),
        ((1000, 5000), (512, LONGEST_SIDE_PX)),
        ((2560, 100), (2560, 100)),
        ((30, 20), (30, 20)),
        ((1, 1), (1, 1)),
        ((20000, 1), (LONGEST_SIDE_PX, 1)),
    ],
)
@pytest.mark.parametrize("format_", ["JPEG", "PNG"])
def test_a_large_photo_is_made_smaller_and_a_small_one_never_larger(
    format_: str, given_size: tuple[int, int], size: tuple[int, int]
) -> None:
    image = opened(prepare_photo(encoded(picture(size=given_size), format_)))
    assert image.size == size
    if min(size) > 50:
        for place, colour in QUADRANTS.items():
            assert_colour(image, place, colour)


def test_a_thumbnail_is_small_upright_and_empty_of_metadata() -> None:
    given_ = encoded(
        picture(size=(1200, 900)).transpose(Image.Transpose.ROTATE_90),
        "JPEG",
        exif=telling_exif(orientation=6),
    )
    thumbnail = make_thumbnail(given_)
    image = Image.open(io.BytesIO(thumbnail))
    assert image.size == (THUMBNAIL_SIDE_PX, 300)
    assert_colour(image, (1, 1), "red")
    assert_pixels_only(thumbnail)


def test_five_photos_are_taken_in_their_order() -> None:
    given_ = [encoded(picture(size=(20 + i, 10)), "JPEG") for i in range(MAX_PHOTOS)]
    assert [photo.width for photo in prepare_photos(given_)] == [20, 21, 22, 23, 24]
    assert prepare_photos([]) == []


def test_six_photos_are_refused_before_any_is_read() -> None:
    with pytest.raises(TooManyPhotos) as refused:
        prepare_photos([b"not a photo"] * (MAX_PHOTOS + 1))
    assert refused.value.public == {"maximum": 5}
    assert refused.value.pointer == "#/photos"


def test_the_pointer_names_the_photo_that_is_refused() -> None:
    with pytest.raises(PhotoUnreadable) as refused:
        prepare_photos([SAMPLES["JPEG"](), b"not a photo"])
    assert refused.value.pointer == "#/photos/1"
    with pytest.raises(PhotoUnreadable) as refused:
        prepare_photos([SAMPLES["JPEG"]()[:200], SAMPLES["JPEG"]()])
    assert refused.value.pointer == "#/photos/0"


def test_the_codes_are_stable_and_each_refusal_says_what_to_do() -> None:
    refusals = {error.code: error for error in PhotoRefused.__subclasses__()}
    assert set(refusals) == {
        "too-many-photos",
        "photo-too-large",
        "photo-too-many-pixels",
        "photo-unreadable",
        "photo-format",
    }
    assert len({error.title for error in refusals.values()}) == 5
    assert all(issubclass(error, InvalidInput) for error in refusals.values())
    assert issubclass(PhotosUnavailable, Unavailable)


def test_the_pixels_of_a_photo_stay_out_of_logs() -> None:
    photo = prepare_photo(SAMPLES["JPEG"]())
    assert len(repr(photo)) < 200
