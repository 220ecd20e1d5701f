"""Which paths answer machines and which answer people."""

from typing import Final

MACHINE_PREFIXES: Final = ("/api", "/open311")
MACHINE_PATHS: Final = frozenset(
    {"/laporan.geojson", "/laporan/kepadatan.json", "/peta/kota.json", "/peta/dasar.json"}
)
"""Data beside the pages, read only."""
_BELOW: Final = tuple(f"{prefix}/" for prefix in MACHINE_PREFIXES)


def is_machine_path(path: str) -> bool:
    """Tell whether a path belongs to a door for machines: JSON problems, never a cookie."""
    return path.startswith(_BELOW) or path in MACHINE_PREFIXES or path in MACHINE_PATHS
