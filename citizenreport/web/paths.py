"""Which paths answer machines and which answer people."""

from typing import Final

MACHINE_PREFIXES: Final = ("/api", "/open311")
_BELOW: Final = tuple(f"{prefix}/" for prefix in MACHINE_PREFIXES)


def is_machine_path(path: str) -> bool:
    """Tell whether a path belongs to a door for machines: JSON problems, never a cookie."""
    return path.startswith(_BELOW) or path in MACHINE_PREFIXES
