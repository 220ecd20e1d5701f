import contextlib
import io
import os
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import exifread
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageDraw, ImageStat, PngImagePlugin

from citizenreport.core.errors import InvalidInput, Unavailable
from citizenreport.intake import photos
from citizenreport.intake.photos import (
    LONGEST_SIDE_PX,
    MAX_PHOTO_BYTES,
    MAX_PHOTO_PIXELS,
    MAX_PHOTOS,
    THUMBNAIL_SIDE_PX,
    ChildLimits,
    PhotoFormatNotTaken,
    PhotoRefused,
    PhotosUnavailable,
    PhotoTooLarge,
    PhotoTooManyPixels,
    PhotoUnreadable,
    PreparedPhoto,
    TooManyPhotos,
    decoder_for,
    make_thumbnail,
    prepare_photo,
    prepare_photos,
)
from tests.shared_data import ROOT, shared_data

OWNER = "Sri Rahayu Kusumawardani"
SERIAL = "SN-4471-0092-MGL"
QUADRANTS = {(1, 1): "red", (3, 1): "lime", (1, 3): "blue", (3, 3): "yellow"}  # quarters of a side


# ---- reading what was stored, independently of the code that made it


def segments(jpeg: bytes) -> Iterator[tuple[int, bytes]]:
    """Every marker segment up to the pixels, then 0xD9; fails on a byte behind the end."""
    assert jpeg[:2] == b"\xff\xd8"
    at = 2
    while True:
        assert jpeg[at] == 0xFF
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        yield marker, jpeg[at + 4 : at + 2 + length]
        at += 2 + length
        if marker == 0xDA:
            break
    end = jpeg.index(b"\xff\xd9", at)
    assert end + 2 == len(jpeg), "something follows the picture"
    yield 0xD9, b""


def assert_pixels_only(jpeg: bytes) -> None:
    pixels_and_tables = {0xC0, 0xC2, 0xC4, 0xDA, 0xDB, 0xD9}
    for marker, content in segments(jpeg):
        if marker == 0xE0:
            assert content.startswith(b"JFIF\0")
            assert content[12:14] == b"\0\0", "a JFIF thumbnail"
        else:
            assert marker in pixels_and_tables, f"segment {marker:#x}"
    assert exifread.process_file(io.BytesIO(jpeg)) == {}
    for trace in (b"Exif", b"http://ns.adobe.com", b"xmpmeta", b"8BIM", b"ICC_PROFILE", b"GPS"):
        assert trace not in jpeg
    for text in (OWNER, SERIAL, "NIKON", "COOLPIX", "rahasia"):
        assert text.encode() not in jpeg
        assert text.encode("utf-16-le") not in jpeg


def opened(prepared: PreparedPhoto) -> Image.Image:
    image = Image.open(io.BytesIO(prepared.content), formats=["JPEG"])
    image.load()
    assert image.size == (prepared.width, prepared.height)
    assert image.mode == "RGB"
    assert_pixels_only(prepared.content)
    return image


def assert_alike(one: Image.Image, other: Image.Image, *, mean_difference: float = 3) -> None:
    assert one.size == other.size
    assert max(ImageStat.Stat(ImageChops.difference(one, other)).mean) < mean_difference


def assert_colour(image: Image.Image, place: tuple[int, int], colour: str) -> None:
    wanted = Image.new("RGB", (1, 1), colour).getpixel((0, 0))
    x, y = place[0] * image.width // 4, place[1] * image.height // 4
    got = image.getpixel((x, y))
    assert isinstance(got, tuple)
    assert isinstance(wanted, tuple)
    assert all(abs(a - b) <= 16 for a, b in zip(got, wanted, strict=True)), (place, got, wanted)


# ---- making photos


def picture(mode: str = "RGB", size: tuple[int, int] = (320, 200)) -> Image.Image:
    """Four quarters, each in a colour of its own: shows every turn and every wrong colour."""
    image = Image.new("RGB", size)
    draw = ImageDraw.Draw(image)
    for (x, y), colour in QUADRANTS.items():
        left, top = (x - 1) * size[0] // 4, (y - 1) * size[1] // 4
        draw.rectangle((left, top, left + size[0] // 2, top + size[1] // 2), fill=colour)
    return image.convert(mode)


def encoded(image: Image.Image, format_: str, **options: object) -> bytes:
    out = io.BytesIO()
    if format_ == "HEIF":
        pillow_heif.encode(image.mode, image.size, image.tobytes(), out, **options)
    else:
        image.save(out, format_, **options)
    return out.getvalue()


def telling_exif(*, orientation: int = 1) -> Image.Exif:
    """Everything a phone says about its owner, taken in Magelang: south of the equator."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F], exif[0x0110] = "NIKON", "COOLPIX"
    exif[0x013B], exif[0x8298] = OWNER, f"(c) {OWNER}"
    detail = exif.get_ifd(0x8769)
    detail[0xA430], detail[0xA431] = OWNER, SERIAL
    detail[0x9003] = "2026:03:17 08:15:00"
    detail[0x9286] = b"ASCII\0\0\0rahasia"
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "S", (7.0, 28.0, 36.3)
    place[3], place[4] = "E", (110.0, 13.0, 4.2)
    return exif


def png_chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def png(width: int, height: int, *chunks: bytes, depth: int = 8, colour: int = 2) -> bytes:
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + png_chunk(b"IEND", b"")


def zeros(count: int) -> bytes:
    """Compressed zeros: a thousand times smaller than what they become."""
    squeeze = zlib.compressobj(9)
    block = bytes(1_000_000)
    parts = [squeeze.compress(block) for _ in range(count // len(block))]
    return b"".join(parts) + squeeze.flush()


def with_heic_size(heic: bytes, width: int, height: int) -> bytes:
    """The same file with every `ispe` box claiming another size."""
    parts = heic.split(b"ispe")
    claimed = b"\0\0\0\0" + struct.pack(">II", width, height)
    return b"ispe".join([parts[0], *(claimed + part[12:] for part in parts[1:])])


SAMPLES = {
    "JPEG": lambda: encoded(picture(), "JPEG", quality=90),
    "PNG": lambda: encoded(picture(), "PNG"),
    "WEBP": lambda: encoded(picture(), "WEBP", quality=90),
    "HEIF": lambda: encoded(picture(), "HEIF", quality=90),
}


# ---- upright


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


# ---- no metadata


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


# ---- formats and modes


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


# ---- refusals


def test_the_content_decides_and_a_lying_head_is_refused() -> None:
    body = SAMPLES["PNG"]()
    for head in (b"\xff\xd8\xff\xe0", b"RIFF\0\0\0\0WEBPVP8 ", b"\0\0\0\x18ftypheic\0\0\0\0"):
        with pytest.raises(PhotoUnreadable):
            prepare_photo(head + body)


@pytest.mark.parametrize("format_", SAMPLES)
@pytest.mark.parametrize("part", [0.02, 0.3, 0.6])
def test_a_truncated_photo_is_refused(format_: str, part: float) -> None:
    image = Image.effect_noise((400, 300), 90).convert("RGB")
    whole = encoded(image, format_)
    opened(prepare_photo(whole))
    with pytest.raises(PhotoUnreadable):
        prepare_photo(whole[: int(len(whole) * part)])


@pytest.mark.real_data
def test_every_svg_is_refused() -> None:
    files = sorted(shared_data("photos", "svg").iterdir())
    assert len(files) == 34
    for path in files:
        with pytest.raises(PhotoUnreadable):
            prepare_photo(path.read_bytes())


@pytest.mark.parametrize(
    "given_",
    [b"", b"\0", b"\xff\xd8\xff", b"hello", b"<html>", b"MZ\x90\0", b"\x7fELF", b"PK\x03\x04"],
)
def test_what_is_no_photo_is_refused(given_: bytes) -> None:
    with pytest.raises(PhotoUnreadable):
        prepare_photo(given_)


@pytest.mark.parametrize("format_", ["GIF", "BMP", "TIFF", "AVIF", "PDF"])
def test_another_format_is_named_as_such(format_: str) -> None:
    with pytest.raises(PhotoFormatNotTaken):
        prepare_photo(encoded(picture(), format_))


def test_a_film_is_named_as_another_format() -> None:
    with pytest.raises(PhotoFormatNotTaken):
        prepare_photo(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom")


def test_15_mb_are_taken_and_one_byte_more_is_not() -> None:
    given_ = SAMPLES["JPEG"]()
    full = given_ + bytes(MAX_PHOTO_BYTES - len(given_))
    assert opened(prepare_photo(full)).size == (320, 200)
    with pytest.raises(PhotoTooLarge) as refused:
        prepare_photo(full + b"\0")
    assert refused.value.public == {"maximum_bytes": 15_000_000}


SIXTY_MEGAPIXELS = (10_000, 6_000)
A_BIT_MORE = (10_000, 6_001)


def claiming(format_: str, width: int, height: int) -> bytes:
    """A file whose header claims a size that its few pixels do not have."""
    if format_ == "PNG":
        return png(width, height, png_chunk(b"IDAT", zlib.compress(b"\0" * 1000)))
    if format_ == "JPEG":
        given_ = bytearray(SAMPLES["JPEG"]())
        frame = given_.index(b"\xff\xc0")
        given_[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
        return bytes(given_)
    if format_ == "HEIF":
        return with_heic_size(SAMPLES["HEIF"](), width, height)
    if format_ == "VP8X":
        given_ = bytearray(encoded(picture(), "WEBP", exif=telling_exif()))
        assert given_[12:16] == b"VP8X"
        given_[24:27] = (width - 1).to_bytes(3, "little")
        given_[27:30] = (height - 1).to_bytes(3, "little")
        return bytes(given_)
    given_ = bytearray(encoded(picture(), "WEBP", lossless=format_ == "VP8L"))
    assert given_[12:16] == format_.encode()
    if format_ == "VP8L":
        given_[21:25] = (width - 1 | (height - 1) << 14).to_bytes(4, "little")
    else:
        given_[26:30] = struct.pack("<HH", width, height)
    return bytes(given_)


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "HEIF", "VP8X", "VP8L", "VP8 "])
def test_more_than_60_megapixels_are_refused_by_the_header_alone(format_: str) -> None:
    """Memory for a tenth of the pixels shows that none of them is decoded."""
    assert A_BIT_MORE[0] * A_BIT_MORE[1] > MAX_PHOTO_PIXELS
    little = ChildLimits(memory_bytes=200_000_000)
    with pytest.raises(PhotoTooManyPixels):
        prepare_photo(claiming(format_, *A_BIT_MORE), limits=little)
    try:
        prepare_photo(claiming(format_, *SIXTY_MEGAPIXELS), limits=little)
    except PhotoRefused as refused:
        not_a_matter_of_pixels = refused.code
    else:
        not_a_matter_of_pixels = "photo-unreadable"  # a JPEG without its rest is grey
    assert not_a_matter_of_pixels == "photo-unreadable"


def test_exactly_60_megapixels_are_taken() -> None:
    given_ = encoded(Image.new("RGB", SIXTY_MEGAPIXELS, "lime"), "PNG", compress_level=1)
    image = opened(prepare_photo(given_))
    assert image.size == (2560, 1536)
    assert_colour(image, (2, 2), "lime")


# ---- bombs, and the child's limits


BOMBS = {
    "PNG of 2^31 x 2^31": (lambda: claiming("PNG", 2**31 - 1, 2**31 - 1), PhotoTooManyPixels),
    "JPEG of 65535 x 65535": (lambda: claiming("JPEG", 65535, 65535), PhotoTooManyPixels),
    "WebP of 2^24 x 2^24": (lambda: claiming("VP8X", 2**24, 2**24), PhotoTooManyPixels),
    "WebP of 16383 x 16383": (lambda: claiming("VP8L", 16383, 16383), PhotoTooManyPixels),
    "HEIC of 2^32 x 2^32": (lambda: claiming("HEIF", 2**32 - 1, 2**32 - 1), PhotoRefused),
    "HEIC of 30000 x 30000": (lambda: claiming("HEIF", 30000, 30000), PhotoTooManyPixels),
    "a text chunk of 200 MB": (
        lambda: png(
            8,
            8,
            png_chunk(b"zTXt", b"Comment\0\0" + zeros(200_000_000)),
            png_chunk(b"IDAT", zlib.compress(bytes(200))),
        ),
        PhotoUnreadable,
    ),
    "a colour profile of 200 MB": (
        lambda: png(8, 8, png_chunk(b"iCCP", b"x\0\0" + zeros(200_000_000))),
        PhotoUnreadable,
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_quickly_and_in_little_memory(name: str, tmp_path: Path) -> None:
    make, error = BOMBS[name]
    bomb = tmp_path / "bomb"
    bomb.write_bytes(make())
    assert bomb.stat().st_size < 1_000_000
    # A process of its own: the kernel keeps the highest memory of all children together.
    script = (
        "import sys, resource, time\n"
        "from citizenreport.intake import photos\n"
        "started = time.monotonic()\n"
        "try:\n"
        "    photos.prepare_photo(open(sys.argv[1], 'rb').read())\n"
        "except photos.PhotoRefused as error:\n"
        "    print(type(error).__name__)\n"
        "print(time.monotonic() - started)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(bomb)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=ROOT,
    )
    refused, seconds, kibibytes = done.stdout.split()
    assert issubclass(getattr(photos, refused), error)
    assert float(seconds) < 5
    assert int(kibibytes) < 150_000


def test_pixels_that_unpack_to_more_than_the_header_says_do_no_harm() -> None:
    given_ = png(10, 10, png_chunk(b"IDAT", zeros(300_000_000)))
    with contextlib.suppress(PhotoUnreadable):
        opened(prepare_photo(given_, limits=ChildLimits(memory_bytes=250_000_000)))


def test_a_photo_beyond_the_memory_limit_is_refused() -> None:
    given_ = encoded(Image.new("RGB", (8000, 6000)), "PNG")
    with pytest.raises(PhotoUnreadable):
        prepare_photo(given_, limits=ChildLimits(memory_bytes=200_000_000))


def test_a_photo_beyond_the_processor_limit_is_refused() -> None:
    given_ = encoded(Image.new("CMYK", (7700, 7700)), "JPEG", progressive=True)
    with pytest.raises(PhotoUnreadable):
        prepare_photo(given_, limits=ChildLimits(cpu_s=0))


def test_an_answer_beyond_the_output_limit_is_refused() -> None:
    with pytest.raises(PhotoUnreadable):
        prepare_photo(SAMPLES["PNG"](), limits=ChildLimits(output_bytes=1000))


@pytest.fixture
def hanging_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A decoder that never answers, as a taken over one would; tells its process id."""
    told = tmp_path / "pid"
    script = tmp_path / "child.py"
    script.write_text(
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"open({str(told)!r}, 'w').write(str(os.getpid()))\n"
        "time.sleep(600)\n"
    )
    monkeypatch.setattr(photos, "CHILD", script)
    return told


def test_a_child_that_hangs_is_killed(hanging_child: Path) -> None:
    started = time.monotonic()
    with pytest.raises(PhotoUnreadable):
        prepare_photo(SAMPLES["JPEG"](), limits=ChildLimits(wall_s=1.0))
    assert time.monotonic() - started < 5
    pid = int(hanging_child.read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_child_sees_no_secret_and_no_folder_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told"
    script = tmp_path / "child.py"
    script.write_text(
        "import os\n"
        f"open({str(told)!r}, 'w').write(repr((sorted(os.environ), os.getcwd(),\n"
        "    sorted(os.listdir('/proc/self/fd')))))\n"
    )
    monkeypatch.setattr(photos, "CHILD", script)
    monkeypatch.setenv("CITIZENREPORT_SECRET_KEY", "secret")
    with pytest.raises(PhotoUnreadable):
        prepare_photo(SAMPLES["JPEG"]())
    environment, folder, descriptors = eval(told.read_text())
    assert set(environment) <= {"MALLOC_ARENA_MAX", "LC_CTYPE"}
    assert folder == "/"
    assert len(descriptors) <= 5  # the three, the file being written and the listing itself


def test_the_child_can_open_nothing_once_it_reads_the_photo() -> None:
    probe = (
        "import runpy, socket, sys\n"
        "child = runpy.run_path(sys.argv[1])\n"
        "child['limit_process'](memory_bytes=10**9, cpu_s=5, output_bytes=10)\n"
        "read, write = lambda: open('/etc/hostname'), lambda: open('/dev/null', 'w')\n"
        "for attempt in (read, write, socket.socket):\n"
        "    try:\n"
        "        attempt()\n"
        "    except OSError as error:\n"
        "        print(error.errno)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, str(photos.CHILD)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.split() == ["24", "24", "24"]


def test_nothing_is_written_to_a_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    for make in SAMPLES.values():
        prepare_photo(make())
    assert list(tmp_path.iterdir()) == []


def test_a_missing_decoder_is_our_fault_and_not_the_senders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "child.py"
    script.write_text("import sys\nsys.exit(4)\n")
    monkeypatch.setattr(photos, "CHILD", script)
    with pytest.raises(PhotosUnavailable):
        prepare_photo(SAMPLES["HEIF"]())


@pytest.mark.parametrize(
    "answer", [b"", b"1 1\n", b"x 1\n\xff\xd8\xff", b"99999 1\n\xff\xd8\xff", b"1 1\n<svg>"]
)
def test_an_answer_that_is_no_photo_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    script = tmp_path / "child.py"
    script.write_text(f"import sys\nsys.stdout.buffer.write({answer!r})\n")
    monkeypatch.setattr(photos, "CHILD", script)
    with pytest.raises(PhotoUnreadable):
        prepare_photo(SAMPLES["JPEG"]())


# ---- several, and the words


def test_five_photos_are_taken_in_their_order() -> None:
    given_ = [encoded(picture(size=(20 + i, 10)), "JPEG") for i in range(MAX_PHOTOS)]
    assert [photo.width for photo in prepare_photos(given_)] == [20, 21, 22, 23, 24]
    assert prepare_photos([]) == []


def test_six_photos_are_refused_before_any_is_read() -> None:
    with pytest.raises(TooManyPhotos) as refused:
        prepare_photos([b"not a photo"] * (MAX_PHOTOS + 1))
    assert refused.value.public == {"maximum": 5}
    assert refused.value.pointer == "/photos"


def test_the_pointer_names_the_photo_that_is_refused() -> None:
    with pytest.raises(PhotoUnreadable) as refused:
        prepare_photos([SAMPLES["JPEG"](), b"not a photo"])
    assert refused.value.pointer == "/photos/1"
    with pytest.raises(PhotoUnreadable) as refused:
        prepare_photos([SAMPLES["JPEG"]()[:200], SAMPLES["JPEG"]()])
    assert refused.value.pointer == "/photos/0"


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


# ---- anything at all

HEADS = [
    b"",
    b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    b"RIFF\x40\0\0\0WEBPVP8X",
    b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
]


@settings(max_examples=60, deadline=None)
@given(head=st.sampled_from(HEADS), body=st.binary(max_size=400))
def test_arbitrary_bytes_raise_nothing_but_refusals(head: bytes, body: bytes) -> None:
    with pytest.raises(PhotoRefused):
        prepare_photo(head + body)


@settings(max_examples=60, deadline=None)
@given(
    format_=st.sampled_from(sorted(SAMPLES)),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8
    ),
)
def test_a_damaged_photo_is_read_or_refused(format_: str, changes: list[tuple[float, int]]) -> None:
    damaged = bytearray(SAMPLES[format_]())
    for place, value in changes:
        damaged[int(place**2 * len(damaged))] = value  # squared: more of it in the header
    try:
        prepared = prepare_photo(bytes(damaged))
    except PhotoRefused:
        return
    assert_pixels_only(prepared.content)
    assert max(prepared.width, prepared.height) <= LONGEST_SIDE_PX


@settings(max_examples=300)
@given(st.binary(max_size=64))
def test_the_first_bytes_alone_never_crash(given_: bytes) -> None:
    with contextlib.suppress(PhotoFormatNotTaken, PhotoUnreadable):
        assert decoder_for(given_) in SAMPLES
