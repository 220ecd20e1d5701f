"""What is refused, and how: from the first bytes, from the header, or by a limit."""

import contextlib
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from citizenreport.intake import photos
from citizenreport.intake.photos import (
    LONGEST_SIDE_PX,
    MAX_PHOTO_BYTES,
    MAX_PHOTO_PIXELS,
    ChildLimits,
    PhotoFormatNotTaken,
    PhotoRefused,
    PhotoTooLarge,
    PhotoTooManyPixels,
    PhotoUnreadable,
    decoder_for,
    prepare_photo,
)
from tests.rooms.intake.photo_samples import (
    A_BIT_MORE,
    SAMPLES,
    SIXTY_MEGAPIXELS,
    assert_colour,
    assert_pixels_only,
    claiming,
    encoded,
    opened,
    picture,
    png,
    png_chunk,
    zeros,
)
from tests.shared_data import ROOT, shared_data


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
