"""The process that decodes a stranger's picture: stdin in, stdout out, and nothing else.

Started by `photos.py` as a script of its own (`python -I photo_child.py …`) with an empty
environment, so that a hostile file that takes it over finds no secret and little to use. It limits
itself before it reads the first byte. It imports nothing of this package.

Answer: exit 0 and a line "WIDTH HEIGHT" before a JPEG, or with --origin a line "LAT LON"; or an exit status of `Exit`; or a death.
"""

import argparse
import enum
import io
import resource
import struct
import sys
from typing import Final

from PIL import Image, ImageCms, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin

# All that Pillow would import when it meets a file: afterwards no file can be opened any more.
PLUGINS: Final = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin)
JPEG_QUALITY: Final = 82
WHITE: Final = (255, 255, 255)
GPS_IFD: Final = 0x8825
ORIENTATION_TAG: Final = 0x0112  # Source: EXIF 3.0, 4.6.4, tag 274; 1 and unknown values: as is
UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Exit(enum.IntEnum):
    """Every other status, and every signal, means that the picture cannot be read."""

    DONE = 0
    TOO_MANY_PIXELS = 3
    NO_DECODER = 4


def limit_process(*, memory_bytes: int, cpu_s: int, output_bytes: int) -> None:
    """Take away what a decoder does not need. Called once everything is imported."""
    for kind, limit in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, output_bytes),
        (resource.RLIMIT_NOFILE, 3),  # the three that are open: no file and no socket from now on
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))


def webp_size(content: bytes) -> tuple[int, int]:
    """Return width and height that a WebP header claims, or (0, 0).

    Pillow allocates the whole canvas to tell the size, so the header is read here.
    Source: RFC 9649, 2.7.1 (VP8X) and 3.4 (VP8L); RFC 6386, 9.1 (VP8).
    """
    kind, chunk = content[12:16], content[20:30]
    if len(chunk) < 10:
        return 0, 0
    if kind == b"VP8X":
        return (
            1 + int.from_bytes(chunk[4:7], "little"),
            1 + int.from_bytes(chunk[7:10], "little"),
        )
    if kind == b"VP8L":
        bits = int.from_bytes(chunk[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", chunk[6:10])
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0


def open_checked(content: bytes, *, format_: str, max_pixels: int) -> Image.Image:
    """Open without decoding; leave the process if the header claims too many pixels."""
    Image.MAX_IMAGE_PIXELS = None  # ours is stricter, and exact
    if format_ == "WEBP":
        refuse_too_many(*webp_size(content), max_pixels=max_pixels)
    image = Image.open(io.BytesIO(content), formats=[format_])
    refuse_too_many(*image.size, max_pixels=max_pixels)
    return image


def refuse_too_many(width: int, height: int, *, max_pixels: int) -> None:
    if width * height > max_pixels:
        sys.exit(Exit.TOO_MANY_PIXELS)


def orientation_of(image: Image.Image) -> int:
    """Return the EXIF orientation; 1 when there is none or its block is broken."""
    try:
        value = image.getexif().get(ORIENTATION_TAG, 1)
    except (SyntaxError, ValueError, TypeError, LookupError, OSError, struct.error):
        return 1
    return value if isinstance(value, int) else 1


def shrink(image: Image.Image, *, longest_side: int) -> Image.Image:
    """Return the first frame, at most so large, in a mode that `in_srgb` knows."""
    image.draft(None, (longest_side, longest_side))  # a JPEG decodes at a fraction of its size
    image.load()
    if image.mode.startswith("I"):
        image = from_16_bits(image)
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode in {"P", "PA"} or (image.has_transparency_data and image.mode != "RGBA"):
        image = image.convert("RGBA")
    image.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return image


def from_16_bits(image: Image.Image) -> Image.Image:
    """Return grey of 16 bits as grey of 8: Pillow's own conversion cuts instead of scaling."""
    wide = image.convert("I")
    return wide.point(lambda value: value * (1 / 256)).convert("L")


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return a new image in sRGB on white, without anything the file said beside its pixels."""
    flat = Image.new("RGB", image.size, WHITE)
    if image.mode == "RGBA":
        flat.paste(image.convert("RGB"), mask=image.getchannel("A"))
        return converted(flat, profile)
    flat.paste(converted(image, profile))
    return flat


def converted(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the image as sRGB by its colour profile; a profile that does not fit is ignored."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            made = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            made = None
        if made is not None:
            return made
    return image.convert("RGB")


def prepare(content: bytes, *, format_: str, max_pixels: int, longest_side: int) -> bytes:
    """Return a line "WIDTH HEIGHT" and a JPEG that is upright and holds pixels only."""
    image = open_checked(content, format_=format_, max_pixels=max_pixels)
    profile = image.info.get("icc_profile")
    orientation = orientation_of(image)
    image = in_srgb(shrink(image, longest_side=longest_side), profile)
    if orientation in UPRIGHT:
        image = image.transpose(UPRIGHT[orientation])
    out = io.BytesIO()
    image.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return b"%d %d\n" % image.size + out.getvalue()


def origin(content: bytes, *, format_: str, max_pixels: int) -> bytes:
    """Return a line "LAT LON" of where the picture says that it was taken; an empty one for none.

    Nothing is decoded: the header tells. Source: EXIF 3.0, 4.6.6, tags 1 to 4.
    """
    image = open_checked(content, format_=format_, max_pixels=max_pixels)
    try:
        told = image.getexif().get_ifd(GPS_IFD)
        lat = degrees(told[2], is_negative=str(told.get(1, "")).upper().startswith("S"))
        lon = degrees(told[4], is_negative=str(told.get(3, "")).upper().startswith("W"))
    except (
        SyntaxError,
        ValueError,
        TypeError,
        LookupError,
        OSError,
        ArithmeticError,
        struct.error,
    ):
        return b"\n"
    return b"%.6f %.6f\n" % (lat, lon)


def degrees(parts: tuple[float, float, float], *, is_negative: bool) -> float:
    whole, minutes, seconds = (float(part) for part in parts)
    value = whole + minutes / 60 + seconds / 3600
    return -value if is_negative else value


def register_heif() -> None:
    """Teach Pillow HEIC. Loaded for HEIC only: the others start faster and lighter without it."""
    try:
        import pillow_heif  # noqa: PLC0415
    except ImportError:
        sys.exit(Exit.NO_DECODER)
    pillow_heif.register_heif_opener(
        thumbnails=False, depth_images=False, aux_images=False, decode_threads=1
    )


def main() -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("format", choices=["JPEG", "PNG", "WEBP", "HEIF"])
    for name in ("max-pixels", "longest-side", "memory-bytes", "cpu-s", "output-bytes"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--origin", action="store_true")
    order = parser.parse_args()
    if order.format == "HEIF":
        register_heif()
    Image.preinit()
    limit_process(
        memory_bytes=order.memory_bytes, cpu_s=order.cpu_s, output_bytes=order.output_bytes
    )
    content = sys.stdin.buffer.read()
    given = {"format_": order.format, "max_pixels": order.max_pixels}
    if order.origin:
        answer = origin(content, **given)
    else:
        answer = prepare(content, longest_side=order.longest_side, **given)
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
