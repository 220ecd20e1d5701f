"""Photos made for the tests, and reading a stored one independently of the code that made it."""

import io
import struct
import zlib
from collections.abc import Iterator

import exifread
import pillow_heif
from PIL import Image, ImageChops, ImageDraw, ImageStat

from citizenreport.intake.photos import (
    PreparedPhoto,
)

OWNER = "Sri Rahayu Kusumawardani"
SERIAL = "SN-4471-0092-MGL"
QUADRANTS = {(1, 1): "red", (3, 1): "lime", (1, 3): "blue", (3, 3): "yellow"}  # quarters of a side


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
    # Not in the pixels, which may spell anything: three letters come up there by chance.
    words = b"".join(content for marker, content in segments(jpeg) if marker != 0xDA)
    for trace in (b"Exif", b"http://ns.adobe.com", b"xmpmeta", b"8BIM", b"ICC_PROFILE", b"GPS"):
        assert trace not in words
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
