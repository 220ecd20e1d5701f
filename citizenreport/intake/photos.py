"""Photos of a report: a stranger's file in, an upright JPEG without any metadata out.

The file is decoded in a process of its own (`photo_child.py`) with limits on memory, time, files
and output. It stays in memory on the way there and is never kept. What a file is, its first bytes
decide; names and media types are not asked. Never reads the database or the disk.
"""

import os
import re
import select
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ClassVar, Final

from citizenreport.core.errors import InvalidInput, Unavailable
from citizenreport.core.text import _n
from citizenreport.geo.position import Position
from citizenreport.intake.photo_child import Exit
from citizenreport.intake.rules import PreparedPhoto

MAX_PHOTOS: Final = 5
MAX_PHOTO_BYTES: Final = 15_000_000
MAX_PHOTO_PIXELS: Final = 60_000_000
LONGEST_SIDE_PX: Final = 2560
THUMBNAIL_SIDE_PX: Final = 400
MEDIA_TYPE: Final = "image/jpeg"

CHILD: Final = Path(__file__).with_name("photo_child.py")
WAIT_FOR_A_SLOT_S: Final = 30.0
# One decoder takes up to `ChildLimits.memory_bytes`: a burst of large photos waits in line.
SLOTS: Final = threading.BoundedSemaphore(2)

ANSWER_HEAD: Final = re.compile(rb"(?P<width>\d{1,4}) (?P<height>\d{1,4})\n(?=\xff\xd8\xff)")
ORIGIN: Final = re.compile(rb"(?P<lat>-?\d{1,2}\.\d{6}) (?P<lon>-?\d{1,3}\.\d{6})\n")
HEIC_BRANDS: Final = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
)
OTHER_PICTURES: Final = (
    b"GIF8",
    b"BM",
    b"II*\0",
    b"MM\0*",
    b"\xff\x0a",  # JPEG XL
    b"\0\0\0\x0cJXL ",
    b"\0\0\0\x0cjP  ",
    b"%PDF-",
)


class PhotoRefused(InvalidInput):
    """A photo that is not taken; the reporter can send another, or none."""


class TooManyPhotos(PhotoRefused):
    code: ClassVar[str] = "too-many-photos"
    title: ClassVar[str] = _n("Fotonya terlalu banyak. Pilih paling banyak lima foto.")


class PhotoTooLarge(PhotoRefused):
    code: ClassVar[str] = "photo-too-large"
    title: ClassVar[str] = _n(
        "Ukuran foto lebih dari 15 MB. Pilih foto yang lebih kecil, atau perkecil dulu fotonya."
    )


class PhotoTooManyPixels(PhotoRefused):
    code: ClassVar[str] = "photo-too-many-pixels"
    title: ClassVar[str] = _n(
        "Resolusi foto lebih dari 60 megapiksel. Turunkan resolusinya, lalu kirim lagi."
    )


class PhotoUnreadable(PhotoRefused):
    code: ClassVar[str] = "photo-unreadable"
    title: ClassVar[str] = _n(
        "Foto ini tidak dapat dibuka. Mungkin berkasnya rusak. Coba foto lain, atau potret ulang."
    )


class PhotoFormatNotTaken(PhotoRefused):
    code: ClassVar[str] = "photo-format"
    title: ClassVar[str] = _n(
        "Jenis berkas ini tidak dapat diterima. Kirim foto JPEG, PNG, WebP, atau HEIC."
    )


class PhotosUnavailable(Unavailable):
    code: ClassVar[str] = "photos-unavailable"
    title: ClassVar[str] = _n(
        "Foto sedang tidak dapat diproses. Coba lagi sebentar lagi, atau kirim laporan tanpa foto."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildLimits:
    """What one decoding may take. 60 megapixels of WebP, the costliest, need 1.2 GB and 5 s."""

    memory_bytes: int = 1_500_000_000
    cpu_s: int = 15
    wall_s: float = 20.0
    output_bytes: int = 20_000_000


LIMITS: Final = ChildLimits()


def prepare_photos(photos: Sequence[bytes]) -> list[PreparedPhoto]:
    """Return the photos in their order, ready to be stored. All or none.

    Raises:
        TooManyPhotos: more than MAX_PHOTOS.
        PhotoRefused: one of them is not taken; the pointer names it.
        PhotosUnavailable: no decoder is free or installed.
    """
    if len(photos) > MAX_PHOTOS:
        raise TooManyPhotos(pointer="#/photos", maximum=MAX_PHOTOS)
    for index, photo in enumerate(photos):
        decoder_for(photo, pointer=f"#/photos/{index}")  # all the cheap refusals come first
    return [prepare_photo(photo, pointer=f"#/photos/{index}") for index, photo in enumerate(photos)]


def prepare_photo(
    photo: bytes, *, pointer: str | None = None, limits: ChildLimits = LIMITS
) -> PreparedPhoto:
    """Return one photo as an upright JPEG without metadata, longest side at most LONGEST_SIDE_PX.

    The first frame of an animation; transparent parts become white.

    Raises:
        PhotoRefused: too large, too many pixels, another format, or not readable within limits.
        PhotosUnavailable: no decoder is free or installed.
    """
    return _reencode(photo, longest_side=LONGEST_SIDE_PX, pointer=pointer, limits=limits)


def make_thumbnail(photo: bytes) -> bytes:
    """Return a JPEG of at most THUMBNAIL_SIDE_PX, upright and without metadata.

    Raises:
        PhotoRefused, PhotosUnavailable: as `prepare_photo`.
    """
    return _reencode(photo, longest_side=THUMBNAIL_SIDE_PX, pointer=None, limits=LIMITS).content


def decoder_for(photo: bytes, *, pointer: str | None = None) -> str:
    """Return the name of the decoder that the first bytes ask for, after the checks of size.

    Raises:
        PhotoTooLarge, PhotoFormatNotTaken, PhotoUnreadable: nothing is decoded for these.
    """
    if len(photo) > MAX_PHOTO_BYTES:
        raise PhotoTooLarge(pointer=pointer, maximum_bytes=MAX_PHOTO_BYTES)
    if photo.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if photo.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if photo[:4] == b"RIFF" and photo[8:12] == b"WEBP":
        return "WEBP"
    if photo[4:8] == b"ftyp" and photo[8:12] in HEIC_BRANDS:
        return "HEIF"
    if photo.startswith(OTHER_PICTURES) or photo[4:8] == b"ftyp":
        raise PhotoFormatNotTaken(pointer=pointer)
    raise PhotoUnreadable(pointer=pointer)


def origin_of(photo: bytes, *, pointer: str | None = None) -> Position | None:
    """Return where a photo says that it was taken; None when it does not say, or says nonsense.

    For staff's own photos of their work. A reporter's photo is never asked.

    Raises:
        PhotoRefused, PhotosUnavailable: as `prepare_photo`.
    """
    status, answer = _ask_child(photo, LONGEST_SIDE_PX, "--origin", pointer=pointer, limits=LIMITS)
    told = ORIGIN.fullmatch(answer)
    if status != Exit.DONE or told is None:
        return None
    try:
        return Position(lon=float(told["lon"]), lat=float(told["lat"]))
    except ValueError:
        return None


def _reencode(
    photo: bytes, *, longest_side: int, pointer: str | None, limits: ChildLimits
) -> PreparedPhoto:
    status, answer = _ask_child(photo, longest_side, pointer=pointer, limits=limits)
    return _read_answer(status, answer, pointer=pointer)


def _ask_child(
    photo: bytes, longest_side: int, *options: str, pointer: str | None, limits: ChildLimits
) -> tuple[int, bytes]:
    """Return how the child ended and what it said."""
    decoder = decoder_for(photo, pointer=pointer)
    if not SLOTS.acquire(timeout=WAIT_FOR_A_SLOT_S):
        raise PhotosUnavailable(pointer=pointer)
    try:
        # Memory files instead of pipes: nothing is written to a disk, and RLIMIT_FSIZE bounds
        # what a child that was taken over can make this process read.
        with _memory_file("photo-in") as given, _memory_file("photo-out") as answer:
            given.write(photo)
            given.seek(0)
            command = _command(decoder, longest_side=longest_side, limits=limits)
            command += options
            status = _run(command, stdin=given, stdout=answer, wall_s=limits.wall_s)
            answer.seek(0)
            return status, answer.read(limits.output_bytes)
    except OSError as error:  # no memory or no process left
        raise PhotosUnavailable(pointer=pointer) from error
    finally:
        SLOTS.release()


def _memory_file(name: str) -> IO[bytes]:
    return os.fdopen(os.memfd_create(name), "w+b")


def _command(decoder: str, *, longest_side: int, limits: ChildLimits) -> list[str]:
    return [
        sys.executable,
        "-I",
        str(CHILD),
        decoder,
        f"--max-pixels={MAX_PHOTO_PIXELS}",
        f"--longest-side={longest_side}",
        f"--memory-bytes={limits.memory_bytes}",
        f"--cpu-s={limits.cpu_s}",
        f"--output-bytes={limits.output_bytes}",
    ]


def _run(command: list[str], *, stdin: IO[bytes], stdout: IO[bytes], wall_s: float) -> int:
    """Return the exit status of the child, or minus the signal that ended it."""
    with (
        subprocess.Popen(
            command,
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,  # Ctrl-C is for us; a photo half prepared would look like a broken one
            env={"MALLOC_ARENA_MAX": "1"},  # no secret of ours; one arena counts once in RLIMIT_AS
        ) as child
    ):
        try:
            _wait(child.pid, wall_s)
        finally:
            child.kill()  # does nothing to a child that has ended
    return child.returncode


def _wait(pid: int, wall_s: float) -> None:
    """Return when the process ends or its time is over. `Popen.wait` polls, up to 50 ms late."""
    descriptor = os.pidfd_open(pid)
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        poll.poll(wall_s * 1000)
    finally:
        os.close(descriptor)


def _read_answer(status: int, answer: bytes, *, pointer: str | None) -> PreparedPhoto:
    if status == Exit.TOO_MANY_PIXELS:
        raise PhotoTooManyPixels(pointer=pointer, maximum_pixels=MAX_PHOTO_PIXELS)
    if status == Exit.NO_DECODER:
        raise PhotosUnavailable(pointer=pointer)
    head = ANSWER_HEAD.match(answer)
    if status != Exit.DONE or head is None:
        raise PhotoUnreadable(pointer=pointer)
    return PreparedPhoto(
        content=answer[head.end() :],
        media_type=MEDIA_TYPE,
        width=int(head["width"]),
        height=int(head["height"]),
    )
