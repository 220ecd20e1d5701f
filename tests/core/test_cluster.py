"""A private cluster starts, is alone, and ends with us whatever ends us."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from citizenreport.core import postgres
from citizenreport.core.cluster import private_cluster, running_url
from citizenreport.core.postgres import ClusterError, find_binaries, reachable_data_dir

ROOT = Path(__file__).parents[2]


@pytest.fixture
def data_dir() -> Iterator[Path]:
    folder = reachable_data_dir(Path(tempfile.mkdtemp(prefix="cr-one-")))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z (zombie)" not in Path(f"/proc/{pid}/status").read_text()


def wait_until_dead(pid: int, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while is_alive(pid):
        assert time.monotonic() < deadline, f"process {pid} lives on"
        time.sleep(0.05)


def test_what_was_written_is_there_the_next_time(data_dir: Path) -> None:
    with private_cluster(data_dir) as cluster:
        cluster.ensure_database("city")
        with cluster.connect("city") as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    assert not is_alive(cluster.pid)
    with private_cluster(data_dir) as cluster:
        cluster.ensure_database("city")
        with cluster.connect("city") as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (7,)


def test_a_second_run_is_told_who_holds_the_folder(data_dir: Path) -> None:
    with (
        private_cluster(data_dir, fast_and_unsafe=True),
        pytest.raises(ClusterError, match=f"process {os.getpid()}"),
        private_cluster(data_dir),
    ):
        pass


def test_others_find_the_running_cluster_and_nothing_afterwards(data_dir: Path) -> None:
    with private_cluster(data_dir, fast_and_unsafe=True) as cluster:
        url = cluster.ensure_database("city")
        assert running_url(data_dir, "city") == url
        assert running_url(data_dir, "elsewhere") is None
    assert running_url(data_dir, "city") is None


def test_it_listens_on_no_port_and_only_its_owner_may_enter(data_dir: Path) -> None:
    with private_cluster(data_dir, fast_and_unsafe=True) as cluster:
        with cluster.connect() as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert data_dir.stat().st_mode & 0o777 == 0o700
        assert cluster.socket_dir.stat().st_mode & 0o777 == 0o700


def test_a_long_path_still_works(data_dir: Path) -> None:
    deep = data_dir / ("x" * 120)
    data_dir.chmod(0o755)
    with private_cluster(deep, fast_and_unsafe=True) as cluster:
        assert not cluster.socket_dir.is_relative_to(deep)
        assert running_url(deep, "postgres") == cluster.url()
    assert not cluster.socket_dir.exists()


def test_a_pid_file_of_a_process_that_is_no_server_is_forgotten(data_dir: Path) -> None:
    with private_cluster(data_dir, fast_and_unsafe=True):
        pass
    (data_dir / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{data_dir / 'data'}\n")
    with private_cluster(data_dir, fast_and_unsafe=True) as cluster, cluster.connect() as one:
        assert one.execute("SELECT 1").fetchone() == (1,)


def test_an_interrupted_initdb_leaves_nothing_in_the_way(data_dir: Path) -> None:
    half = data_dir / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("99")
    with private_cluster(data_dir, fast_and_unsafe=True) as cluster:
        assert cluster.data_dir == data_dir
    assert not half.exists()


def test_a_folder_of_another_version_is_named_and_left_alone(data_dir: Path) -> None:
    files = data_dir / "data"
    files.mkdir(parents=True)
    (files / "PG_VERSION").write_text("12\n")
    with pytest.raises(ClusterError, match="made by PostgreSQL 12"), private_cluster(data_dir):
        pass
    assert (files / "PG_VERSION").read_text() == "12\n"


def test_without_postgresql_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_binary_folders", lambda: iter(()))
    with pytest.raises(ClusterError, match=r"apt-get install .* postgresql postgresql-postgis"):
        find_binaries()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes accounts")
def test_root_below_a_closed_folder_is_led_elsewhere(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert reachable_data_dir(tmp_path / "var").is_relative_to("/var/lib/citizenreport")
    with pytest.raises(ClusterError, match="cannot enter"), private_cluster(tmp_path / "var"):
        pass


def test_kill_9_of_the_owner_ends_the_server_cleanly(data_dir: Path) -> None:
    program = f"""
        import time
        from pathlib import Path
        from citizenreport.core.cluster import private_cluster
        with private_cluster(Path({str(data_dir)!r})) as cluster:
            cluster.ensure_database("city")
            print(cluster.pid, flush=True)
            time.sleep(60)
    """
    owner = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    with owner.stdout:
        server = int(owner.stdout.readline())
    assert is_alive(server)
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    wait_until_dead(server)
    assert not (data_dir / "data" / "postmaster.pid").exists()
    assert "database system is shut down" in (data_dir / "postgres.log").read_text()
    with private_cluster(data_dir) as cluster:
        psycopg.connect(cluster.url("city").replace("+psycopg", "")).close()
