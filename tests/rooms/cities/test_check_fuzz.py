"""Whatever a person or a disk does to a pack, the check answers and never breaks."""

import random
import shutil
from pathlib import Path

import pytest

from citizenreport.cities.pack import check_pack, find_pack

SCRAPS = [b'""', b"null", b"-1", b"1e400", b";", b",", b"[", b"{}", b"9999-12-31", b"%(x)s", b"=1"]


def damage(content: bytes, rng: random.Random) -> bytes:
    """Delete, repeat, replace or exchange a piece of a file."""
    start = rng.randrange(len(content))
    end = start + rng.randrange(1, 60)
    lines = content.split(b"\n")
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return rng.choice(
        [
            content[:start] + content[end:],
            content[:end] + content[start:],
            content[:start] + rng.randbytes(1) + content[start + 1 :],
            content[:start] + rng.choice(SCRAPS) + content[end:],
            b"\n".join(lines),
            b"",
        ]
    )


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_pack_gives_a_city_or_findings(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    folder = tmp_path / "pack"
    shutil.copytree(find_pack("magelang"), folder)
    for path in rng.sample(sorted(folder.iterdir()), k=rng.choice([1, 1, 2, 5])):
        path.write_bytes(damage(path.read_bytes(), rng))
    checked = check_pack(folder)
    assert (checked.city is None) == any(f.severity == "error" for f in checked.findings)
    assert all(str(finding) for finding in checked.findings)
