"""Which paths answer machines and which answer people."""

from typing import Final

MACHINE_PREFIXES: Final = ("/api", "/open311", "/kanal")
MACHINE_PATHS: Final = frozenset(
    {"/laporan.geojson", "/laporan/kepadatan.json", "/peta/kota.json", "/peta/dasar.json"}
)
"""Data beside the pages, read only."""
STOP_PATH: Final = "/berhenti"
"""Below it the address itself is the right to do something: no cookie is read there."""
MOVE_PATH: Final = "/kabar/pindah"
"""A browser that got another push address tells the one it had: who knows that one is that browser."""
SIGN_OFF_PATH: Final = "/petugas/masuk/sso/berakhir"
"""The sign-on provider says here, by a token it signed, whose sessions have ended."""
_BELOW: Final = tuple(f"{prefix}/" for prefix in MACHINE_PREFIXES)


def is_machine_path(path: str) -> bool:
    """Tell whether a path belongs to a door for machines: JSON problems, never a cookie."""
    return path.startswith(_BELOW) or path in MACHINE_PREFIXES or path in MACHINE_PATHS


def is_token_path(path: str) -> bool:
    """Tell whether a path carries its own right, so that no foreign page can borrow one."""
    return path.startswith(f"{STOP_PATH}/") or path in (MOVE_PATH, SIGN_OFF_PATH)
