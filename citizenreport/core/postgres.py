"""What PostgreSQL this machine has, and who may run it."""

import hashlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OLDEST_MAJOR = 15
INSTALL_HINT = "apt-get install -y --no-install-recommends postgresql postgresql-postgis"


class ClusterError(RuntimeError):
    """The cluster cannot be started; the message says what to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The operating system account that owns the data folder and runs the server."""

    name: str
    uid: int
    gid: int


def find_binaries(major: int | None = None) -> Path:
    """Return the folder with `initdb` and `postgres`: of that major version, or the newest.

    Raises: ClusterError that says what to install.
    """
    found = {_version_of(folder): folder for folder in _binary_folders()}
    found = {version: folder for version, folder in found.items() if version >= OLDEST_MAJOR}
    if not found:
        raise ClusterError(f"PostgreSQL and PostGIS are not installed. Run: {INSTALL_HINT}")
    if major is None:
        return found[max(found)]
    if major not in found:
        raise ClusterError(
            f"The data folder was made by PostgreSQL {major}, which is not installed (found: "
            f"{', '.join(map(str, sorted(found)))}). Install it, or move the folder away."
        )
    return found[major]


def server_account() -> Account:
    """Return who runs the server: oneself, or the `postgres` account when one is root.

    PostgreSQL refuses to run as root. Raises: ClusterError when root has no such account.
    """
    try:
        entry = pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    except KeyError as error:
        raise ClusterError(
            f"The account that runs PostgreSQL is missing. Run: {INSTALL_HINT}"
        ) from error
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def reachable_data_dir(wanted: Path) -> Path:
    """Return `wanted`, or a folder outside when the server's account could not enter `wanted`.

    Root's home is 0700 as a rule; a cluster below it would be shut off from its own files.
    """
    wanted = wanted.absolute()
    if can_enter(wanted, server_account()):
        return wanted
    name = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:12]
    return Path("/var/lib/citizenreport") / name


def can_enter(folder: Path, account: Account) -> bool:
    if os.geteuid() != 0:
        return True
    return all(_may_pass(parent, account) for parent in folder.parents if parent.exists())


def _may_pass(folder: Path, account: Account) -> bool:
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & 0o100)
    if status.st_gid == account.gid:
        return bool(status.st_mode & 0o010)
    return bool(status.st_mode & 0o001)


def _binary_folders() -> Iterator[Path]:
    candidates = list(Path("/usr/lib/postgresql").glob("*/bin"))
    candidates += list(Path("/usr").glob("pgsql-*/bin"))
    candidates += list(Path("/opt/homebrew/opt").glob("postgresql@*/bin"))
    on_path = shutil.which("postgres")
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    return (c for c in candidates if (c / "postgres").exists() and (c / "initdb").exists())


def _version_of(folder: Path) -> int:
    """Return the major version, from "postgres (PostgreSQL) 15.3 (Debian …)"."""
    answer = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    return int(answer.split("(PostgreSQL)")[1].split()[0].split(".")[0].rstrip("betarc"))
