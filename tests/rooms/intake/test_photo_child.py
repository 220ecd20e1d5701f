"""The process that decodes: its limits, and what it can see."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from citizenreport.intake import photos
from citizenreport.intake.photos import (
    ChildLimits,
    PhotosUnavailable,
    PhotoUnreadable,
    prepare_photo,
)
from tests.rooms.intake.photo_samples import (
    SAMPLES,
    encoded,
    opened,
    png,
    png_chunk,
    zeros,
)


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
